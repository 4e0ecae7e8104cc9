"""Field values in their portable form: what the journal, JSON output, CSV and the clipboard carry.

`to_json` / `from_json` are exact inverses for every field type (property-tested); `to_text` is for people.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.core.fields import Address, Field, FieldType, File, Link, Point
from app.core.i18n import t

Json = Any
#: names of users by id, for showing an owner
UserNames = Callable[[uuid.UUID], str]


def money_text(minor: int) -> str:
    """Minor units as a plain decimal string: 123450 → "1234.50"."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}{whole}.{cents:02d}"


def money_shown(minor: int) -> str:
    """Minor units for the eye: 123450 → "¥1,234.50", whole amounts without cents, minus in front."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}¥{whole:,}" + (f".{cents:02d}" if cents else "")


def _slim(value: Any) -> dict[str, Json]:
    """A dataclass as a dict without its default entries, so that journals stay small."""
    defaults = {"valid": True, "opt_out": False}
    return {k: v for k, v in asdict(value).items() if v not in ("", None) and defaults.get(k) != v}


def link_json(link: Link) -> dict[str, Json]:
    """A link without what it does not say."""
    days = {key: day.isoformat() for key in ("since", "until") if (day := getattr(link, key)) is not None}
    return {**_slim(link), "id": str(link.id), **days}


def link_from_json(data: dict[str, Json]) -> Link:
    """The link that `link_json` wrote."""
    since, until = (date.fromisoformat(day) if day else None for day in (data.get("since"), data.get("until")))
    return Link(uuid.UUID(data["id"]), data.get("title", ""), data.get("role", ""), data.get("note", ""), since, until)


def file_json(file: File) -> dict[str, Json]:
    """A file without what it does not say."""
    added = {} if file.added_at is None else {"added_at": file.added_at.isoformat(timespec="milliseconds")}
    return {**_slim(file), **added}


def file_from_json(data: dict[str, Json]) -> File:
    """The file that `file_json` wrote."""
    added = data.get("added_at")
    return File(**{**data, "added_at": datetime.fromisoformat(added) if added else None})


def to_json(field: Field, value: Any) -> Json:
    """`value` as JSON-able data without floats; None stays None."""
    if value is None:
        return None
    match field.type:
        case FieldType.MONEY:
            return money_text(value)
        case FieldType.NUMBER:
            return str(value)
        case FieldType.DATE:
            return value.isoformat()
        case FieldType.DATETIME:
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case FieldType.USER:
            return str(value)
        case FieldType.LINKS:
            return [link_json(link) for link in value]
        case FieldType.FILES:
            return [file_json(file) for file in value]
        case FieldType.PHONES | FieldType.EMAILS | FieldType.WECHATS | FieldType.ADDRESSES:
            return [_slim(item) for item in value]
        case FieldType.TAGS:
            return list(value)
    return value


def from_json(field: Field, data: Json) -> Any:
    """The value that `to_json` turned into `data`."""
    if data is None:
        return None
    match field.type:
        case FieldType.MONEY:
            return int(Decimal(data).scaleb(2))
        case FieldType.NUMBER:
            return Decimal(data)
        case FieldType.DATE:
            return date.fromisoformat(data)
        case FieldType.DATETIME:
            return datetime.fromisoformat(data)
        case FieldType.USER:
            return uuid.UUID(data)
        case FieldType.LINKS:
            return tuple(link_from_json(d) for d in data)
        case FieldType.FILES:
            return tuple(file_from_json(d) for d in data)
        case FieldType.PHONES | FieldType.EMAILS | FieldType.WECHATS:
            return tuple(Point(**{"normal": "", **d}) for d in data)
        case FieldType.ADDRESSES:
            return tuple(Address(**d) for d in data)
        case FieldType.TAGS:
            return tuple(data)
    return data


def _joined(items: Iterable[str]) -> str:
    return "；".join(item for item in items if item)


def _point_text(point: Point) -> str:
    return point.value + (t(" 转 {extension}", extension=point.extension) if point.extension else "")


def to_text(field: Field, value: Any, users: UserNames | None = None) -> str:
    """`value` as one line a person reads: labels for choices, names for users, local time."""
    if value is None:
        return ""
    match field.type:
        case FieldType.CHOICE:
            known = field.choice(value)
            return known.label if known else str(value)
        case FieldType.MONEY:
            return money_text(value)
        case FieldType.BOOL:
            return t("是") if value else t("否")
        case FieldType.DATE:
            return str(value.isoformat())
        case FieldType.DATETIME:
            return str(value.astimezone().strftime("%Y-%m-%d %H:%M"))
        case FieldType.USER:
            return users(value) if users else str(value)
        case FieldType.LINKS:
            return _joined(link.title + (f"（{link.role}）" if link.role else "") for link in value)
        case FieldType.PHONES | FieldType.EMAILS | FieldType.WECHATS:
            return _joined(_point_text(p) for p in value)
        case FieldType.FILES:
            return _joined(file.name for file in value)
        case FieldType.ADDRESSES:
            return _joined(a.line() for a in value)
        case FieldType.TAGS:
            return _joined(value)
    return str(value)
