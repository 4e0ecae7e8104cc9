"""Stores an archive of this version for ever: `python -m tests.upgrade.make_archive` before a release, then commit it."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from app import __version__
from app.bootstrap import create_workspace
from app.core.fields import FieldType
from app.services.exchange.reading.records import ReadOptions
from benchmarks.made_data import HEADERS, rows

FOLDER = Path(__file__).with_name("archives")
USER, PASSWORD = "admin", "an old password 2026"
ROWS = 25


def main() -> None:
    """One archive with a bit of everything; its content is always the same."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{__version__}.kedang"
        workspace, _ = create_workspace(path, USER, PASSWORD, name="管理员")
        workspace.fields.add("customers", "付款方式", FieldType.CHOICE, choices=("月结", "现结"))
        table = Path(scratch) / "名单.csv"
        with table.open("w", encoding="utf-8", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(HEADERS)
            writer.writerows(rows(ROWS))
        inspection = workspace.imports.inspect(table)
        workspace.imports.run(table, ReadOptions(), inspection, workspace.imports.propose(inspection, "customers"))
        first = workspace.customers.list(limit=1)[1][0]
        workspace.customers.update(first.id, {"city": "无锡市"})
        workspace.customers.log_activity(first.id, {"subject": "第一次拜访", "kind": "visit"})
        workspace.close()
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
