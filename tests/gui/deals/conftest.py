"""An archive with a few deals, and the deals page over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.core.fields import Link
from app.core.paths import data_dir
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.deals.deals_page import DealsPage
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.widgets.toast import ToastStack
from tests.gui.archives import copy_of, make_archive, opened


@pytest.fixture(scope="session")
def deal_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three open deals in the first stage (甲 on top), one proposal (丁)."""
    path, _code = make_archive(tmp_path_factory.mktemp("deals"), 6)
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    workspace = opened(path)
    customer = workspace.customers.list(limit=1)[1][0]
    tie = (Link(customer.id, str(customer.get("name"))),)
    stages = workspace.deals.stages()
    for name, place, amount in (("丁", 2, 40), ("丙", 0, 30), ("乙", 0, 20), ("甲", 0, 10)):
        values = {"name": name, "customer": tie, "amount": amount * 10_000_00, "stage": stages[place].link}
        workspace.deals.create(values)
    workspace.leads.create({"name": "王小明", "company": str(customer.get("name")), "title": "采购"})
    workspace.leads.create({"name": "李雷", "company": "新公司"})
    workspace.orders.create({"customer": tie, "amount": 1_000_00})
    workspace.close()
    return path


@pytest.fixture
def workspace(deal_archive: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    made = opened(copy_of(deal_archive, tmp_path))
    yield made
    made.close()


@pytest.fixture
def make_window(workspace, runner: Runner, dialogs, tmp_path: Path) -> Callable[[], QWidget]:
    def make() -> QWidget:
        window = QWidget()
        window.toasts = ToastStack(window)
        window.desk = Desk(workspace, runner, dialogs, window.toasts, SettingsStore(tmp_path / "s.json"), window)
        return window

    return make


@pytest.fixture
def make_page(qtbot, make_window) -> Callable[[], DealsPage]:
    """The page in a window, its board loaded."""

    def make() -> DealsPage:
        window = make_window()
        page = DealsPage(window.desk, window)
        qtbot.addWidget(window)
        window.resize(1300, 800)
        window.show()
        qtbot.waitExposed(window)
        page.setGeometry(0, 0, 1300, 800)
        page.show()
        if page.is_board():
            qtbot.waitUntil(lambda: page.board.board is not None, timeout=5000)
        return page

    return make


@pytest.fixture
def page(make_page) -> DealsPage:
    return make_page()
