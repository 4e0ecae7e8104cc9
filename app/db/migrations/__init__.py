"""Schema revisions, in order. A revision is a module with `revision` (int) and `upgrade(connection)`.

They are package data of the installed program; `app.db.upgrade` runs them. A stored archive of every released version is
opened by the tests for ever.
"""

from __future__ import annotations

from types import ModuleType

from app.db.migrations import r0001_first, r0002_whole_window, r0003_clean_data

REVISIONS: tuple[ModuleType, ...] = (r0001_first, r0002_whole_window, r0003_clean_data)
LATEST: int = REVISIONS[-1].revision
