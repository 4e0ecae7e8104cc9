"""`--selftest DIR`: proves on the spot that a packaged program can do its work. Shows no window."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.jobs import Job

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_ROWS = (("北辰示例机械有限公司", "苏州", "13800138000"), ("南山示例电子厂", "深圳", "021-58888888"))
_PASSWORD = "selftest-2718281828"  # noqa: S105 - of an archive that lives for seconds and holds nothing


def run_selftest(folder: Path) -> int:
    """Create an archive in `folder`, import a table written there, count, close, open again. 0 = all well, else 1."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.views.theme import icons, theme

    app = QApplication.instance() or QApplication([])
    try:
        assert isinstance(app, QApplication)
        theme.apply(app, "light")
        if icons.pixmap("archive").isNull():
            raise AssertionError("icons cannot be drawn")
        _words(app)
        from app.views.shell import pages

        pages.load_all()
        folder.mkdir(parents=True, exist_ok=True)
        _work(folder)
    except Exception:  # noqa: BLE001 - whatever it is, the answer of a self-test is "no" and why
        sys.stderr.write(traceback.format_exc())
        return 1
    return 0


def _words(app: QApplication) -> None:
    """Qt's own words are part of the program."""
    from app.core.i18n import language, set_language
    from app.views.theme.qt_words import follow_language

    before = language()
    set_language("zh")
    follow_language(app)
    if app.translate("QPlatformTheme", "Save") != "保存":
        raise AssertionError("Qt's own words are not there in Chinese")
    set_language(before)
    follow_language(app)


def _work(folder: Path) -> None:
    from app.door import ArchiveDoor
    from app.services.cleaning.text import simplified
    from app.services.duplicates.matching.likeness import alike
    from app.services.exchange.files.records import ReadOptions
    from app.services.workbench.patterns import compiled

    door = ArchiveDoor()
    table, archive = folder / "selftest.csv", folder / "selftest.kedang"
    for old in folder.glob("selftest*"):
        old.unlink()
    lines = ["客户名称,城市,电话", *(",".join(row) for row in _ROWS)]
    table.write_text("\n".join(lines), encoding="utf-8-sig")
    workspace, _code = door.create(archive, "selftest", _PASSWORD, "selftest")
    try:
        options = ReadOptions()
        inspection = workspace.imports.inspect(table, options)
        plan = workspace.imports.propose(inspection, "customers")
        report = workspace.imports.run(table, options, inspection, plan, Job())
        if report.created != len(_ROWS):
            raise AssertionError(f"{report.created} customers instead of {len(_ROWS)}")
    finally:
        workspace.close()
    again = door.open(archive, "selftest", _PASSWORD)
    try:
        if again.customers.count() != len(_ROWS):
            raise AssertionError(f"{again.customers.count()} customers after opening again")
        if again.duplicates.find("customers").records != len(_ROWS):
            raise AssertionError("duplicates are not searched")
        if simplified("蘇州恆力機械廠") != "苏州恒力机械厂" or not alike("苏州恒力机械", "蘇州衡力機械"):
            raise AssertionError("traditional characters or pinyin are not known")
        compiled(r"[0-9]+")
    finally:
        again.close()
