"""Schema revisions, in order: modules with `revision` (int) and `upgrade(op)`, literal and frozen.

Revision 1 is the schema of the first release: archives of it exist, none is made any more. A new archive is made whole from
the models (`app.db.upgrade`); the tests hold that every stored archive, brought up step by step, equals it. Revisions are
package data of the installed program and are loaded by name when one has to run.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from alembic.operations import Operations

NAMES = (
    "r0002_whole_window", "r0003_clean_data", "r0004_deals_of_activities", "r0005_children_of_all", "r0006_kinds_of_value",
)  # fmt: skip
LATEST = int(NAMES[-1][1:5])
#: revisions that added nothing this program asks for when it only reads
_READ_WITHOUT: frozenset[str] = frozenset()
#: the oldest revision this program reads as it is
READABLE = max(int(name[1:5]) for name in NAMES if name not in _READ_WITHOUT)


class Revision(Protocol):
    """One step of the schema. It may name tables it removes on purpose in `drops`."""

    revision: int
    __name__: str

    def upgrade(self, op: Operations) -> None:
        """From the revision before to this one."""


def after(revision: int) -> list[Revision]:
    """The revisions that an archive of `revision` still lacks, oldest first."""
    names = [name for name in NAMES if int(name[1:5]) > revision]
    return [cast("Revision", importlib.import_module(f"{__name__}.{name}")) for name in names]
