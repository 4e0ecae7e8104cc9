"""An archive with business in it, on a fixed day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import set_clock
from app.core.paths import data_dir
from app.views.dashboards.page import DashboardsPage
from app.views.shell import pages
from tests.gui.archive_fixtures import desk_of, main_window, settings, workspace  # noqa: F401
from tests.gui.archives import make_archive
from tests.gui.dashboards.office import NOW, copy_of, make_office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed archive. Copy it."""
    return make_office(tmp_path_factory.mktemp("office"), customers=60, orders=320, deals=40, tickets=70)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed archive with nothing in it."""
    return make_archive(tmp_path_factory.mktemp("bare"), 0)[0]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    set_clock(lambda: NOW)
    yield
    set_clock(None)


@pytest.fixture(autouse=True)
def _own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window with the dashboards alone; the lists they open have tests of their own."""
    own = tuple(page for page in pages._PAGES if page[0] in ("dashboards", "settings"))
    monkeypatch.setattr(pages, "_PAGES", own)


@pytest.fixture
def archive_path(office: Path, tmp_path: Path) -> Path:
    """A private closed copy, which this computer has never seen."""
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    return copy_of(office, tmp_path / "own")


@pytest.fixture
def page(main_window, qtbot, runner) -> DashboardsPage:  # noqa: F811
    """The page in front, all figures there."""
    main_window.show_page("dashboards")
    made = main_window.current_page()
    assert isinstance(made, DashboardsPage)
    ready(made, qtbot, runner)
    return made


def ready(page: DashboardsPage, qtbot, runner) -> None:
    """Until every visible tile shows its chart and nothing runs."""

    def there() -> bool:
        tab = page.current_tab()
        shown = [page.tiles(tab)[one.key] for one in page.arrangement(tab) if one.shown]
        return not runner.busy() and not page._soon.isActive() and all(not tile.is_waiting() for tile in shown)

    qtbot.waitUntil(there, timeout=20_000)
