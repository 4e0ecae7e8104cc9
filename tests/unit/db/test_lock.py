"""One program per archive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.db.lock import ArchiveInUse, ArchiveLock
from app.errors import EnvironmentProblem
from tests.factories.archives import Template

HOLD = """
import sys
from pathlib import Path
from app.db.lock import ArchiveLock
lock = ArchiveLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def _holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _other_host(path: Path) -> None:
    holder = {"host": "前台电脑", "pid": 1, "user": "小李", "since": "2026-03-05T10:00:00+00:00"}
    path.with_name(path.name + "-lock").write_text(json.dumps(holder), encoding="utf-8")


def test_that_a_second_lock_in_the_same_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.kedang"
    first, second = ArchiveLock(path), ArchiveLock(path)
    first.acquire()
    with pytest.raises(ArchiveInUse, match="已被") as caught:
        second.acquire()
    assert caught.value.holder is not None
    assert caught.value.holder.pid == os.getpid()
    assert caught.value.holder.here
    assert not caught.value.can_take_over
    first.release()
    second.acquire()
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_that_another_process_is_refused_and_named_until_it_is_killed(bare: Template, tmp_path: Path) -> None:
    path = bare.copy(tmp_path)
    process = _holder(path)
    try:
        for take_over in (False, True):  # a living holder cannot be taken over
            with pytest.raises(ArchiveInUse) as caught:
                bare.archive(path, take_over=take_over)
            assert caught.value.holder is not None
            assert caught.value.holder.pid == process.pid
            assert not caught.value.can_take_over
    finally:
        _end(process)
    bare.archive(path).close()


def test_that_a_lock_left_by_another_computer_is_a_persons_decision(bare: Template, tmp_path: Path) -> None:
    path = bare.copy(tmp_path)
    _other_host(path)
    before = path.read_bytes()
    with pytest.raises(ArchiveInUse, match=r"“小李”在电脑“前台电脑”上.*接管") as caught:
        bare.archive(path)
    assert caught.value.can_take_over
    assert path.read_bytes() == before
    bare.archive(path, take_over=True).close()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"host": 1}', b"\xff"])
def test_that_an_unreadable_lock_file_keeps_nobody_out(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.kedang"
    path.with_name("a.kedang-lock").write_bytes(text)
    lock = ArchiveLock(path)
    lock.acquire()
    lock.release()


def test_that_a_lock_on_a_file_that_lost_its_name_is_not_enough(tmp_path: Path) -> None:
    """The holder removes its file while we have it open: we then hold a lock nobody else can see."""
    path = tmp_path / "a.kedang"
    name = path.with_name("a.kedang-lock")

    class Slow(ArchiveLock):
        tries = 0

        def _is_named(self, handle: object) -> bool:
            Slow.tries += 1
            if Slow.tries == 1:
                name.unlink()  # what the other program's release does between our open and our lock
            return super()._is_named(handle)  # type: ignore[arg-type]

    ours, theirs = Slow(path), ArchiveLock(path)
    ours.acquire()
    assert Slow.tries == 2
    with pytest.raises(ArchiveInUse):
        theirs.acquire()
    ours.release()


def test_that_a_missing_folder_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="文件夹"):
        ArchiveLock(tmp_path / "missing" / "a.kedang").acquire()


def test_that_releasing_twice_or_before_acquiring_does_nothing(tmp_path: Path) -> None:
    lock = ArchiveLock(tmp_path / "a.kedang")
    lock.release()
    lock.acquire()
    lock.release()
    lock.release()
