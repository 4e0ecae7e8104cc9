"""What a column holds: how full, how various, in what shapes, of what kinds, and what stands out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from app.core.jobs import Job
from app.services.cleaning.detect import detect
from app.services.cleaning.values import is_placeholder
from app.services.workbench.facets import bins_of
from app.services.workbench.scales import days_of, numbers_of, shapes_of
from app.services.workbench.table import Column, Counts, Mask

TOP = 20
_SAMPLES = 1_000
_EPOCH = date(1970, 1, 1).toordinal()
#: from this share of the filled rows on a column counts as numbers or dates
_MOSTLY = 0.5


@dataclass(frozen=True)
class Counted:
    """A value with its rows."""

    value: str
    count: int


@dataclass(frozen=True)
class Spread:
    """Numbers of a column. Outliers lie outside the fence [Q1 − 1.5·IQR, Q3 + 1.5·IQR], IQR = Q3 − Q1, quartiles over
    rows, linear between neighbours (numpy's default)."""

    count: int
    least: float
    median: float
    most: float
    mean: float
    low_fence: float
    high_fence: float
    outliers: int
    outlier_values: tuple[Counted, ...]
    bins: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class Span:
    """Dates of a column."""

    count: int
    first: str
    last: str


@dataclass(frozen=True)
class Kind:
    """A kind of content and the share of filled samples that fit it."""

    kind: str
    share: float


@dataclass(frozen=True)
class Profile:
    """One column. `mixed`: no kind fits nearly all of what is there, though several fit a part."""

    name: str
    rows: int
    blanks: int
    distinct: int
    unique: int
    length_least: int
    length_median: float
    length_most: int
    masks: tuple[Counted, ...]
    mask_count: int
    kinds: tuple[Kind, ...]
    mixed: bool
    top: tuple[Counted, ...]
    placeholders: tuple[Counted, ...]
    untrimmed: int
    errors: int
    numbers: Spread | None
    dates: Span | None

    def to_json(self) -> dict[str, Any]:
        """The profile as JSON data."""
        return asdict(self)


def profile(column: Column, mask: Mask | None = None, job: Job | None = None) -> Profile:
    """Describe the column over the rows of `mask` (all without one)."""
    job = job or Job()
    counts = column.counts(mask)
    rows = int(counts.sum())
    blanks = int(counts[0])
    counts[0] = 0
    there = np.flatnonzero(counts)
    values = column.values
    lengths = np.fromiter((len(values[code]) for code in there.tolist()), np.int64, len(there))
    shapes = shapes_of(column, job)
    by_shape = np.bincount(shapes.codes, weights=counts, minlength=len(shapes.values)).astype(np.int64)
    by_shape[0] = 0
    samples = [values[code] for code in there[:: max(1, len(there) // _SAMPLES)].tolist()][:_SAMPLES]
    kinds = tuple(Kind(d.kind, round(d.share, 4)) for d in detect(samples) if d.kind != "blank")
    placeholders = np.fromiter(
        (int(code) for code in there.tolist() if len(values[code]) <= 12 and is_placeholder(values[code])), np.int64
    )
    untrimmed = sum(int(counts[code]) for code in there.tolist() if _untrimmed(values[code]))
    return Profile(
        name=column.name,
        rows=rows,
        blanks=blanks,
        distinct=len(there),
        unique=int((counts == 1).sum()),
        length_least=int(lengths.min()) if len(there) else 0,
        length_median=_weighted(lengths, counts[there], 0.5),
        length_most=int(lengths.max()) if len(there) else 0,
        masks=_largest(shapes.values, by_shape),
        mask_count=int((by_shape > 0).sum()),
        kinds=kinds,
        mixed=len(kinds) > 1 and kinds[0].share < 0.95 and kinds[1].share >= 0.05,
        top=_largest(values, counts),
        placeholders=tuple(Counted(values[c], int(counts[c])) for c in placeholders.tolist()),
        untrimmed=untrimmed,
        errors=int(sum(counts[code] for code in column.problems)),
        numbers=_numbers(column, counts, rows - blanks, job),
        dates=_dates(column, counts, rows - blanks, job),
    )


def _untrimmed(text: str) -> bool:
    return text[0].isspace() or text[-1].isspace() or "  " in text


def _largest(values: Any, counts: Counts, most: int = TOP) -> tuple[Counted, ...]:
    there = np.flatnonzero(counts)
    if len(there) > most:
        there = there[np.argsort(-counts[there], kind="stable")[:most]]
    found = sorted(there.tolist(), key=lambda code: (-counts[code], values[code]))
    return tuple(Counted(values[code], int(counts[code])) for code in found)


def _weighted(found: Any, weights: Any, share: float) -> float:
    """The quantile of values that stand for `weights` rows each, linear between neighbours, as numpy of all rows."""
    if not len(found):
        return 0.0
    order = np.argsort(found, kind="stable")
    ends = np.cumsum(weights[order])
    place = share * (ends[-1] - 1)
    low, high = int(np.floor(place)), int(np.ceil(place))
    a = float(found[order[int(np.searchsorted(ends, low, side="right"))]])
    b = float(found[order[int(np.searchsorted(ends, high, side="right"))]])
    return float(a + (b - a) * (place - low))


def _numbers(column: Column, counts: Counts, filled: int, job: Job) -> Spread | None:
    scale = numbers_of(column, job)
    there = np.flatnonzero(~np.isnan(scale) & (counts > 0))
    weights = counts[there]
    total = int(weights.sum())
    if not filled or total < _MOSTLY * filled:
        return None
    found = scale[there]
    low, middle, high = (_weighted(found, weights, share) for share in (0.25, 0.5, 0.75))
    least, most = low - 1.5 * (high - low), high + 1.5 * (high - low)
    outside = there[(found < least) | (found > most)]
    mean = float((found * weights).sum() / total)
    only = np.zeros_like(counts)
    only[outside] = counts[outside]
    return Spread(
        total, float(found.min()), middle, float(found.max()), mean, least, most, int(counts[outside].sum()),
        _largest(column.values, only), bins_of(scale, counts),
    )  # fmt: skip


def _dates(column: Column, counts: Counts, filled: int, job: Job) -> Span | None:
    scale = days_of(column, job)
    there = np.flatnonzero(~np.isnan(scale) & (counts > 0))
    total = int(counts[there].sum())
    if not filled or total < _MOSTLY * filled:
        return None
    first, last = (date.fromordinal(int(day) + _EPOCH).isoformat() for day in (scale[there].min(), scale[there].max()))
    return Span(total, first, last)
