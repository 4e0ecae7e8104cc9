"""Where each field of an entity lives: a column of its table, or rows of a child table."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.core.fields import Entity, Field, FieldType, Registry
from app.core.pinyin import sort_key
from app.db.store.matching import match_key
from app.models import Activity, Base, Contact, Customer
from app.models.base import from_millis, to_millis

POINT_KINDS = {FieldType.PHONES: "phone", FieldType.EMAILS: "email", FieldType.WECHATS: "wechat"}
NUMBER_SCALE = 1_000_000


@dataclass(frozen=True)
class Layout:
    """An entity's table, which fields are columns, and what is derived on every write.

    `holder` is the column by which child rows (points, tags, addresses) name this entity's record.
    """

    entity: Entity
    model: type[Base]
    holder: str
    derive: Callable[[Mapping[str, Any]], dict[str, Any]]

    @property
    def table(self) -> sa.Table:
        table = self.model.__table__
        assert isinstance(table, sa.Table)
        return table

    @property
    def rid(self) -> sa.ColumnElement[int]:
        return sa.literal_column(f"{self.table.name}.rid", sa.BigInteger)

    def column(self, key: str) -> sa.Column[Any] | None:
        """The column of field `key`; None when it lives in a child table."""
        name = _COLUMN_NAMES.get(key, key)
        return self.table.c.get(name)

    def column_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if not f.custom and self.column(f.key) is not None]

    def child_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if not f.custom and self.column(f.key) is None]

    def custom_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if f.custom]


_COLUMN_NAMES = {"owner": "owner_id", "amount": "amount_minor"}


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    if "name" not in values:
        return {}
    return {"name_key": sort_key(values["name"])[:300], "match_key": match_key(values["name"])[:100]}


def _nothing(_values: Mapping[str, Any]) -> dict[str, Any]:
    return {}


_TABLES: dict[str, tuple[type[Base], str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "customers": (Customer, "customer_id", _named),
    "contacts": (Contact, "contact_id", _named),
    "activities": (Activity, "activity_id", _nothing),
}


def layout_of(entity: Entity) -> Layout:
    """The layout of a registered entity."""
    model, holder, derive = _TABLES[entity.key]
    return Layout(entity, model, holder, derive)


def layouts(registry: Registry) -> dict[str, Layout]:
    """All layouts by entity key."""
    return {e.key: layout_of(e) for e in registry}


# ---- storage primitives: what raw SQL and the import pipe carry ---------------------------------------------------


def to_store(field: Field, value: Any) -> Any:
    """A scalar field value as SQLite stores it in its column."""
    if value is None:
        return None
    match field.type:
        case FieldType.DATE:
            return value.isoformat()
        case FieldType.DATETIME:
            return to_millis(value)
        case FieldType.USER:
            return value.bytes
        case FieldType.BOOL:
            return int(value)
    return value


def from_store(field: Field, value: Any) -> Any:
    """The field value of a stored primitive."""
    if value is None:
        return None
    match field.type:
        case FieldType.DATE:
            return value if isinstance(value, date) else date.fromisoformat(value)
        case FieldType.DATETIME:
            return value if isinstance(value, datetime) else from_millis(value)
        case FieldType.USER:
            return value if isinstance(value, uuid.UUID) else uuid.UUID(bytes=value)
        case FieldType.BOOL:
            return bool(value)
    return value


def to_custom(field: Field, value: Any) -> tuple[str | None, int | None]:
    """(text, number) columns of a custom value; numbers sort and compare in `number`."""
    match field.type:
        case FieldType.INTEGER | FieldType.MONEY:
            return None, int(value)
        case FieldType.NUMBER:
            return str(value), int((Decimal(value) * NUMBER_SCALE).to_integral_value())
        case FieldType.DATE:
            return None, value.toordinal()
        case FieldType.DATETIME:
            return None, to_millis(value)
        case FieldType.BOOL:
            return None, int(value)
    return str(value), None


def custom_columns(field: Field, stored: Any) -> tuple[str | None, int | None]:
    """As `to_custom`, from the stored primitive."""
    return to_custom(field, from_store(field, stored))


def from_custom(field: Field, text: str | None, number: int | None) -> Any:
    """The field value of a custom value row."""
    match field.type:
        case FieldType.INTEGER | FieldType.MONEY:
            return number
        case FieldType.NUMBER:
            return Decimal(text) if text is not None else None
        case FieldType.DATE:
            return date.fromordinal(number) if number is not None else None
        case FieldType.DATETIME:
            return from_millis(number) if number is not None else None
        case FieldType.BOOL:
            return bool(number) if number is not None else None
    return text
