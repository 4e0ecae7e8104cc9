"""The search index: one entry per record, kept right by triggers and drained before every commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.core.jobs import Job
from app.db.dialect import Entry, dialect_of
from app.db.search_sources import SEARCHED
from app.db.search_text import entry_rows

if TYPE_CHECKING:
    from app.db.archive import Archive


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
    """How many live records lack an entry (or entries lack a record), all tables together."""
    missing = 0
    for table in SEARCHED:
        live = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL").scalar_one()
        missing += abs(live - dialect_of(connection).search.count(connection, table))
    return missing


def rebuild(connection: sa.Connection, job: Job) -> int:
    """Throw the index away and make it anew; returns the number of entries."""
    made, index = 0, dialect_of(connection).search
    for table in SEARCHED:
        index.clear(connection, table)
        total = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        last = 0
        while True:
            after = sa.text(f"SELECT rid FROM {table} WHERE rid > :last ORDER BY rid LIMIT 2000")
            part = list(connection.execute(after, {"last": last}).scalars())
            if not part:
                break
            rows = entry_rows(connection, table, part)
            index.write(connection, table, rows)
            made, last = made + len(rows), part[-1]
            job.progress(t("正在重建搜索索引"), made, total)
    return made


def live_counts(archive: Archive) -> dict[str, int]:
    """Live records per entity that is neither a pick-list nor a part, whatever the rights (for checks of copies)."""
    with archive.engine.connect() as connection:
        return {
            entity.key: int(
                connection.exec_driver_sql(f"SELECT count(*) FROM {entity.table} WHERE deleted_at IS NULL").scalar_one()
            )
            for entity in BUILT_IN
            if not entity.shared and not entity.parent
        }
