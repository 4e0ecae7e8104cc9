"""Values of pick-lists: one, or several of one list."""

from __future__ import annotations

from typing import Any

from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.core.kinds.base import EMPTY, HAS, Kind, UserNames, joined, plain_text
from app.errors import UserError

#: stands before and behind every value of several in one text; no value has it in it
_MARK = "\n"


class ChoiceKind(Kind):
    """One value of a list: its code, or free text where the list is open. A str."""

    type, zh, en = FieldType.CHOICE, "单选", "Choice"
    custom = worded = listed = True

    def clean(self, field: Field, value: Any) -> str | None:
        return code_of(field, value) or None

    def to_text(self, field: Field, value: str, users: UserNames | None = None) -> str:
        return label_of(field, value)

    def asked(self, field: Field, value: Any) -> str:
        return label_of(field, str(value))

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("in", "not_in", *EMPTY)

    def rule(self, field: Field) -> str:
        return t("从下拉列表选择，也可以填别的") if field.open_choices else t("从下拉列表选择一项")


class MultiChoiceKind(Kind):
    """Some values of a list. A tuple of codes (or free texts where the list is open), each once; stored as one text with a line
    for each, so that every one is found exactly."""

    type, zh, en = FieldType.MULTI_CHOICE, "多选", "Several choices"
    custom = listed = several = wide = True

    def clean(self, field: Field, value: Any) -> tuple[str, ...] | None:
        if isinstance(value, str) or not isinstance(value, tuple | list):
            raise UserError(t("值的类型不对。"))
        codes = (code_of(field, " ".join(str(one).split())) for one in value)
        return tuple(dict.fromkeys(filter(None, codes))) or None

    def store(self, value: tuple[str, ...]) -> str:
        return _MARK + "".join(code + _MARK for code in value)

    def load(self, stored: Any) -> tuple[str, ...]:
        return stored if isinstance(stored, tuple) else tuple(filter(None, stored.split(_MARK)))

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def from_json(self, data: Any) -> tuple[str, ...]:
        return tuple(data)

    def plain(self, value: Any, users: UserNames) -> list[str]:
        return list(value or ())

    def to_text(self, field: Field, value: tuple[str, ...], users: UserNames | None = None) -> str:
        return joined(label_of(field, code) for code in value)

    def asked(self, field: Field, value: Any) -> str:
        return label_of(field, str(value))

    def operators(self, field: Field) -> tuple[str, ...]:
        return HAS

    def rule(self, field: Field) -> str:
        if field.open_choices:
            return t("选项里的一项或几项，用分号隔开，也可以填别的")
        return t("选项里的一项或几项，用分号隔开")

    def example(self, field: Field) -> str:
        return joined(choice.label for choice in field.offered[:2])


def marked(code: str) -> str:
    """What the stored text of several values contains exactly when `code` is one of them."""
    return f"{_MARK}{code}{_MARK}"


def label_of(field: Field, code: str) -> str:
    """The name of a value, or the text itself that the list has not."""
    known = field.choice(code)
    return known.label if known else code


def code_of(field: Field, value: Any) -> str:
    """A value as it is stored; "" for blank. Raises UserError when it is not in a closed list."""
    text = plain_text(value, field.max_length)
    if not field.open_choices and text and field.choice(text) is None:
        options = "、".join(c.label for c in field.choices)
        raise UserError(t("“{value}”不在选项里（{options}）。", value=text, options=options))
    return text
