"""Draws the scenes of `shots` at the scale of this process."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.core.clock import set_clock
from app.core.i18n import set_language
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.charts.explorer import ExplorerDialog
from app.views.dashboards.page import DashboardsPage
from app.views.dashboards.rows_dialog import RowsDialog
from app.views.dashboards.tiles import TABS, all_tiles
from app.views.operations.runner import Runner
from app.views.shell.main_window import MainWindow
from app.views.theme import theme
from tests.gui.archives import USER, make_archive, opened
from tests.gui.dashboards.office import NOW, make_office


class Scenes:
    """One method a picture: yields what is drawn, tidies up afterwards."""

    def __init__(self, folder: Path, workspace: Workspace, empty: Workspace, runner: Runner) -> None:
        self.folder, self.workspace, self.empty, self.runner = folder, workspace, empty, runner
        self._count = 0

    def settle(self, least: float = 0.25) -> None:
        until = time.monotonic() + least
        while self.runner.busy() or time.monotonic() < until:
            QTest.qWait(20)

    def window(self, workspace: Workspace, width: int, height: int) -> MainWindow:
        self._count += 1
        window = MainWindow(workspace, USER, self.runner, SettingsStore(self.folder / f"settings{self._count}.json"))
        window.resize(width, height)
        window.begin()
        window.show_page("dashboards")
        self.settle()
        return window

    def all(self) -> dict[str, Callable[[], Iterator[QWidget]]]:
        found: dict[str, Callable[[], Iterator[QWidget]]] = {
            f"dashboard_{n}_{tab}": (lambda tab=tab: self.board(tab)) for n, tab in enumerate(TABS, 1)
        }
        return {
            **found, "dashboard_5_small": self.small, "dashboard_6_rows": self.rows, "dashboard_7_explorer": self.explorer,
            "dashboard_8_formula": self.formula, "dashboard_9_arrange": self.arrange, "dashboard_empty": self.nothing,
        }  # fmt: skip

    def _page(self, window: MainWindow, tab: str) -> DashboardsPage:
        page = window.current_page()
        assert isinstance(page, DashboardsPage)
        page.show_tab(tab)
        self.settle()
        return page

    def board(self, tab: str) -> Iterator[QWidget]:
        window = self.window(self.workspace, 1440, 900)
        self._page(window, tab)
        yield window

    def small(self) -> Iterator[QWidget]:
        window = self.window(self.workspace, 960, 640)
        self._page(window, "overview").bar.period.set_key("custom")
        self.settle()
        yield window

    def rows(self) -> Iterator[QWidget]:
        window = self.window(self.workspace, 1440, 900)
        page = self._page(window, "value")
        page.behind.rows(all_tiles()["rfm_grid"])
        self.settle()
        dialog = page.findChild(RowsDialog)
        assert dialog is not None
        yield dialog
        dialog.close()

    def explorer(self) -> Iterator[QWidget]:
        window = self.window(self.workspace, 1440, 900)
        page = self._page(window, "value")
        page.behind.explorer(all_tiles()["rfm_grid"])
        self.settle()
        dialog = page.findChild(ExplorerDialog)
        assert dialog is not None
        yield dialog
        dialog.close()

    def formula(self) -> Iterator[QWidget]:
        window = self.window(self.workspace, 1440, 900)
        page = self._page(window, "value")
        popover = page.open_formula("value", "rfm_grid", page.tiles("value")["rfm_grid"].info)
        assert popover is not None
        yield popover
        popover.close()

    def arrange(self) -> Iterator[QWidget]:
        window = self.window(self.workspace, 1440, 900)
        popover = self._page(window, "overview").open_arranger()
        yield popover
        popover.close()

    def nothing(self) -> Iterator[QWidget]:
        yield self.window(self.empty, 1100, 760)


def main() -> None:
    """Light and dark, Chinese and English."""
    out, scale, only = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    app = QApplication([])
    with tempfile.TemporaryDirectory(prefix="kedang-shots-") as temporary:
        folder = Path(temporary)
        (folder / "bare").mkdir()
        path = make_office(folder, customers=200, orders=1100, deals=80, tickets=160)
        bare, _code = make_archive(folder / "bare", 0)
        set_clock(lambda: NOW)
        workspace, empty = opened(path), opened(bare)
        runner = Runner()
        scenes = Scenes(folder, workspace, empty, runner)
        for mode in ("light", "dark"):
            for code in ("zh", "en"):
                set_language(code)
                theme.apply(app, mode)  # type: ignore[arg-type]
                for name, scene in scenes.all().items():
                    if not name.startswith(only):
                        continue
                    steps = scene()
                    widget = next(steps)
                    scenes.settle(0.1)
                    widget.grab().save(str(out / f"{name}_{mode}_{code}_{scale}.png"))
                    next(steps, None)
                    for window in app.topLevelWidgets():
                        if isinstance(window, MainWindow):
                            window.let_go()
                            window.deleteLater()
                    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        runner.shutdown()
        workspace.close()
        empty.close()


if __name__ == "__main__":
    main()
