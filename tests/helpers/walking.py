"""Starts the program with a made-up kind (`made_up_kind`), which may not be imported here: it changes the registry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def walk(verb: str, folder: Path) -> None:
    """Walk the kind through the doors (`main`) or the window (`window`); fails with what the program said."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "KEDANG_LANG": "zh"}
    known = {"KEDANG_USER": "boss", "KEDANG_PASSWORD": "正确 马 电池 订书钉 2026"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.made_up_kind", verb, str(folder)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, env={**os.environ, **home, **known},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "walked\n"), done.stderr[-3000:]
