"""What all tables share: keys, types, column idioms.

Primary keys are UUIDv7 made by the client, `(org_id, id)`; a foreign key, a unique key and an index begin with `org_id`. Every
table has a row number `rid` beside them, in the order rows are made, for the search index and the lists' id arrays; it is no
key, no other row names it, and it leaves `app.db` only as an opaque handle. On SQLite it is the table's own key and `(org_id,
id)` is unique, on PostgreSQL the server numbers the rows. The DDL hooks at the end of this module see to both.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from app.core.clock import now
from app.core.fields import FieldType, MonthDay
from app.core.ids import uuid7
from app.core.kinds import KINDS
from app.core.primitives import from_millis, from_scaled, to_millis, to_scaled

LOCAL_ORG = 1
_LIVE = "deleted_at IS NULL"


class Uuid(sa.types.TypeDecorator[uuid.UUID]):
    """16 bytes on SQLite, native uuid on PostgreSQL."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        kind = postgresql.UUID(as_uuid=True) if dialect.name == "postgresql" else sa.LargeBinary(16)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: uuid.UUID | None, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> uuid.UUID | None:
        return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(bytes=value)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware UTC moment as an integer of milliseconds since 1970: it sorts and compares, and is the same on every engine
    for figures, digests and JSON."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else to_millis(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else from_millis(value)


class Scaled(sa.types.TypeDecorator[Decimal]):
    """A decimal number as an integer of millionths: exact, and it sorts and compares."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return None if value is None else to_scaled(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else from_scaled(value)


class Yearly(sa.types.TypeDecorator[MonthDay]):
    """A day of the year as its text, "1985-05-12" or "--05-12"."""

    impl = sa.String(10)
    cache_ok = True

    def process_bind_param(self, value: MonthDay | None, dialect: sa.Dialect) -> Any:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> MonthDay | None:
        return None if value is None else MonthDay.parse(value)


class Several(sa.types.TypeDecorator[tuple[str, ...]]):
    """Some values of a pick-list as one text, a line for each."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: sa.Dialect) -> Any:
        return None if value is None else KINDS[FieldType.MULTI_CHOICE].store(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> tuple[str, ...] | None:
        return None if value is None else KINDS[FieldType.MULTI_CHOICE].load(value)


class Base(DeclarativeBase):
    """Declarative base with fixed constraint names."""

    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def office_in(options: Mapping[str, Any]) -> int:
    """The office that the execution options of a connection name (see `app.db.dialect.office_of`)."""
    return int(options.get("office", LOCAL_ORG))


def _office(context: Any) -> int:
    return office_in(context.execution_options)


class Keyed:
    """`(org_id, id)`: every table has it; org_id 1 is the local archive and costs no bytes."""

    org_id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, default=_office)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)


class Editable(Keyed):
    """A record a person edits: optimistic version, times, recycle bin."""

    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)


class Mergeable:
    """A record that may be merged into another one of its kind; then it stays in the recycle bin as an alias of that one."""

    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)


def merged_index(table: str) -> sa.Index:
    """The aliases of a record."""
    given = sa.text("merged_into_id IS NOT NULL")
    return sa.Index(f"ix_{table}_merged_into", "org_id", "merged_into_id", sqlite_where=given)


class Named:
    """A title with its order among Chinese names and its comparison form."""

    name: Mapped[str | None] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(400), default="")
    match_key: Mapped[str] = mapped_column(sa.String(200), default="")


def external_index(table: str) -> sa.Index:
    """The number in another system is unique where there is one."""
    given = sa.text("external_id IS NOT NULL")
    return sa.Index(f"uq_{table}_external_id", "org_id", "external_id", unique=True, sqlite_where=given)


#: for `__table_args__`: rows of this table are parts of another record and have no life of their own
PART = {"info": {"part": True}}


def reference(column: str, target: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    """A composite foreign key `(org_id, column)` → `target(org_id, id)`."""
    return sa.ForeignKeyConstraint(["org_id", column], [f"{target}.org_id", f"{target}.id"], ondelete=ondelete)


def live_index(name: str, *columns: str) -> sa.Index:
    """An index of live rows only: small, and covering for an ordered list of row numbers."""
    return sa.Index(name, "org_id", *columns, sqlite_where=sa.text(_LIVE))


# ---- how each engine makes a table -----------------------------------------------------------------------------------


@compiles(CreateTable, "sqlite")
def _with_row_number(element: CreateTable, compiler: Any, **kw: Any) -> str:
    ddl: str = compiler.visit_create_table(element, **kw)
    table = element.element
    if "id" in table.c and len(table.primary_key) == 2:
        head, tail = ddl.split("(", 1)
        key = next(line for line in tail.splitlines() if "PRIMARY KEY" in line)
        # rows that only belong to another row are never looked up by their own id: no index for it here
        tail = (
            re.sub(r",\s*\n\)", "\n)", tail.replace(f"{key}\n", ""))
            if table.info.get("part")
            else tail.replace(key, key.replace("PRIMARY KEY", "UNIQUE"))
        )
        ddl = f"{head}(\n\trid INTEGER PRIMARY KEY,{tail}"
    return ddl


@compiles(CreateTable, "postgresql")
def _with_numbered_rows(element: CreateTable, compiler: Any, **kw: Any) -> str:
    ddl: str = compiler.visit_create_table(element, **kw)
    table = element.element
    if "id" not in table.c or len(table.primary_key) != 2:
        return ddl
    # on SQLite two foreign keys may have one name
    ddl = re.sub(
        r"CONSTRAINT (\w+)_org_id FOREIGN KEY\(org_id, (\w+)\)", r"CONSTRAINT \1_\2 FOREIGN KEY(org_id, \2)", ddl
    )
    head, tail = ddl.split("(", 1)
    # parts are never asked for by their number, except the changes of the journal
    number = (
        ""
        if table.info.get("part") and table.name != "change"
        else f"\tCONSTRAINT uq_{table.name}_rid UNIQUE (org_id, rid), "
    )
    return f"{head}(\n\trid BIGINT GENERATED BY DEFAULT AS IDENTITY,\n{number}{tail}"


@compiles(CreateColumn, "postgresql")
def _in_byte_order(element: CreateColumn, compiler: Any, **kw: Any) -> str:
    """Text is ordered and compared by its bytes, as on SQLite, whatever the server's language."""
    ddl: str = compiler.visit_create_column(element, **kw)
    column = element.element
    if not isinstance(column.type, sa.String | Yearly | Several):
        return ddl
    kind = compiler.dialect.type_compiler_instance.process(column.type)
    return ddl.replace(kind, f'{kind} COLLATE "C"', 1)


@compiles(CreateIndex, "postgresql")
def _with_row_number_at_the_end(element: CreateIndex, compiler: Any, **kw: Any) -> str:
    """Nothing is the least value, as on SQLite; an index of live rows has their numbers, which SQLite's have anyway."""
    index = element.element
    quote = compiler.preparer.quote
    parts = [quote(c.name) + ("" if c.name == "org_id" else " NULLS FIRST") for c in index.columns]
    where = index.dialect_options["sqlite"]["where"]
    if where is not None and str(where) == _LIVE:
        parts.append("rid")
    unique = "UNIQUE " if index.unique else ""
    of = "" if where is None else f" WHERE {where}"
    return f"CREATE {unique}INDEX {quote(index.name)} ON {compiler.preparer.format_table(index.table)} ({', '.join(parts)}){of}"
