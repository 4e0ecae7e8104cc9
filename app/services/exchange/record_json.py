"""A record as JSON: what `--json` prints and a .json export holds. Stable: scripts stand on it.

{"id": UUID, "external_id": text or null, "version": int, then every field by its registry key:
 texts, URLs, codes, numbers of ids       string or null (never a number)
 choice                                   its code
 integer · number                         integer · decimal string
 money                                    decimal string in units of "currency"
 date · datetime                          "2024-03-05" · "2024-03-05T06:30:00.000Z"
 phones, e-mails, WeChat ids              list of strings as shown, "010-8888 6666 转 801"; the primary one first
 tags                                     list of strings
 addresses                                list of {"province", "city", "district", "detail", "label"}
 owner (any user)                         display name, and its id as "owner_id"
 links                                    list of {"id", "title", "role"}
 files                                    list of {"name", "sha256", "size", "media_type", "note", "added_at"}
 "points": the same phones, e-mails and WeChat ids with normal form, label, extension, validity and opt-out,
 "currency" where there are amounts, "masked": keys of fields whose value this user may not see,
 "deleted_at" for records in the recycle bin}
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from app.core.fields import POINT_TYPES, Address, Entity, Field, FieldType, File, Link, Point
from app.core.records import Record
from app.core.values import UserNames, to_json

CURRENCY = "CNY"
EXTENSION = " 转 "


def record_json(
    entity: Entity, record: Record, users: UserNames, columns: Collection[str] | None = None
) -> dict[str, Any]:
    """The record as plain JSON data; `columns` limits the fields (id and external_id are always there)."""
    wanted = [f for f in entity.fields if columns is None or f.key in columns]
    data: dict[str, Any] = {"id": str(record.id)}
    if entity.find("external_id"):
        data["external_id"] = record.get("external_id")
    data["version"] = record.version
    points: dict[str, Any] = {}
    for field in wanted:
        value = record.get(field.key)
        data[field.key] = _plain(field, value, users)
        if field.type in POINT_TYPES:
            points[field.key] = [asdict(point) for point in value or ()]
        elif field.type is FieldType.USER:
            data[f"{field.key}_id"] = str(value) if value else None
    if points:
        data["points"] = points
    if any(f.type is FieldType.MONEY for f in wanted):
        data["currency"] = CURRENCY
    data["masked"] = sorted(key for key in record.masked if columns is None or key in columns)
    if record.deleted_at is not None:
        data["deleted_at"] = moment_text(record.deleted_at)
    return data


def moment_text(moment: datetime) -> str:
    """A moment as JSON says it: UTC, milliseconds, "Z"."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(field: Field, value: Any, users: UserNames) -> Any:
    if field.type in POINT_TYPES:
        return [_shown(point) for point in value or ()]
    if field.type is FieldType.ADDRESSES:
        return [_address(a) for a in value or ()]
    if field.type is FieldType.LINKS:
        return [_link(link) for link in value or ()]
    if field.type is FieldType.FILES:
        return [_file(file) for file in value or ()]
    if field.type is FieldType.TAGS:
        return list(value or ())
    if field.type is FieldType.USER:
        return users(value) if value else None
    return to_json(field, value)


def _shown(point: Point) -> str:
    # the same word in both languages: what scripts read does not change with the language
    return point.value + (f"{EXTENSION}{point.extension}" if point.extension else "")


def _address(address: Address) -> dict[str, str]:
    return asdict(address)


def _file(file: File) -> dict[str, Any]:
    return asdict(file) | {"added_at": moment_text(file.added_at) if file.added_at else None}


def _link(link: Link) -> dict[str, str]:
    return {"id": str(link.id), "title": link.title, "role": link.role}
