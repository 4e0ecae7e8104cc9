"""Automatic backups: where they lie, when one is due, which ones to keep.

Thinning keeps every backup of the last two days, then one a day for 30 days, one a week for half a year, one a month for
good; backups made before an import, merge, bulk edit or upgrade live two weeks at least.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

_NAME = re.compile(r"^(?P<stem>.+)_(?P<at>\d{8}-\d{6})_(?P<reason>[a-z_]+)\.kedang$")
SCHEDULED = "scheduled"


@dataclass(frozen=True)
class Backup:
    """One backup file; `at` is local time without zone, as in its name."""

    path: Path
    at: datetime
    reason: str
    size: int


def backup_name(archive: Path, at: datetime, reason: str) -> str:
    """The file name of a backup made at local time `at`."""
    return f"{archive.stem}_{at:%Y%m%d-%H%M%S}_{reason}.kedang"


def read_name(path: Path) -> Backup | None:
    """What a backup's name says; None for other files."""
    found = _NAME.match(path.name)
    if not found:
        return None
    try:
        at = datetime.strptime(found["at"], "%Y%m%d-%H%M%S")  # noqa: DTZ007 - local by design
        size = path.stat().st_size
    except (ValueError, FileNotFoundError):
        return None
    return Backup(path, at, found["reason"], size)


def list_backups(folder: Path) -> list[Backup]:
    """All backups in the folder, newest first."""
    if not folder.is_dir():
        return []
    found = [b for b in map(read_name, folder.glob("*.kedang")) if b is not None]
    return sorted(found, key=lambda b: b.at, reverse=True)


def to_thin(backups: Iterable[Backup], now: datetime) -> list[Backup]:
    """Those that may go; the newest one always stays."""
    ordered = sorted(backups, key=lambda b: b.at, reverse=True)
    kept: set[tuple[str, str]] = set()
    out: list[Backup] = []
    for index, backup in enumerate(ordered):
        age = now - backup.at
        if index == 0 or age < timedelta(days=2) or (backup.reason != SCHEDULED and age < timedelta(days=14)):
            continue
        slot = _slot(backup.at, age)
        if slot in kept:
            out.append(backup)
        kept.add(slot)
    return out


def _slot(at: datetime, age: timedelta) -> tuple[str, str]:
    if age < timedelta(days=30):
        return "day", f"{at:%Y%m%d}"
    if age < timedelta(days=182):
        year, week, _ = at.isocalendar()
        return "week", f"{year}-{week}"
    return "month", f"{at:%Y%m}"
