"""SQLCipher: one file, one writer, row numbers that are the tables' own key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles

from app.db.dialect import Row, expressions, office_of
from app.db.dialect.sqlite_search import Fts5

#: rows of an index that `analyze` looks at: enough for the planner, and quick on a million
_ANALYSIS = 1_000


class Sqlite:
    """The local archive. Stored primitives are what the columns hold."""

    name = "sqlite"
    one_office = True
    search = Fts5()

    def insert(
        self,
        connection: sa.Connection,
        table: sa.Table,
        names: Sequence[str],
        rows: Sequence[Row],
        *,
        new: bool = False,
    ) -> None:
        if rows:
            marks = ",".join("?" * len(names))
            office = office_of(connection)
            known = " ON CONFLICT DO NOTHING" if new else ""
            connection.exec_driver_sql(
                f"INSERT INTO {_name(table)}(org_id,{','.join(names)}) VALUES({office},{marks}){known}",
                list(map(tuple, rows)),
            )

    def update(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        sets = ", ".join(f"{name}=?" for name in names)
        done = connection.exec_driver_sql(
            f"UPDATE {_name(table)} SET {sets} WHERE org_id={office_of(connection)} AND id=? AND version=?",
            list(map(tuple, rows)),
        )
        return done.rowcount

    def delete(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        if rows:
            which = " AND ".join(f"{name}=?" for name in names)
            connection.exec_driver_sql(
                f"DELETE FROM {_name(table)} WHERE org_id={office_of(connection)} AND {which}", list(map(tuple, rows))
            )

    def insert_into(self, table: sa.Table) -> Any:
        return sqlite.insert(table)

    def reserve(self, connection: sa.Connection, table: sa.Table, count: int) -> int:
        top = connection.exec_driver_sql(f"SELECT coalesce(max(rid), 0) FROM {_name(table)}").scalar_one()
        return int(top) + 1

    def hold(self, connection: sa.Connection, table: sa.Table, record: bytes) -> None:
        """There is one writer at a time."""

    def analyze(self, connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
        connection.exec_driver_sql(f"PRAGMA analysis_limit={_ANALYSIS}")
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {_name(table)}")

    def stopper(self, connection: sa.Connection) -> Callable[[], None]:
        driver: Any = connection.connection.driver_connection
        stop: Callable[[], None] = driver.interrupt
        return stop


DIALECT = Sqlite()


def _name(table: sa.Table) -> str:
    return f'"{table.name}"'


# ---- the words -------------------------------------------------------------------------------------------------------


_spelt = partial(expressions.spell, "sqlite")
_spelt(expressions.IdBytes, "{}")
_spelt(expressions.IsoDay, "{}")
_spelt(expressions.ZeroOne, "{}")
_spelt(expressions.Apart, "+{}")
_spelt(expressions.CompactDay, "replace({}, '-', '')")
_spelt(expressions.Joined, "group_concat({})")
_spelt(expressions.Holds, "instr({}) > 0")
_spelt(expressions.Total, "sum({})")
_spelt(expressions.PackedNumbers, "group_concat({})")
_spelt(expressions.PackedIds, "group_concat(hex({}), '')")
_spelt(expressions.PackedOnce, "group_concat(DISTINCT hex({}))")


@compiles(expressions.Numbers, "sqlite")
def _numbers(element: expressions.Numbers, compiler: Any, **kw: Any) -> str:
    shape = ",".join(["%s"] * len(element.clauses))
    return f"printf('{shape}', {compiler.process(element.clauses, **kw)})"


@compiles(expressions.Like, "sqlite")
def _like(element: expressions.Like, compiler: Any, **kw: Any) -> str:
    column, pattern = element.clauses
    return f"({compiler.process(column, **kw)} LIKE {compiler.process(pattern, **kw)} ESCAPE '/')"


@compiles(expressions.Among, "sqlite")
def _among(element: expressions.Among, compiler: Any, **kw: Any) -> str:
    column, listed = element.clauses
    value = "unhex(value)" if isinstance(listed.type, expressions.Ids) else "value"
    return f"({compiler.process(column, **kw)} IN (SELECT {value} FROM json_each({compiler.process(listed, **kw)})))"
