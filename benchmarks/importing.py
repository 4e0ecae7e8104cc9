"""Import of N × 20 with everything on, against its floor: the fastest reader and a raw insert of the same rows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.bootstrap import create_workspace
from app.db.engine import connect
from app.services.exchange.files.records import ReadOptions
from benchmarks.big_archive import PASSWORD
from benchmarks.made_data import HEADERS, write_workbook
from benchmarks.measure import Row, child_peak_mb, peak_mb


def floor_seconds(path: Path, folder: Path) -> float:
    """Wall seconds: calamine's rows, then one encrypted table of texts without indexes, in one transaction."""
    import python_calamine

    started = time.monotonic()
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = [[str(c) for c in row] for row in sheet.iter_rows()][1:]
    con = connect(folder / "floor.db", os.urandom(32), create=True)
    con.execute(f"CREATE TABLE t({','.join(f'c{i}' for i in range(len(HEADERS)))})")
    con.execute("BEGIN IMMEDIATE")
    con.executemany(f"INSERT INTO t VALUES({','.join('?' * len(HEADERS))})", rows)
    con.execute("COMMIT")
    con.close()
    return time.monotonic() - started


def rows(count: int = 200_000) -> list[Row]:
    """Both in one run, wall time (the import uses two processes)."""
    folder = Path(tempfile.mkdtemp(prefix="kedang-bench-"))
    try:
        path = write_workbook(folder / f"customers-{count}.xlsx", count)
        code = "import sys, pathlib as p; import benchmarks.importing as b; print(b.floor_seconds(*map(p.Path, sys.argv[1:])))"
        done = subprocess.run([sys.executable, "-c", code, path, folder], capture_output=True, text=True, check=True)
        floor = float(done.stdout)  # in a process of its own, so that its memory is not counted as ours
        workspace, _ = create_workspace(folder / "a.kedang", "admin", PASSWORD)
        started = time.monotonic()
        inspection = workspace.imports.inspect(path)
        plan = workspace.imports.propose(inspection, "customers")
        report = workspace.imports.run(path, ReadOptions(), inspection, plan)
        ours = time.monotonic() - started
        peak = peak_mb()
        child = child_peak_mb()
        undo = time.monotonic()
        assert report.operation is not None
        workspace.history.undo(report.operation)
        undo = time.monotonic() - undo
        workspace.close()
        made = f"{report.created:,} customers and {report.contacts:,} contacts"
        note = f"{made}; peak {peak:.0f} MB, reading child {child:.0f} MB; undo {undo:.0f} s"
        what = f"import {count:,} × 20 .xlsx (seconds, wall)"
        met = ours <= 4 * floor and peak + child <= 700
        return [Row(what, ours, floor, "≤ 4 × the floor, ≤ 700 MB", met, note)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
