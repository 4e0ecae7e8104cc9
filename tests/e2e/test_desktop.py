"""The real window on a real desktop: session bus, keychain, screen lock and accessibility bus are there, and it opens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap import create_workspace
from app.db.header_file import sidecar
from tests.e2e.desktop import Machine, Played, accessible_programs, desktop, environment, silent

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktop of Linux")
PASSWORD = "桥下的马-2024"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desktop") / "a.kedang"
    workspace, _code = create_workspace(path, "admin", PASSWORD, name="admin")
    workspace.close()
    return path


def played(bus: str, home: Path, *words: str) -> Played:
    return Played(["tests.e2e.window_on_desktop", *words], environment(bus, home))


def locked(window: Played, machine: Machine, archive: Path) -> None:
    machine.say("saver")
    assert window.until("LOCKED") == f"LOCKED admin {archive.name}"
    assert window.end() == 0
    assert not sidecar(archive).exists(), "closed properly"


def test_that_the_window_opens_with_everything_there_and_a_locked_screen_locks_it(tmp_path, archive):
    with desktop(tmp_path) as (bus, machine):
        with played(bus, tmp_path, str(archive), PASSWORD) as first:
            assert first.until("START") == "START keychain"
            assert first.until("OPEN") == "OPEN xcb"
            assert "Kedang" in accessible_programs(bus)
            locked(first, machine, archive)
        with played(bus, tmp_path, str(archive)) as again:
            again.until("OPEN")  # no password: the keychain remembers
            locked(again, machine, archive)


def test_that_a_bus_without_a_keychain_is_as_good(tmp_path, archive):
    with desktop(tmp_path, bare=True) as (bus, machine), played(bus, tmp_path, str(archive), PASSWORD) as window:
        assert window.until("START") == "START none"
        window.until("OPEN")
        locked(window, machine, archive)


def test_that_a_keychain_that_never_answers_is_no_keychain(tmp_path):
    code = (
        "from app.services.vault import keychain; keychain._PATIENCE = 1.0; "
        "print(keychain.available(), keychain.recall('x')); keychain.forget('x'); print('end')"
    )
    with desktop(tmp_path, bare=True) as (bus, _machine), silent(bus, "org.freedesktop.secrets"):
        env = {**os.environ, **environment(bus, tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True
        )
    assert done.stdout.split() == ["True", "None", "end"]


def test_that_every_way_to_say_locked_is_heard_and_nothing_else(tmp_path):
    words = ("saver", "lock", "hint", "sleep")
    with desktop(tmp_path, bare=True) as (bus, machine):
        listener = Played(["tests.e2e.lock_listener"], environment(bus, tmp_path))
        with listener:
            listener.until("READY")
            for count, word in enumerate((*words, "lock"), 1):
                for other in ("saver ended", "awake", "hint gone"):
                    machine.say(other)
                machine.say(word)
                assert listener.until("LOCKED") == f"LOCKED {count}"


@pytest.mark.parametrize("bus", ["unix:path=/nowhere", "nonsense", ""])
def test_that_a_window_opens_where_the_buses_are_broken(tmp_path, archive, bus):
    with played(bus, tmp_path, str(archive), PASSWORD) as window:
        assert window.until("START") == "START none"
        window.until("OPEN")
