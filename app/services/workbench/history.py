"""The steps taken on one table, with undo and redo to any of them: every state is kept, sharing what is the same."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.jobs import Job
from app.services.workbench.operations import run_step, settled, told
from app.services.workbench.recipe import Recipe, without_flags
from app.services.workbench.steps import Effect, Step
from app.services.workbench.table import Table


@dataclass(frozen=True)
class Entry:
    """One step taken, what it did, and the table after it."""

    step: Step
    effect: Effect
    table: Table

    @property
    def text(self) -> str:
        return told(self.step)


class History:
    """Not thread-safe: `tried` may run anywhere, `take` and `go_to` belong to one thread."""

    def __init__(self, table: Table) -> None:
        self._first = table
        self._entries: list[Entry] = []
        self._at = 0

    @property
    def table(self) -> Table:
        """The table as it is now."""
        return self._entries[self._at - 1].table if self._at else self._first

    @property
    def first(self) -> Table:
        """The table as it was loaded."""
        return self._first

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All steps, those taken back at the end."""
        return tuple(self._entries)

    @property
    def at(self) -> int:
        """How many of them are in force."""
        return self._at

    def tried(self, step: Step, job: Job | None = None) -> Entry:
        """What the step would do now; nothing changes until `take`."""
        definite = settled(self.table, step, job)
        table, effect = run_step(self.table, definite, job)
        return Entry(definite, effect, table)

    def take(self, entry: Entry) -> None:
        """The step is done; steps taken back before are forgotten."""
        del self._entries[self._at :]
        self._entries.append(entry)
        self._at += 1

    def apply(self, step: Step, job: Job | None = None) -> Effect:
        """Try and take at once."""
        entry = self.tried(step, job)
        self.take(entry)
        return entry.effect

    def go_to(self, at: int) -> Table:
        """Back or forth: `at` steps are in force. 0 is the table as loaded."""
        self._at = max(0, min(at, len(self._entries)))
        return self.table

    def undo(self) -> Table:
        """One step back."""
        return self.go_to(self._at - 1)

    def redo(self) -> Table:
        """One step forth."""
        return self.go_to(self._at + 1)

    def recipe(self) -> Recipe:
        """The steps in force, to be kept and replayed."""
        return without_flags(Recipe(tuple(entry.step for entry in self._entries[: self._at])))
