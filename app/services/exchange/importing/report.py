"""What an import (or its dry run) tells."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.records import ChangeSet

REJECTED, AMBIGUOUS, DUPLICATE, UNMATCHED, WARNING = "rejected", "ambiguous", "duplicate", "unmatched", "warning"
ISSUES_LISTED = 2000
CHANGES_LISTED = 1000


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One thing about one row. `column`: index among the file's columns, -1 = the row as a whole."""

    row: int
    outcome: str
    column: int
    code: str
    text: str
    cell: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell whose stored value will differ from its text."""

    row: int
    column: int
    before: str
    after: str


@dataclass(slots=True)
class ColumnStat:
    """Counts of one column over all rows."""

    filled: int = 0
    changed: int = 0
    warnings: int = 0
    errors: int = 0


@dataclass(frozen=True)
class ImportReport:
    """The outcome. rows = created + updated + unchanged + duplicates + ambiguous + rejected + further.

    `duplicates` were already in the archive or earlier in the file and were not written again; `rejected` includes rows
    an update found no record for. `contacts`, `customers`: made beside. `lines`: order items; `further`: rows that say more
    of a record above: further people of a customer, further items of an order. `issues`: what keeps rows out first, then warnings;
    lists are cut (see constants), counts are not. `recipe`: how a cleaning recipe went (see `workbench.recipe`).
    `refused`: outcome of every row that was not written. `unlinked`: what
    links could not be made, `made_along`: records made because rows name them, `unknown_owners`: each with its rows, `words`:
    (column, word) that a pick-list has not, with its rows.
    """

    operation: uuid.UUID | None
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    ambiguous: int
    rejected: int
    warnings: int
    contacts: int
    customers: int
    lines: int
    further: int
    seconds: float
    dry_run: bool
    issues: tuple[RowIssue, ...] = ()
    cell_changes: tuple[CellChange, ...] = ()
    columns: tuple[ColumnStat, ...] = ()
    errors_file: Path | None = None
    refused: Mapping[int, str] = field(default_factory=dict)
    unlinked: Mapping[str, int] = field(default_factory=dict)
    made_along: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[tuple[int, str], int] = field(default_factory=dict)
    unknown_owners: Mapping[str, int] = field(default_factory=dict)
    changes: ChangeSet = field(default_factory=ChangeSet)
    recipe: Mapping[str, Any] | None = None


class Tally:
    """Collects an ImportReport row by row."""

    def __init__(self, columns: int) -> None:
        self.counts = dict.fromkeys(
            (
                "rows",
                "created",
                "updated",
                "unchanged",
                "duplicates",
                "ambiguous",
                "rejected",
                "warnings",
                "contacts",
                "customers",
                "lines",
                "further",
            ),
            0,
        )
        self.issues: list[RowIssue] = []
        self.warnings: list[RowIssue] = []
        self.changes: list[CellChange] = []
        self.refused: dict[int, str] = {}
        self.unlinked: Counter[str] = Counter()
        self.made_along: Counter[str] = Counter()
        self.words: Counter[tuple[int, str]] = Counter()
        self.unknown_owners: Counter[str] = Counter()
        self.columns = [ColumnStat() for _ in range(columns)]
        self.recipe: Mapping[str, Any] | None = None

    def issue(self, row: int, outcome: str, column: int, code: str, text: str, cell: str) -> None:
        """One more thing to tell about a row."""
        if outcome == WARNING:
            self.counts["warnings"] += 1
        if column >= 0:
            stat = self.columns[column]
            if outcome == WARNING:
                stat.warnings += 1
            else:
                stat.errors += 1
        listed = self.warnings if outcome == WARNING else self.issues
        if len(listed) < ISSUES_LISTED:
            listed.append(RowIssue(row, outcome, column, code, text, cell))

    def change(self, row: int, column: int, before: str, after: str) -> None:
        """One more cell whose value differs from its text."""
        self.columns[column].changed += 1
        if len(self.changes) < CHANGES_LISTED:
            self.changes.append(CellChange(row, column, before, after))

    def add(self, what: str, times: int = 1) -> None:
        self.counts[what] += times

    def report(self, *, operation: uuid.UUID | None, seconds: float, dry_run: bool, errors_file: Path | None,
               changes: ChangeSet | None = None) -> ImportReport:  # fmt: skip
        """The finished report."""
        return ImportReport(
            operation=operation, seconds=round(seconds, 3), dry_run=dry_run, errors_file=errors_file,
            issues=(*self.issues, *self.warnings), cell_changes=tuple(self.changes), columns=tuple(self.columns),
            changes=changes or ChangeSet(), recipe=self.recipe, refused=self.refused, unlinked=dict(self.unlinked),
            made_along=dict(self.made_along), words=dict(self.words), unknown_owners=dict(self.unknown_owners), **self.counts,
        )  # fmt: skip
