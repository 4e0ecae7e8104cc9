"""A kind of record that is declared once, its fields and its table, is there for every door that needs no window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_that_a_made_up_kind_walks_through_every_door(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "KEDANG_LANG": "zh"}
    known = {"KEDANG_USER": "boss", "KEDANG_PASSWORD": "正确 马 电池 订书钉 2026"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.made_up_kind", "main", str(tmp_path)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, env={**os.environ, **home, **known},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "walked\n"), done.stderr[-3000:]
