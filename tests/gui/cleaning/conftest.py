"""An archive with faulty customers, and the page of data care in a window."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.core.paths import data_dir
from app.views.quality.panel import QualityPanel
from app.views.shell import pages
from tests.factories.customers import add, email, phone
from tests.gui.archive_fixtures import desk_of, main_window, settings, workspace  # noqa: F401
from tests.gui.archives import copy_of, make_archive, opened

BAD_CODE = "91350100M000100Y44"


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed archive with forty customers, five of them with faults that are known. Copy it."""
    path, _ = make_archive(tmp_path_factory.mktemp("faulty"), 40)
    made = opened(path)
    try:
        add(made, "坏代码甲", kind="company", credit_code=BAD_CODE)
        add(made, "坏代码乙", kind="company", credit_code=BAD_CODE[:-1] + "5")
        add(made, "同号甲", "同号乙", phones=(phone("13900000017"),))
        add(made, "写错邮箱", emails=(email("a@qq.con"),))
    finally:
        made.close()
    return path


@pytest.fixture(autouse=True)
def _own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    own = tuple(page for page in pages._PAGES if page[0] in ("customers", "cleaning"))
    monkeypatch.setattr(pages, "_PAGES", own)


@pytest.fixture
def archive_path(faulty: Path, tmp_path: Path) -> Path:
    """A private closed copy, which this computer has never seen."""
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    return copy_of(faulty, tmp_path)


@pytest.fixture
def health(main_window, qtbot, runner) -> QualityPanel:  # noqa: F811
    """The panel in front, its figures there."""
    main_window.show_page("cleaning")
    page = main_window.current_page()
    page.show_task("health")
    panel = page.panel("health")
    settled(panel, qtbot, runner)
    return panel


def settled(panel: QualityPanel, qtbot, runner) -> None:
    """Until nothing runs and nothing is about to."""
    qtbot.waitUntil(lambda: not runner.busy() and not panel._soon.isActive(), timeout=15_000)
