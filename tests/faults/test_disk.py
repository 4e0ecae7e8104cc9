"""A disk that is full or read-only, and a second program: told plainly, nothing acknowledged lost."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import create_workspace, open_workspace
from app.db import header_file as hf
from app.db.archive import Archive
from app.errors import EnvironmentProblem
from app.services.workspace import Workspace
from tests.factories.archives import PASSWORD, Template
from tests.factories.customers import add

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of a POSIX system")
FULL = "磁盘空间不够|读写磁盘出错"


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: what a full disk looks like without a disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def path(office: Template, tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    return office.copy(folder)


def _fill_up(workspace: Workspace) -> int:
    """Write until it no longer works; returns how many were acknowledged."""
    done = 0
    with pytest.raises(EnvironmentProblem, match=FULL):
        for i in range(10_000):
            add(workspace, f"客户{i}", remark="备注" * 2000)
            done += 1
    return done


def _check(office: Template, path: Path, at_least: int) -> None:
    with office.opened(path) as again:
        found = again.customers.count()
        assert at_least <= found <= at_least + 1
        assert again.vault.verify().ok
        add(again, "之后")
        assert again.customers.count() == found + 1
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_that_a_full_disk_stops_the_unit_of_work_and_nothing_else(office: Template, path: Path) -> None:
    workspace = office.open(path)
    with file_size_limit(path.stat().st_size + 400_000):
        done = _fill_up(workspace)
        assert workspace.customers.count() == done
        assert workspace.history.list(limit=1)[1][0].state == "done"
    assert done > 3
    add(workspace, "有空间了")
    workspace.close()
    _check(office, path, done + 1)


def test_that_a_disk_full_while_closing_loses_nothing(office: Template, path: Path) -> None:
    workspace = office.open(path)
    add(workspace, *(f"客户{i}" for i in range(60)), remark="备注" * 1000)
    with file_size_limit(path.stat().st_size), contextlib.suppress(EnvironmentProblem):
        workspace.archive.close()
    assert hf.sidecar(path).exists() or hf.read_trailer(path)[0] is not None
    _check(office, path, 60)


def test_that_a_disk_full_while_opening_is_told_and_leaves_the_file(office: Template, path: Path) -> None:
    with file_size_limit(100), pytest.raises(EnvironmentProblem, match=r"不够|出错|写入"):
        office.archive(path)
    _check(office, path, 0)


@pytest.mark.parametrize("limit", [0, 10_000, 200_000])
def test_that_a_disk_full_while_creating_leaves_nothing(tmp_path: Path, limit: int) -> None:
    target = tmp_path / "new.kedang"
    with file_size_limit(limit), pytest.raises(EnvironmentProblem, match=r"不够|出错|写入"):
        Archive.create(target, "boss", PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_that_a_disk_full_while_the_key_changes_keeps_the_old_key(office: Template, path: Path) -> None:
    workspace = office.open(path)
    add(workspace, *(f"客户{i}" for i in range(30)), remark="备注" * 500)
    generation = workspace.archive.header.generation
    with file_size_limit(100_000), pytest.raises(EnvironmentProblem, match=FULL):
        workspace.archive.rotate_key()
    assert workspace.archive.header.generation == generation
    assert workspace.customers.count() == 30
    add(workspace, "还能写")
    workspace.close()
    _check(office, path, 31)


def test_that_a_disk_full_during_a_backup_leaves_no_half_backup(office: Template, path: Path, tmp_path: Path) -> None:
    with office.opened(path) as workspace:
        with file_size_limit(50_000), pytest.raises(EnvironmentProblem, match=FULL):
            workspace.vault.backup(tmp_path / "copy.kedang")
        assert [p.name for p in tmp_path.iterdir()] == ["folder"]
        add(workspace, "甲")
    _check(office, path, 1)


def test_that_a_password_is_not_half_changed_on_a_full_disk(office: Template, path: Path) -> None:
    workspace = office.open(path)
    with file_size_limit(100), pytest.raises(EnvironmentProblem, match=FULL):
        workspace.archive.set_password("boss", "ein neues Passwort")
    workspace.close()
    open_workspace(path, "boss", PASSWORD).close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs the administrator")
def test_that_a_small_disk_filling_up_for_real_is_survived(office: Template, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no mounting here")
    try:
        path = office.copy(disk)
        workspace = office.open(path)
        done = _fill_up(workspace)
        with contextlib.suppress(EnvironmentProblem):
            workspace.archive.close()
        copied = tmp_path / "bigger" / path.name
        copied.parent.mkdir()
        for file in disk.iterdir():
            if not file.name.endswith("-lock"):
                (copied.parent / file.name).write_bytes(file.read_bytes())
    finally:
        subprocess.run(["umount", disk], check=True)
    _check(office, copied, done)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs the administrator")
def test_that_a_read_only_place_is_told_and_reading_still_works(office: Template, path: Path) -> None:
    with office.opened(path) as workspace:
        add(workspace, "张三")
    folder = path.parent
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode:
        pytest.skip("no mounting here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        with pytest.raises(EnvironmentProblem, match="只读"):
            office.archive(path)
        workspace = open_workspace(path, "boss", PASSWORD, read_only=True)
        assert workspace.customers.count() == 1
        workspace.close()
        with pytest.raises(EnvironmentProblem):
            create_workspace(folder / "new.kedang", "boss", PASSWORD)
    finally:
        subprocess.run(["umount", folder], check=True)
    _check(office, path, 1)


OPENER = """
import sys
from pathlib import Path
from app.bootstrap import open_with_device
from app.errors import EnvironmentProblem
try:
    open_with_device(Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])).close()
    print("opened")
except EnvironmentProblem as problem:
    print(type(problem).__name__, problem)
"""


def test_that_a_second_program_is_kept_out_while_the_first_works(office: Template, path: Path) -> None:
    slot, secret = office.devices["east"]
    command = [sys.executable, "-c", OPENER, str(path), slot, secret.hex()]

    def second() -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout

    with office.opened(path) as workspace:
        add(workspace, "甲")
        assert second().startswith("ArchiveInUse 档案已被")
        add(workspace, "乙")
    assert second() == "opened\n"
    _check(office, path, 2)
