"""Fixtures around a real archive, shared by the tests of shell, vault, history and settings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.core.paths import data_dir
from app.db.header_file import sidecar
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell import pages
from app.views.shell.desk import Desk
from app.views.shell.main_window import MainWindow
from app.views.widgets.toast import ToastStack
from tests.gui.archives import USER, copy_of, make_archive, opened


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A closed archive with 60 customers and some history, and its recovery code. Copy it."""
    return make_archive(tmp_path_factory.mktemp("master"), 60)


@pytest.fixture(autouse=True)
def own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window with the pages tested here; the others have tests of their own."""
    own = tuple(page for page in pages._PAGES if page[0] in ("history", "settings"))
    monkeypatch.setattr(pages, "_PAGES", own)


@pytest.fixture
def archive_path(master: tuple[Path, str], tmp_path: Path) -> Path:
    """A private closed copy. This computer forgets how far the other copies came, else it would take this one for a
    swapped older file, and rightly so."""
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    return copy_of(master[0], tmp_path)


@pytest.fixture
def workspace(archive_path: Path) -> Iterator[Workspace]:
    """The copy, open as its administrator."""
    made = opened(archive_path)
    yield made
    if not sidecar(archive_path).exists():
        return  # the test closed it
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> SettingsStore:
    """Settings of their own."""
    return SettingsStore(tmp_path / "settings.json")


@pytest.fixture
def main_window(qtbot, workspace, runner: Runner, settings, dialogs) -> Iterator[MainWindow]:
    """The main window, shown; the archive is closed by its own fixture unless the test closes it."""
    window = MainWindow(workspace, USER, runner, settings, dialogs)
    window.resize(1280, 800)
    window.begin()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: not runner.busy())
    yield window
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy())
    window.let_go()
    window.deleteLater()


@pytest.fixture
def desk_of(qtbot, workspace, runner: Runner, settings, dialogs) -> Iterator[Callable[[], Desk]]:
    """Makes a desk without a main window, for a page alone."""
    from PySide6.QtWidgets import QWidget

    host = QWidget()
    host.resize(400, 300)
    qtbot.addWidget(host)
    yield lambda: Desk(workspace, runner, dialogs, ToastStack(host), settings, host)
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy())
    QApplication.sendPostedEvents(None, 0)
