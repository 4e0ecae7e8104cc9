"""The seam between the store and the engine under it: what SQLCipher and PostgreSQL do differently, and nothing else.

Everything above speaks SQLAlchemy, or hands rows of *stored primitives* down: an id is 16 bytes, a moment whole milliseconds
since 1970 UTC, a day ISO text, a truth value 0 or 1, an amount minor units, a number millionths, a text str. These are what
SQLite keeps; a dialect whose columns are of other types converts by column.

`office_of` tells whose rows a connection works on: the scope of a unit of work, part of every key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from app.models.base import LOCAL_ORG

#: one row of stored primitives, in the order of the column names given with it
Row = Sequence[Any]


class Dialect(Protocol):
    """One engine's way of doing what the store asks for."""

    name: str

    def insert(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows; the office's number is added to each."""

    def update(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> int:
        """Set the columns of single records; a row is (*values, id, version the record must have). Returns how many
        records had that version. The version itself is among `names` where it is to change."""

    def delete(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete the office's rows whose columns `names` have these values, row by row."""

    def insert_into(self, table: sa.Table) -> Any:
        """An INSERT that may say `on_conflict_do_update` and `on_conflict_do_nothing`."""

    def reserve(self, connection: sa.Connection, table: sa.Table, count: int) -> int:
        """The first of `count` row numbers in sequence that the caller will use in `insert` as `rid`."""


def dialect_of(connection: sa.Connection) -> Dialect:
    """The seam for this connection's engine."""
    from app.db.dialect import sqlite

    return sqlite.DIALECT


def office_of(connection: sa.Connection) -> int:
    """The number of the office whose rows this connection works on."""
    return int(connection.get_execution_options().get("office", LOCAL_ORG))
