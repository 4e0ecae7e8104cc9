"""Fixtures over the archives of `tests.factories.archives`; a folder's conftest imports those it uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import workspace_of
from app.core.clock import set_clock
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.archives import Template
from tests.factories.clocks import Clock


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test: copies of one archive share the anchor and the spare header kept there."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("KEDANG_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def bare() -> Template:
    return archives.bare()


@pytest.fixture(scope="session")
def office() -> Template:
    return archives.office()


@pytest.fixture
def workspace(office: Template, tmp_path: Path) -> Iterator[Workspace]:
    """The office, open as its administrator."""
    with office.opened(office.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def staff(workspace: Workspace) -> dict[str, Workspace]:
    """The same open archive through the eyes of everybody in the office."""
    people = {
        name: workspace_of(workspace.archive, archives.actor(workspace, name), "test") for name in archives.PEOPLE
    }
    return people | {"boss": workspace}


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands still until told otherwise."""
    made = Clock()
    set_clock(made)
    yield made
    set_clock(None)
