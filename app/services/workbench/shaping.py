"""Operations on the shape of a table: joining, filling down, moving and naming columns, taking rows out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.core.i18n import t
from app.errors import UserError
from app.services.workbench.steps import PAIRS, Call, Effect, Pair
from app.services.workbench.table import Codes, Column, Mask, Table, column_of, compact


def join(call: Call) -> tuple[Table, Effect]:
    """Several columns into one; blanks are left out with `skip_blanks` (the default)."""
    listed = call.step.params["columns"]
    if not isinstance(listed, list | tuple) or len(listed) < 2:
        raise UserError(t("合并列至少要选两列。"))
    columns = [call.table.column(str(name)) for name in listed]
    separator, skip = str(call.param("separator", "")), bool(call.step.params.get("skip_blanks", True))
    name = _one_name(call)
    places = np.flatnonzero(call.mask)
    codes = np.zeros(len(places), np.int64)
    for column in columns:  # rows with the same cells are joined once
        pairs = codes * len(column.values) + column.codes[places]
        _, codes = np.unique(pairs, return_inverse=True)
    first = np.zeros(int(codes.max()) + 1 if len(codes) else 0, np.int64)
    first[codes] = places
    texts = []
    for done, cells in enumerate(zip(*(column.cells(first.tolist()) for column in columns), strict=True)):
        if done % 20_000 == 0:
            call.job.progress(t("正在合并列"), done, len(first))
        texts.append(separator.join(c for c in cells if c or not skip))
    made = column_of(name, texts)
    old = call.table.find(name)
    whole: list[str] = [*old.values, *made.values] if old is not None else list(made.values)
    shift = len(old.values) if old is not None else 0
    result = old.codes.copy() if old is not None else np.zeros(call.table.size, np.int32)
    result[places] = made.codes[codes] + shift if len(codes) else 0
    column = _merged(Column(name, result, whole, source=old.source if old is not None else ""))
    rows = np.bincount(codes, minlength=len(first)).tolist() if len(codes) else []
    groups = sorted(zip(rows, first.tolist(), texts, strict=True), key=lambda one: -one[0])
    pairs_ = tuple(Pair(" ＋ ".join(c.values[c.codes[p]] for c in columns), text, n) for n, p, text in groups[:PAIRS])
    effect = Effect(
        len(places), len(places), pairs=pairs_, pair_count=len(groups), added=() if old is not None else (name,)
    )
    return call.table.put(column, columns[-1].name), effect


def _merged(column: Column) -> Column:
    """The column with every value once."""
    index: dict[str, int] = {"": 0}
    values = [""]
    lut = np.zeros(len(column.values), np.int32)
    for code, value in enumerate(column.values):
        if value not in index:
            index[value] = len(values)
            values.append(value)
        lut[code] = index[value]
    return compact(Column(column.name, lut[column.codes], values, column.problems, column.source))


def fill_down(call: Call) -> tuple[Table, Effect]:
    """Blank cells take the value of the row above, among the rows of the call (cells merged downwards in a sheet)."""
    column = call.table.column(call.step.column)
    places = np.flatnonzero(call.mask)
    codes, values = column.codes[places], column.values
    before: str = call.carry.get("last", "")
    if before and len(codes) and codes[0] == 0:
        values = list(values)
        code = values.index(before) if before in values else len(values)
        if code == len(values):
            values.append(before)
        start: Codes = np.concatenate([np.asarray([code], np.int32), codes])
    else:
        start = np.concatenate([np.zeros(1, np.int32), codes])
    filled = np.where(start != 0, np.arange(len(start)), 0)
    filled = start[np.maximum.accumulate(filled)][1:]
    if len(filled) and filled[-1]:
        call.carry["last"] = str(values[filled[-1]])
    made = column.codes.copy()
    made[places] = filled
    return _recoded(call, column, Column(column.name, made, values, source=column.source))


def blank_down(call: Call) -> tuple[Table, Effect]:
    """Cells that say the same as the row above become blank."""
    column = call.table.column(call.step.column)
    places = np.flatnonzero(call.mask)
    codes = column.codes[places]
    same: Mask = np.zeros(len(codes), np.bool_)
    same[1:] = codes[1:] == codes[:-1]
    if len(codes):
        same[0] = bool(codes[0]) and str(column.values[codes[0]]) == call.carry.get("last")
        call.carry["last"] = str(column.values[codes[-1]])
    made = column.codes.copy()
    made[places] = np.where(same, 0, codes)
    return _recoded(call, column, Column(column.name, made, column.values, source=column.source))


def _recoded(call: Call, before: Column, after: Column) -> tuple[Table, Effect]:
    """The table with the new codes, and what differs."""
    places = np.flatnonzero(before.codes != after.codes)
    if not len(places):
        return call.table, Effect(int(call.mask.sum()))
    width = len(after.values)
    keys, rows = np.unique(before.codes[places].astype(np.int64) * width + after.codes[places], return_counts=True)
    order = np.argsort(-rows, kind="stable")[:PAIRS]
    pairs = tuple(
        Pair(str(before.values[key // width]), str(after.values[key % width]), int(n))
        for key, n in zip(keys[order].tolist(), rows[order].tolist(), strict=True)
    )
    effect = Effect(int(call.mask.sum()), len(places), pairs=pairs, pair_count=len(keys))
    return call.table.put(compact(after)), effect


def constant(call: Call) -> tuple[Table, Effect]:
    """A new column with one value in the rows of the call."""
    name, value = _one_name(call), str(call.param("value", ""))
    old = call.table.find(name)
    values: list[str] = list(old.values) if old is not None else [""]
    if value not in values:
        values.append(value)
    below = old.codes if old is not None else np.int32(0)
    codes = np.where(call.mask, np.int32(values.index(value)), below).astype(np.int32)
    rows = int(call.mask.sum())
    made = compact(Column(name, codes, values, source=old.source if old is not None else ""))
    added = () if old is not None else (name,)
    return call.table.put(made, call.step.column), Effect(rows, rows if value else 0, added=added)


def rename(call: Call) -> tuple[Table, Effect]:
    """Another name for the column, at its place."""
    name = str(call.step.params["to"]).strip()
    if not name:
        raise UserError(t("列名不能是空的。"))
    if name != call.step.column and call.table.find(name) is not None:
        raise UserError(t("已经有一列叫“{name}”。", name=name))
    columns = [c.named(name) if c.name == call.step.column else c for c in call.table.columns]
    return call.table.with_columns(columns), Effect(added=(name,) if name != call.step.column else ())


def move(call: Call) -> tuple[Table, Effect]:
    """The column at another place: `to` counts from 0, or "first" / "last"."""
    columns = list(call.table.columns)
    column = columns.pop(call.table.place(call.step.column))
    to = call.param("to", "first")
    place = {"first": 0, "last": len(columns)}.get(to, to) if isinstance(to, str) else to
    if not isinstance(place, int):
        raise UserError(t("移动列的 to 应是 first、last 或位置（从 0 数起）。"))
    columns.insert(max(0, min(place, len(columns))), column)
    return call.table.with_columns(columns), Effect()


def delete(call: Call) -> tuple[Table, Effect]:
    """Without the column."""
    if len(call.table.columns) == 1:
        raise UserError(t("这是最后一列，不能删除。"))
    return call.table.with_columns(c for c in call.table.columns if c.name != call.step.column), Effect()


def duplicate(call: Call) -> tuple[Table, Effect]:
    """The column once more under a new name, right behind it."""
    name = _one_name(call)
    if call.table.find(name) is not None:
        raise UserError(t("已经有一列叫“{name}”。", name=name))
    column = call.table.column(call.step.column)
    copy = Column(name, column.codes, column.values, column.problems, "", column.memo)
    return call.table.put(copy, column.name), Effect(added=(name,))


def remove_rows(call: Call) -> tuple[Table, Effect]:
    """The rows of the call are taken out; they can still be looked at and saved."""
    rows = int(call.mask.sum())
    return replace(call.table, alive=call.table.alive & ~call.mask), Effect(rows, removed=rows)


def keep_rows(call: Call) -> tuple[Table, Effect]:
    """All other rows are taken out."""
    out = int((call.table.alive & ~call.mask).sum())
    return replace(call.table, alive=call.table.alive & call.mask), Effect(int(call.mask.sum()), removed=out)


def flag(call: Call) -> tuple[Table, Effect]:
    """The rows of the call are flagged; with `numbers` only those of these row numbers."""
    mask = _numbered(call)
    return replace(call.table, flags=call.table.flags | mask), Effect(int(mask.sum()))


def unflag(call: Call) -> tuple[Table, Effect]:
    """The rows of the call lose their flag; `numbers` as for `flag`."""
    mask = _numbered(call)
    return replace(call.table, flags=call.table.flags & ~mask), Effect(int(mask.sum()))


def _numbered(call: Call) -> Mask:
    numbers = call.step.params.get("numbers")
    if numbers is None:
        return call.mask
    if not isinstance(numbers, list | tuple) or not all(isinstance(n, int) for n in numbers):
        raise UserError(t("numbers 应是行号的列表。"))
    chosen: Mask = call.mask & np.isin(call.table.numbers, np.asarray(numbers, np.int64))
    return chosen


def _one_name(call: Call) -> str:
    into = call.step.params["into"]
    name = str(into[0] if isinstance(into, list | tuple) else into).strip()
    if not name:
        raise UserError(t("列名不能是空的。"))
    return name
