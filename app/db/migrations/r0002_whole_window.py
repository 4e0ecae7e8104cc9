"""Deals, orders, tickets and what belongs to them: their tables and search indexes; phones of leads; lunar birthdays."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.migrations.tables import add_missing, columns_of
from app.models import Base

revision = 2

#: (table, column) added to tables that were there before
_COLUMNS = (("activity", "deal_id"), ("contact", "birthday_lunar"), ("customer", "birthday_lunar"))


def upgrade(connection: sa.Connection) -> None:
    """Make what an archive of revision 1 lacks; an archive made whole has it already."""
    add_missing(connection, _COLUMNS)
    if "lead_id" not in columns_of(connection, "contact_point"):
        _rebuild(connection, "contact_point")


def _rebuild(connection: sa.Connection, table: str) -> None:
    """Make the table anew as the models say, with all its rows."""
    kept = ", ".join(columns_of(connection, table))
    connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_before")
    for (index,) in connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type='index' AND tbl_name=? AND sql IS NOT NULL", (f"{table}_before",)
    ).all():
        connection.exec_driver_sql(f"DROP INDEX {index}")
    Base.metadata.tables[table].create(connection)
    connection.exec_driver_sql(f"INSERT INTO {table}({kept}) SELECT {kept} FROM {table}_before")
    connection.exec_driver_sql(f"DROP TABLE {table}_before")
