"""Where each field of an entity lives: a column of its table, or rows of a child table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.core.fields import Entity, Field, FieldType, Registry
from app.core.kinds import kind_of
from app.core.pinyin import sort_key
from app.db.store.computed import COMPUTED, expressions
from app.db.store.matching import match_key
from app.models import Base

POINT_KINDS = {FieldType.PHONES: "phone", FieldType.EMAILS: "email", FieldType.WECHATS: "wechat"}


@dataclass(frozen=True)
class Layout:
    """An entity's table, which fields are columns, and what is derived on every write.

    `made`: the expressions of computed fields by table and key.
    """

    entity: Entity
    model: type[Base]
    made: Mapping[tuple[str, str], Any] = field(compare=False, repr=False)

    @property
    def table(self) -> sa.Table:
        table = self.model.__table__
        assert isinstance(table, sa.Table)
        return table

    @property
    def rid(self) -> sa.ColumnElement[int]:
        return sa.literal_column(f"{self.table.name}.rid", sa.BigInteger)

    def column(self, key: str) -> Any:
        """The column (or expression) that gives field `key`'s value as it is; None for links and child tables."""
        made = self.made.get((self.table.name, key))
        if made is not None:
            return made
        field = self.entity.find(key)
        if field is None or field.type is FieldType.LINKS:
            return self.table.c.get(key) if field is None else None
        return self.table.c.get(key + kind_of(field).ending)

    def reference(self, key: str) -> sa.Column[Any] | None:
        """The column `<key>_id` of a link to one record; None for every other field."""
        field = self.entity.find(key)
        return self.table.c.get(f"{key}_id") if field is not None and field.type is FieldType.LINKS else None

    def computed(self, key: str) -> bool:
        """Whether the field is worked out when it is read."""
        return (self.table.name, key) in COMPUTED

    def stored_name(self, key: str) -> str:
        """The name of the column in which a field of the entity's own row is kept."""
        column = self.reference(key)
        return str(column.name if column is not None else self.column(key).name)

    def column_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if not f.custom and self.column(f.key) is not None]

    def reference_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if not f.custom and self.reference(f.key) is not None]

    def child_fields(self) -> list[Field]:
        """Fields whose values are rows of another table."""
        return [
            f for f in self.entity.fields
            if not f.custom and self.column(f.key) is None and self.reference(f.key) is None
        ]  # fmt: skip

    def stored(self, field: Field, value: Any) -> tuple[str, Any] | None:
        """(column name, what goes there) of a field in the entity's own row; None for child rows and custom fields."""
        if field.custom:
            return None
        column = self.column(field.key)
        if column is not None:
            return column.name, value
        column = self.reference(field.key)
        if column is not None:
            return column.name, value[0].id if value else None
        return None

    def derive(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Columns that follow from the values: sort and comparison form of the name."""
        if "name" not in values or "name_key" not in self.table.c:
            return {}
        name = values["name"] or ""
        return {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}

    def custom_fields(self) -> list[Field]:
        return [f for f in self.entity.fields if f.custom]


_MODELS: dict[str, type[Base]] = {
    str(mapper.local_table.name): mapper.class_  # type: ignore[attr-defined]
    for mapper in Base.registry.mappers
}


def layout_of(entity: Entity, registry: Registry) -> Layout:
    """The layout of an entity of this registry: the model of its table."""
    return Layout(entity, _MODELS[entity.table], expressions(registry))


def layouts(registry: Registry) -> dict[str, Layout]:
    """All layouts by entity key."""
    return {e.key: layout_of(e, registry) for e in registry}


# ---- storage primitives: what raw SQL and the import pipe carry ---------------------------------------------------


def to_store(field: Field, value: Any) -> Any:
    """A scalar field value as SQLite stores it in its column."""
    return None if value is None else kind_of(field).store(value)


def from_store(field: Field, value: Any) -> Any:
    """The field value of a stored primitive."""
    return None if value is None else kind_of(field).load(value)


def to_custom(field: Field, value: Any) -> tuple[str | None, int | None]:
    """(text, number) columns of a custom value; numbers sort and compare in `number`."""
    return kind_of(field).to_custom(value)


def custom_columns(field: Field, stored: Any) -> tuple[str | None, int | None]:
    """As `to_custom`, from the stored primitive."""
    return to_custom(field, from_store(field, stored))


def from_custom(field: Field, text: str | None, number: int | None) -> Any:
    """The field value of a custom value row."""
    return kind_of(field).from_custom(text, number)
