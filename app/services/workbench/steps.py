"""A step: one operation with its parameters on the rows its facets choose. What it does is in `operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.workbench.facets import Facet, facets_of
from app.services.workbench.table import Mask, Table

PAIRS = 500
"""Before→after groups an effect lists; it counts all."""


@dataclass(frozen=True)
class Step:
    """One operation. `column`: "" where the operation has none. `rows`: only rows these facets let through."""

    op: str
    column: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Facet, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The step as JSON data."""
        data: dict[str, Any] = {"op": self.op}
        if self.column:
            data["column"] = self.column
        data |= self.params
        if self.rows:
            data["rows"] = [facet.to_json() for facet in self.rows]
        return data


@dataclass(frozen=True)
class Pair:
    """What becomes of one value: `rows` cells change so."""

    before: str
    after: str
    rows: int


@dataclass(frozen=True)
class Unread:
    """A value the step could not understand: it stays as it is."""

    value: str
    why: str
    rows: int


@dataclass(frozen=True)
class Effect:
    """What a step did, or would do. `changed`: cells that differ; `rows`: rows it looked at."""

    rows: int = 0
    changed: int = 0
    removed: int = 0
    pairs: tuple[Pair, ...] = ()
    pair_count: int = 0
    unread: tuple[Unread, ...] = ()
    unread_rows: int = 0
    added: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the table stays as it was."""
        return not (self.changed or self.removed or self.added)

    def to_json(self) -> dict[str, Any]:
        """The effect as JSON data."""
        return {
            "rows": self.rows, "changed": self.changed, "removed": self.removed, "added": list(self.added),
            "values_changed": self.pair_count, "not_understood": self.unread_rows,
            "samples": [{"before": p.before, "after": p.after, "rows": p.rows} for p in self.pairs[:20]],
            "unread": [{"value": u.value, "why": u.why, "rows": u.rows} for u in self.unread[:20]],
        }  # fmt: skip


@dataclass
class Call:
    """What an operation is given. `carry`: what it keeps from one batch of rows to the next."""

    table: Table
    step: Step
    mask: Mask
    job: Job
    carry: dict[str, Any]

    def param(self, name: str, default: Any = None) -> Any:
        """A parameter, or the default."""
        found = self.step.params.get(name)
        return default if found is None else found


Run = Callable[[Call], tuple[Table, Effect]]


def step_of(data: Any) -> Step:
    """The step of this JSON data; raises UserError for what is none. Unknown operations are found by `check`."""
    if not isinstance(data, Mapping) or not isinstance(data.get("op"), str):
        raise UserError(t("清洗步骤缺少 op：{text}", text=str(data)[:80]))
    column = data.get("column", "")
    if not isinstance(column, str):
        raise UserError(t("清洗步骤“{op}”的 column 应是列名。", op=data["op"]))
    params = {k: v for k, v in data.items() if k not in ("op", "column", "rows")}
    return Step(data["op"], column, params, facets_of(data.get("rows")))


def renamed(step: Step, renames: Mapping[str, str]) -> Step:
    """The step with other names for its columns."""
    if not renames:
        return step
    params = dict(step.params)
    for key in ("columns", "into"):
        listed = params.get(key)
        if isinstance(listed, list | tuple):
            params[key] = [renames.get(name, name) for name in listed]
        elif isinstance(listed, str):
            params[key] = renames.get(listed, listed)
    rows = tuple(replace(facet, column=renames.get(facet.column, facet.column)) for facet in step.rows)
    return Step(step.op, renames.get(step.column, step.column), params, rows)
