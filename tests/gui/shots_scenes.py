"""The scenes behind `tests.gui.shots`, drawn in a process of one scale."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.core.i18n import set_language
from app.door import ArchiveDoor
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell.main_window import MainWindow
from app.views.shell.sidebar import Favourite
from app.views.theme import theme
from app.views.vault.opening import Opened
from app.views.vault.start_window import StartWindow
from tests.gui.archives import PASSWORD, USER, make_archive, opened


def settle(milliseconds: int = 350) -> None:
    """Let workers, timers and layouts run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Scenes:
    """Names and builders; each yields the widget to draw."""

    def __init__(self, folder: Path, workspace: Workspace, runner: Runner) -> None:
        self.folder, self.workspace, self.runner = folder, workspace, runner
        self.settings = SettingsStore(folder / "settings.json")

    def all(self) -> dict[str, Callable[[], Iterator[QWidget]]]:
        """In drawing order."""
        names = [name for name in dir(self) if name.startswith(("start_", "main_", "history_", "settings_"))]
        return {name: getattr(self, name) for name in names}

    # ---- start window -------------------------------------------------------------------------------------------

    def _start(self, *, recent: bool = True) -> StartWindow:
        settings = SettingsStore(self.folder / f"start-{recent}.json")
        if recent:
            here = self.workspace.archive.path
            settings.change(
                recent=(str(here), str(self.folder / "2025年旧档案.kedang"), str(self.folder / ("长" * 40) / "b.kedang")),
                last_user={str(here): USER},
            )
        window = StartWindow(ArchiveDoor(), self.runner, settings)
        window.resize(940, 720)
        return window

    def start_1_welcome(self) -> Iterator[QWidget]:
        window = self._start(recent=False)
        window.begin()
        yield window

    def start_2_unlock(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        yield window

    def start_3_wrong(self) -> Iterator[QWidget]:
        from app.errors import CannotUnlock

        window = self._start()
        window.begin(locked=True)
        settle()
        for _ in range(4):
            window.unlock._on_failed(self.workspace.archive.path, CannotUnlock("用户名或密码不对，无法打开。"))
        yield window

    def start_4_in_use(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        settle()
        window.unlock._password.edit.setText(PASSWORD)
        window.unlock.submit()
        settle(900)
        yield window

    def start_5_busy(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        settle()
        window.unlock.set_busy("正在打开…")
        yield window

    def start_6_create(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_create()
        window.create_form._password._first.edit.setText("黄河之水天上来")
        window.create_form._password._on_changed("黄河之水天上来")
        yield window

    def start_7_create_errors(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_create()
        window.create_form.submit()
        yield window

    def start_8_code(self) -> Iterator[QWidget]:
        window = self._start()
        window._on_created(Opened(self.workspace, USER, "7KQ2M-XW4PD-9RT6A-BV3NE-5JHSC-Y8G0F-Z1QK"))
        yield window
        window._code_page = None

    def start_9a_recover(self) -> Iterator[QWidget]:
        window = self._start()
        window._show_recover(self.workspace.archive.path)
        yield window

    def start_9b_restore(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_restore()
        yield window

    # ---- main window --------------------------------------------------------------------------------------------

    def _main(self, page: str = "history") -> MainWindow:
        self.settings.change(pages={"last": page}, window={})
        window = MainWindow(self.workspace, USER, self.runner, self.settings)
        window.resize(1440, 900)
        window.set_favourites(
            [
                Favourite("本周需回访", "customers", None, "warn"),
                Favourite("苏州 报价中", "customers", None, "primary"),
                Favourite("一个名字特别长的已保存视图，放不下", "customers", None, "bad"),
            ]
        )
        window.begin()
        window.show_page(page)
        settle()
        return window

    def main_1_palette(self) -> Iterator[QWidget]:
        window = self._main()
        window.palette_view.open("苏州")
        yield window
        window.palette_view.dismiss()

    def main_2_shortcuts(self) -> Iterator[QWidget]:
        window = self._main()
        window.commands.show_shortcuts()
        dialog = window.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.close()

    def main_3_cover(self) -> Iterator[QWidget]:
        from app.views.shell.closing import Cover

        window = self._main()
        Cover(window, "正在锁定…").show_tasks(["导入 客户名单_2026Q3.xlsx"])
        yield window


@contextmanager
def drawing(app: QApplication, widget: QWidget) -> Iterator[None]:
    """On screen while it is drawn, gone afterwards."""
    if not widget.isVisible():
        widget.show()
    widget.activateWindow()
    settle()
    yield
    window = widget.window().parentWidget() or widget.window()
    if isinstance(window, MainWindow):
        window.let_go()
    elif window is not None:
        window.close()
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    """Draw everything at the scale of this process."""
    out, scale, only = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    app = QApplication([])
    with tempfile.TemporaryDirectory(prefix="kedang-shots-") as temporary:
        folder = Path(temporary)
        path, _code = make_archive(folder)
        workspace = opened(path)
        runner = Runner()
        scenes = Scenes(folder, workspace, runner)
        for mode in ("light", "dark"):
            for code in ("zh", "en"):
                set_language(code)
                theme.apply(app, mode)
                for name, scene in scenes.all().items():
                    if not name.startswith(only):
                        continue
                    steps = scene()
                    widget = next(steps)
                    with drawing(app, widget):
                        widget.grab().save(str(out / f"{name}_{mode}_{code}_{scale}.png"))
                        next(steps, None)
        runner.shutdown()
        workspace.close()


if __name__ == "__main__":
    main()
