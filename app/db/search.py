"""The search index: one entry per record, kept right by triggers and drained before every commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import sqlalchemy as sa

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.core.jobs import Job
from app.db import schema
from app.db.dialect import Entry, dialect_of
from app.db.engine import writing
from app.db.header_file import Step, no_step
from app.db.search_sources import SEARCHED, mark_sources, noted_sources, outdated_tables
from app.db.search_text import entry_rows


def write_entries(connection: sa.Connection, table: str, rows: Sequence[Entry]) -> None:
    """Add entries for new rows (rid, han, py, gram)."""
    dialect_of(connection).search.write(connection, table, rows)


def pause(connection: sa.Connection) -> None:
    """The triggers that mark entries stale are quiet from here on, until `resume` or the end of the transaction."""
    dialect_of(connection).search.pause(connection)


def resume(connection: sa.Connection) -> None:
    """The triggers speak again."""
    dialect_of(connection).search.resume(connection)


def mark(connection: sa.Connection, table: str, records: Sequence[bytes]) -> None:
    """The entries of these records are stale."""
    dialect_of(connection).search.mark(connection, table, records)


def drain(connection: sa.Connection) -> int:
    """Bring the entries of all stale rows up to date; call before every commit of a unit of work. Returns how many."""
    done, index = 0, dialect_of(connection).search
    for table, stale in index.take_stale(connection):
        for start in range(0, len(stale), 2000):
            part = stale[start : start + 2000]
            index.forget(connection, table, part)
            index.write(connection, table, entry_rows(connection, table, part))
        done += len(stale)
    return done


def unindexed(connection: sa.Connection) -> int:
    """How many live records lack an entry, entries lack a live record, and records have one made of other columns."""
    missing, noted, index = 0, noted_sources(connection), dialect_of(connection).search
    for table, sources in SEARCHED.items():
        live = f"SELECT rid FROM {table} WHERE deleted_at IS NULL"
        entries = index.entries(connection, table)
        other = noted.get(table, sources.mark) != sources.mark
        wrong = (live,) if other else (f"{live} EXCEPT {entries}", f"{entries} EXCEPT {live}")
        counts = (f"SELECT count(*) FROM ({sql}) AS wrong" for sql in wrong)
        missing += sum(connection.exec_driver_sql(sql).scalar_one() for sql in counts)
    return missing


def freshen(engine: sa.Engine, job: Job, step: Step = no_step) -> list[str]:
    """Make the index of those tables anew that were indexed by other columns than today, with the triggers that keep it;
    all or nothing. Returns the tables."""
    with engine.connect() as connection:
        if not outdated_tables(connection) and not schema.outdated_triggers(connection):
            return []
    with writing(engine).begin() as connection:
        schema.renew_triggers(connection)
        tables = outdated_tables(connection)
        rebuild(connection, job, tables, step)
        step("search:before commit")
    step("search:committed")
    return tables


def rebuild(connection: sa.Connection, job: Job, tables: Iterable[str] = SEARCHED, step: Step = no_step) -> int:
    """Throw the index of these tables away and make it anew; returns the number of entries."""
    tables, made, seen, index = tuple(tables), 0, 0, dialect_of(connection).search
    counted = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}
    for table in tables:
        index.clear(connection, table)
        last = 0
        while part := _next_rows(connection, table, last):
            rows = entry_rows(connection, table, part)
            index.write(connection, table, rows)
            made, seen, last = made + len(rows), seen + len(part), part[-1]
            job.progress(t("正在重建搜索索引"), seen, sum(counted.values()))
        step(f"search:{table}")
    mark_sources(connection, tables)
    return made


def _next_rows(connection: sa.Connection, table: str, last: int) -> list[int]:
    after = sa.text(f"SELECT rid FROM {table} WHERE rid > :last ORDER BY rid LIMIT 2000")
    return list(connection.execute(after, {"last": last}).scalars())


class WithEngine(Protocol):
    """An open archive, as far as counting needs one."""

    engine: sa.Engine


def live_counts(archive: WithEngine) -> dict[str, int]:
    """Live records per entity that is neither a pick-list nor a part, whatever the rights (for checks of copies).

    Of kinds that an archive of an earlier revision does not have yet there are none.
    """
    with archive.engine.connect() as connection:
        there = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars())
        return {
            entity.key: int(
                connection.exec_driver_sql(f"SELECT count(*) FROM {entity.table} WHERE deleted_at IS NULL").scalar_one()
            )
            for entity in BUILT_IN
            if not entity.shared and not entity.parent and entity.table in there
        }
