"""The main job in real windows: what `dev.py run` plays where there is no display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_that_the_main_job_plays_from_creating_to_reopening(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.main_job", str(tmp_path / "out")],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    summary = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert summary.strip().endswith("done")
    assert len(list((tmp_path / "out").glob("*.png"))) >= 14
