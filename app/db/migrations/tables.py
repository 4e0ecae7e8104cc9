"""What revisions that add to the schema share: missing tables, columns with their indexes, search indexes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app.db.schema import search_tables
from app.db.search_sources import SEARCHED
from app.models import Base


def add_missing(connection: sa.Connection, columns: Iterable[tuple[str, str]]) -> None:
    """Make the tables, columns and search indexes that the models have and the archive lacks."""
    there = set(sa.inspect(connection).get_table_names())
    Base.metadata.create_all(connection, tables=[x for x in Base.metadata.sorted_tables if x.name not in there])
    for table, column in columns:
        _add_column(connection, table, column)
    for ddl in search_tables(name for name in SEARCHED if f"{name}_search" not in there):
        connection.exec_driver_sql(ddl)


def columns_of(connection: sa.Connection, table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]


def _add_column(connection: sa.Connection, table: str, name: str) -> None:
    if name in columns_of(connection, table):
        return
    model = Base.metadata.tables[table]
    column = model.c[name]
    kind = column.type.compile(connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for index in model.indexes:
        if name in index.columns:
            index.create(connection)
