"""A file on its way into the archive: killed at every step, or the disk full. It is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.records import Record
from app.errors import EnvironmentProblem
from app.services.files.sources import Stream
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.archives import Template
from tests.faults.test_disk import FULL, file_size_limit
from tests.unit.files.makers import Generated, generated

SIZE = (70 << 20) + 5
STEPS = ["files:piece"] * 3 + ["files:filled", "files:named", "files:committed"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    """An archive with a customer."""
    template = archives.bare()
    path = template.copy(tmp_path_factory.mktemp("files"))
    with template.opened(path) as workspace:
        return path, workspace.customers.create({"name": "甲公司"})[0]


def play(path: Path, template: Template, customer: Record, at: int) -> tuple[int, list[str]]:
    slot, secret = template.devices["boss"]
    call = ("tests.helpers.files_child", str(path), slot, secret.hex(), str(customer.id), str(SIZE), str(at))
    done = subprocess.run(
        [sys.executable, "-m", *call], capture_output=True, text=True, timeout=120, check=False, env=dict(os.environ)
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.split()


def rows(workspace: Workspace) -> tuple[int, int]:
    """(contents, chunks) in the archive."""
    with workspace.archive.engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SELECT count(*) FROM attachment_{name}").scalar_one()
            for name in ("content", "chunk")
        ]
    return found[0], found[1]


def whole(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    (held,) = workspace.files.list("customers", customer.id)
    path = workspace.files.save("customers", customer.id, held.file, tmp_path / "back.bin", overwrite=True)
    digest = hashlib.sha256()
    for data in generated(SIZE):
        digest.update(data)
    assert hashlib.sha256(path.read_bytes()).digest() == digest.digest()


@pytest.mark.parametrize("at", range(len(STEPS) + 1))
def test_that_a_killed_add_leaves_the_file_whole_or_not_at_all(
    tmp_path: Path, made: tuple[Path, Record], at: int
) -> None:
    template, path = archives.bare(), tmp_path / "office.kedang"
    path.write_bytes(made[0].read_bytes())
    code, lines = play(path, template, made[1], at)
    assert lines == STEPS[: at or None]
    assert (code == 0) == (at == 0)
    with template.opened(path) as workspace:
        if at in (0, len(STEPS)):
            whole(workspace, made[1], tmp_path)
            assert rows(workspace)[0] == 1
        else:
            assert workspace.files.list("customers", made[1].id) == []
            assert rows(workspace) == (0, 0)
            assert workspace.history.unfinished() == []
        found = workspace.vault.verify()
        assert found.ok, found.problems


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a POSIX system")
def test_that_a_full_disk_is_told_and_the_archive_stays_as_it_was(tmp_path: Path, made: tuple[Path, Record]) -> None:
    template, path = archives.bare(), tmp_path / "office.kedang"
    path.write_bytes(made[0].read_bytes())
    with template.opened(path) as workspace:
        with file_size_limit(path.stat().st_size + (50 << 20)), pytest.raises(EnvironmentProblem, match=FULL):
            workspace.files.add("customers", made[1].id, [Stream("a", Generated(90 << 20))])  # type: ignore[arg-type]
        assert workspace.files.list("customers", made[1].id) == []
        workspace.files.tidy()
        assert rows(workspace) == (0, 0)
        workspace.customers.update(made[1].id, {"remark": "还能写"})
    with template.opened(path) as workspace:
        assert workspace.vault.verify().ok
        assert workspace.customers.get(made[1].id).get("remark") == "还能写"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a POSIX system")
def test_that_a_full_disk_leaves_no_half_of_a_saved_file(tmp_path: Path, made: tuple[Path, Record]) -> None:
    template, path = archives.bare(), tmp_path / "office.kedang"
    path.write_bytes(made[0].read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    with template.opened(path) as workspace:
        added = workspace.files.add("customers", made[1].id, [Stream("a", Generated(20 << 20))])  # type: ignore[arg-type]
        with file_size_limit(10 << 20), pytest.raises(EnvironmentProblem, match=FULL):
            workspace.files.save("customers", made[1].id, added.files[0], out / "a.bin")
        assert list(out.iterdir()) == []
