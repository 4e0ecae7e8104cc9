"""The seam between the store and the engine under it: what SQLCipher and PostgreSQL do differently, and nothing else.

Everything above speaks SQLAlchemy with the words of `expressions`, or hands rows of *stored primitives* down: an id is 16
bytes, a moment whole milliseconds since 1970 UTC, a day ISO text, a truth value 0 or 1, an amount minor units, a number
millionths, a text str. These are what SQLite keeps; a dialect whose columns are of other types converts by column.

`office_of` tells whose rows a connection works on: the scope of a unit of work, part of every key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.search_tokens import Query
from app.models.base import office_in

#: one row of stored primitives, in the order of the column names given with it
Row = Sequence[Any]
#: (row number, han, py, gram): a record's search entry
Entry = tuple[int, str, str, str]


@dataclass(frozen=True)
class Hits:
    """A search index as something to walk through: entries of `source` that fulfil `where`, by their row number."""

    source: sa.FromClause
    rid: sa.ColumnElement[int]
    where: sa.ColumnElement[bool]


class SearchIndex(Protocol):
    """One engine's index over the tokens of `app.db.search_tokens`, one entry per live record of a searched table.

    Changed rows are marked stale by the engine's triggers; `app.db.search.drain` writes their entries anew before a commit.
    """

    def matching(self, table: str, rid: Any, query: Query, office: int) -> sa.ColumnElement[bool]:
        """The condition that the record's entry matches."""

    def walk(self, table: str, query: Query, office: int) -> Hits | None:
        """The hits in the order of their row numbers, where that is quicker than asking each record; else None."""

    def write(self, connection: sa.Connection, table: str, entries: Sequence[Entry]) -> None:
        """Add entries of records that have none."""

    def forget(self, connection: sa.Connection, table: str, rids: Sequence[int]) -> None:
        """Take the entries of these records out."""

    def take_stale(self, connection: sa.Connection) -> Iterator[tuple[str, list[int]]]:
        """(table, row numbers) marked stale in this transaction; they are unmarked."""

    def mark(self, connection: sa.Connection, table: str, records: Sequence[bytes]) -> None:
        """Mark these records stale by hand."""

    def pause(self, connection: sa.Connection) -> None:
        """Changed rows are not marked from here on, until `resume` or the end of the transaction."""

    def resume(self, connection: sa.Connection) -> None:
        """Changed rows are marked again."""

    def entries(self, connection: sa.Connection, table: str) -> str:
        """A query for the row numbers that have an entry."""

    def clear(self, connection: sa.Connection, table: str) -> None:
        """Throw all entries and marks of a table away."""


class Dialect(Protocol):
    """One engine's way of doing what the store asks for."""

    name: str
    #: a file holds one office: a condition on it narrows nothing and only misleads the planner
    one_office: bool

    @property
    def search(self) -> SearchIndex:
        """The index over what people look for."""

    def insert(
        self,
        connection: sa.Connection,
        table: sa.Table,
        names: Sequence[str],
        rows: Sequence[Row],
        *,
        new: bool = False,
    ) -> None:
        """Insert rows; the office's number is added to each. `new`: rows that are there already are passed over."""

    def update(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> int:
        """Set the columns of single records; a row is (*values, id, version the record must have). Returns how many
        records had that version. The version itself is among `names` where it is to change."""

    def delete(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete the office's rows whose columns `names` have these values, row by row."""

    def insert_into(self, table: sa.Table) -> Any:
        """An INSERT that may say `on_conflict_do_update` and `on_conflict_do_nothing`."""

    def reserve(self, connection: sa.Connection, table: sa.Table, count: int) -> int:
        """The first of `count` row numbers in sequence that the caller will use in `insert` as `rid`."""

    def hold(self, connection: sa.Connection, table: sa.Table, record: bytes) -> None:
        """Let nobody else write what hangs on this record before the transaction ends."""

    def analyze(self, connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
        """Bring the planner's statistics of these tables up to date; for the end of bulk work."""

    def stopper(self, connection: sa.Connection) -> Callable[[], None]:
        """What stops, called from another thread, whatever runs on this connection; there it ends in a DBAPIError."""


class Store(Protocol):
    """What units of work and services stand on: an open archive file, or a server's database."""

    engine: sa.Engine
    read_only: bool

    @property
    def office(self) -> int:
        """Whose rows units of work read and write."""

    def session(self, *, write: bool = False) -> Session:
        """A session of its own; with `write` it may change things."""

    @property
    def chain_key(self) -> bytes:
        """The key of the audit chains."""


def dialect_of(connection: sa.Connection) -> Dialect:
    """The seam for this connection's engine."""
    if connection.dialect.name == "postgresql":
        from app.db.dialect import postgres

        return postgres.DIALECT
    from app.db.dialect import sqlite

    return sqlite.DIALECT


def office_of(connection: sa.Connection) -> int:
    """The number of the office whose rows this connection works on."""
    return office_in(connection.get_execution_options())
