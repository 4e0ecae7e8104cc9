"""The office of the tests with sales, deals and tickets in it; today is 2026-03-05."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.archives import Template
from tests.factories.clocks import Clock
from tests.factories.engines import engine, office
from tests.factories.fixtures import clock, own_home, staff
from tests.factories.servers import ServerTemplate
from tests.unit.analytics.office import Office

__all__ = ["clock", "engine", "office", "own_home", "staff"]


def _fill(made: Office) -> Office:
    made.fill_sales()
    made.fill_deals()
    made.fill_tickets()
    return made


@cache
def _in_a_file() -> tuple[Path, Office]:
    """The filled office, closed; needs the clock of the tests."""
    template = archives.office()
    path = template.copy(template.path.parent, "filled.kedang")
    with template.opened(path) as workspace:
        return path, _fill(Office(workspace))


@pytest.fixture
def workspace(
    request: pytest.FixtureRequest, office: Template | ServerTemplate, engine: str, tmp_path: Path
) -> Iterator[Workspace]:
    """The office, open as its administrator; for tests that use `filled`, with its records."""
    if "filled" in request.fixturenames and engine == "sqlite":
        request.getfixturevalue("clock")
        path = Path(shutil.copyfile(_in_a_file()[0], tmp_path / "office.kedang"))
        with archives.office().opened(path) as opened:
            yield opened
        return
    with office.opened(office.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def filled(clock: Clock, workspace: Workspace, engine: str) -> Office:
    """The office with 40 customers, 160 orders, 50 deals and 40 tickets."""
    return _in_a_file()[1].again(workspace) if engine == "sqlite" else _fill(Office(workspace))
