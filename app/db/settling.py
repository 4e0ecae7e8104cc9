"""Making an open archive one file again, and having it to oneself for a moment."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from app.core.i18n import t
from app.db import header_file as hf
from app.db.engine import connect
from app.db.header_file import Step, no_step
from app.db.keys import Damaged
from app.errors import EnvironmentProblem

#: how long closing and changing the key wait for the last other connection, in seconds
PATIENCE = 5.0


def no_connections() -> None:
    """Nothing to close."""


def check_pages(path: Path, key: bytearray, *, immutable: bool = False) -> None:
    """Told plainly before any engine is made: a right password on a broken file is not a wrong password."""
    try:
        connect(path, key, read_only=immutable, immutable=immutable).close()
    except sqlcipher.DatabaseError as error:
        if "not a database" in str(error) or "malformed" in str(error):
            raise Damaged(t("密码正确，但档案文件已损坏或不完整。请用最近的备份恢复。")) from error
        raise


def settle(path: Path, key: bytearray, step: Step = no_step, free: Callable[[], object] = no_connections) -> None:
    """Checkpoint and put the header back behind the pages. `free` closes idle connections of ours."""
    with contextlib.closing(connect(path, key)) as connection:
        connection.execute("PRAGMA optimize").fetchall()
        alone = leave_wal(connection, free)
    step("close:checkpointed")
    if not alone:  # a later write of theirs would land on the header
        raise EnvironmentProblem(t("还有操作没有结束，档案稍后会自动恢复为单个文件。"))
    hf.checkin(path, step)


def put_back(path: Path, key: bytearray) -> None:
    """After a failed open: one file again, even when its pages cannot be read."""
    problems = (OSError, EnvironmentProblem, sqlcipher.Error)
    with contextlib.suppress(*problems):
        settle(path, key)
    with contextlib.suppress(*problems):
        if hf.sidecar(path).exists() and hf.read_trailer(path)[0] is None:
            hf.checkin(path)


def leave_wal(connection: Any, free: Callable[[], object]) -> bool:
    """Everything in the one file and no `-wal`; possible only without other connections, for whose end we wait a while."""
    give_up = time.monotonic() + PATIENCE
    while True:
        free()
        try:
            if connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete":
                return True
        except sqlcipher.OperationalError as error:
            if "locked" not in str(error):
                raise
        if time.monotonic() >= give_up:
            return False
        time.sleep(0.02)


def seize(connection: Any, free: Callable[[], object]) -> None:
    """Nobody else reads or writes the file until this connection is closed. `free` closes idle connections of ours."""
    if not leave_wal(connection, free):
        raise EnvironmentProblem(t("档案正被另一个操作占用，请稍后再试。"))
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
