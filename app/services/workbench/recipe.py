"""A recipe: steps as JSON, checked before they run, replayed on other data with a report of what no longer fits.

{"version": 1, "steps": [{"op": "trim", "column": "公司"}, …], "renames": {"column of the recipe": "column here"}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.workbench.cells import map_of
from app.services.workbench.facets import FLAG, rows_of
from app.services.workbench.operations import label, operation, run_step, settled, told
from app.services.workbench.steps import Effect, Step, renamed, step_of
from app.services.workbench.table import Table, table_of

VERSION = 1
LISTED = 100


@dataclass(frozen=True)
class Recipe:
    """Steps in order. `renames` maps names in the steps to columns of the data."""

    steps: tuple[Step, ...]
    renames: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The recipe as JSON data."""
        data: dict[str, Any] = {"version": VERSION, "steps": [step.to_json() for step in self.steps]}
        if self.renames:
            data["renames"] = dict(self.renames)
        return data

    def placed(self) -> tuple[Step, ...]:
        """The steps with the names of the data."""
        return tuple(renamed(step, self.renames) for step in self.steps)


def recipe_of(data: Any) -> Recipe:
    """The recipe of this JSON data (an object, or a plain list of steps); raises UserError for what is none and for
    operations that do not exist."""
    if isinstance(data, list):
        data = {"version": VERSION, "steps": data}
    if not isinstance(data, Mapping) or not isinstance(data.get("steps"), list):
        raise UserError(t("这不是清洗配方：应有 steps 列表。"))
    version = data.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise UserError(t("这个清洗配方来自更新的版本（{version}），请先升级程序。", version=version))
    renames = data.get("renames") or {}
    if not isinstance(renames, Mapping) or not all(isinstance(v, str) for v in renames.values()):
        raise UserError(t("清洗配方的 renames 应是旧列名对新列名。"))
    steps, wrong = [], []
    for place, one in enumerate(data["steps"], 1):
        try:
            step = step_of(one)
            operation(step.op).check(step)
            steps.append(step)
        except UserError as error:
            wrong.append(t("第 {n} 步：{why}", n=place, why=error))
    if wrong:
        raise UserError(t("清洗配方有 {n} 步不对，没有运行。", n=len(wrong)), details=wrong)
    return Recipe(tuple(steps), dict(renames))


@dataclass(frozen=True)
class Check:
    """Whether a recipe fits these columns. `missing`: columns it needs that are not there. `problems`: in words.
    `adds`: columns it makes."""

    missing: tuple[str, ...]
    problems: tuple[str, ...]
    adds: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.missing and not self.problems

    def to_json(self) -> dict[str, Any]:
        """The check as JSON data."""
        return {
            "fits": self.fits, "missing": list(self.missing), "problems": list(self.problems), "adds": list(self.adds),
            "notes": list(self.notes),
        }  # fmt: skip


def needed(step: Step) -> list[str]:
    """The columns a step reads."""
    listed = [step.column] if operation(step.op).needs_column else []
    if step.op == "join":
        listed += [str(name) for name in step.params.get("columns", ())]
    return [*listed, *(facet.column for facet in step.rows if facet.kind != FLAG)]


def check(recipe: Recipe, names: Sequence[str]) -> Check:
    """Try the recipe on columns of these names without any rows."""
    table = table_of(names, [])
    missing: dict[str, None] = {}
    problems: list[str] = []
    notes: list[str] = []
    for place, step in enumerate(recipe.placed(), 1):
        absent = [name for name in needed(step) if table.find(name) is None]
        missing.update(dict.fromkeys(absent))
        if any(facet.kind == FLAG for facet in step.rows):
            notes.append(t("第 {n} 步按标记选行：标记只属于当时的数据，重放时没有行被标记。", n=place))
        if absent:
            for name in _new_names(step):  # later steps may well use them
                table = table.put(table_of([name], []).columns[0])
            continue
        try:
            table, _ = run_step(table, settled(table, step))
        except UserError as error:
            problems.append(t("第 {n} 步：{why}", n=place, why=error))
    adds = tuple(name for name in table.names if name not in names)
    return Check(tuple(missing), tuple(problems), adds, tuple(notes))


def _new_names(step: Step) -> list[str]:
    into = step.params.get("into")
    found = [into] if isinstance(into, str) else list(into or ())
    return [*found, str(step.params["to"])] if step.op == "rename" else found


def require(recipe: Recipe, names: Sequence[str]) -> Check:
    """The check of a recipe that fits; raises UserError naming what is missing."""
    found = check(recipe, names)
    if not found.fits:
        lines = [t("缺少列：{names}", names="、".join(found.missing))] if found.missing else []
        lines += list(found.problems)
        raise UserError(t("清洗配方与这份数据对不上，没有运行。可以用 renames 指明列名的对应关系。"), details=lines)
    return found


# ---- replay ---------------------------------------------------------------------------------------------------------


@dataclass
class StepTally:
    """How one step went, over all batches. `gone`: values of its map that no longer occur; `unknown`: values the map
    does not know."""

    step: Step
    rows: int = 0
    changed: int = 0
    removed: int = 0
    unread_rows: int = 0
    unread: dict[str, tuple[str, int]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    unknown: dict[str, int] = field(default_factory=dict)
    unknown_rows: int = 0

    def take(self, effect: Effect) -> None:
        """Add what the step did to one batch."""
        self.rows += effect.rows
        self.changed += effect.changed
        self.removed += effect.removed
        self.unread_rows += effect.unread_rows
        for one in effect.unread:
            if one.value in self.unread or len(self.unread) < LISTED:
                known = self.unread.get(one.value, (one.why, 0))
                self.unread[one.value] = (known[0], known[1] + one.rows)

    def to_json(self) -> dict[str, Any]:
        """The tally as JSON data."""
        gone = sorted(set(map_of(self.step.params)) - self.met) if self.step.op == "map" else []
        return {
            "op": self.step.op, "column": self.step.column, "label": label(self.step.op), "told": told(self.step),
            "rows": self.rows, "changed": self.changed, "removed": self.removed, "not_understood": self.unread_rows,
            "unread": [{"value": v, "why": why, "rows": n} for v, (why, n) in self.unread.items()],
            "map_gone": gone[:LISTED], "map_gone_count": len(gone), "map_unknown_rows": self.unknown_rows,
            "map_unknown": [{"value": v, "rows": n} for v, n in self.unknown.items()],
        }  # fmt: skip


class Replay:
    """A recipe on the way over a table, or over batches of rows one after another (`batches`): what fills down and what
    was worked out goes from one batch to the next."""

    def __init__(self, recipe: Recipe, *, batches: bool = False) -> None:
        self._recipe = recipe
        self._steps = list(recipe.placed())
        self._carry: list[dict[str, Any]] = [{"batches": batches} if batches else {} for _ in self._steps]
        self.tallies = [StepTally(step) for step in self._steps]

    def feed(self, table: Table, job: Job | None = None) -> Table:
        """The table after all steps."""
        walked = self.walk(table, job)
        return walked[-1][2] if walked else table

    def walk(self, table: Table, job: Job | None = None) -> list[tuple[Step, Effect, Table]]:
        """As `feed`, with every step, what it did and the table after it."""
        found: list[tuple[Step, Effect, Table]] = []
        for place, tally in enumerate(self.tallies):
            step = self._steps[place] = settled(table, self._steps[place], job)
            tally.step = step
            if step.op == "map":
                _meet(tally, table, job)
            table, effect = run_step(table, step, job, self._carry[place])
            tally.take(effect)
            found.append((step, effect, table))
        return found

    @property
    def settled(self) -> Recipe:
        """The recipe with everything definite that its data decided."""
        return Recipe(tuple(self._steps))

    def report(self) -> dict[str, Any]:
        """What happened, as JSON data."""
        return {
            "steps": [tally.to_json() for tally in self.tallies],
            "changed": sum(tally.changed for tally in self.tallies),
            "removed": sum(tally.removed for tally in self.tallies),
            "not_understood": sum(tally.unread_rows for tally in self.tallies),
        }


def _meet(tally: StepTally, table: Table, job: Job | None) -> None:
    """Compare the values of a column with the map of a step."""
    known = map_of(tally.step.params)
    targets = set(known.values())
    column = table.column(tally.step.column)
    counts = column.counts(rows_of(table, tally.step.rows, job))
    for code in np.flatnonzero(counts).tolist():
        value = str(column.values[code])
        if value in known:
            tally.met.add(value)
        elif value and value not in targets:
            tally.unknown_rows += int(counts[code])
            if value in tally.unknown or len(tally.unknown) < LISTED:
                tally.unknown[value] = tally.unknown.get(value, 0) + int(counts[code])


def replay(table: Table, recipe: Recipe, job: Job | None = None) -> tuple[Table, Replay]:
    """The table after the recipe, which must fit (see `require`), and how it went."""
    require(recipe, table.names)
    going = Replay(recipe)
    return going.feed(table, job), going


def without_flags(recipe: Recipe) -> Recipe:
    """The recipe as it may be kept: steps that only set flags mean nothing to other data."""
    return replace(recipe, steps=tuple(step for step in recipe.steps if step.op not in ("flag", "unflag")))
