"""kill -9 in the middle of an import: nothing committed is lost, and the person may resume or roll back."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.archives import Template

ROWS = 1200
KILLS = 12


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "名单.csv"
    with path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["客户名称", "手机", "城市", "标签", "联系人"])
        writer.writerows([f"公司{i:05}", f"139{i:08}", "苏州市", "展会", f"张{i}"] for i in range(ROWS))
    return path


def killed_import(template: Template, path: Path, table: Path, after: float) -> list[str]:
    """Start an import in a process of its own and kill it `after` seconds from its first row; what it said."""
    slot, secret = template.devices["boss"]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.importing_child", str(path), slot, secret.hex(), str(table), "100"],
        stdout=subprocess.PIPE, text=True, env=dict(os.environ), start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready"
    time.sleep(after)
    os.killpg(child.pid, signal.SIGKILL)  # the reading child too
    said = child.stdout.read().split()
    child.wait()
    child.stdout.close()
    return said


def sound(workspace: Workspace) -> None:
    found = workspace.vault.verify()
    assert found.ok, found.problems


@pytest.mark.parametrize("round_", range(KILLS))
def test_that_a_killed_import_is_resumed_or_rolled_back(tmp_path: Path, table: Path, round_: int) -> None:
    template = archives.bare()
    path = template.copy(tmp_path)
    after = random.Random(round_).uniform(0.05, 1.6)
    killed_import(template, path, table, after)
    with template.opened(path) as workspace:
        sound(workspace)
        unfinished = workspace.history.unfinished()
        count = workspace.customers.count()
        assert len(unfinished) <= 1
        if not unfinished:
            assert count in (0, ROWS)  # killed before the first or after the last step
        elif round_ % 2:
            assert count % 100 == 0  # whole batches only
            report = workspace.imports.resume(unfinished[0].id)
            assert (report.rows, report.created, report.rejected) == (ROWS, ROWS, 0)
            assert workspace.customers.count() == ROWS
            assert workspace.contacts.count() == ROWS
        else:
            workspace.history.roll_back(unfinished[0].id)
            assert workspace.customers.count() == workspace.contacts.count() == 0
            assert workspace.customers.tags() == []
            assert {o.kind for o in workspace.history.list()[1]} == {"setup"}
        assert workspace.history.unfinished() == []
        sound(workspace)
    with template.opened(path) as workspace:
        sound(workspace)
