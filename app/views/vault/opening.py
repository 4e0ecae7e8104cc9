"""The work behind the forms of the start window, each of it for a worker thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.jobs import Job

if TYPE_CHECKING:
    from app.services.workspace import Door, Workspace


@dataclass(frozen=True)
class Opened:
    """An open archive, who opened it, and the recovery code when it was just made."""

    workspace: Workspace
    username: str
    code: str = ""


def entered(workspace: Workspace, job: Job, code: str = "") -> Opened:
    """Who is in; closes the archive again when nobody waits for it any more (raises Cancelled then)."""
    try:
        job.check()
        me = workspace.actor.user_id
        return Opened(workspace, next(p.username for p in workspace.people.list() if p.id == me), code)
    except BaseException:
        workspace.close()
        raise


def open_work(
    door: Door, path: Path, user: str, password: str, *, take_over: bool, read_only: bool, stay: bool
) -> Callable[[Job], Opened]:
    """Open with a password, and stay signed in if wanted."""

    def work(job: Job) -> Opened:
        opened = entered(door.open(path, user, password, take_over=take_over, read_only=read_only, job=job), job)
        try:
            if stay:
                door.stay_signed_in(opened.workspace, True)
        except BaseException:
            opened.workspace.close()
            raise
        return opened

    return work


def signed_in_work(door: Door, path: Path, secret: object) -> Callable[[Job], Opened | None]:
    """Open with what the keychain keeps; None where it no longer fits."""

    def work(job: Job) -> Opened | None:
        workspace = door.open_signed_in(path, secret, job)
        return entered(workspace, job) if workspace is not None else None

    return work


def create_work(
    door: Door, path: Path, user: str, password: str, name: str, *, samples: bool
) -> Callable[[Job], Opened]:
    """A new archive, filled with sample data if wanted."""

    def work(job: Job) -> Opened:
        workspace, code = door.create(path, user, password, name)
        try:
            if samples:
                workspace.samples.fill(job=job)
        except BaseException:
            workspace.close()
            raise
        return entered(workspace, job, code)

    return work


def recover_work(door: Door, path: Path, code: str, password: str) -> Callable[[Job], Opened]:
    """Open with the recovery code and set a new password for the administrator it opens as."""

    def work(job: Job) -> Opened:
        opened = entered(door.recover(path, code, job), job)
        try:
            opened.workspace.people.reset_password(opened.username, password)
        except BaseException:
            opened.workspace.close()
            raise
        return opened

    return work
