"""Fields as kinds of value: each kind is one class that says all that is known of its values below the services.

Whoever handles values asks the field's kind. What needs the cleaners, the engine or the window is keyed by type there: reading
a cell (`services/exchange/cells/convert.py`), conditions (`db/store/filters.py`), editors (`views/records/`); a test holds that every
type has all of them. A new kind: a `FieldType`, its class here, a reader, an editor where a line of text will not do.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.core.fields import Field, FieldType
from app.core.kinds.base import Json, Kind, UserNames
from app.core.kinds.children import (
    AddressesKind,
    EmailsKind,
    FilesKind,
    LinksKind,
    PhonesKind,
    TagsKind,
    UserKind,
    WechatsKind,
)
from app.core.kinds.choices import ChoiceKind, MultiChoiceKind
from app.core.kinds.numbers import (
    DecimalKind,
    DurationKind,
    IntegerKind,
    MoneyKind,
    PercentKind,
    PriceKind,
)
from app.core.kinds.texts import CreditCodeKind, IdCardKind, LongTextKind, TextKind, UrlKind
from app.core.kinds.times import BoolKind, DateKind, MomentKind, MonthDayKind

__all__ = ["CUSTOM_TYPES", "KINDS", "Json", "Kind", "UserNames", "kind_of"]

#: in the order in which people choose them
_ALL: tuple[Kind, ...] = (
    TextKind(), LongTextKind(), ChoiceKind(), MultiChoiceKind(), IntegerKind(), DecimalKind(), MoneyKind(), PriceKind(),
    PercentKind(), DateKind(), MonthDayKind(), DurationKind(), BoolKind(), MomentKind(), PhonesKind(), EmailsKind(),
    WechatsKind(), AddressesKind(), TagsKind(), UserKind(), LinksKind(), FilesKind(), UrlKind(), IdCardKind(), CreditCodeKind(),
)  # fmt: skip
KINDS: Mapping[FieldType, Kind] = {kind.type: kind for kind in _ALL}
#: types a person may choose for a custom field
CUSTOM_TYPES = tuple(kind.type for kind in _ALL if kind.custom)


def kind_of(field: Field) -> Kind:
    """The kind of a field's values."""
    return KINDS[field.type]
