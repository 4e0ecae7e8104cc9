"""The desktop bundle: built for this system, it creates an archive, imports a file, brings up an old one and quits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upgrade.make_archive import FOLDER, PASSWORD, ROWS

OLDEST = FOLDER / "0.1.0.kedang"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(600)
def test_that_the_bundle_creates_imports_upgrades_and_quits(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(tmp_path / "dist"), "--workpath", str(tmp_path / "work")]
    subprocess.run([*build, *places, str(ROOT / "build_installer.spec")], cwd=ROOT, check=True, timeout=500)
    program = tmp_path / "dist" / "kedang" / ("kedang.exe" if sys.platform == "win32" else "kedang")
    bare = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "DISPLAY")}
    env = {**bare, "KEDANG_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    folder = tmp_path / "try"
    folder.mkdir()
    done = subprocess.run(
        [program, "--selftest", folder], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = subprocess.run(
        [program, "--cli", "--help"], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 0
    assert "archive" in said.stdout

    stored = Path(shutil.copy(OLDEST, tmp_path))  # revisions are loaded by name, and Alembic with them
    env |= {"KEDANG_PASSWORD": PASSWORD}
    checked = subprocess.run(
        [program, "--cli", "--json", "archive", "verify", stored],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["counts"]["customers"] == ROWS
    assert list(tmp_path.glob("*.before-upgrade-1.kedang"))
