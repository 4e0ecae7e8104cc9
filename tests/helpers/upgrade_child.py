"""Upgrades copies of an archive, each killed at a step of its own: `python -m tests.helpers.upgrade_child …`.

Arguments: archive, folder for the copies, slot and secret (hex) of a device that opens it, names of steps. The steps of a
whole upgrade are counted first; copies die (SIGKILL) at every step that is named, and at some of the others, spread evenly:
within one transaction one statement is killed like the next. A copy stays in the folder as N.kedang, N being the place of
its step; a line tells place and step. One process made ready once forks for each copy: starting an interpreter takes longer
than upgrading.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from app.db.archive import Archive
from app.db.keys import DEVICE

_STEPS = ("upgrade:", "migrate:", "search:")
#: of the steps that are not named, this many are tried
_OTHERS = 6

Heard = Callable[[str], None]


class Death:
    """Dies at one of the upgrade's own steps, counted from 1."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, name: str) -> None:
        if name.startswith(_STEPS):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def chosen(steps: list[str], named: set[str]) -> list[int]:
    """The places (from 1) of the steps to die at."""
    others = [at for at, step in enumerate(steps, 1) if step not in named]
    every = max(1, len(others) // _OTHERS)
    return sorted({at for at, step in enumerate(steps, 1) if step in named} | set(others[::every]))


def main(stored: str, folder: str, slot: str, secret: str, *named: str) -> None:
    """One whole upgrade, then one copy for each step to die at."""

    def upgrade(name: str, step: Heard) -> None:
        archive = Archive.open(
            Path(shutil.copy(stored, Path(folder) / f"{name}.kedang")), DEVICE, slot, bytes.fromhex(secret), step=step
        )
        archive.bring_up()
        archive.close()

    steps: list[str] = []
    upgrade("whole", lambda name: steps.append(name) if name.startswith(_STEPS) else None)
    for at in chosen(steps, set(named)):
        child = os.fork()
        if not child:
            upgrade(str(at), Death(at))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"outlived {at} {steps[at - 1]}")
        sys.stdout.write(f"{at} {steps[at - 1]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
