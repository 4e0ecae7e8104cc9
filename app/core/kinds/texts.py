"""Words: one line, several lines, web addresses, identity numbers."""

from __future__ import annotations

from typing import Any

from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.core.kinds.base import EMPTY, Kind, plain_text


class TextKind(Kind):
    """One line. A str."""

    type, zh, en = FieldType.TEXT, "单行文字", "Line of text"
    custom = text = worded = True

    def clean(self, field: Field, value: Any) -> str | None:
        return plain_text(value, field.max_length) or None

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("contains", "not_contains", "eq", "ne", "starts", "ends", "in", *EMPTY)

    def rule(self, field: Field) -> str:
        return t("最多 {n} 个字", n=field.max_length)


class LongTextKind(TextKind):
    """Several lines."""

    type, zh, en = FieldType.LONG_TEXT, "多行文字", "Text of several lines"
    wide = True


class UrlKind(TextKind):
    """A web address."""

    type, zh, en = FieldType.URL, "网址", "Web address"
    custom = False

    def example(self, field: Field) -> str:
        return "https://www.example.com"


class IdCardKind(TextKind):
    """A resident identity number (GB 11643)."""

    type, zh, en = FieldType.ID_CARD, "身份证号", "ID number"
    custom = False

    def rule(self, field: Field) -> str:
        return t("18 位身份证号，会核对校验码")

    def example(self, field: Field) -> str:
        return "11010519491231002X"


class CreditCodeKind(TextKind):
    """A unified social credit code (GB 32100)."""

    type, zh, en = FieldType.CREDIT_CODE, "统一社会信用代码", "Unified social credit code"
    custom = False

    def rule(self, field: Field) -> str:
        return t("18 位代码，会核对校验码")

    def example(self, field: Field) -> str:
        return "91350100M000100Y43"
