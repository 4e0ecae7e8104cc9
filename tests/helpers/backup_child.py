"""A process that makes the backup before bulk work and kills itself on the way: `python -m tests.helpers.backup_child …`.

Arguments: archive path, slot, device secret (hex), what to die at: the number of a report of progress, "trailer" = when the
copy is whole but has not its name yet.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from app.bootstrap import open_with_device
from app.core.jobs import Job, Progress
from app.db import backup
from app.db import header_file as hf


def main(path: str, slot: str, secret: str, at: str) -> None:
    """Do it."""
    workspace = open_with_device(Path(path), slot, bytes.fromhex(secret))
    backup.PAGES_A_STEP = 32
    passed = 0

    def report(_progress: Progress) -> None:
        nonlocal passed
        passed += 1
        if str(passed) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    if at == "trailer":
        append = hf.append_trailer

        def appended(target: Path, body: bytes) -> None:
            append(target, body)
            os.kill(os.getpid(), signal.SIGKILL)

        hf.append_trailer = appended
    workspace.vault.before_many("import", Job(report, every=0))
    print(passed, flush=True)  # noqa: T201 - the test listens
    workspace.archive.abandon()


if __name__ == "__main__":
    main(*sys.argv[1:5])
