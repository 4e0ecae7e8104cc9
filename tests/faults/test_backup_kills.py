"""kill -9 while the backup before bulk work is made: no half backup is taken for one, and the next one sweeps up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.services.vault.backups import list_backups
from app.services.vault.service import restore
from tests.factories.archives import PASSWORD, Template
from tests.factories.customers import add


def _play(path: Path, template: Template, at: str) -> tuple[int, str]:
    slot, secret = template.devices["boss"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.backup_child", str(path), slot, secret.hex(), at],
        capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.strip()


def test_that_a_kill_leaves_no_half_backup(tmp_path: Path, bare: Template) -> None:
    path = bare.copy(tmp_path)
    with bare.opened(path) as workspace:
        add(workspace, *(f"客户{i}" for i in range(200)), remark="备注" * 300)
        folder = workspace.vault.backup_folder
    reports = int(_play(tmp_path.joinpath(path.name), bare, "0")[1])
    assert reports > 4
    whole = list_backups(folder)
    assert len(whole) == 1
    for at in (*(str(n) for n in range(1, reports + 1, max(1, reports // 6))), "trailer"):
        assert _play(path, bare, at)[0] == -signal.SIGKILL
        assert [b.path for b in list_backups(folder)] == [whole[0].path]
        assert len(list(folder.glob("*.part"))) == 1  # the one before was swept, this one cannot be
    with bare.opened(path) as workspace:
        assert workspace.customers.count() == 200
        made = workspace.vault.before_many("import")
        assert made is not None
        assert not list(folder.glob("*.part*"))
    assert restore(made, tmp_path / "restored.kedang", "boss", PASSWORD)["customers"] == 200


@pytest.fixture(autouse=True)
def _child_home(own_home: Path) -> Path:
    """The child finds the same home by its environment."""
    return own_home
