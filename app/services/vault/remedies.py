"""What a person can do about an archive that would not open: each problem names its own way out."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from app.db.drives import is_network_drive
from app.db.keys import Damaged
from app.db.lock import ArchiveInUse
from app.errors import AppError, EnvironmentProblem


class Remedy(StrEnum):
    """接管 / 以只读方式打开 / 从备份恢复 / 再试一次."""

    TAKE_OVER = "take_over"
    READ_ONLY = "read_only"
    RESTORE = "restore"
    RETRY = "retry"


def remedy_for(error: Exception, path: Path) -> Remedy | None:
    """The one action that helps with `error`; None when only the person's own doing does. Looks at the disk."""
    if isinstance(error, ArchiveInUse):
        return Remedy.TAKE_OVER if error.can_take_over else Remedy.RETRY
    if isinstance(error, Damaged):
        return Remedy.RESTORE
    if not isinstance(error, EnvironmentProblem):
        return None if isinstance(error, AppError) else Remedy.RETRY
    if path.exists() and (not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK) or _remote(path)):
        return Remedy.READ_ONLY
    return Remedy.RETRY if path.exists() else Remedy.RESTORE


def _remote(path: Path) -> bool:
    try:
        return is_network_drive(path)
    except OSError:
        return False
