"""Tests that run on both engines: a file in the first place, a server's database where PostgreSQL is installed.

A file of tests asks for it with `pytestmark = BOTH`; its fixtures stand on `office`, which is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from app.services.workspace import Workspace
from tests.factories import archives, servers
from tests.factories.archives import Template
from tests.factories.servers import ServerTemplate

_REASON = servers.missing()
SERVER = pytest.mark.skipif(bool(_REASON), reason=_REASON or "there is a server")
BOTH = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgres", marks=SERVER)], indirect=True, scope="session"
)


#: for tests that compare a server with a file
BESIDE = pytest.mark.parametrize("engine", [pytest.param("postgres", marks=SERVER)], indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of this test: "sqlite" unless the file is for both."""
    return str(getattr(request, "param", "sqlite"))


def office_on(engine: str) -> Template | ServerTemplate:
    """The office of the tests on this engine, without records."""
    return archives.office() if engine == "sqlite" else _on_server()


@pytest.fixture(scope="session")
def office(engine: str) -> Template | ServerTemplate:
    """As `fixtures.office`, on the engine of the test."""
    return office_on(engine)


@cache
def _on_server() -> ServerTemplate:
    folder = archives.office().path.parent
    with archives.office().opened(archives.office().copy(folder, "to-server.kedang")) as workspace:
        return servers.moved(workspace.archive)


@contextmanager
def seen_on(engine: str, filled: Workspace, folder: Path, user: str = "boss") -> Iterator[Workspace]:
    """What is in an archive file, on this engine: the file itself, or a database it was copied to."""
    if engine == "sqlite":
        yield filled
        return
    template = servers.moved(filled.archive)
    try:
        with template.opened(template.copy(folder), user) as workspace:
            yield workspace
    finally:
        servers.drop([template])
