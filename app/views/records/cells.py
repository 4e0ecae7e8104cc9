"""Field values as cells and as words: one place for the table, the pane and the chips."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.core.fields import POINT_TYPES, Entity, Field, FieldType
from app.core.i18n import t
from app.core.records import Record
from app.core.values import money_shown, to_text
from app.views.theme import fonts
from app.views.widgets.table.source import Cell, CellValue, Kind, TableColumn

Names = Mapping[uuid.UUID, str]
Tones = Mapping[str, str]
MASKED = "******"
_KINDS: dict[FieldType, Kind] = {
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "money",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date",
    FieldType.TAGS: "chips",
    FieldType.USER: "muted",
    FieldType.LONG_TEXT: "muted",
    FieldType.LINKS: "muted",
    FieldType.FILES: "muted",
}
_WIDTHS = {
    FieldType.DATE: 98,
    FieldType.DATETIME: 136,
    FieldType.MONEY: 94,
    FieldType.PHONES: 122,
    FieldType.USER: 76,
    FieldType.TAGS: 116,
}
#: fields whose value cannot be typed in one line without losing something
_NOT_IN_CELL = frozenset({FieldType.LONG_TEXT, FieldType.LINKS, FieldType.ADDRESSES, FieldType.FILES})


def has_editor(field: Field) -> bool:
    """Whether the field is filled in a form; files have their place in the pane."""
    return field.editable and field.type is not FieldType.FILES


def has_tones(field: Field) -> bool:
    """Whether the field's choices are told apart by colour."""
    return any(choice.tone != "gray" for choice in field.choices)


def kind_of(entity: Entity, field: Field) -> Kind:
    """How the table paints the field."""
    if field.key == entity.title:
        return "strong"
    if field.type is FieldType.CHOICE and has_tones(field):
        return "dot"
    return _KINDS.get(field.type, "text")


def column_of(entity: Entity, field: Field, *, editable: bool, users: Names, tags: Tones) -> TableColumn:
    """The table's column for a field."""
    options: tuple[str, ...] = ()
    if field.type is FieldType.CHOICE:
        options = tuple(choice.label for choice in field.offered)
    elif field.type is FieldType.USER:
        options = tuple(users.values())
    elif field.type is FieldType.TAGS:
        options = tuple(tags)
    width = 220 if field.key == entity.title else _WIDTHS.get(field.type, max(field.width, 72))
    if field.type is FieldType.CHOICE:
        width = 36 + max((fonts.metrics().horizontalAdvance(choice.label) for choice in field.choices), default=48)
    width = max(width, fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(field.label) + 38)
    changeable = editable and field.editable and field.type not in _NOT_IN_CELL
    return TableColumn(field.key, field.label, kind_of(entity, field), width, field.sortable, changeable, options)


def cell_of(field: Field, record: Record, users: Names, tones: Tones) -> CellValue:
    """The cell that shows the field of `record`."""
    value = record.get(field.key)
    if field.key in record.masked:
        return Cell(value if isinstance(value, str) else MASKED, masked=True)
    if value is None:
        return ""
    if field.type is FieldType.TAGS:
        return tuple(f"{tag}|{tones.get(tag, '')}" if tones.get(tag) else str(tag) for tag in value)
    if field.type is FieldType.MONEY:
        return Cell(money_shown(value), edit=to_text(field, value).removesuffix(".00"))
    if field.type is FieldType.CHOICE:
        choice = field.choice(value)
        return Cell(choice.label, choice.tone) if choice else Cell(str(value))
    if field.type is FieldType.FILES and len(value) > 1:
        return t("{n} 个附件", n=len(value))
    if field.type in POINT_TYPES:
        first = value[0]
        return Cell(first.value, "" if first.valid else "warn", edit=to_text(field, value))
    return in_words(field, value, users)


def in_words(field: Field, value: Any, users: Names) -> str:
    """The value as a person reads it, in one line."""
    if value is None:
        return ""
    if field.type is FieldType.MONEY:
        return money_shown(value)
    return to_text(field, value, lambda user: users.get(user, ""))


def shown(field: Field, record: Record, users: Names) -> str:
    """The field of a record in words, several numbers in a line each; masked values stay masked."""
    value = record.get(field.key)
    if field.type in (*POINT_TYPES, FieldType.ADDRESSES) and value and field.key not in record.masked:
        return "\n".join(to_text(field, (item,)) for item in value)
    if field.key in record.masked:
        return value if isinstance(value, str) else MASKED
    return in_words(field, value, users)
