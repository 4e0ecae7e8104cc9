"""Pictures of the import wizard and the export dialog: `take(folder)`, or `python -m tests.gui.exchange.shots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.core.i18n import set_language
from app.core.paths import resource_dir
from app.settings.store import SettingsStore
from app.views.exchange.import_dialog import CHECK, MAPPING, ImportDialog
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.theme import theme
from app.views.widgets.dialogs import WindowDialogs
from app.views.widgets.toast import ToastStack
from tests.gui.archives import make_archive, opened

SAMPLE = resource_dir() / "samples" / "customers.xlsx"


def wait(condition: Callable[[], bool], milliseconds: int = 15_000) -> None:
    """Run the event loop until the condition holds; raises TimeoutError."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: condition() and loop.quit())
    timer.start(20)
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError


def settle(milliseconds: int = 250) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def take(out: Path) -> None:
    """Every step in both themes; English once."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    ratio = app.primaryScreen().devicePixelRatio()
    for mode, language in (("light", "zh"), ("dark", "zh"), ("light", "en")):
        set_language(language)
        theme.apply(app, mode)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as folder:
            _one(
                Path(folder),
                lambda name, w, m=mode, c=language: w.grab().save(str(out / f"import_{name}_{m}_{c}_{ratio:.1f}.png")),
            )  # type: ignore[misc]


def _one(folder: Path, save: Callable[[str, QWidget], object]) -> None:
    path, _ = make_archive(folder, 0)
    workspace = opened(path)
    host = QWidget()
    host.resize(1200, 800)
    runner = Runner(host)
    desk = Desk(workspace, runner, WindowDialogs(host), ToastStack(host), SettingsStore(folder / "settings.json"), host)
    dialog = ImportDialog(desk)
    dialog.show()
    settle()
    save("1_empty", dialog)
    bad = folder / "坏文件.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    dialog.session.open(bad)
    wait(lambda: not dialog.session.is_busy)
    settle()
    save("1b_refused", dialog)
    dialog.session.open(SAMPLE)
    wait(lambda: dialog.session.preview is not None)
    settle()
    save("2_file", dialog)
    dialog._go(MAPPING)
    settle()
    save("3_mapping", dialog)
    dialog._go(CHECK)
    settle(60)
    save("4_checking", dialog)
    wait(lambda: dialog.session.dry is not None)
    settle()
    save("5_checked", dialog)
    dialog.check_step.view.set_current("changes")
    dialog.check_step._list()
    settle(50)
    save("6_changes", dialog)
    dialog.next_button.click()
    settle(60)
    save("7_importing", dialog)
    wait(lambda: dialog.session.report is not None)
    settle()
    save("8_done", dialog)
    dialog.accept()
    wait(lambda: not runner.busy())
    runner.shutdown(3000)
    workspace.close()
    dialog.deleteLater()
    host.deleteLater()
    settle(20)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
