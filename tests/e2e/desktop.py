"""A Linux desktop around the program, as far as it hears it: a session bus, its keychain, its screen lock, its screen.

The buses and the keychain are the real ones (dbus-daemon, gnome-keyring, at-spi2-core); the log-in manager and the screen
saver, which need a whole machine, are peers that speak as those do.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_call, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection, open_dbus_connection

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"dbus-run-session": "dbus", "gnome-keyring-daemon": "gnome-keyring", "xvfb-run": "xvfb"}
SESSION = "/org/freedesktop/login1/session/_32"
_PATIENCE = 90  # seconds until a program that says nothing is killed
_LOGIN = "org.freedesktop.login1"
_SAVER = DBusAddress("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "org.freedesktop.ScreenSaver")


def needed(program: str) -> str:
    """The path of a program of the system; raises AssertionError with the package to install."""
    found = shutil.which(program)
    assert found, f"{program} is missing: install the package {PACKAGES[program]} (dev.py setup does it where it may)"
    return found


_BARE = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


@contextmanager
def session_bus(bare: Path | None = None) -> Iterator[str]:
    """The address of a fresh session bus, gone at the end. `bare`: a file for the rules of one that starts no services."""
    tell = 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'
    rules = []
    if bare is not None:
        bare.write_text(_BARE, encoding="utf-8")
        rules = ["--config-file", str(bare)]
    command = [needed("dbus-run-session"), *rules, "--", "sh", "-c", tell]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout is not None
        assert bus.stdin is not None
        yield bus.stdout.readline().strip()
        bus.stdin.close()


@contextmanager
def keychain(bus: str, home: Path) -> Iterator[None]:
    """An unlocked keychain on the bus, as after logging in."""
    env = {**os.environ, **environment(bus, home)}
    command = [needed("gnome-keyring-daemon"), "--unlock", "--foreground", "--components=secrets"]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, env=env, stdin=pipe, stdout=quiet, stderr=quiet, text=True) as daemon:
        assert daemon.stdin is not None
        daemon.stdin.write("login")
        daemon.stdin.close()
        try:
            _wait_for(bus, "org.freedesktop.secrets")
            yield
        finally:
            daemon.terminate()


def _wait_for(bus: str, name: str) -> None:
    with open_dbus_connection(bus) as line:
        owned = new_method_call(message_bus, "NameHasOwner", "s", (name,))
        while not line.send_and_get_reply(owned, timeout=20).body[0]:
            threading.Event().wait(0.05)


@contextmanager
def silent(bus: str, name: str) -> Iterator[None]:
    """Somebody who owns a name on the bus and never answers."""
    with open_dbus_connection(bus) as line:
        assert line.send_and_get_reply(message_bus.RequestName(name)).body == (1,)
        yield


class Machine:
    """Owns the names of the screen saver and of the log-in manager on one bus, and says what they would say."""

    def __init__(self, bus: str) -> None:
        self._line = open_dbus_connection(bus)
        self.locked_hint = False
        self._hint_read = threading.Event()
        for name in (_SAVER.bus_name, _LOGIN):
            reply = self._line.send_and_get_reply(message_bus.RequestName(name))
            assert reply.body == (1,), f"somebody else is {name}"
        self._answering = threading.Thread(target=self._answer, daemon=True)
        self._answering.start()

    def _answer(self) -> None:
        while True:
            try:
                message = self._line.receive()
            except (OSError, EOFError):
                return
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields[HeaderFields.member]
            answer: tuple[str, tuple[Any, ...]] = ("", ())
            if member == "GetSession":
                answer = ("o", (SESSION,))
            elif member == "Get":
                answer = ("v", (("b", self.locked_hint),))
            self._line.send(new_method_return(message, *answer))
            if member == "Get":
                self._hint_read.set()

    def say(self, what: str) -> None:
        """One of the signals of `WORDS`; with "hint…", returns when somebody has read the hint."""
        self.locked_hint = what == "hint"
        self._hint_read.clear()
        address, member, signature, body = WORDS[what]
        self._line.send(new_signal(address, member, signature, body))
        if what.startswith("hint"):
            assert self._hint_read.wait(20), "nobody reads LockedHint"

    def close(self) -> None:
        """Leave the bus."""
        self._line.sock.shutdown(2)
        self._answering.join()
        self._line.close()


_SESSION_ADDRESS = DBusAddress(SESSION, _LOGIN, f"{_LOGIN}.Session")
_MANAGER_ADDRESS = DBusAddress("/org/freedesktop/login1", _LOGIN, f"{_LOGIN}.Manager")
_PROPERTIES = DBusAddress(SESSION, _LOGIN, "org.freedesktop.DBus.Properties")
_CHANGED = (f"{_LOGIN}.Session", {}, ["LockedHint"])
WORDS: dict[str, tuple[DBusAddress, str, str | None, tuple[Any, ...]]] = {
    "saver": (_SAVER, "ActiveChanged", "b", (True,)),
    "saver ended": (_SAVER, "ActiveChanged", "b", (False,)),
    "lock": (_SESSION_ADDRESS, "Lock", None, ()),
    "hint": (_PROPERTIES, "PropertiesChanged", "sa{sv}as", _CHANGED),
    "hint gone": (_PROPERTIES, "PropertiesChanged", "sa{sv}as", _CHANGED),
    "sleep": (_MANAGER_ADDRESS, "PrepareForSleep", "b", (True,)),
    "awake": (_MANAGER_ADDRESS, "PrepareForSleep", "b", (False,)),
}


def environment(bus: str, home: Path) -> dict[str, str]:
    """What a program finds around it on this desktop: both buses are this one."""
    return {
        "DBUS_SESSION_BUS_ADDRESS": bus, "DBUS_SYSTEM_BUS_ADDRESS": bus, "HOME": str(home), "KEDANG_HOME": str(home / "kedang"),
        "XDG_RUNTIME_DIR": str(home), "XDG_DATA_HOME": str(home / "data"), "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


class Played:
    """A program of the tests running on the desktop; it speaks in lines. Gone at the end of `with`, whatever happened."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        shown = [] if os.environ.get("DISPLAY") else [needed("xvfb-run"), "-a"]
        self._process = subprocess.Popen(
            [*shown, sys.executable, "-m", *command],
            cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        self._limit = threading.Timer(_PATIENCE, self._kill)
        self._limit.start()

    def until(self, word: str) -> str:
        """The line that begins with `word`; fails when the program ends or fails before it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.rstrip("\n"))
            if line.startswith(word):
                return line.rstrip("\n")
            if line.startswith("FAILED"):
                break
        raise AssertionError(f"{word} was never said:\n" + "\n".join(self.said))

    def end(self) -> int:
        """Its exit code."""
        assert self._process.stdout is not None
        self.said += [line.rstrip("\n") for line in self._process.stdout]
        return self._process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._limit.cancel()
        self._kill()
        self._process.communicate()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):  # the screen made for it too
            os.killpg(self._process.pid, signal.SIGKILL)


def accessibility_bus(bus: str) -> str:
    """The address of the bus that screen readers use; asking for it starts it, as logging in does."""
    with open_dbus_connection(bus) as line:
        where = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        reply = line.send_and_get_reply(new_method_call(where, "GetAddress"), timeout=20)
    assert reply.header.message_type is MessageType.method_return, f"install at-spi2-core: {reply.body}"
    return str(reply.body[0])


def accessible_programs(bus: str) -> list[str]:
    """The names of the programs a screen reader finds on this desktop."""
    with open_dbus_connection(accessibility_bus(bus)) as line:
        root = DBusAddress("/org/a11y/atspi/accessible/root", "org.a11y.atspi.Registry", "org.a11y.atspi.Accessible")
        children = line.send_and_get_reply(new_method_call(root, "GetChildren")).body[0]
        return [_name(line, *child) for child in children]


def _name(line: DBusConnection, owner: str, path: str) -> str:
    address = DBusAddress(path, owner, "org.freedesktop.DBus.Properties")
    asked = new_method_call(address, "Get", "ss", ("org.a11y.atspi.Accessible", "Name"))
    return str(line.send_and_get_reply(asked).body[0][1])


@contextmanager
def desktop(home: Path, *, bare: bool = False) -> Iterator[tuple[str, Machine]]:
    """(bus, what screen saver and log-in manager say); `bare`: without keychain and accessibility."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with ExitStack() as stack:
        bus = stack.enter_context(session_bus(home / "bus.conf" if bare else None))
        machine = Machine(bus)
        stack.callback(machine.close)
        if not bare:
            accessibility_bus(bus)
            stack.enter_context(keychain(bus, home))
        yield bus, machine
