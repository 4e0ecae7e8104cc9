"""SQLCipher: one file, one writer, row numbers that are the tables' own key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.db.dialect import Row, office_of


class Sqlite:
    """The local archive. Stored primitives are what the columns hold."""

    name = "sqlite"

    def insert(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        if rows:
            marks = ",".join("?" * len(names))
            office = office_of(connection)
            connection.exec_driver_sql(
                f"INSERT INTO {table.name}(org_id,{','.join(names)}) VALUES({office},{marks})", list(map(tuple, rows))
            )

    def update(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        sets = ", ".join(f"{name}=?" for name in names)
        done = connection.exec_driver_sql(
            f"UPDATE {table.name} SET {sets} WHERE org_id={office_of(connection)} AND id=? AND version=?",
            list(map(tuple, rows)),
        )
        return done.rowcount

    def delete(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        if rows:
            which = " AND ".join(f"{name}=?" for name in names)
            connection.exec_driver_sql(
                f"DELETE FROM {table.name} WHERE org_id={office_of(connection)} AND {which}", list(map(tuple, rows))
            )

    def insert_into(self, table: sa.Table) -> Any:
        return sqlite.insert(table)

    def reserve(self, connection: sa.Connection, table: sa.Table, count: int) -> int:
        top = connection.exec_driver_sql(f"SELECT coalesce(max(rid), 0) FROM {table.name}").scalar_one()
        return int(top) + 1


DIALECT = Sqlite()
