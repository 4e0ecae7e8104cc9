"""A record as JSON: what `--json` prints and a .json export holds. Stable: scripts stand on it.

{"id": UUID, "external_id": text or null, "version": int, then every field by its registry key:
 texts, URLs, codes, numbers of ids       string or null (never a number)
 choice · several choices                 its code · list of codes
 integer · number                         integer · decimal string
 money · price                            decimal string in units of "currency", of two decimals · of two to six
 percent · duration                       decimal string, 15% is "15" · integer, seconds
 date · datetime                          "2024-03-05" · "2024-03-05T06:30:00.000Z"
 date whose year may be unknown           "1985-05-12" or "--05-12"
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

from app.core.fields import Entity, FieldType
from app.core.kinds import UserNames, kind_of
from app.core.records import Record

CURRENCY = "CNY"


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
        kind = kind_of(field)
        data[field.key] = kind.plain(value, users)
        if kind.points:
            points[field.key] = [asdict(point) for point in value or ()]
        elif field.type is FieldType.USER:
            data[f"{field.key}_id"] = str(value) if value else None
    if points:
        data["points"] = points
    if any(kind_of(f).currency for f in wanted):
        data["currency"] = CURRENCY
    data["masked"] = sorted(key for key in record.masked if columns is None or key in columns)
    if record.deleted_at is not None:
        data["deleted_at"] = moment_text(record.deleted_at)
    return data


def moment_text(moment: datetime) -> str:
    """A moment as JSON says it: UTC, milliseconds, "Z"."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
