"""Facets: conditions over columns that together choose rows. Everything is worked out on the distinct values of a
column; rows only look up. The counts of a facet are those under all the other facets.

JSON form, one object a facet:
    {"column": "城市", "kind": "values", "values": ["苏州"], "blank": true, "error": true, "invert": false}
    {"column": "金额", "kind": "number", "from": 0, "to": 500, "blank": false, "other": false}
    {"column": "日期", "kind": "date", "from": "2024-01-01", "to": "2024-12-31", "blank": false, "other": false}
    {"column": "电话", "kind": "mask", "masks": ["9-9"]}
    {"column": "备注", "kind": "text", "text": "苏州", "regex": false, "case": false}
    {"kind": "flag", "flagged": true}
Any of them may have "invert".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.workbench.patterns import compiled
from app.services.workbench.scales import days_of, numbers_of, shapes_of
from app.services.workbench.table import Column, Counts, Mask, Table

VALUES, NUMBER, DATE, MASK, TEXT, FLAG = "values", "number", "date", "mask", "text", "flag"
KINDS = (VALUES, NUMBER, DATE, MASK, TEXT, FLAG)
BINS = 20
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Facet:
    """One condition. Only what its `kind` uses counts; with nothing chosen it lets every row through."""

    kind: str
    column: str = ""
    values: frozenset[str] = frozenset()
    blank: bool = False
    error: bool = False
    other: bool = False
    least: Any = None
    most: Any = None
    text: str = ""
    regex: bool = False
    case: bool = False
    flagged: bool | None = None
    invert: bool = False

    @property
    def chosen(self) -> bool:
        """Whether it keeps any row out at all."""
        if self.kind == FLAG:
            return self.flagged is not None
        if self.kind == TEXT:
            return bool(self.text)
        given = self.least is not None or self.most is not None
        return bool(self.values or self.blank or self.error or self.other or given)

    def to_json(self) -> dict[str, Any]:
        """The facet as JSON data, without what says nothing."""
        data: dict[str, Any] = {"column": self.column} if self.kind != FLAG else {}
        data["kind"] = self.kind
        if self.kind in (VALUES, MASK):
            data["values" if self.kind == VALUES else "masks"] = sorted(self.values)
        if self.kind in (NUMBER, DATE):
            data |= {"from": self.least, "to": self.most}
        if self.kind == TEXT:
            data |= {"text": self.text, "regex": self.regex, "case": self.case}
        if self.kind == FLAG:
            data["flagged"] = bool(self.flagged)
        data |= {key: True for key in ("blank", "error", "other", "invert") if getattr(self, key)}
        return data


def facet_of(data: Any) -> Facet:
    """The facet of this JSON data; raises UserError for what is none."""
    if not isinstance(data, Mapping) or data.get("kind") not in KINDS:
        raise UserError(t("筛选条件写得不对：{text}", text=str(data)[:80]))
    kind = str(data["kind"])
    if kind != FLAG and not isinstance(data.get("column"), str):
        raise UserError(t("筛选条件缺少列名。"))
    listed = data.get("masks" if kind == MASK else "values", ())
    if not isinstance(listed, list | tuple) or not all(isinstance(v, str) for v in listed):
        raise UserError(t("筛选条件写得不对：{text}", text=str(data)[:80]))
    least, most = data.get("from"), data.get("to")
    if kind == NUMBER:
        least, most = _number(least), _number(most)
    elif kind == DATE:
        for day in (least, most):
            _day(day)
    made = Facet(
        kind, str(data.get("column", "")), frozenset(listed), bool(data.get("blank")), bool(data.get("error")),
        bool(data.get("other")), least, most, str(data.get("text", "")), bool(data.get("regex")),
        bool(data.get("case")), bool(data["flagged"]) if "flagged" in data else None, bool(data.get("invert")),
    )  # fmt: skip
    if made.regex:
        compiled(made.text)
    return made


def facets_of(data: Any) -> tuple[Facet, ...]:
    """The facets of a JSON list."""
    if data is None:
        return ()
    if not isinstance(data, list | tuple):
        raise UserError(t("筛选条件写得不对：{text}", text=str(data)[:80]))
    return tuple(facet_of(one) for one in data)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise UserError(t("“{text}”不是数字。", text=str(value)[:40])) from error


def _day(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).toordinal() - _EPOCH
    except ValueError as error:
        raise UserError(t("“{text}”不是日期，请写成 2024-01-31。", text=str(value)[:40])) from error


# ---- rows -----------------------------------------------------------------------------------------------------------


def rows_of(table: Table, facets: Sequence[Facet], job: Job | None = None) -> Mask:
    """The rows still there that all facets let through. Raises UserError for a column that is missing."""
    masks = [fits(table, facet, job) for facet in facets if facet.chosen]
    return reduce(np.logical_and, masks, table.alive)


def fits(table: Table, facet: Facet, job: Job | None = None) -> Mask:
    """The rows this facet alone lets through."""
    if facet.kind == FLAG:
        found: Mask = table.flags == bool(facet.flagged)
        return ~found if facet.invert else found
    column = table.column(facet.column)
    through = _values_through(column, facet, job)
    return (~through if facet.invert else through)[column.codes]


def _values_through(column: Column, facet: Facet, job: Job | None) -> Mask:
    """Which distinct values the facet lets through, before it is inverted."""
    size = len(column.values)
    if facet.kind == VALUES:
        through = np.fromiter((value in facet.values for value in column.values), np.bool_, size)
        through[0] = facet.blank or "" in facet.values
    elif facet.kind == MASK:
        shapes = shapes_of(column, job)
        known = np.fromiter((value in facet.values for value in shapes.values), np.bool_, len(shapes.values))
        through = known[shapes.codes]
        through[0] = facet.blank or "" in facet.values
    elif facet.kind == TEXT:
        through = _texts_through(column, facet)
    else:
        through = _range_through(column, facet, job)
    if facet.error:
        for code in column.problems:
            through[code] = True
    return through


def _texts_through(column: Column, facet: Facet) -> Mask:
    values, size = column.values, len(column.values)
    if facet.regex:
        search = compiled(facet.text, facet.case).search
        return np.fromiter((search(value) is not None for value in values), np.bool_, size)
    if facet.case:
        return np.fromiter((facet.text in value for value in values), np.bool_, size)
    text = facet.text.casefold()
    return np.fromiter((text in value.casefold() for value in values), np.bool_, size)


def _range_through(column: Column, facet: Facet, job: Job | None) -> Mask:
    if facet.kind == NUMBER:
        scale, least, most = numbers_of(column, job), facet.least, facet.most
    else:
        scale, least, most = days_of(column, job), _day(facet.least), _day(facet.most)
    none = np.isnan(scale)
    through = ~none
    if least is None and most is None and (facet.blank or facet.other or facet.error):
        through = np.zeros(len(scale), np.bool_)
    if least is not None:
        through &= np.where(none, False, scale >= least)
    if most is not None:
        through &= np.where(none, False, scale <= most)
    if facet.other:
        through |= none
    through[0] = facet.blank
    return through


# ---- counts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """One value of a facet with its rows under the other facets."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class FacetCounts:
    """What a facet offers under all the others. `choices`: values or shapes, `bins`: (from, to, rows) of a range.
    `errors`: rows the last step could not understand. `distinct`: how many choices there are in all."""

    facet: Facet
    choices: tuple[Choice, ...] = ()
    distinct: int = 0
    blank: int = 0
    errors: int = 0
    other: int = 0
    rows: int = 0
    bins: tuple[tuple[float, float, int], ...] = ()
    flagged: int = 0


@dataclass(frozen=True)
class Browse:
    """All facets at once. `rows`: how many rows they choose together."""

    rows: int
    mask: Mask = field(repr=False)
    counts: tuple[FacetCounts, ...] = ()


def browse(
    table: Table, facets: Sequence[Facet], *, limit: int = 200, order: str = "count", job: Job | None = None
) -> Browse:
    """The rows the facets choose and the counts of each facet under the others; `limit` choices a facet, ordered by
    "count" or "name"; chosen ones are always among them."""
    out = np.zeros(table.size, np.uint8)
    own: list[Mask | None] = []
    for facet in facets:
        mask = ~fits(table, facet, job) if facet.chosen else None
        own.append(mask)
        if mask is not None:
            out += mask
    together: Mask = (out == 0) & table.alive
    counts = []
    for facet, mask in zip(facets, own, strict=True):
        under = together if mask is None else (out == mask) & table.alive
        counts.append(_counted(table, facet, under, limit, order, job))
    return Browse(int(together.sum()), together, tuple(counts))


def _counted(table: Table, facet: Facet, under: Mask, limit: int, order: str, job: Job | None) -> FacetCounts:
    rows = int(under.sum())
    if facet.kind == FLAG:
        return FacetCounts(facet, rows=rows, flagged=int((table.flags & under).sum()))
    column = table.column(facet.column)
    counts = column.counts(None if rows == table.size else under)
    blank = int(counts[0])
    errors = int(sum(counts[code] for code in column.problems))
    if facet.kind in (NUMBER, DATE):
        scale = numbers_of(column, job) if facet.kind == NUMBER else days_of(column, job)
        other = int(counts[np.isnan(scale)].sum()) - blank
        return FacetCounts(facet, (), 0, blank, errors, other, rows, bins_of(scale, counts))
    values: Sequence[str] = column.values
    if facet.kind == MASK:
        shapes = shapes_of(column, job)
        values = shapes.values
        counts = np.bincount(shapes.codes, weights=counts, minlength=len(values)).astype(np.int64)
    if facet.kind == TEXT:
        return FacetCounts(facet, (), 0, blank, errors, 0, rows)
    choices, distinct = _choices(values, counts, facet, limit, order)
    return FacetCounts(facet, choices, distinct, blank, errors, 0, rows)


def _choices(
    values: Sequence[str], counts: Counts, facet: Facet, limit: int, order: str
) -> tuple[tuple[Choice, ...], int]:
    counts[0] = 0
    there = np.flatnonzero(counts)
    if order == "name":
        top = sorted(there.tolist(), key=values.__getitem__)[:limit]
    else:
        if len(there) > limit:  # only the largest are put in order
            cut = np.partition(counts[there], len(there) - limit)[len(there) - limit]
            most = there[counts[there] > cut]
            equal = there[counts[there] == cut][: limit - len(most)]
            picked = np.concatenate([most, equal])
        else:
            picked = there
        top = sorted(picked.tolist(), key=lambda code: (-counts[code], values[code]))
    shown = [Choice(values[code], int(counts[code]), values[code] in facet.values) for code in top]
    named = {choice.value for choice in shown}
    missing = facet.values - named - {""}
    if missing:
        by_value = {values[code]: code for code in range(len(values)) if values[code] in missing}
        shown += [Choice(v, int(counts[by_value[v]]) if v in by_value else 0, True) for v in sorted(missing)]
    return tuple(shown), len(there)


def bins_of(scale: Any, counts: Counts, bins: int = BINS) -> tuple[tuple[float, float, int], ...]:
    """(from, to, rows) over the range of the values that rows have."""
    there = ~np.isnan(scale) & (counts > 0)
    if not there.any():
        return ()
    found, weights = scale[there], counts[there]
    least, most = float(found.min()), float(found.max())
    if least == most:
        return ((least, most, int(weights.sum())),)
    rows, edges = np.histogram(found, bins=bins, range=(least, most), weights=weights)
    return tuple((float(edges[i]), float(edges[i + 1]), int(rows[i])) for i in range(len(rows)))
