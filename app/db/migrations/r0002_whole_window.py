"""Deals, orders, tickets and what belongs to them: their tables and search indexes; phones of leads; lunar birthdays."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.schema import search_tables
from app.db.search_sources import SEARCHED
from app.models import Base

revision = 2

#: (table, column) added to tables that were there before
_COLUMNS = (("activity", "deal_id"), ("contact", "birthday_lunar"), ("customer", "birthday_lunar"))


def upgrade(connection: sa.Connection) -> None:
    """Make what an archive of revision 1 lacks; an archive made whole has it already."""
    there = set(sa.inspect(connection).get_table_names())
    Base.metadata.create_all(connection, tables=[x for x in Base.metadata.sorted_tables if x.name not in there])
    for table, column in _COLUMNS:
        _add_column(connection, table, column)
    if "lead_id" not in _columns(connection, "contact_point"):
        _rebuild(connection, "contact_point")
    for ddl in search_tables(name for name in SEARCHED if f"{name}_search" not in there):
        connection.exec_driver_sql(ddl)


def _columns(connection: sa.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]


def _add_column(connection: sa.Connection, table: str, name: str) -> None:
    if name in _columns(connection, table):
        return
    model = Base.metadata.tables[table]
    column = model.c[name]
    kind = column.type.compile(connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for index in model.indexes:
        if name in index.columns:
            index.create(connection)


def _rebuild(connection: sa.Connection, table: str) -> None:
    """Make the table anew as the models say, with all its rows."""
    kept = ", ".join(_columns(connection, table))
    connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_before")
    for (index,) in connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type='index' AND tbl_name=? AND sql IS NOT NULL", (f"{table}_before",)
    ).all():
        connection.exec_driver_sql(f"DROP INDEX {index}")
    Base.metadata.tables[table].create(connection)
    connection.exec_driver_sql(f"INSERT INTO {table}({kept}) SELECT {kept} FROM {table}_before")
    connection.exec_driver_sql(f"DROP TABLE {table}_before")
