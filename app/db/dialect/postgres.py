"""PostgreSQL: many writers, native types, row numbers given by the server (a sequence that is no key)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles

from app.db.dialect import Row, expressions, office_of
from app.db.dialect.postgres_search import Grams
from app.models.base import Uuid

#: from so many rows on they are sent as one stream instead of one statement each
_STREAM = 20


class Postgres:
    """A server's database. Stored primitives are converted by the type of their column."""

    name = "postgresql"
    one_office = False
    search = Grams()

    def insert(
        self,
        connection: sa.Connection,
        table: sa.Table,
        names: Sequence[str],
        rows: Sequence[Row],
        *,
        new: bool = False,
    ) -> None:
        if not rows:
            return
        columns = ["org_id", *names]
        converted = _converted(table, names, rows)
        office = office_of(connection)
        if len(converted) >= _STREAM and not new:
            cursor = connection.connection.cursor()
            listed = ", ".join(columns)
            with cursor, cursor.copy(f"COPY {_name(connection, table)} ({listed}) FROM STDIN") as copy:  # type: ignore[attr-defined]
                for row in converted:
                    copy.write_row((office, *row))
            return
        marks = ", ".join(["%s"] * len(columns))
        known = " ON CONFLICT DO NOTHING" if new else ""
        connection.exec_driver_sql(
            f"INSERT INTO {_name(connection, table)} ({', '.join(columns)}) VALUES ({marks}){known}",
            [(office, *row) for row in converted],
        )

    def update(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        given = [f"new_{name}" for name in names]
        sets = ", ".join(f"{name} = v.{new}" for name, new in zip(names, given, strict=True))
        source, values = _table_of(connection, table, [*names, "id", "version"], [*given, "id", "version"], rows)
        done = connection.exec_driver_sql(
            f"UPDATE {_name(connection, table)} AS t SET {sets} FROM {source} "
            "WHERE t.org_id = %s AND t.id = v.id AND t.version = v.version",
            (*values, office_of(connection)),
        )
        return int(done.rowcount)

    def delete(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        if rows:
            source, values = _table_of(connection, table, names, names, rows)
            which = " AND ".join(f"t.{name} = v.{name}" for name in names)
            connection.exec_driver_sql(
                f"DELETE FROM {_name(connection, table)} AS t USING {source} WHERE t.org_id = %s AND {which}",
                (*values, office_of(connection)),
            )

    def reserve(self, connection: sa.Connection, table: sa.Table, count: int) -> int:
        numbers = (
            "SELECT min(n), max(n) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'rid')) AS n "
            "FROM generate_series(1, %s)) AS given"
        )
        while True:  # somebody else may have taken a number in between
            first, last = connection.exec_driver_sql(numbers, (_name(connection, table), count)).one()
            if last - first + 1 == count:
                return int(first)

    def insert_into(self, table: sa.Table) -> Any:
        return postgresql.insert(table)

    def hold(self, connection: sa.Connection, table: sa.Table, record: bytes) -> None:
        connection.exec_driver_sql(
            f"SELECT 1 FROM {_name(connection, table)} WHERE org_id = %s AND id = %s FOR UPDATE",
            (office_of(connection), record.hex()),
        )

    def analyze(self, connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {_name(connection, table)}")

    def stopper(self, connection: sa.Connection) -> Callable[[], None]:
        driver: Any = connection.connection.driver_connection
        stop: Callable[[], None] = driver.cancel_safe
        return stop


DIALECT = Postgres()


def _name(connection: sa.Connection, table: sa.Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


# ---- stored primitives by the type of their column -------------------------------------------------------------------


def _converter(column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Uuid):
        return lambda key: None if key is None else key.hex()
    if isinstance(column.type, sa.Boolean):
        return lambda truth: None if truth is None else bool(truth)
    if isinstance(column.type, sa.JSON):  # SQLite keeps a bare number as one
        return lambda text: text if text is None or isinstance(text, str) else json.dumps(text)
    return None


def _converted(table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows as psycopg sends them; days, amounts, numbers, moments and texts are taken as they are."""
    if not names:
        return [()] * len(rows)
    columns: list[Iterable[Any]] = []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        change = None if name == "rid" else _converter(table.c[name])
        columns.append(values if change is None else map(change, values))
    return list(zip(*columns, strict=True))


def _table_of(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], called: Sequence[str], rows: Sequence[Row]
) -> tuple[str, list[list[Any]]]:
    """The rows as a table `v` of one array a column: (SQL, parameters)."""
    kinds = [table.c[name].type.compile(connection.dialect).partition("(")[0] for name in names]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    values = [list(column) for column in zip(*_converted(table, names, rows), strict=True)]
    return f"unnest({arrays}) AS v({', '.join(called)})", values


# ---- the words -------------------------------------------------------------------------------------------------------


_spelt = partial(expressions.spell, "postgresql")
_spelt(expressions.IdBytes, "uuid_send({})")
_spelt(expressions.IsoDay, "CAST({} AS TEXT)")
_spelt(expressions.ZeroOne, "CAST({} AS INTEGER)")
_spelt(expressions.Apart, "{}")
_spelt(expressions.CompactDay, "to_char({}, 'YYYYMMDD')")
_spelt(expressions.Numbers, "concat_ws(',', {})")
_spelt(expressions.Joined, "string_agg(CAST({} AS TEXT), ',')")
_spelt(expressions.Holds, "strpos({}) > 0")
_spelt(expressions.Total, "CAST(sum({}) AS BIGINT)")
_spelt(expressions.PackedNumbers, "string_agg(int8send({}), ''::bytea)")
_spelt(expressions.PackedIds, "string_agg(uuid_send({}), ''::bytea)")
_spelt(expressions.PackedOnce, "string_agg(DISTINCT uuid_send({}), ''::bytea)")


@compiles(expressions.Like, "postgresql")
def _like(element: expressions.Like, compiler: Any, **kw: Any) -> str:
    # the columns' collation "C" knows only the letters of ASCII by their case
    column, pattern = element.clauses
    return f"({compiler.process(column, **kw)} ILIKE {compiler.process(pattern, **kw)} ESCAPE '/')"


@compiles(expressions.Among, "postgresql")
def _among(element: expressions.Among, compiler: Any, **kw: Any) -> str:
    column, listed = element.clauses
    return f"({compiler.process(column, **kw)} = ANY({compiler.process(listed, **kw)}))"
