"""kill -9 at every named step of creating, opening, writing, closing, changing keys, rotating and migrating.

Whatever the step: afterwards the archive opens, holds every acknowledged commit, and passes the check-up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import open_workspace
from app.db import header_file as hf
from app.db.backup import integrity_problems
from app.db.engine import connect, writing
from app.db.keys import DEVICE
from app.errors import CannotUnlock, EnvironmentProblem
from tests.factories import archives
from tests.factories.archives import PASSWORD, Template
from tests.helpers.step_child import NextRevision

#: how many steps an action passes (a test compares them with a run that is not killed)
MOST_STEPS = {"create": 10, "write": 11, "passwd": 7, "rotate": 10, "migrate": 13}
ROUNDS = 2
CASES = [(action, at, r) for action, most in MOST_STEPS.items() for at in range(1, most + 1) for r in range(ROUNDS)]


def play(action: str, path: Path, template: Template, at: int) -> tuple[int, list[str]]:
    """Exit code and lines of a child that dies at step `at`."""
    slot, secret = template.devices["boss"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.step_child", action, str(path), slot, secret.hex(), str(at)],
        capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.split("\n")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a customer and a counter at 0."""
    template = archives.bare()
    path = template.copy(tmp_path_factory.mktemp("counted"))
    with template.opened(path) as workspace:
        workspace.customers.create({"name": "甲公司"})
        with writing(workspace.archive.engine).begin() as connection:
            connection.exec_driver_sql("INSERT INTO counter(org_id, id, name, value) VALUES(1, x'00', 'kills', 0)")
    return path


@pytest.mark.parametrize("action", MOST_STEPS)
def test_that_every_step_of_an_action_has_its_turn(tmp_path: Path, counted: Path, action: str) -> None:
    path = tmp_path / "office.kedang"
    if action != "create":
        path.write_bytes(counted.read_bytes())
    code, lines = play(action, path, archives.bare(), 0)
    assert code == 0
    assert len([line for line in lines if line and not line.startswith("acked")]) == MOST_STEPS[action]


@pytest.mark.parametrize(("action", "at", "round_"), CASES)
def test_that_death_at_any_step_loses_nothing(tmp_path: Path, counted: Path, action: str, at: int, round_: int) -> None:
    template = archives.bare()
    path = tmp_path / f"office{round_}.kedang"
    if action != "create":
        path.write_bytes(counted.read_bytes())
    code, lines = play(action, path, template, at)
    if action == "create":
        _created(path, code)
        return
    acked = sum(line.startswith("acked") for line in lines)
    if action == "migrate" and "migrate:committed" in lines:
        _migrated(template, path)
        return
    for _ in range(2):  # the open that recovers, and the one after it
        with template.opened(path) as workspace:
            with workspace.archive.engine.connect() as connection:
                value = connection.exec_driver_sql("SELECT value FROM counter WHERE name='kills'").scalar_one()
            assert value >= acked
            assert workspace.customers.count() == 1
            assert [p for p in workspace.vault.verify().problems if "版本" not in p] == []
        assert [p.name for p in tmp_path.glob("office*") if p.suffix != ".rotating"] == [path.name]
        assert hf.peek(path).names() == ["boss"]


def _migrated(template: Template, path: Path) -> None:
    """The revision is in as a whole; this older program says so and refuses, and the data is sound."""
    with pytest.raises(EnvironmentProblem, match="升级程序"):
        template.open(path)
    slot, secret = template.devices["boss"]
    key = hf.peek(path).unlock(DEVICE, slot, secret)
    with closing(connect(path, key)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] == NextRevision.revision
        assert raw.execute("SELECT nickname FROM customer").fetchall() == [("甲公司",)]
        assert integrity_problems(raw) == []


def _created(path: Path, code: int) -> None:
    """Either there is no archive yet (and another can be made there), or it is whole."""
    if not path.exists():
        return
    try:
        workspace = open_workspace(path, "boss", "correct horse battery")
    except (CannotUnlock, EnvironmentProblem) as error:
        # created only in part: told plainly, and nothing that looks like customer data is at stake
        assert code != 0
        assert str(error)
        return
    except Exception as error:  # the first user is added after the archive is made
        raise AssertionError(error) from error
    workspace.close()


def test_that_the_password_of_everybody_still_fits_after_all_that(tmp_path: Path, counted: Path) -> None:
    path = tmp_path / "a.kedang"
    path.write_bytes(counted.read_bytes())
    template = archives.bare()
    assert play("rotate", path, template, 0)[0] == 0
    workspace = open_workspace(path, "boss", PASSWORD)
    assert workspace.customers.count() == 1
    workspace.close()
