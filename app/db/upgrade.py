"""Bring an archive's schema to this program's version: a new one is made whole, an older one runs what it lacks.

Order of steps, each learnt from a measured loss: backup by the caller → foreign keys OFF before BEGIN → run the revisions in
one IMMEDIATE transaction → triggers that went with a rebuilt table made again → foreign_key_check, row counts, nothing
strange in the schema → commit → foreign keys ON. A newer archive is refused. A revision that removes tables on purpose
names them in its `drops`. Alembic gives the operations; the order, the transaction and the checks are ours.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from app.core.i18n import t
from app.core.jobs import Job
from app.db import schema
from app.db.header_file import Step, no_step
from app.db.interrupt import stopped_by
from app.db.migrations import LATEST, Revision, after
from app.errors import EnvironmentProblem

log = logging.getLogger(__name__)


def version_of(connection: sa.Connection) -> int:
    """The archive's schema revision; 0 = empty."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def check_known(engine: sa.Engine) -> int:
    """The archive's revision; raises EnvironmentProblem when it is newer than this program."""
    with engine.connect() as connection:
        found = version_of(connection)
    if found > LATEST:
        raise EnvironmentProblem(
            t(
                "这个档案由更新版本的客档通写成（结构版本 {found}，本程序支持到 {known}）。请先升级程序。",
                found=found,
                known=LATEST,
            )
        )
    return found


def create(engine: sa.Engine, step: Step = no_step) -> None:
    """The schema of an empty archive, whole; all or nothing."""
    with _changing(engine, step) as connection:
        schema.create(connection)
        connection.exec_driver_sql(f"PRAGMA user_version={LATEST}")


def upgrade(engine: sa.Engine, *, more: Sequence[Revision] = (), step: Step = no_step, job: Job | None = None) -> int:
    """Run the missing revisions, and `more` after ours; all or nothing, also when the job is cancelled. Returns the
    revision reached."""
    with engine.connect() as connection:
        before = version_of(connection)
    todo = [*after(before), *(r for r in more if r.revision > before)]
    if not todo:
        return before
    with _changing(engine, step) as connection, stopped_by(job := job or Job(), connection):
        _run(connection, todo, step, job)
    log.info("schema of revision %d brought to %d", before, todo[-1].revision)
    return todo[-1].revision


@contextlib.contextmanager
def _changing(engine: sa.Engine, step: Step) -> Iterator[sa.Connection]:
    """A connection inside the one transaction in which a schema changes, without foreign keys acting meanwhile."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")  # a rebuilt table takes its old name
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            step("migrate:begun")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            step("migrate:before commit")
            connection.exec_driver_sql("COMMIT")
            step("migrate:committed")
        finally:
            connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _run(connection: sa.Connection, todo: Sequence[Revision], step: Step, job: Job) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    counts = _counts(connection)
    operations = Operations(MigrationContext.configure(connection))
    for place, revision in enumerate(todo):
        job.progress(t("正在升级档案"), place, len(todo))
        name = revision.__name__.rsplit(".", 1)[-1]
        with _named_statements(connection, name, step):
            revision.upgrade(operations)
        step(f"migrate:{name}")
    schema.renew_triggers(connection)
    step("migrate:triggers")
    job.progress(t("正在核对"), 0, 0)
    _check(connection, counts, {name for revision in todo for name in getattr(revision, "drops", ())})
    job.check()  # the last moment: what follows is the commit
    connection.exec_driver_sql(f"PRAGMA user_version={todo[-1].revision}")


@contextlib.contextmanager
def _named_statements(connection: sa.Connection, name: str, step: Step) -> Iterator[None]:
    """Inside, every statement that makes or fills a table is a step of its own (indexes are too many to tell apart)."""

    def done(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        words = statement.split("(", 1)[0].split()
        if words[0] not in ("SELECT", "PRAGMA") and "INDEX" not in words[:3]:
            step(f"migrate:{name}: {' '.join(words[:4])}")

    if step is no_step:
        yield
        return
    event.listen(connection, "after_cursor_execute", done)
    try:
        yield
    finally:
        event.remove(connection, "after_cursor_execute", done)


def _counts(connection: sa.Connection) -> dict[str, int]:
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search%' "
        "AND name NOT LIKE '%_dirty'"
    ).scalars()
    return {n: connection.exec_driver_sql(f'SELECT count(*) FROM "{n}"').scalar_one() for n in list(names)}


def _check(connection: sa.Connection, counts: dict[str, int], dropped: set[str]) -> None:
    """Raises EnvironmentProblem when a reference is broken, a row is gone or something strange is in the schema."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    now = _counts(connection)
    gone = sorted(n for n, count in counts.items() if n not in dropped and now.get(n, -1) < count)
    if broken or gone or schema.unknown_objects(connection):
        raise EnvironmentProblem(
            t("升级档案时核对没有通过，档案保持原样。请联系支持并附上日志。"), details=[*map(str, broken[:5]), *gone]
        )
