"""The search index of an archive file: contentless FTS5 tables, one per searched table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.db.dialect import Entry, Hits, office_of
from app.db.search_sources import SEARCHED
from app.db.search_tokens import Phrase, Query


def match_text(query: Query) -> str:
    """The query in FTS5's words. Quotes make every token a literal: nothing typed is read as syntax."""
    return " AND ".join("(" + " OR ".join(map(_phrase, ways)) + ")" for ways in query)


def _phrase(phrase: Phrase) -> str:
    return f'{phrase.column}:"{" ".join(phrase.tokens)}"' + ("*" if phrase.prefix else "")


def _index(table: str) -> str:
    return f"{table}_search"


class Fts5:
    """Entries by the row numbers of their records."""

    def matching(self, table: str, rid: Any, query: Query, office: int) -> sa.ColumnElement[bool]:
        hits = self.walk(table, query, office)
        found: sa.ColumnElement[bool] = rid.in_(sa.select(hits.rid).select_from(hits.source).where(hits.where))
        return found

    def walk(self, table: str, query: Query, office: int) -> Hits:
        rowid: sa.ColumnClause[int] = sa.column("rowid", sa.BigInteger)
        source = sa.table(_index(table), rowid)
        fits: Any = sa.literal_column(_index(table)).op("MATCH")(match_text(query))
        return Hits(source, source.c.rowid, fits)

    def write(self, connection: sa.Connection, table: str, entries: Sequence[Entry]) -> None:
        if entries:
            connection.exec_driver_sql(
                f"INSERT INTO {_index(table)}(rowid, han, py, gram) VALUES(?,?,?,?)", list(entries)
            )

    def forget(self, connection: sa.Connection, table: str, rids: Sequence[int]) -> None:
        if rids:
            connection.exec_driver_sql(f"DELETE FROM {_index(table)} WHERE rowid=?", [(rid,) for rid in rids])

    def take_stale(self, connection: sa.Connection) -> Iterator[tuple[str, list[int]]]:
        for table in SEARCHED:
            stale = [row[0] for row in connection.exec_driver_sql(f"DELETE FROM {table}_dirty RETURNING rid")]
            if stale:
                yield table, stale

    def mark(self, connection: sa.Connection, table: str, records: Sequence[bytes]) -> None:
        if records and table in SEARCHED:
            connection.exec_driver_sql(
                f"INSERT INTO {table}_dirty(rid) "
                f"SELECT rid FROM {table} WHERE org_id={office_of(connection)} AND id=? ON CONFLICT DO NOTHING",
                [(key,) for key in records],
            )

    def pause(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("INSERT INTO search_paused(one) VALUES(1) ON CONFLICT DO NOTHING")

    def resume(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("DELETE FROM search_paused")

    def entries(self, connection: sa.Connection, table: str) -> str:
        return f"SELECT id FROM {_index(table)}_docsize"

    def clear(self, connection: sa.Connection, table: str) -> None:
        connection.exec_driver_sql(f"INSERT INTO {_index(table)}({_index(table)}) VALUES('delete-all')")
        connection.exec_driver_sql(f"DELETE FROM {table}_dirty")
