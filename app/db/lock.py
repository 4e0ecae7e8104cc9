"""One program per archive: a lock file beside it, held by the operating system, with take-over (接管) after a crash.

The lock file `office.kedang-lock` names host, process and user. On the same machine an operating-system lock decides (it
is gone with a killed process); a lock left by another host can only be taken over by a person's decision.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.core.clock import now
from app.core.i18n import t
from app.db.problems import told_plainly
from app.errors import EnvironmentProblem


@dataclass(frozen=True)
class Holder:
    """Who has the archive open."""

    host: str
    pid: int
    user: str
    since: str

    @property
    def here(self) -> bool:
        return self.host == platform.node()


class ArchiveInUse(EnvironmentProblem):
    """The archive is open elsewhere. `holder` says where; `can_take_over` whether a person may decide to."""

    def __init__(self, holder: Holder | None, *, can_take_over: bool) -> None:
        who = t("“{user}”在电脑“{host}”上", user=holder.user, host=holder.host) if holder else t("另一个程序")
        advice = (
            t("如果确定那边已经关闭，可以选择接管。") if can_take_over else t("请先在那里关闭，或切换到已打开的窗口。")
        )
        super().__init__(t("档案已被{who}打开。", who=who) + advice)
        self.holder = holder
        self.can_take_over = can_take_over


class ArchiveLock:
    """Held from open to close; a context manager is not used because the archive's life spans the program's."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + "-lock")
        self._file: IO[bytes] | None = None

    def acquire(self, *, take_over: bool = False) -> None:
        """Raise ArchiveInUse when somebody else holds it."""
        previous = self._read()
        handle = self._locked(previous)
        if previous is not None and not previous.here and not take_over:
            _unlock(handle)
            handle.close()
            raise ArchiveInUse(previous, can_take_over=True)
        self._file = handle
        try:
            with told_plainly():
                self._write(handle)
        except BaseException:
            self.release()
            raise

    def _locked(self, previous: Holder | None) -> IO[bytes]:
        """The lock file, locked. Whoever held it may have removed it while we opened it: a lock on a file without a
        name keeps nobody out, so we try again."""
        while True:
            try:
                handle = self._path.open("a+b")
            except OSError as error:
                raise EnvironmentProblem(t("无法在档案所在的文件夹里写入，请检查文件夹权限。")) from error
            if not _try_lock(handle):
                handle.close()
                raise ArchiveInUse(previous, can_take_over=False)
            if self._is_named(handle):
                return handle
            _unlock(handle)
            handle.close()

    def _is_named(self, handle: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(handle.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give the lock back and remove the file."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.seek(0)
            self._file.truncate()
        if sys.platform != "win32":  # elsewhere an open file may be unlinked, so nobody locks the dying one
            self._path.unlink(missing_ok=True)
        _unlock(self._file)
        with contextlib.suppress(OSError):  # what could not be written on a full disk is tried again here
            self._file.close()
        self._file = None
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _read(self) -> Holder | None:
        try:
            data = json.loads(self._path.read_bytes())
            return Holder(str(data["host"]), int(data["pid"]), str(data["user"]), str(data["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def _write(handle: IO[bytes]) -> None:
        me = {
            "host": platform.node(),
            "pid": os.getpid(),
            "user": _user_name(),
            "since": now().isoformat(timespec="seconds"),
        }
        handle.seek(0)
        handle.truncate()
        handle.write(json.dumps(me).encode())
        handle.flush()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # lock a byte far behind the text, so that others can still read who holds it

    def _try_lock(handle: IO[bytes]) -> bool:
        handle.seek(_FAR)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        handle.seek(_FAR)
        with contextlib.suppress(OSError):
            msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
