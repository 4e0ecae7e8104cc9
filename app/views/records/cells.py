"""Field values as cells and as words: one place for the table, the pane and the chips."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.core import values
from app.core.fields import POINT_TYPES, Entity, Field, FieldType, Link
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.records import Record
from app.core.values import to_text
from app.services.exchange.cells.shown import cell_text
from app.views.theme import fonts
from app.views.widgets.table.source import Cell, CellValue, Kind, TableColumn

Names = Mapping[uuid.UUID, str]
Tones = Mapping[str, str]
MASKED = "******"
#: type → how the table paints it, in a column of which width (None: the field's own)
LOOKS: dict[FieldType, tuple[Kind, int | None]] = {
    **dict.fromkeys(FieldType, ("text", None)),
    FieldType.INTEGER: ("number", None),
    FieldType.NUMBER: ("number", None),
    FieldType.PERCENT: ("number", None),
    FieldType.DURATION: ("number", None),
    FieldType.MONEY: ("money", 94),
    FieldType.PRICE: ("money", 94),
    FieldType.DATE: ("date", 98),
    FieldType.DATETIME: ("date", 136),
    FieldType.MONTH_DAY: ("date", 98),
    FieldType.PHONES: ("text", 122),
    FieldType.TAGS: ("chips", 116),
    FieldType.USER: ("muted", 76),
    FieldType.LONG_TEXT: ("muted", None),
    FieldType.LINKS: ("muted", None),
    FieldType.FILES: ("muted", None),
}
#: fields whose value cannot be typed in one line without losing something
_NOT_IN_CELL = frozenset({FieldType.LONG_TEXT, FieldType.LINKS, FieldType.ADDRESSES, FieldType.FILES})


def has_editor(field: Field) -> bool:
    """Whether the field is filled in a form; files have their place in the pane."""
    return field.editable and field.type is not FieldType.FILES


def has_tones(field: Field) -> bool:
    """Whether the field's choices are told apart by colour."""
    return any(choice.tone != "gray" for choice in field.choices)


def look_of(entity: Entity, field: Field) -> Kind:
    """How the table paints the field."""
    if field.key == entity.title:
        return "strong"
    if field.type is FieldType.CHOICE and has_tones(field):
        return "dot"
    return LOOKS[field.type][0]


def column_of(entity: Entity, field: Field, *, editable: bool, users: Names, tags: Tones) -> TableColumn:
    """The table's column for a field."""
    options: tuple[str, ...] = ()
    if kind_of(field).listed:
        options = tuple(choice.label for choice in field.offered)
    elif field.type is FieldType.USER:
        options = tuple(users.values())
    elif field.type is FieldType.TAGS:
        options = tuple(tags)
    width = 220 if field.key == entity.title else LOOKS[field.type][1] or max(field.width, 72)
    if field.type is FieldType.CHOICE:
        width = 36 + max((fonts.metrics().horizontalAdvance(choice.label) for choice in field.choices), default=48)
    width = max(width, fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(field.label) + 38)
    changeable = editable and field.editable and field.type not in _NOT_IN_CELL
    return TableColumn(field.key, field.label, look_of(entity, field), width, field.sortable, changeable, options)


def cell_of(field: Field, record: Record, users: Names, tones: Tones) -> CellValue:
    """The cell that shows the field of `record`."""
    value = record.get(field.key)
    if field.key in record.masked:
        return Cell(value if isinstance(value, str) else MASKED, masked=True)
    if value is None:
        return ""
    if field.type is FieldType.TAGS:
        return tuple(f"{tag}|{tones.get(tag, '')}" if tones.get(tag) else str(tag) for tag in value)
    if field.type is FieldType.MULTI_CHOICE:
        return Cell(in_words(field, value, users), edit=cell_text(field, value, str))
    if field.type is FieldType.CHOICE:
        choice = field.choice(value)
        return Cell(choice.label, choice.tone) if choice else Cell(str(value))
    if field.type is FieldType.FILES and len(value) > 1:
        return t("{n} 个附件", n=len(value))
    if field.type in POINT_TYPES:
        first = value[0]
        return Cell(first.value, "" if first.valid else "warn", edit=to_text(field, value))
    text = in_words(field, value, users)
    typed = kind_of(field).typed(field, value) if kind_of(field).numeric else text
    return Cell(text, edit=typed) if typed != text else text


def in_words(field: Field, value: Any, users: Names) -> str:
    """The value as a person reads it, in one line."""
    return values.shown(field, value, lambda user: users.get(user, ""))


def held(link: Link) -> str:
    """The days a tie holds, in words; "" = nobody said."""
    since, until = (day.isoformat() if day else "" for day in (link.since, link.until))
    if since and until:
        return f"{since} – {until}"
    return t("{day} 起", day=since) if since else t("至 {day}", day=until) if until else ""


def shown(field: Field, record: Record, users: Names) -> str:
    """The field of a record in words, several numbers in a line each; masked values stay masked."""
    value = record.get(field.key)
    if field.type in (*POINT_TYPES, FieldType.ADDRESSES) and value and field.key not in record.masked:
        return "\n".join(to_text(field, (item,)) for item in value)
    if field.type is FieldType.LINKS and field.several and value and field.key not in record.masked:
        return "\n".join(fonts.join_facts(to_text(field, (link,)), held(link), link.note) for link in value)
    if field.key in record.masked:
        return value if isinstance(value, str) else MASKED
    return in_words(field, value, users)
