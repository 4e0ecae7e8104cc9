"""An archive made once, copied for every test, and the inbox over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.core.paths import data_dir
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.tickets.tickets_page import InboxPage
from app.views.widgets.toast import ToastStack
from tests.gui.archives import copy_of, opened
from tests.gui.tickets.archive import filled
from tests.gui.widgets.showing import shown


@pytest.fixture(scope="session")
def full_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inbox") / "恒信贸易.kedang"
    filled(path).close()
    return path


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty-inbox") / "新档案.kedang"
    filled(path, 0).close()
    return path


@pytest.fixture
def workspace(full_archive: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    made = opened(copy_of(full_archive, tmp_path))
    yield made
    made.close()


@pytest.fixture
def make_page(qtbot, workspace, runner: Runner, dialogs, tmp_path: Path) -> Callable[..., InboxPage]:
    """The page in a window; `over` is another workspace."""

    def make(over: Workspace | None = None) -> InboxPage:
        window = QWidget()
        window.toasts = ToastStack(window)
        window.desk = Desk(
            over or workspace, runner, dialogs, window.toasts, SettingsStore(tmp_path / "s.json"), window
        )
        page = InboxPage(window.desk, window)
        page.hold_back = 0
        shown(qtbot, window, 1240, 800)
        page.setGeometry(0, 0, 1240, 800)
        page.show()
        page.activate()
        qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)
        return page

    return make


@pytest.fixture
def page(make_page, qtbot, runner: Runner) -> InboxPage:
    """All tickets shown, the first one in front."""
    made = make_page()
    made.pane.show_view("all")
    settle(qtbot, runner, made)
    qtbot.waitUntil(lambda: made.conversation is not None, timeout=5000)
    return made


def settle(qtbot, runner: Runner, page: InboxPage) -> None:
    """Until nothing is read or written any more and the rows at the top are there."""

    def quiet() -> bool:
        rows = page.pane.list.rows
        if rows.rowCount():
            rows.row_cells(0)
        return not runner.busy() and not rows.is_loading() and (not rows.rowCount() or rows.row_cells(0) is not None)

    qtbot.waitUntil(quiet, timeout=8000)
