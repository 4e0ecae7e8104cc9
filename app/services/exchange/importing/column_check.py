"""How the rows of a preview would be understood: per column and cell by cell, for the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.fields import Registry
from app.core.i18n import language, t
from app.services.exchange.files.records import Batch, Inspection
from app.services.exchange.importing.prepare import Preparer
from app.services.exchange.mapping.plan import ImportPlan

SAME, CHANGED, WARNED, WRONG = "same", "changed", "warned", "wrong"
_WORSE = {SAME: 0, CHANGED: 1, WARNED: 2, WRONG: 3}


@dataclass(frozen=True, slots=True)
class CheckedCell:
    """A cell as it would be stored. `state`: same, changed, warned or wrong; `told`: what is said about it."""

    before: str
    after: str
    state: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """One column over the preview rows."""

    filled: int
    changed: int
    warned: int
    wrong: int
    told: str

    def sentence(self) -> tuple[str, str]:
        """(what to say, tone token) in the language in force."""
        if self.wrong:
            return t("前几行有 {n} 处问题：{told}", n=self.wrong, told=self.told), "bad"
        if self.warned:
            return t("前几行有 {n} 处需留意：{told}", n=self.warned, told=self.told), "warn"
        if not self.filled:
            return t("这几行都是空的"), "gray"
        if self.changed:
            return t("有效，{n} 处会统一格式", n=self.changed), "ok"
        return t("有效"), "ok"


@dataclass(frozen=True)
class PreviewCheck:
    """The preview rows understood: `rows` are aligned to the file's columns."""

    columns: tuple[ColumnCheck, ...]
    rows: tuple[tuple[CheckedCell, ...], ...]


def check_preview(
    inspection: Inspection, plan: ImportPlan, registry: Registry, users: Mapping[str, str], *, most: int = 60
) -> PreviewCheck:
    """Prepare the first `most` preview rows with the very code that imports. `users`: name → user id as hex digits."""
    preparer = Preparer(plan, registry, users, language(), explain=True)
    batch = Batch(list(inspection.preview_rows[:most]), [list(cells) for cells in inspection.preview[:most]])
    rows = []
    for prepared, cells in zip(preparer(batch), batch.cells, strict=True):
        after = {index: text for index, _, text in prepared.changes or ()}
        told: dict[int, tuple[str, str]] = {}
        for index, _, text, severity in prepared.problems or ():
            state = WRONG if severity == "error" else WARNED
            if index not in told or _WORSE[state] > _WORSE[told[index][0]]:
                told[index] = (state, text)
        rows.append(tuple(_cell(plan, i, str(cell), after, told) for i, cell in enumerate(cells)))
    columns = tuple(_column([row[i] for row in rows]) for i in range(len(plan.columns)))
    return PreviewCheck(columns, tuple(rows))


def _cell(
    plan: ImportPlan, index: int, cell: str, after: Mapping[int, str], told: Mapping[int, tuple[str, str]]
) -> CheckedCell:
    if plan.columns[index].target is None:
        return CheckedCell(cell, cell, SAME)
    state, text = told.get(index, (CHANGED if index in after else SAME, ""))
    return CheckedCell(cell, after.get(index, cell), state, text)


def _column(cells: list[CheckedCell]) -> ColumnCheck:
    counts = {state: sum(c.state == state for c in cells) for state in _WORSE}
    said = next((c.told for c in cells if c.state == WRONG), "") or next(
        (c.told for c in cells if c.state == WARNED), ""
    )
    return ColumnCheck(sum(bool(c.before) for c in cells), counts[CHANGED], counts[WARNED], counts[WRONG], said)
