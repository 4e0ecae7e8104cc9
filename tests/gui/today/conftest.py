"""The day's page over an archive with things to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.core.clock import now, today
from app.core.fields import Link
from app.core.paths import data_dir
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.today.page import TodayPage
from app.views.widgets.toast import ToastStack
from tests.gui.archives import copy_of, make_archive, opened


@pytest.fixture(scope="session")
def busy_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, _code = make_archive(tmp_path_factory.mktemp("today"), 6)
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    workspace = opened(path)
    one, two = workspace.customers.list(limit=2)[1]
    tie = (Link(one.id, str(one.get("name"))),)
    for subject, days in (("催回执", -2), ("上门演示", 3)):
        workspace.activities.create(
            {"subject": subject, "kind": "visit", "customer": tie, "due_at": now() + timedelta(days=days)}
        )
    workspace.people.add("li", "李四", "correct horse 9", ["sales"])
    other = next(user for user, name in workspace.people.names().items() if name == "李四")
    workspace.activities.create(
        {"subject": "别人的事", "kind": "call", "owner": other, "due_at": now() - timedelta(days=1)}
    )
    workspace.customers.update(two.id, {"next_contact_on": today(), "owner": workspace.actor.user_id})
    workspace.deals.create({"name": "没有下一步", "amount": 100})
    workspace.close()
    return path


@pytest.fixture
def workspace(busy_archive: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    made = opened(copy_of(busy_archive, tmp_path))
    yield made
    made.close()


@pytest.fixture
def page(qtbot, workspace, runner: Runner, dialogs, tmp_path: Path) -> TodayPage:
    window = QWidget()
    window.toasts = ToastStack(window)
    window.desk = Desk(workspace, runner, dialogs, window.toasts, SettingsStore(tmp_path / "s.json"), window)
    made = TodayPage(window.desk, window)
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    qtbot.waitExposed(window)
    made.setGeometry(0, 0, 1200, 800)
    made.show()
    qtbot.waitUntil(lambda: made.cards["late"].section is not None, timeout=5000)
    return made
