"""Real encrypted archives for tests, made once per process and copied, because deriving a key from a password is slow.

The office: an administrator, a manager, two sales people, one of customer service, one who only reads; teams 销售部 with
东区 and 西区 below it. Everybody also has a device secret, which opens without the slow derivation.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.bootstrap import create_workspace, open_with_device
from app.core.access import Actor
from app.db.archive import Archive
from app.db.keys import DEVICE
from app.services.people.service import actor_of
from app.services.workspace import Workspace

PASSWORD = "桥下的马-2024"
#: username → (display name, roles, team)
PEOPLE: Mapping[str, tuple[str, tuple[str, ...], str | None]] = {
    "boss": ("钱总", ("admin",), None),
    "manager": ("孙主管", ("manager",), "销售部"),
    "east": ("李东", ("sales",), "东区"),
    "west": ("周西", ("sales",), "西区"),
    "service": ("吴客服", ("service",), None),
    "reader": ("郑只读", ("readonly",), None),
}


@dataclass(frozen=True)
class Template:
    """A closed archive file. `devices`: username → (slot name, secret)."""

    path: Path
    code: str
    devices: Mapping[str, tuple[str, bytes]]

    def copy(self, folder: Path, name: str = "office.kedang") -> Path:
        """A copy of its own for a test."""
        return Path(shutil.copyfile(self.path, folder / name))

    def archive(self, path: Path, user: str = "boss", *, read_only: bool = False, take_over: bool = False) -> Archive:
        """Open a copy below the services."""
        slot, secret = self.devices[user]
        return Archive.open(path, DEVICE, slot, secret, read_only=read_only, take_over=take_over)

    def open(self, path: Path, user: str = "boss") -> Workspace:
        """Open a copy as one of its people."""
        slot, secret = self.devices[user]
        return open_with_device(path, slot, secret)

    @contextmanager
    def opened(self, path: Path, user: str = "boss") -> Iterator[Workspace]:
        """As `open`, closed again at the end."""
        workspace = self.open(path, user)
        try:
            yield workspace
        finally:
            workspace.close()


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kedang-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def bare() -> Template:
    """An archive as it is right after it was made."""
    path = _folder() / "bare.kedang"
    workspace, code = create_workspace(path, "boss", PASSWORD, name="钱总")
    secret = workspace.archive.add_device("boss", "desk")
    workspace.close()
    return Template(path, code, {"boss": ("boss@desk", secret)})


@cache
def office() -> Template:
    """The archive of a small office, without records."""
    path = _folder() / "office.kedang"
    workspace, code = create_workspace(path, "boss", PASSWORD, name="钱总")
    people = workspace.people
    people.add_team("销售部")
    people.add_team("东区", "销售部")
    people.add_team("西区", "销售部")
    devices = {}
    for username, (name, roles, team) in PEOPLE.items():
        if username != "boss":
            people.add(username, name, PASSWORD, roles)
        if team:
            people.set_team(username, [team])
        devices[username] = (f"{username}@desk", workspace.archive.add_device(username, "desk"))
    workspace.close()
    return Template(path, code, devices)


def actor(workspace: Workspace, username: str) -> Actor:
    """Somebody else of the office, for units of work on an archive that is open already."""
    return actor_of(workspace.archive, username)
