"""Pictures of the dashboards: `take(folder)`, or `python -m tests.gui.dashboards.shots FOLDER`.

Light and dark, Chinese and English, at 1.0 and 1.5 (a process each, because the scale is fixed at start).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCALES = (1.0, 1.5)


def take(out: Path, only: str = "", scales: tuple[float, ...] = SCALES) -> None:
    """Draw all scenes (or those whose name begins with `only`) into PNG files in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for scale in scales:
        with tempfile.TemporaryDirectory(prefix="kedang-shots-") as home:
            environment = {
                **os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale), "KEDANG_HOME": home,
            }  # fmt: skip
            command = [sys.executable, "-m", "tests.gui.dashboards.shots_scenes", str(out), str(scale), only]
            subprocess.run(command, check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--only", default="")
    options.add_argument("--scale", type=float)
    chosen = options.parse_args()
    take(chosen.folder.resolve(), chosen.only, (chosen.scale,) if chosen.scale else SCALES)
