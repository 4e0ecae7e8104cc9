"""The text of a value in an exported cell: readable, and understood by the import as the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core.fields import Field, FieldType
from app.core.kinds.choices import label_of
from app.core.values import UserNames, to_text
from app.services.exchange.files.cell_forms import LINK_MARKS, TAG_MARKS, join_items


def cell_text(field: Field, value: Any, users: UserNames) -> str:
    """The value as text; "" for None. Dates ISO, local times to the second, lists parted by "；"."""
    if value is None:
        return ""
    match field.type:
        case FieldType.TAGS:
            return join_items(value, TAG_MARKS)
        case FieldType.MULTI_CHOICE:
            return join_items((label_of(field, code) for code in value), TAG_MARKS)
        case FieldType.LINKS:
            # without the role: the name alone finds the record again
            return join_items(dict.fromkeys(link.title for link in value), LINK_MARKS)
        case FieldType.DATETIME:
            return str(value.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
        case FieldType.NUMBER:
            return format(Decimal(value), "f")
    return to_text(field, value, users)
