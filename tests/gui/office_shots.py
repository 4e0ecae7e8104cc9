"""Pictures of the pages of the main window, filled with the sample office and with duplicates: `python -m
tests.gui.office_shots FOLDER [--only WORD]`. Light and dark, Chinese and English.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.core.i18n import set_language
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell.main_window import MainWindow
from app.views.theme import theme
from benchmarks import duplicate_data
from tests.gui.archives import USER, make_archive, opened
from tests.gui.shots_scenes import settle

LOOKS = (("zh", "light"), ("en", "dark"), ("zh", "dark"), ("en", "light"))
PAGES = ("today", "deals", "leads", "orders", "payments", "products", "tickets")
TASKS = ("health", "duplicates", "migration")


def _filled(folder: Path) -> Path:
    workspace = opened(make_archive(folder, 20)[0])
    workspace.samples.fill(250)
    table = folder / "名单.csv"
    rows = [",".join(r.cells) for r in duplicate_data.rows(120)]
    table.write_text("客户名称,联系人,手机,邮箱,地址\n" + "\n".join(rows), encoding="utf-8")
    from app.services.exchange.files.records import ReadOptions

    inspection = workspace.imports.inspect(table)
    workspace.imports.run(table, ReadOptions(), inspection, workspace.imports.propose(inspection, "customers"))
    workspace.duplicates.find("customers")
    workspace.quality.check("customers")
    workspace.close()
    return workspace.archive.path


def _settle(runner: Runner, calm: int = 12) -> None:
    """Until nothing has run for a while."""
    quiet = 0
    end = time.monotonic() + 20
    while quiet < calm and time.monotonic() < end:
        settle(40)
        quiet = 0 if runner.busy() else quiet + 1


def take(out: Path, only: str = "") -> None:
    """Draw every page into PNG files in `out`."""
    app = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(app, QApplication)
    folder = Path(tempfile.mkdtemp(prefix="kedang-shots-"))
    path, runner = _filled(folder), Runner()
    for language, mode in LOOKS:
        set_language(language)
        theme.apply(app, mode)  # type: ignore[arg-type]
        window = MainWindow(opened(path), USER, runner, SettingsStore(folder / "s.json"))
        window.resize(1440, 900)
        window.show()
        for name in (*PAGES, *(f"cleaning_{task}" for task in TASKS)):
            if only and only not in name:
                continue
            key, _, task = name.partition("_")
            payload: Any = task or None
            window.desk.page_wanted.emit(key, payload)
            _settle(runner)
            window.grab().save(str(out / f"{name}_{language}_{mode}.png"))
        window.close()
        window.deleteLater()
        _settle(runner)
    runner.shutdown(3000)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    take(target, sys.argv[3] if len(sys.argv) > 3 else "")
