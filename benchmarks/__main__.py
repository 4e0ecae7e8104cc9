"""python3 dev.py bench [quick]: measures everything in one run and writes benchmarks/results.md (quick: small, not kept)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, machine

RESULTS = Path(__file__).with_name("results.md")


def growth(small: int, middle: int, large: int) -> list[Row]:
    """Point and page operations at three sizes: they should not grow."""
    from benchmarks import listing

    found = []
    for count in (small, middle, large):
        row = listing.rows(count)[-1]
        found.append(Row(f"growth: {row.what}", row.ours, None, "flat from 10k to 1M", None, row.note))
    for row in found:
        object.__setattr__(row, "met", row.ours <= 3 * found[0].ours)
    return found


def written(rows: list[Row]) -> str:
    """The results page."""
    lines = [
        "# Speed and memory, measured",
        "",
        f"One run of `python3 dev.py bench` on: {machine()}.",
        "Milliseconds are CPU time of the process unless the row says wall; read the ratios, the machine is shared.",
        "",
    ]
    return "\n".join(lines) + "\n" + table(rows)


def table(rows: list[Row]) -> str:
    """The rows as a table."""
    lines = [
        "| what | ours | floor | ratio | goal | met | note |",
        "|---|---:|---:|---:|---|---|---|",
    ]
    for row in rows:
        floor = f"{row.floor:.2f}" if row.floor else ""
        ratio = f"{row.ratio:.2f}" if row.ratio else ""
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.what} | {row.ours:.2f} | {floor} | {ratio} | {row.goal} | {met} | {row.note} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all, print, and store unless quick."""
    quick = "quick" in sys.argv[1:]
    os.environ.setdefault("KEDANG_HOME", tempfile.mkdtemp(prefix="kedang-bench-home-"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sizes = (1_000, 5_000, 20_000) if quick else (10_000, 100_000, 1_000_000)
    from benchmarks import (
        backups,
        board,
        bulk,
        dashboards,
        engines,
        importing,
        inbox,
        listing,
        opening,
        searching,
        workbench,
    )
    from benchmarks.big_archive import big_archive

    rows = [opening.start(), opening.start(big_archive(sizes[0])), opening.unlock(sizes[1])]
    rows += importing.rows(5_000 if quick else 200_000)
    rows += backups.rows(sizes[1]) + bulk.rows(sizes[2])
    rows += dashboards.rows(sizes[2])
    rows += board.rows(500 if quick else 5_000)
    rows += inbox.rows(5_000 if quick else 200_000)
    rows += workbench.rows(sizes[2])
    rows += listing.rows(sizes[2]) + searching.rows(sizes[2]) + growth(*sizes)
    page = written(rows)
    page += f"\n## The same lists on PostgreSQL\n\n{table(engines.rows(sizes[2]))}"
    paint = subprocess.run(
        [sys.executable, "-m", "benchmarks.table_paint"], capture_output=True, text=True, check=False
    )
    page += f"\n## Painting a million rows\n\n```\n{paint.stdout.strip()}\n```\n"
    print(page)
    if not quick:
        notes = (
            RESULTS.read_text(encoding="utf-8").partition("\n## What the profile shows")[1:] if RESULTS.exists() else ()
        )
        RESULTS.write_text(page + "".join(notes), encoding="utf-8")


if __name__ == "__main__":
    main()
