"""An archive made once, copied for every test, and the page over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.records.record_page import RecordPage
from app.views.shell.desk import Desk
from app.views.widgets.toast import ToastStack
from tests.gui.archives import copy_of, opened
from tests.gui.customers.archive import filled
from tests.gui.widgets.showing import shown


@pytest.fixture(scope="session")
def full_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "恒信贸易.kedang"
    filled(path, 60).close()
    return path


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "新档案.kedang"
    filled(path, 0).close()
    return path


@pytest.fixture
def workspace(full_archive: Path, tmp_path: Path) -> Iterator[Workspace]:
    made = opened(copy_of(full_archive, tmp_path))
    yield made
    made.close()


@pytest.fixture
def make_page(qtbot, workspace, runner: Runner, dialogs, tmp_path: Path) -> Callable[..., RecordPage]:
    """A page in a window, its list loaded; `over` is another workspace."""

    def make(over: Workspace | None = None) -> RecordPage:
        window = QWidget()
        window.toasts = ToastStack(window)
        window.desk = Desk(
            over or workspace, runner, dialogs, window.toasts, SettingsStore(tmp_path / "s.json"), window
        )
        page = RecordPage(window.desk, window, entity="customers")
        shown(qtbot, window, 1180, 846)
        page.setGeometry(0, 0, 1180, 846)
        page.show()
        qtbot.waitUntil(lambda: page.is_ready() and not page.rows.model.is_loading(), timeout=5000)
        qtbot.waitUntil(lambda: not page.rows.model.rowCount() or page.pane.data is not None, timeout=5000)
        return page

    return make


@pytest.fixture
def page(make_page) -> RecordPage:
    return make_page()
