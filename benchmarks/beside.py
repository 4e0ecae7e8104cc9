"""This checkout beside another one: `python -m benchmarks.beside OTHER [quick]`, cases in turn in processes of their own.

Writes benchmarks/beside.md: the least of several runs of each, and the ratio. `OTHER` is a checkout of an earlier revision;
both run on this environment, each on archives that it made itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import machine

RESULTS = Path(__file__).with_name("beside.md")
HERE = Path(__file__).resolve().parents[1]
#: case → (module, argument); quick ones are small
CASES = {"listing": 100_000, "searching": 100_000, "board": 2_000, "inbox": 10_000, "importing": 10_000}
QUICK = {"listing": 5_000, "searching": 5_000, "board": 300, "inbox": 2_000, "importing": 2_000}
ROUNDS = 3
_ONE = (
    "import importlib, json, sys\n"
    "if __name__ == '__main__':\n"
    "    found = importlib.import_module('benchmarks.' + sys.argv[1]).rows(int(sys.argv[2]))\n"
    "    print(json.dumps([[row.what, row.ours] for row in found]))\n"
)


def measured(checkout: Path, case: str, size: int) -> dict[str, float]:
    """What → ours, of one case in a fresh process of that checkout."""
    with tempfile.TemporaryDirectory(prefix="kedang-beside-") as folder:
        script = Path(folder) / "one.py"
        script.write_text(_ONE, encoding="utf-8")
        env = {**os.environ, "PYTHONPATH": str(checkout), "KEDANG_HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            [sys.executable, str(script), case, str(size)],
            cwd=checkout,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
    return {what: float(ours) for what, ours in json.loads(done.stdout.strip().splitlines()[-1])}


def main(other: Path, cases: dict[str, int]) -> None:
    """All cases, this checkout and the other one in turn."""
    lines = [
        "# Beside an earlier revision",
        "",
        f"`python -m benchmarks.beside OTHER` on: {machine()}. The least of {ROUNDS} runs of each in turn, in the units of the",
        "cases (milliseconds of CPU; the import in seconds of wall time, which a busy machine stretches).",
        "",
        "| what | before | now | ratio |",
        "|---|---:|---:|---:|",
    ]
    for case, size in cases.items():
        best: list[dict[str, float]] = [{}, {}]
        for _ in range(ROUNDS):
            for place, checkout in enumerate((other, HERE)):
                for what, ours in measured(checkout, case, size).items():
                    best[place][what] = min(ours, best[place].get(what, ours))
        for what, before in best[0].items():
            now = best[1].get(what)
            ratio = f"{now / before:.2f}" if now is not None and before else ""
            lines.append(f"| {what} | {before:.2f} | {'' if now is None else f'{now:.2f}'} | {ratio} |")
            print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), QUICK if "quick" in sys.argv[2:] else CASES)
