"""Running a cell function over a column: once per distinct value, in place or into new columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.core.i18n import t
from app.services.workbench.cells import CellFunction, Outcome, Unclear
from app.services.workbench.steps import PAIRS, Call, Effect, Pair, Unread
from app.services.workbench.table import Codes, Column, Counts, Table, compact

_REPORTED = 5_000
_KEPT = 50_000


def by_cell(call: Call, function: CellFunction) -> tuple[Table, Effect]:
    """The column (or new ones, with "into") with `function` applied to the rows of the call."""
    column = call.table.column(call.step.column)
    counts = column.counts(call.mask)
    used = np.flatnonzero(counts).tolist()
    outcomes = _outcomes(call, column, used, function)
    into = call.step.params.get("into")
    if into is None:
        return _in_place(call, column, counts, used, outcomes)
    names = [into] if isinstance(into, str) else list(into)
    return _into(call, column, names, counts, used, outcomes)


def _outcomes(call: Call, column: Column, used: list[int], function: CellFunction) -> list[Outcome]:
    known: dict[str, Outcome] = call.carry.setdefault("outcomes", {})
    text, values = t("正在处理“{column}”", column=column.name), column.values
    found: list[Outcome] = []
    keeps = call.carry.get("batches", False)
    for done, code in enumerate(used):
        if done % _REPORTED == 0:
            call.job.progress(text, done, len(used))
        value = values[code]
        if not code:
            found.append(_of_blank(function, call))
            continue
        if keeps and value.__class__ is str:
            outcome = known.get(value)
            if outcome is None:
                outcome = function(value)
                if len(known) < _KEPT:
                    known[value] = outcome
        else:
            outcome = function(value)
        found.append(outcome)
    return found


def _of_blank(function: CellFunction, call: Call) -> Outcome:
    """Blanks stay blank, except where a person replaces them on purpose."""
    if call.step.op in ("map", "edit", "credit-check") or (
        call.step.op == "replace" and call.step.params.get("how") in ("cell", "regex")
    ):
        return function("")
    return ""


def _one(outcome: Outcome) -> str | Unclear:
    if isinstance(outcome, tuple):
        return outcome[0] if outcome else ""
    return outcome


def _in_place(
    call: Call, column: Column, counts: Counts, used: list[int], outcomes: Sequence[Outcome]
) -> tuple[Table, Effect]:
    values = list(column.values)
    lut = np.arange(len(values), dtype=np.int32)
    index: dict[str, int] | None = None
    problems: dict[int, str] = {}
    pairs: list[Pair] = []
    unread: list[Unread] = []
    for code, outcome in zip(used, outcomes, strict=True):
        after = _one(outcome)
        if isinstance(after, Unclear):
            problems[code] = after.why
            unread.append(Unread(str(values[code]), after.why, int(counts[code])))
            continue
        if after == values[code]:
            continue
        if index is None:
            index = {value: place for place, value in enumerate(values) if place == 0 or value.__class__ is str}
        place = index.get(after)
        if place is None:
            place = index[after] = len(values)
            values.append(after)
        lut[code] = place
        pairs.append(Pair(str(column.values[code]), after, int(counts[code])))
    effect = _effect(call, pairs, unread)
    if not pairs and problems == dict(column.problems):
        return call.table, effect
    if not pairs:
        marked = Column(column.name, column.codes, column.values, problems, column.source, column.memo)
        return call.table.put(marked), effect
    whole = len(call.mask) == int(call.mask.sum())
    return call.table.put(column.recoded(lut, values, None if whole else call.mask, problems)), effect


def _into(
    call: Call, column: Column, names: list[str], counts: Counts, used: list[int], outcomes: Sequence[Outcome]
) -> tuple[Table, Effect]:
    """New columns behind the source; one that exists is overwritten in the chosen rows."""
    table, after, unread, pairs = call.table, column.name, [], []
    added = tuple(name for name in names if table.find(name) is None)
    problems: dict[str, str] = {}
    for code, outcome in zip(used, outcomes, strict=True):
        if isinstance(outcome, Unclear):
            problems[str(column.values[code])] = outcome.why
            unread.append(Unread(str(column.values[code]), outcome.why, int(counts[code])))
        elif any(made := _several(outcome, len(names))):
            pairs.append(Pair(str(column.values[code]), " ｜ ".join(made), int(counts[code])))
    for place, name in enumerate(names):
        table = table.put(_made(call, column, name, place, len(names), used, outcomes), after)
        after = name
    if problems:  # the source shows which cells were not understood
        codes = {code: o.why for code, o in zip(used, outcomes, strict=True) if isinstance(o, Unclear)}
        source = table.column(column.name)
        if source.codes is column.codes:
            table = table.put(Column(source.name, source.codes, source.values, codes, source.source, source.memo))
    effect = _effect(call, pairs, unread)
    return table, Effect(
        effect.rows, effect.changed, 0, effect.pairs, effect.pair_count, effect.unread, effect.unread_rows, added
    )


def _several(outcome: Outcome, wide: int) -> tuple[str, ...]:
    found = (outcome,) if isinstance(outcome, str) else () if isinstance(outcome, Unclear) else outcome
    return (*found, *("",) * wide)[:wide]


def _made(
    call: Call, column: Column, name: str, place: int, wide: int, used: list[int], outcomes: Sequence[Outcome]
) -> Column:
    old = call.table.find(name)
    values: list[str] = list(old.values) if old is not None else [""]
    index = {value: code for code, value in enumerate(values)}
    lut: Codes = np.zeros(len(column.values), np.int32)
    for code, outcome in zip(used, outcomes, strict=True):
        text = _several(outcome, wide)[place]
        if text not in index:
            index[text] = len(values)
            values.append(text)
        lut[code] = index[text]
    below: Any = old.codes if old is not None else np.int32(0)
    codes = np.where(call.mask, lut[column.codes], below).astype(np.int32, copy=False)
    return compact(Column(name, codes, values, source=old.source if old is not None else ""))


def _effect(call: Call, pairs: list[Pair], unread: list[Unread]) -> Effect:
    changed = sum(pair.rows for pair in pairs)
    pairs.sort(key=lambda pair: (-pair.rows, pair.before))
    unread.sort(key=lambda one: (-one.rows, one.value))
    return Effect(
        int(call.mask.sum()), changed, 0, tuple(pairs[:PAIRS]), len(pairs), tuple(unread[:PAIRS]),
        sum(one.rows for one in unread),
    )  # fmt: skip
