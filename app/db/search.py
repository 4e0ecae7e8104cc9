"""The search index: one entry per record, kept right by triggers and drained before every commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.core.jobs import Job
from app.db.dialect import office_of
from app.db.schema import search_table
from app.db.search_sources import SEARCHED
from app.db.search_text import entry_rows

if TYPE_CHECKING:
    from app.db.archive import Archive


def write_entries(connection: Any, table: str, rows: Sequence[tuple[int, str, str, str]]) -> None:
    """Add entries for new rows (rid, han, py, gram)."""
    if rows:
        name = search_table(table)
        connection.exec_driver_sql(f"INSERT INTO {name}(rowid, han, py, gram) VALUES(?,?,?,?)", list(rows))


def pause(connection: Any) -> None:
    """The triggers that mark entries stale are quiet from here on, until `resume` or the end of the transaction."""
    connection.exec_driver_sql("INSERT OR IGNORE INTO search_paused(one) VALUES(1)")


def resume(connection: Any) -> None:
    """The triggers speak again."""
    connection.exec_driver_sql("DELETE FROM search_paused")


def mark(connection: Any, table: str, records: Sequence[bytes]) -> None:
    """The entries of these records are stale."""
    connection.exec_driver_sql(
        f"INSERT OR IGNORE INTO {table}_dirty(rid) SELECT rid FROM {table} WHERE org_id={office_of(connection)} AND id=?",
        [(key,) for key in records],
    )


def drain(connection: Any) -> int:
    """Bring the entries of all stale rows up to date; call before every commit of a unit of work. Returns how many."""
    done = 0
    for table in SEARCHED:
        stale = [r[0] for r in connection.exec_driver_sql(f"DELETE FROM {table}_dirty RETURNING rid")]
        for start in range(0, len(stale), 2000):
            part = stale[start : start + 2000]
            connection.exec_driver_sql(f"DELETE FROM {table}_search WHERE rowid=?", [(rid,) for rid in part])
            rows = entry_rows(connection, table, part)
            if rows:
                write_entries(connection, table, rows)
        done += len(stale)
    return done


def unindexed(connection: Any) -> int:
    """How many live records lack an entry (or entries lack a record), all tables together."""
    missing = 0
    for table in SEARCHED:
        live = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL").scalar_one()
        entries = connection.exec_driver_sql(f"SELECT count(*) FROM {table}_search_docsize").scalar_one()
        missing += abs(live - entries)
    return missing


def rebuild(connection: Any, job: Job) -> int:
    """Throw the index away and make it anew; returns the number of entries."""
    made = 0
    for table in SEARCHED:
        connection.exec_driver_sql(f"INSERT INTO {table}_search({table}_search) VALUES('delete-all')")
        connection.exec_driver_sql(f"DELETE FROM {table}_dirty")
        total = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        last = 0
        while True:
            part = [r[0] for r in connection.exec_driver_sql(
                f"SELECT rid FROM {table} WHERE rid > ? ORDER BY rid LIMIT 2000", (last,)
            )]  # fmt: skip
            if not part:
                break
            rows = entry_rows(connection, table, part)
            if rows:
                write_entries(connection, table, rows)
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
