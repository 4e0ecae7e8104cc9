"""The command line as an administrator uses it: the whole life of an archive in separate processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.paths import resource_dir

PASSWORD = "correct horse battery"
SAMPLE = resource_dir() / "samples" / "customers.xlsx"


class Shell:
    """Runs `kedang` in its own process with JSON answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "KEDANG_HOME": str(folder / "home"), "KEDANG_PASSWORD": PASSWORD}

    def run(self, *words: str, expect: int = 0, password: str = PASSWORD) -> dict[str, Any]:
        """The one JSON object on standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli.main", "--json", *words],
            cwd=self.folder, env={**self.env, "KEDANG_PASSWORD": password, "PYTHONPATH": str(Path.cwd())},
            capture_output=True, text=True, timeout=120, check=False, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shutil.copy(SAMPLE, tmp_path / "台账.xlsx")
    return Shell(tmp_path)


def test_that_an_archive_lives_through_everything_an_administrator_does(shell: Shell) -> None:
    made = shell.run("archive", "create", "a.kedang")
    assert len(made["recovery_code"].replace("-", "")) == 34
    report = shell.run("--archive", "a.kedang", "data", "import", "台账.xlsx", "--to", "customers", expect=3)
    assert report["rows"] == report["created"] + report["rejected"] + report["duplicates"] + report["ambiguous"]
    assert Path(shell.folder / report["errors_file"]).exists()
    total = report["created"]
    assert shell.run("--archive", "a.kedang", "search", "suzhou")["total"] > 0
    out = shell.run("--archive", "a.kedang", "data", "export", "b.xlsx", "--from", "customers")
    assert out["rows"] == total
    again = shell.run("--archive", "a.kedang", "data", "import", "b.xlsx", "--to", "customers", "--mode", "update")
    assert (again["updated"], again["unchanged"]) == (0, total)
    assert shell.run("archive", "verify", "a.kedang")["ok"]
    shell.run("--archive", "a.kedang", "archive", "backup", "copy.kedang")
    undone = shell.run("--archive", "a.kedang", "data", "undo", report["operation"])
    assert undone["reverted"] == total + report["contacts"]
    assert shell.run("--archive", "a.kedang", "customers", "list")["total"] == 0
    shell.run("archive", "restore", "copy.kedang", "back.kedang")
    assert shell.run("--archive", "back.kedang", "customers", "list", "--limit", "1")["total"] == total
    shell.run("archive", "rotate", "back.kedang")
    assert shell.run("archive", "verify", "back.kedang")["ok"]
    shell.run("--archive", "back.kedang", "customers", "list", expect=5, password="wrong password")
    assert sorted(p.name for p in shell.folder.glob("*.kedang*")) == ["a.kedang", "back.kedang", "copy.kedang"]
