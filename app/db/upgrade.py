"""Bring an archive's schema to this program's version.

Order of steps, each learnt from a measured loss: backup by the caller → foreign keys OFF before BEGIN → run the revisions in
one IMMEDIATE transaction → triggers that went with a rebuilt table made again → foreign_key_check, row counts, nothing
strange in the schema → commit → foreign keys ON. A newer archive is refused. A revision that removes tables on purpose
names them in its `drops`.
"""

from __future__ import annotations

from types import ModuleType

import sqlalchemy as sa

from app.core.i18n import t
from app.db import schema
from app.db.header_file import Step, no_step
from app.db.migrations import LATEST, REVISIONS
from app.errors import EnvironmentProblem


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


def _counts(connection: sa.Connection) -> dict[str, int]:
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search%' "
        "AND name NOT LIKE '%_dirty'"
    ).scalars()
    return {n: connection.exec_driver_sql(f'SELECT count(*) FROM "{n}"').scalar_one() for n in list(names)}


def upgrade(engine: sa.Engine, revisions: tuple[ModuleType, ...] = REVISIONS, step: Step = no_step) -> int:
    """Run the missing revisions; all or nothing. Returns the revision reached."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        before = version_of(connection)
        todo = [r for r in revisions if r.revision > before]
        if not todo:
            return before
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")  # a rebuilt table takes its old name
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            step("migrate:begun")
            try:
                _run(connection, todo, step)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            step("migrate:before commit")
            connection.exec_driver_sql("COMMIT")
            step("migrate:committed")
        finally:
            connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        return int(todo[-1].revision)


def _run(connection: sa.Connection, todo: list[ModuleType], step: Step) -> None:
    counts = _counts(connection)
    for revision in todo:
        revision.upgrade(connection)
        step(f"migrate:{revision.__name__.rsplit('.', 1)[-1]}")
    schema.restore_triggers(connection)
    dropped = {name for revision in todo for name in getattr(revision, "drops", ())}
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    after = _counts(connection)
    gone = sorted(n for n, count in counts.items() if n not in dropped and after.get(n, -1) < count)
    if broken or gone or schema.unknown_objects(connection):
        raise EnvironmentProblem(
            t("升级档案时核对没有通过，档案保持原样。请联系支持并附上日志。"), details=[*map(str, broken[:5]), *gone]
        )
    connection.exec_driver_sql(f"PRAGMA user_version={int(todo[-1].revision)}")
