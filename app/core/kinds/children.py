"""What is kept as rows of other tables, or names them: ways to reach somebody, addresses, tags, users, links."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from app.core.fields import Address, Field, FieldType, File, Link, Point
from app.core.i18n import t
from app.core.kinds.base import EMPTY, HAS, Kind, UserNames, joined, must_be, plain_text
from app.errors import UserError


class PointsKind(Kind):
    """Ways to reach somebody. A tuple of `Point`, the first is the primary one."""

    points = rows = several = wide = True

    def clean(self, field: Field, value: Any) -> tuple[Point, ...] | None:
        return tuple(_point(p) for p in value) or None

    def to_json(self, value: tuple[Point, ...]) -> list[dict[str, Any]]:
        return [_slim(point) for point in value]

    def from_json(self, data: Any) -> tuple[Point, ...]:
        return tuple(Point(**{"normal": "", **d}) for d in data)

    def plain(self, value: Any, users: UserNames) -> list[str]:
        # the same word in both languages: what scripts read does not change with the language
        return [p.value + (f" 转 {p.extension}" if p.extension else "") for p in value or ()]

    def to_text(self, field: Field, value: tuple[Point, ...], users: UserNames | None = None) -> str:
        return joined(point_text(point) for point in value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("contains", "eq", "starts", *EMPTY)


class PhonesKind(PointsKind):
    """Phone numbers."""

    type, zh, en = FieldType.PHONES, "电话", "Phone"

    def rule(self, field: Field) -> str:
        return t("手机或座机，座机带区号，分机写“转 801”；多个号码用分号隔开")

    def example(self, field: Field) -> str:
        return t("13800138000；0512-66668888转801")


class EmailsKind(PointsKind):
    """E-mail addresses."""

    type, zh, en = FieldType.EMAILS, "邮箱", "E-mail"

    def rule(self, field: Field) -> str:
        return t("多个邮箱用分号隔开")

    def example(self, field: Field) -> str:
        return "zhang@example.com"


class WechatsKind(PointsKind):
    """WeChat ids."""

    type, zh, en = FieldType.WECHATS, "微信", "WeChat"

    def rule(self, field: Field) -> str:
        return t("多个微信号用分号隔开")

    def example(self, field: Field) -> str:
        return "zhang_123"


class AddressesKind(Kind):
    """Further addresses. A tuple of `Address`."""

    type, zh, en = FieldType.ADDRESSES, "地址", "Address"
    rows = several = wide = True

    def clean(self, field: Field, value: Any) -> tuple[Address, ...] | None:
        return tuple(_address(a) for a in value) or None

    def to_json(self, value: tuple[Address, ...]) -> list[dict[str, Any]]:
        return [_slim(address) for address in value]

    def from_json(self, data: Any) -> tuple[Address, ...]:
        return tuple(Address(**d) for d in data)

    def plain(self, value: Any, users: UserNames) -> list[dict[str, Any]]:
        return [asdict(address) for address in value or ()]

    def to_text(self, field: Field, value: tuple[Address, ...], users: UserNames | None = None) -> str:
        return joined(a.line() for a in value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("contains", *EMPTY)


class TagsKind(Kind):
    """Tags. A tuple of str."""

    type, zh, en = FieldType.TAGS, "标签", "Tags"
    rows = several = wide = True

    def clean(self, field: Field, value: Any) -> tuple[str, ...] | None:
        return tuple(dict.fromkeys(filter(None, (plain_text(name, 40) for name in value)))) or None

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def from_json(self, data: Any) -> tuple[str, ...]:
        return tuple(data)

    def plain(self, value: Any, users: UserNames) -> list[str]:
        return list(value or ())

    def to_text(self, field: Field, value: tuple[str, ...], users: UserNames | None = None) -> str:
        return joined(value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return HAS

    def rule(self, field: Field) -> str:
        return t("多个标签用分号隔开；标签里有空格时，请给它加上双引号")

    def example(self, field: Field) -> str:
        return t("重点客户；展会")


class UserKind(Kind):
    """Somebody who works here. The id; 16 bytes where it is stored."""

    type, zh, en = FieldType.USER, "用户", "User"
    ending = "_id"

    def clean(self, field: Field, value: Any) -> uuid.UUID:
        must_be(value, uuid.UUID)
        found: uuid.UUID = value
        return found

    def store(self, value: uuid.UUID) -> bytes:
        return value.bytes

    def load(self, stored: Any) -> uuid.UUID:
        return stored if isinstance(stored, uuid.UUID) else uuid.UUID(bytes=stored)

    def to_custom(self, value: uuid.UUID) -> tuple[str, None]:
        return str(value), None

    def from_custom(self, text: str | None, number: int | None) -> uuid.UUID | None:
        return None if text is None else uuid.UUID(text)

    def to_json(self, value: uuid.UUID) -> str:
        return str(value)

    def from_json(self, data: Any) -> uuid.UUID:
        return uuid.UUID(data)

    def plain(self, value: Any, users: UserNames) -> str | None:
        return users(value) if value else None

    def to_text(self, field: Field, value: uuid.UUID, users: UserNames | None = None) -> str:
        return users(value) if users else str(value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("in", "not_in", "me", "my_team", *EMPTY)

    def rule(self, field: Field) -> str:
        return t("本档案用户的姓名或用户名；空着就由导入的人负责")

    def example(self, field: Field) -> str:
        return t("王经理")


class LinksKind(Kind):
    """Ties to records of the field's target. A tuple of `Link`; a tie to just one is a column `<key>_id`."""

    type, zh, en = FieldType.LINKS, "关联", "Link"
    custom = rows = several = True
    ending = "_id"

    def clean(self, field: Field, value: Any) -> tuple[Link, ...] | None:
        if not all(isinstance(link, Link) for link in value):
            raise UserError(t("不是有效的关联。"))
        return tuple({link.id: link for link in value}.values()) or None

    def to_json(self, value: tuple[Link, ...]) -> list[dict[str, Any]]:
        return [{**_slim(link), "id": str(link.id), **_days(link)} for link in value]

    def from_json(self, data: Any) -> tuple[Link, ...]:
        return tuple(_link(d) for d in data)

    def plain(self, value: Any, users: UserNames) -> list[dict[str, str]]:
        return [
            {"id": str(x.id), "title": x.title, "role": x.role, **({"note": x.note} if x.note else {}), **_days(x)}
            for x in value or ()
        ]

    def to_text(self, field: Field, value: tuple[Link, ...], users: UserNames | None = None) -> str:
        return joined(link.title + (f"（{link.role}）" if link.role else "") for link in value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("contains", "in", "not_in", *EMPTY)

    def rule(self, field: Field) -> str:
        return t("客户的全名，要与档案里的一致；多个用分号隔开")

    def example(self, field: Field) -> str:
        return t("苏州恒力机械有限公司")


class FilesKind(Kind):
    """Files. A tuple of `File`."""

    type, zh, en = FieldType.FILES, "附件", "Files"
    custom = rows = several = wide = True

    def clean(self, field: Field, value: Any) -> tuple[File, ...] | None:
        return tuple(_file(file) for file in value) or None

    def to_json(self, value: tuple[File, ...]) -> list[dict[str, Any]]:
        return [{**_slim(file), **_added(file)} for file in value]

    def from_json(self, data: Any) -> tuple[File, ...]:
        return tuple(_file_of(d) for d in data)

    def plain(self, value: Any, users: UserNames) -> list[dict[str, Any]]:
        return [{**asdict(file), "added_at": None, **_added(file)} for file in value or ()]

    def to_text(self, field: Field, value: tuple[File, ...], users: UserNames | None = None) -> str:
        return joined(file.name for file in value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("contains", *EMPTY)


def _days(link: Link) -> dict[str, str]:
    return {key: day.isoformat() for key in ("since", "until") if (day := getattr(link, key)) is not None}


def _link(data: dict[str, Any]) -> Link:
    since, until = (date.fromisoformat(day) if day else None for day in (data.get("since"), data.get("until")))
    return Link(uuid.UUID(data["id"]), data.get("title", ""), data.get("role", ""), data.get("note", ""), since, until)


def _added(file: File) -> dict[str, str]:
    if file.added_at is None:
        return {}
    return {"added_at": file.added_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def _file_of(data: dict[str, Any]) -> File:
    added = data.get("added_at")
    return File(**{**data, "added_at": datetime.fromisoformat(added) if added else None})


def _file(file: Any) -> File:
    if not isinstance(file, File) or not file.sha256 or not plain_text(file.name, 200):
        raise UserError(t("不是有效的附件。"))
    return replace(file, name=plain_text(file.name, 200), note=plain_text(file.note, 200))


def _slim(value: Any) -> dict[str, Any]:
    """A dataclass as a dict without its default entries, so that journals stay small."""
    defaults = {"valid": True, "opt_out": False}
    return {k: v for k, v in asdict(value).items() if v not in ("", None) and defaults.get(k) != v}


def point_text(point: Point) -> str:
    """A point as it is written, with its extension."""
    return point.value + (t(" 转 {extension}", extension=point.extension) if point.extension else "")


def _point(point: Any) -> Point:
    if not isinstance(point, Point) or not point.value.strip():
        raise UserError(t("不是有效的联系方式。"))
    value = plain_text(point.value, 254)
    if not value:
        raise UserError(t("不是有效的联系方式。"))
    normal = plain_text(point.normal, 254) or plain_text(value.casefold(), 254)
    label, extension = plain_text(point.label, 40), plain_text(point.extension, 20)
    return Point(value, normal, label, extension, point.valid, point.opt_out, plain_text(point.note, 200))


def _address(address: Any) -> Address:
    if not isinstance(address, Address):
        raise UserError(t("不是有效的地址。"))
    return Address(
        plain_text(address.province, 40),
        plain_text(address.city, 40),
        plain_text(address.district, 40),
        plain_text(address.detail, 300),
        plain_text(address.label, 40),
    )
