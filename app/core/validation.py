"""One validator for every engine and every way in: forms, inline edit, command line, undo and import end here.

SQLite would take what PostgreSQL refuses (NUL, over-length text, huge integers), so both are held to the stricter rule.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.core.fields import POINT_TYPES, TEXT_TYPES, Address, Entity, Field, FieldType, File, Link, Point
from app.core.hidden import without_hidden
from app.core.i18n import t
from app.core.values import money_text
from app.errors import UserError

_INT64 = 2**63 - 1
_EXPECTED: dict[FieldType, tuple[type, ...]] = {
    FieldType.INTEGER: (int,),
    FieldType.MONEY: (int,),
    FieldType.NUMBER: (Decimal,),
    FieldType.DATETIME: (datetime,),
    FieldType.BOOL: (bool,),
    FieldType.USER: (uuid.UUID,),
}


class InvalidFields(UserError):
    """Values that do not fit. `problems`: field key → what is wrong, in words."""

    def __init__(self, entity: Entity, problems: Mapping[str, str]) -> None:
        lines = [f"{entity.field(key).label}：{text}" for key, text in problems.items()]
        super().__init__("；".join(lines))
        self.problems = dict(problems)


def clean_values(entity: Entity, values: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """The values ready to store: texts in NFC, blanks as None. `partial`: only what is given, as for an update.

    Raises InvalidFields naming every field that does not fit, UserError for an unknown field.
    """
    cleaned: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for key, value in values.items():
        field = entity.field(key)
        try:
            cleaned[key] = clean_value(field, value)
        except UserError as error:
            problems[key] = str(error)
    for field in entity.fields:
        given = cleaned.get(field.key)
        empty = given is None and (not partial or field.key in cleaned)
        if field.required and field.key not in problems and empty:
            problems[field.key] = t("必填。")
    if problems:
        raise InvalidFields(entity, problems)
    return cleaned


def clean_value(field: Field, value: Any) -> Any:
    """One value ready to store, or None; raises UserError with what is wrong."""
    if value is None or value in ("", ()):
        return None
    if field.type in TEXT_TYPES or field.type is FieldType.CHOICE:
        return _text(field, value)
    if field.type in POINT_TYPES:
        return tuple(_point(p) for p in value) or None
    if field.type is FieldType.ADDRESSES:
        return tuple(_address(a) for a in value) or None
    if field.type is FieldType.TAGS:
        return tuple(dict.fromkeys(filter(None, (_plain(name, 40) for name in value)))) or None
    if field.type is FieldType.LINKS:
        if not all(isinstance(link, Link) for link in value):
            raise UserError(t("不是有效的关联。"))
        return tuple({link.id: link for link in value}.values()) or None
    if field.type is FieldType.FILES:
        return tuple(_file(file) for file in value) or None
    if field.type is FieldType.DATE:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise UserError(t("不是有效的日期。"))
        return value
    return _typed(field, value)


def out_of_bounds(field: Field, value: Any) -> str:
    """What is wrong with a number outside the field's bounds, in words; "" when it is inside."""
    least, most = field.least, field.most
    if (least is None or value >= least) and (most is None or value <= most):
        return ""
    shown = [money_text(n) if field.type is FieldType.MONEY and n is not None else str(n) for n in (least, most)]
    if least is not None and most is not None:
        return t("请填 {least} 到 {most} 之间的数。", least=shown[0], most=shown[1])
    return t("不能小于 {least}。", least=shown[0]) if least is not None else t("不能大于 {most}。", most=shown[1])


def _typed(field: Field, value: Any) -> Any:
    wrong = not isinstance(value, _EXPECTED[field.type])
    if wrong or (isinstance(value, bool) and field.type is not FieldType.BOOL):
        raise UserError(t("值的类型不对。"))
    if isinstance(value, int) and abs(value) > _INT64:
        raise UserError(t("数字太大。"))
    if field.least is not None or field.most is not None:
        problem = out_of_bounds(field, value)
        if problem:
            raise UserError(problem)
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value) > Decimal(10) ** 12):
        raise UserError(t("数字太大。"))
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> datetime:
    """In UTC and whole milliseconds, which is what is stored."""
    if value.tzinfo is None:
        raise UserError(t("时间缺少时区。"))
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise UserError(t("不是有效的日期。")) from None
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _plain(value: Any, longest: int) -> str:
    text = unicodedata.normalize("NFC", without_hidden(str(value))).strip()
    if len(text) > longest:
        raise UserError(t("太长：最多 {most} 个字，现在 {now} 个。", most=longest, now=len(text)))
    return text


def _text(field: Field, value: Any) -> str | None:
    text = _plain(value, field.max_length)
    if field.type is FieldType.CHOICE and not field.open_choices and text and field.choice(text) is None:
        options = "、".join(c.label for c in field.choices)
        raise UserError(t("“{value}”不在选项里（{options}）。", value=text, options=options))
    return text or None


def _point(point: Any) -> Point:
    if not isinstance(point, Point) or not point.value.strip():
        raise UserError(t("不是有效的联系方式。"))
    value = _plain(point.value, 254)
    if not value:
        raise UserError(t("不是有效的联系方式。"))
    normal = _plain(point.normal, 254) or _plain(value.casefold(), 254)
    label, extension = _plain(point.label, 40), _plain(point.extension, 20)
    return Point(value, normal, label, extension, point.valid, point.opt_out, _plain(point.note, 200))


def _file(file: Any) -> File:
    if not isinstance(file, File) or not file.sha256 or not _plain(file.name, 200):
        raise UserError(t("不是有效的附件。"))
    return replace(file, name=_plain(file.name, 200), note=_plain(file.note, 200))


def _address(address: Any) -> Address:
    if not isinstance(address, Address):
        raise UserError(t("不是有效的地址。"))
    return Address(
        _plain(address.province, 40),
        _plain(address.city, 40),
        _plain(address.district, 40),
        _plain(address.detail, 300),
        _plain(address.label, 40),
    )
