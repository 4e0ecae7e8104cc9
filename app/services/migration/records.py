"""What a migration is told with: its steps, its runs, what each step came to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from app.core.dictionary import BUILT_IN
from app.core.records import ChangeSet
from app.services.exchange.mapping.plan import ImportPlan

#: kinds of records that are moved; those that others link to come first
ORDER = BUILT_IN.kinds(lambda e: e.judged)
TRIAL, FULL, INCREMENTAL = "trial", "full", "incremental"
DRAFT, RUNNING, STOPPED, DONE, ROLLED_BACK, SIGNED_OFF = (
    "draft",
    "running",
    "stopped",
    "done",
    "rolled_back",
    "signed_off",
)
LISTED = 500


@dataclass(frozen=True)
class Step:
    """One table of one file. `system`: whose export it is ("" unknown). `recipe`: name of clean-up steps, "" for none.

    `mode` "auto": records are found by their number in the other system and updated, where the file has none created.
    """

    path: Path
    sheet: str
    system: str
    entity: str
    plan: ImportPlan
    rows: int
    recipe: str = ""
    mode: str = "auto"

    def to_json(self) -> dict[str, Any]:
        """The step as JSON data."""
        return {**vars(self), "path": str(self.path), "plan": self.plan.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The step of this JSON data."""
        return cls(**{**data, "path": Path(data["path"]), "plan": ImportPlan.from_json(data["plan"])})

    @property
    def name_parts(self) -> frozenset[int]:
        """The columns that together are the name, where no column is."""
        return frozenset(self.plan.titles[0]) if self.plan.titles and "name" not in self.plan.targets() else frozenset()

    @property
    def mapped(self) -> int:
        """How many columns go somewhere."""
        return sum(c.target is not None or i in self.name_parts for i, c in enumerate(self.plan.columns))


@dataclass(frozen=True)
class MoneySum:
    """An amount column over all rows that were taken, in the file and in the archive (minor units; None: not known)."""

    column: str
    file: int
    archive: int | None
    refused: int = 0

    @property
    def ok(self) -> bool:
        return self.archive is None or self.file == self.archive


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken. `column`: what is wrong with which one ("" the row as a whole)."""

    row: int
    outcome: str
    column: str
    text: str
    cell: str


@dataclass(frozen=True)
class StepResult:
    """What one step came to. `skipped`: rows unchanged since the last run; `vanished`: keys that are in the file no more."""

    step: int
    file: str
    entity: str
    rows: int
    skipped: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    ambiguous: int = 0
    rejected: int = 0
    lines_of: int = 0
    contacts: int = 0
    customers: int = 0
    warnings: int = 0
    seconds: float = 0.0
    operation: str = ""
    errors_file: str = ""
    money: tuple[MoneySum, ...] = ()
    unlinked: Mapping[str, int] = field(default_factory=dict)
    made_along: Mapping[str, int] = field(default_factory=dict)
    unknown_owners: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[RefusedRow, ...] = ()
    vanished: tuple[str, ...] = ()
    vanished_count: int = 0

    @property
    def counted(self) -> int:
        """All rows that are accounted for."""
        taken = self.created + self.updated + self.unchanged + self.lines_of + self.skipped
        return taken + self.duplicates + self.ambiguous + self.rejected

    @property
    def ok(self) -> bool:
        """Whether every row was taken, every amount adds up and every link holds."""
        left_out = self.rejected + self.ambiguous
        return not left_out and self.balanced and not self.unlinked

    @property
    def balanced(self) -> bool:
        """Whether amounts add up to the cent."""
        return all(m.ok for m in self.money)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The result of this JSON data."""
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        known["money"] = tuple(MoneySum(**m) for m in data.get("money", ()))
        known["refused"] = tuple(RefusedRow(**r) for r in data.get("refused", ()))
        known["vanished"] = tuple(data.get("vanished", ()))
        return cls(**known)


@dataclass(frozen=True)
class Run:
    """One trial, full or incremental run. `state`: running, stopped or done. `error`: why it stopped."""

    id: uuid.UUID
    kind: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    by: str
    steps: tuple[StepResult, ...]
    error: str = ""
    changes: ChangeSet = field(default_factory=ChangeSet)

    @property
    def left_out(self) -> int:
        """Rows that were not taken."""
        return sum(s.rejected + s.ambiguous for s in self.steps)


@dataclass(frozen=True)
class Project:
    """A migration. `signed_by` and `signed_at` are set when it is signed off."""

    id: uuid.UUID
    name: str
    state: str
    steps: tuple[Step, ...]
    created_at: datetime
    updated_at: datetime
    signed_by: str = ""
    signed_at: str = ""
    runs: tuple[Run, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all steps."""
        return sum(s.rows for s in self.steps)


@dataclass(frozen=True)
class RolledBack:
    """What taking a project back came to: `kept`: (title, reason) of records that were left alone."""

    reverted: int
    operations: int
    kept: tuple[tuple[str, str], ...]
    changes: ChangeSet
