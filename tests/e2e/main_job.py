"""The main job, played by itself: `python -m tests.e2e.main_job OUT`.

Create an encrypted archive, import the messy sample workbook through the wizard, find, edit, export, undo, close; then
unlock again. Pictures and `summary.txt` go to OUT. Any step that does not work ends the program with an error.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

_HOME = tempfile.mkdtemp(prefix="kedang-main-job-")
os.environ["KEDANG_HOME"] = str(Path(_HOME) / "home")

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget  # noqa: E402

from app.core.paths import config_dir, resource_dir  # noqa: E402
from app.door import ArchiveDoor  # noqa: E402
from app.program import Program  # noqa: E402
from app.settings.store import SettingsStore  # noqa: E402
from app.views.exchange.export_dialog import ExportDialog  # noqa: E402
from app.views.exchange.import_dialog import ImportDialog  # noqa: E402
from app.views.shell.main_window import MainWindow  # noqa: E402
from app.views.theme import theme  # noqa: E402
from app.views.vault.start_window import StartWindow  # noqa: E402
from app.views.widgets.table.view import VirtualTable  # noqa: E402
from tests.e2e.player import (  # noqa: E402
    bring_to_front,
    click,
    drop_file,
    field,
    pause,
    press,
    shown,
    top,
    type_into,
    wait,
)

PASSWORD = "桥下的马-2024"
SAMPLE = resource_dir() / "samples" / "customers.xlsx"


class MainJob:
    """The steps in order; each leaves a picture and a line."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.lines: list[str] = []
        self.started = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)

    def note(self, text: str) -> None:
        """A line of the summary."""
        line = f"{time.monotonic() - self.started:6.1f} s  {text}"
        self.lines.append(line)
        print(line, flush=True)  # noqa: T201 - the player speaks to whoever started it

    def picture(self, name: str, widget: QWidget) -> None:
        """What the window shows now."""
        pause(350)
        widget.grab().save(str(self.out / f"{len(list(self.out.glob('*.png'))) + 1:02}_{name}.png"))

    # ---- steps --------------------------------------------------------------------------------------------------

    def create(self, program: Program, folder: Path) -> Path:
        """A new archive with its first user; the recovery code is shown once."""
        program.begin()
        start = top(StartWindow)
        self.picture("start", start)
        press(start, "新建档案")
        type_into(field(start, "档案名称"), "恒信贸易")
        place = shown(start, QLineEdit, lambda e: "位置" in e.accessibleName() or "文件夹" in e.accessibleName())
        assert place is not None
        type_into(place, str(folder))
        first, second = field(start, "密码"), field(start, "再输一次密码")
        type_into(first, PASSWORD)
        type_into(second, PASSWORD)
        self.picture("create", start)
        create_button = start.create_form.primary
        click(create_button)
        wait(lambda: shown(start, QCheckBox, lambda c: "恢复码" in c.text()), "recovery code")
        self.picture("recovery_code", start)
        tick = shown(start, QCheckBox, lambda c: "恢复码" in c.text())
        assert tick is not None
        QTest.mouseClick(tick, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, tick.rect().center() * 0.2)
        if not tick.isChecked():
            QTest.keyClick(tick, Qt.Key.Key_Space)
        press(start, "进入客档通")
        window = top(MainWindow)
        wait(window.isActiveWindow, "main window")
        path = next(folder.glob("*.kedang"))
        self.note(f"created {path.name}: {path.read_bytes()[:4]!r}… is not SQLite")
        assert not path.read_bytes().startswith(b"SQLite")
        return path

    def import_sample(self, window: MainWindow, folder: Path) -> None:
        """The messy workbook, dropped on the window and taken through every step of the wizard."""
        self.picture("empty", window)
        book = Path(shutil.copy(SAMPLE, folder / "客户台账2026.xlsx"))
        drop_file(window, book)
        wizard = top(ImportDialog)
        wait(lambda: wizard.session.preview is not None, "preview")
        self.picture("import_file", wizard)
        press(wizard, "下一步：匹配列")
        self.picture("import_mapping", wizard)
        press(wizard, "下一步：检查")
        wait(lambda: wizard.session.dry is not None, "dry run")
        self.picture("import_check", wizard)
        assert wizard.session.dry is not None
        press(wizard, wizard.next_button.text())
        wait(lambda: wizard.session.report is not None, "import")
        self.picture("import_done", wizard)
        report = wizard.session.report
        assert report is not None
        self.note(
            f"imported {report.rows} rows: {report.created} customers, {report.contacts} contacts, {report.rejected} refused "
            f"into {report.errors_file.name if report.errors_file else '-'}"
        )
        assert report.created > 100
        press(wizard, "查看导入的记录")
        wait(lambda: not any(isinstance(w, ImportDialog) for w in QApplication.topLevelWidgets()), "wizard closed")

    def table(self, window: MainWindow) -> VirtualTable:
        """The customer table, with rows."""
        window.show_page("customers")
        wait(lambda: shown(window, VirtualTable, lambda v: v.model().rowCount() > 0), "rows in the table")
        found = shown(window, VirtualTable, lambda _v: True)
        assert found is not None
        return found

    def find(self, window: MainWindow) -> None:
        """By pinyin, in the palette."""
        bring_to_front(window)
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit), "palette")
        focus = QApplication.focusWidget()
        assert isinstance(focus, QLineEdit)
        type_into(focus, "suzhou")
        pause(900)
        self.picture("palette", window)
        QTest.keyClick(focus, Qt.Key.Key_Return)
        self.note("found a customer by pinyin and opened it")

    def edit(self, window: MainWindow) -> None:
        """One cell, in place."""
        table = self.table(window)
        self.picture("customers", window)
        workspace = window.desk.workspace
        model = table.model()
        at = next(c for c in range(model.columnCount()) if model.columns[c].key == "amount")  # type: ignore[attr-defined]
        index = model.index(2, at)
        wait(lambda: model.row_cells(2) is not None, "row loaded")  # type: ignore[attr-defined]
        table.setCurrentIndex(index)
        table.setFocus()
        before = workspace.history.list()[0]
        QTest.keyClick(table, Qt.Key.Key_F2)
        wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit), "cell editor")
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        type_into(editor, "66万")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        wait(lambda: workspace.history.list()[0] > before, "edit stored")
        self.picture("edited", window)
        assert any(r.get("amount") == 66_000_000 for r in workspace.customers.list(limit=200)[1])
        self.note(f"edited a cell (66万 → ¥660,000): {workspace.history.list()[1][0].summary}")

    def export(self, window: MainWindow, folder: Path) -> None:
        """All customers as a workbook."""
        window.desk.page_wanted.emit("export", {"entity": "customers"})
        dialog = top(ExportDialog)
        self.picture("export", dialog)
        target = folder / "全部客户.xlsx"
        dialog.write(target)
        wait(target.exists, "export")
        wait(lambda: not any(isinstance(w, ExportDialog) for w in QApplication.topLevelWidgets()), "export closed")
        self.note(f"exported {target.name}, {target.stat().st_size:,} bytes")

    def undo(self, window: MainWindow) -> None:
        """The import as a whole; the edited row stays and is told."""
        workspace = window.desk.workspace
        total = workspace.customers.count()
        operation = next(o for o in workspace.history.list()[1] if o.kind == "import")
        window.show_page("history")
        self.picture("history", window)
        window.desk.undo(operation.id)
        wait(lambda: workspace.customers.count() < total, "undo")
        window.show_page("customers")
        self.picture("undone", window)
        left = workspace.customers.count()
        self.note(f"undid the import: {total} → {left} customers, the edited one is kept")
        assert left == 1

    def close_and_reopen(self, app: QApplication, window: MainWindow, path: Path) -> None:
        """One file when closed; opens again with the password."""
        window.close()
        wait(lambda: not window.isVisible(), "window closed")
        wait(lambda: not Path(f"{path}-keys").exists(), "one file again")
        self.note(f"closed: {sorted(p.name for p in path.parent.glob(path.name + '*'))}")
        fresh = Program(app, SettingsStore(config_dir() / "settings.json"), ArchiveDoor())
        fresh.begin(path)
        start = top(StartWindow)
        password = field(start, "密码")
        type_into(password, PASSWORD)
        self.picture("unlock", start)
        QTest.keyClick(password, Qt.Key.Key_Return)
        again = top(MainWindow)
        wait(lambda: again.desk.workspace.customers.count() == 1, "opened again")
        self.note("unlocked again with the password")
        again.close()
        wait(lambda: not again.isVisible(), "window closed")


def main(out: Path) -> None:
    """Play everything; raises when a step fails."""
    job = MainJob(out)
    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    program = Program(app, SettingsStore(config_dir() / "settings.json"), ArchiveDoor())
    app.setQuitOnLastWindowClosed(False)
    folder = Path(_HOME) / "文档"
    folder.mkdir()
    path = job.create(program, folder)
    window = top(MainWindow)
    window.resize(1440, 900)
    job.import_sample(window, folder)
    job.table(window)
    job.find(window)
    job.edit(window)
    job.export(window, folder)
    job.undo(window)
    job.close_and_reopen(app, window, path)
    job.note("done")
    (out / "summary.txt").write_text("\n".join(job.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve())
    finally:
        shutil.rmtree(_HOME, ignore_errors=True)
    os._exit(0)
