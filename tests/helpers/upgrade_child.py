"""Upgrades copies of an archive, each killed at a step of its own: `python -m tests.helpers.upgrade_child …`.

Arguments: archive, folder for the copies, slot and secret (hex) of a device that opens it. Copy number N dies (SIGKILL) at
the N-th step and stays in the folder as N.kedang; a line tells the step. The first copy that outlives its upgrade ends it
with the line "whole". One process made ready once forks for each copy: starting an interpreter takes longer than upgrading.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path

from app.db.archive import Archive
from app.db.keys import DEVICE

_STEPS = ("upgrade:", "migrate:", "search:")


class Death:
    """Dies at one of the upgrade's own steps, and says at which."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, name: str) -> None:
        if name.startswith(_STEPS):
            self.left -= 1
            if not self.left:
                print(name, flush=True)  # noqa: T201 - the test listens
                os.kill(os.getpid(), signal.SIGKILL)


def main(stored: str, folder: str, slot: str, secret: str) -> None:
    """Copy after copy, until one is whole."""
    for at in itertools.count(1):
        path = Path(shutil.copy(stored, Path(folder) / f"{at}.kedang"))
        child = os.fork()
        if not child:
            archive = Archive.open(path, DEVICE, slot, bytes.fromhex(secret), step=Death(at))
            archive.bring_up()
            archive.close()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.stdout.write("whole\n" if status == 0 else "failed\n")
            return


if __name__ == "__main__":
    main(*sys.argv[1:5])
