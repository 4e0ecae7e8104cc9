"""Connections: their settings, and what errors of the world become."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlcipher3 import dbapi2 as sqlcipher

from app.db.problems import problem_of, told_plainly
from app.errors import EnvironmentProblem
from app.services.workspace import Workspace
from tests.helpers.sentences import APP

MEMORY = 2
SETTINGS = {
    "temp_store": MEMORY, "foreign_keys": 1, "trusted_schema": 0, "synchronous": 2, "cache_size": -65536,
    "cell_size_check": 1, "recursive_triggers": 0, "journal_mode": "wal", "cipher_memory_security": "0",
}  # fmt: skip


def test_that_every_pooled_connection_has_the_measured_settings(workspace: Workspace) -> None:
    engine = workspace.archive.engine
    held = [engine.connect() for _ in range(8)]
    try:
        for connection in held:
            found = {key: connection.exec_driver_sql(f"PRAGMA {key}").scalar() for key in SETTINGS}
            assert found == SETTINGS
    finally:
        for connection in held:
            connection.close()


def test_that_backups_and_checks_use_the_same_settings(workspace: Workspace) -> None:
    with workspace.archive.raw() as raw:
        assert raw.execute("PRAGMA temp_store").fetchone() == (MEMORY,)  # type: ignore[attr-defined]


def test_that_no_source_file_sends_temporary_tables_to_disk() -> None:
    setting = re.compile(r"temp_store\s*=\s*(\w+)", re.IGNORECASE)
    found = {value.upper() for path in APP.rglob("*.py") for value in setting.findall(path.read_text(encoding="utf-8"))}
    assert found == {"MEMORY"}


def test_that_tables_and_savepoints_roll_back(workspace: Workspace) -> None:
    engine = workspace.archive.engine
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE x(y)")
        connection.exec_driver_sql("SAVEPOINT a")
        connection.exec_driver_sql("INSERT INTO x VALUES(1)")
        connection.exec_driver_sql("RELEASE a")
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name='x'").scalar() == 0


def test_that_an_error_does_not_carry_the_values(workspace: Workspace) -> None:
    with workspace.archive.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE name = :n"), {"n": "张三丰机密"})
    assert "张三丰机密" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (sqlcipher.OperationalError("database or disk is full"), "磁盘空间不够"),
        (sqlcipher.OperationalError("attempt to write a readonly database"), "不能写入"),
        (sqlcipher.OperationalError("unable to open database file"), "不能写入"),
        (sqlcipher.OperationalError("database is locked"), "占用"),
        (sqlcipher.OperationalError("disk I/O error"), "读写磁盘出错"),
        (sqlcipher.DatabaseError("database disk image is malformed"), "已损坏"),
        (sqlcipher.DatabaseError("file is not a database"), "已损坏"),
        (OSError(errno.ENOSPC, "x"), "磁盘空间不够"),
        (OSError(errno.EFBIG, "x"), "磁盘空间不够"),
        (OSError(errno.EROFS, "x"), "不能写入"),
        (PermissionError(errno.EACCES, "x"), "不能写入"),
        (FileNotFoundError(errno.ENOENT, "x", "/a/b"), "找不到文件：/a/b"),
        (OSError(errno.EIO, "x"), "读写磁盘出错"),
    ],
)
def test_that_trouble_of_the_world_becomes_a_sentence(error: Exception, says: str) -> None:
    with pytest.raises(EnvironmentProblem, match=says), told_plainly():
        raise error
    assert isinstance(problem_of(sa.exc.OperationalError("", {}, error)), EnvironmentProblem)


@pytest.mark.parametrize(
    "error", [sqlcipher.OperationalError("no such table: x"), sqlcipher.IntegrityError("UNIQUE"), ValueError("x")]
)
def test_that_a_defect_of_ours_stays_one(error: Exception) -> None:
    assert problem_of(error) is None
    with pytest.raises(type(error)), told_plainly():
        raise error


def test_that_another_writer_is_waited_for_and_then_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.db.engine.BUSY_SECONDS", 0.05)
    workspace.archive.engine.dispose()
    with workspace.context.writing(), pytest.raises(EnvironmentProblem, match="占用"), workspace.context.writing():
        pass


def test_that_the_path_may_hold_any_character(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "客户 档案#1%20?a=b&c"
    folder.mkdir()
    copy = workspace.vault.backup(folder / "备份 #2?.kedang")
    assert copy.exists()
    info: dict[str, Any] = workspace.vault.info()
    assert info["counts"]["customers"] == 0
