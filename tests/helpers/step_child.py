"""A process that does one thing to an archive and kills itself at a named step: `python -m tests.helpers.step_child …`.

Arguments: action, archive path, user, password (or "-"), device secret (hex), number of the step to die at (0 = never).
Prints every step it passes, and "acked N" after each commit it can vouch for.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.operations import Operations

from app.db.archive import Archive
from app.db.engine import writing
from app.db.keys import DEVICE
from app.db.migrations import LATEST
from app.db.upgrade import upgrade


class Death:
    """Counts steps and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def __call__(self, name: str) -> None:
        self.passed += 1
        print(name, flush=True)  # noqa: T201 - the test listens
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class NextRevision:
    """A revision as the next version of the program would bring it."""

    revision = LATEST + 1
    __name__ = "app.db.migrations.r9999_test"

    def upgrade(self, op: Operations) -> None:
        """A column that is filled from another one."""
        op.add_column("customer", sa.Column("nickname", sa.String(60)))
        op.execute("UPDATE customer SET nickname = name")


def main(action: str, path_text: str, slot: str, secret: str, at: str) -> None:
    """Do it."""
    path, death = Path(path_text), Death(int(at))
    if action == "create":
        archive, _ = Archive.create(path, "boss", "correct horse battery", step=death)
        archive.close()
        return
    archive = Archive.open(path, DEVICE, slot, bytes.fromhex(secret), step=death)
    if action == "write":
        for i in range(5):
            with writing(archive.engine).begin() as connection:
                connection.exec_driver_sql("UPDATE counter SET value = value + 1 WHERE name='kills'")
            print(f"acked {i + 1}", flush=True)  # noqa: T201
            death(f"write:{i + 1}")
    elif action == "passwd":
        archive.set_password("boss", "another good password")
    elif action == "rotate":
        archive.rotate_key()
    elif action == "migrate":
        upgrade(archive.engine, more=[NextRevision()], step=death)
    archive.close()


if __name__ == "__main__":
    main(*sys.argv[1:6])
