"""What every test stands on: no screen, a home of its own, Chinese."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.util
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest

if find_spec("PySide6") is not None:  # before anything imports Qt; tests/unit also run where it is not installed
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("PYTEST_QT_API", "pyside6")
else:
    collect_ignore = ["gui"]

# a shared machine is sometimes slow, and a slow example is no failure
hypothesis.settings.register_profile("kedang", deadline=None)
hypothesis.settings.load_profile("kedang")

# some hundred thousand objects of libraries live as long as the tests: looking through them again and again takes a tenth of
# the time
gc.set_threshold(50_000, 25, 50)

_home = tempfile.TemporaryDirectory(prefix="kedang-tests-")
os.environ["KEDANG_HOME"] = _home.name


def pytest_unconfigure() -> None:
    """Take the temporary home away."""
    _home.cleanup()


@pytest.fixture(scope="session", autouse=True)
def _children_from_a_server() -> None:
    """Hundreds of tests read a file: their children are forked by a server that has the libraries loaded. The program's own
    way is tested by the tests of the child, by those that start programs, and end to end."""
    if sys.platform != "win32":
        from app.services.exchange.files import child

        child.START = "forkserver"
        multiprocessing.util.get_temp_dir()  # kept from now on; where a test puts it, paths can be too long for a socket
        multiprocessing.set_forkserver_preload(
            ["app.services.workbench.cooking", "app.services.exchange.importing.column_check"]
        )


@pytest.fixture(scope="session", autouse=True)
def _passwords_at_the_least_cost() -> Iterator[None]:
    """Thousands of tests make or open an archive with a password: the least cost that is accepted will do for them. That the
    program's own archives cost more is tested with the keys; programs that are started, and end to end, pay it in full."""
    from app.db import keys

    with pytest.MonkeyPatch.context() as patch:
        for name, (least, _) in keys.LIMITS.items():
            patch.setitem(keys.PASSWORD_KDF, name, least)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Thousands of tests open an archive of their own; compiling the same statements for each takes half their time. All
    engines of one dialect remember them together, as one engine does in the program."""
    import sqlalchemy as sa
    from sqlalchemy.util import LRUCache

    make = sa.create_engine
    known: dict[type, LRUCache[object, object]] = {}
    with pytest.MonkeyPatch.context() as patch:

        def remembering(*given: Any, **options: Any) -> sa.Engine:
            engine = make(*given, **options)
            dialect = type(engine.dialect)
            if dialect not in known:
                known[dialect] = LRUCache(4_000)
                patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
                patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
            engine._compiled_cache = known[dialect]  # type: ignore[assignment]
            return engine

        patch.setattr(sa, "create_engine", remembering)
        yield


@pytest.fixture(scope="session")
def kedang_home() -> Path:
    """The folder that stands for the user's settings and data."""
    return Path(_home.name)


@pytest.fixture(autouse=True)
def _chinese_again() -> Iterator[None]:
    from app.core.i18n import set_language

    yield
    set_language("zh")
