"""The same city for 10,000 of a million customers, and a tag for them: one operation, rights, journal and search entries with it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.bootstrap import open_workspace
from benchmarks.big_archive import PASSWORD, big_archive
from benchmarks.measure import Row

MANY = 10_000
GOAL = 3.0


def rows(count: int) -> list[Row]:
    """On a copy; seconds of CPU with the wall time beside it, without the backup before (that is `benchmarks.backups`)."""
    with tempfile.TemporaryDirectory(prefix="kedang-bulk-") as folder:
        path = Path(shutil.copyfile(big_archive(count), Path(folder) / "bulk.kedang"))
        workspace = open_workspace(path, "admin", PASSWORD)
        try:
            workspace.customers._before_many = workspace.history._before_many = None
            handles = workspace.customers.handles(limit=MANY).tolist()
            found = [
                _timed("bulk edit", count, lambda: workspace.customers.update_many(handles, {"city": "苏州"})),
                _timed("tags", count, lambda: workspace.customers.tag_many(handles, add=["展会"])),
            ]
            done = workspace.history.list(limit=1)[1][0]
            found.append(_timed("undo of the tags", count, lambda: workspace.history.undo(done.id)))
            return found
        finally:
            workspace.close()


def _timed(what: str, count: int, call: Callable[[], object]) -> Row:
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    spent, waited = time.process_time() - cpu, time.perf_counter() - wall
    note = f"wall {waited:.1f} s"
    return Row(f"{what}: {MANY:,} of {count:,} (seconds, CPU)", spent, None, f"≤ {GOAL:.0f} s", spent <= GOAL, note)
