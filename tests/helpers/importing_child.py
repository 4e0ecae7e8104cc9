"""A process that imports a file in small batches until somebody kills it: `python -m tests.helpers.importing_child …`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.bootstrap import open_with_device
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.importing import importer


def main(path: str, slot: str, secret: str, table: str, batch: str) -> None:
    """Say "ready" before the first row is written, then one line a batch."""
    importer.BATCH_ROWS = int(batch)
    workspace = open_with_device(Path(path), slot, bytes.fromhex(secret))
    inspection = workspace.imports.inspect(Path(table))
    plan = workspace.imports.propose(inspection, "customers")
    from app.core.jobs import Job, Progress

    def said(progress: Progress) -> None:
        print(progress.done, flush=True)  # noqa: T201 - the test listens

    print("ready", flush=True)  # noqa: T201
    workspace.imports.run(Path(table), ReadOptions(), inspection, plan, Job(said, every=0))
    workspace.close()
    print("closed", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:6])
