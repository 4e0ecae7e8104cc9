"""Real archives for tests and pictures: made once, copied when wanted (making one costs two Argon2 runs)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import create_workspace, open_workspace
from app.core.jobs import Job
from app.services.exchange.files.records import ReadOptions
from app.services.workspace import Workspace
from benchmarks.made_data import HEADERS, rows

USER, PASSWORD = "admin", "secret-123"


def write_table(path: Path, count: int, seed: int = 7) -> Path:
    """A CSV of made-up customers."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(rows(count, seed))
    return path


def import_table(workspace: Workspace, table: Path) -> None:
    """Import it as customers."""
    options = ReadOptions()
    inspection = workspace.imports.inspect(table, options)
    plan = workspace.imports.propose(inspection, "customers")
    workspace.imports.run(table, options, inspection, plan, Job())


def make_archive(folder: Path, count: int = 120, name: str = "恒信贸易") -> tuple[Path, str]:
    """A closed archive with `count` customers and some history; returns it with its recovery code."""
    path = folder / f"{name}.kedang"
    workspace, code = create_workspace(path, USER, PASSWORD, name="王小丽")
    try:
        if count:
            import_table(workspace, write_table(folder / "客户名单_2026Q3.csv", count))
            _some_history(workspace)
    finally:
        workspace.close()
    return path, code


def _some_history(workspace: Workspace) -> None:
    handles = [int(handle) for handle in workspace.customers.handles()]
    first, second, third = (workspace.customers.page([handle])[handle] for handle in handles[:3])
    workspace.customers.update(first.id, {"city": "无锡市", "stage": "quoted"})
    workspace.customers.update(first.id, {"amount": 88_800_00, "remark": "年底前要第二批货"})
    workspace.customers.log_activity(second.id, {"subject": "电话确认样品", "kind": "call"})
    workspace.customers.tag_many(handles[:12], add=["展会"])
    workspace.customers.delete(third.id)


def copy_of(path: Path, folder: Path) -> Path:
    """A private copy of a closed archive."""
    target = folder / path.name
    shutil.copyfile(path, target)
    return target


def opened(path: Path) -> Workspace:
    """The archive open as its administrator."""
    return open_workspace(path, USER, PASSWORD)


def type_text(widget: QWidget, text: str) -> None:
    """As an input method does it: QTest's own keys know Latin letters only."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)
