"""The backup before bulk work beside one that is read again from end to end."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.big_archive import opened
from benchmarks.measure import Row, paired


def rows(count: int) -> list[Row]:
    """Copies of the whole archive."""
    workspace = opened(count)
    try:
        vault, mb = workspace.vault, workspace.archive.path.stat().st_size / 1e6
        with TemporaryDirectory() as folder:
            target = Path(folder) / "copy.kedang"
            quick, thorough = paired(
                lambda: vault.backup(target, overwrite=True, thorough=False),
                lambda: vault.backup(target, overwrite=True),
                rounds=3,
            )
    finally:
        workspace.close()
    note = f"{count:,} customers, {mb:,.0f} MB"
    return [Row("backup before bulk work", quick, thorough, "≤ 0.5 × a verified one", quick <= thorough / 2, note)]
