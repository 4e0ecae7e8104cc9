"""Calendar buckets: which day belongs to which day, week, month, quarter or year, and sums over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from app.services.analytics.rules.arrays import Ints

STEPS = ("day", "week", "month", "quarter", "year")
#: a chart of more points than these is drawn in the next larger step
_MOST_DAYS, _MOST_WEEKS, _MOST_MONTHS, _MOST_QUARTERS = 35, 140, 366 * 3, 366 * 12


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calendar days from `start` to the day before `end`; cut off at the borders of the period asked for."""

    start: date
    end: date


def fitting_step(days: int) -> str:
    """The step that gives a readable number of points over so many days."""
    limits = zip((_MOST_DAYS, _MOST_WEEKS, _MOST_MONTHS, _MOST_QUARTERS), STEPS, strict=False)
    return next((step for limit, step in limits if days <= limit), "year")


def _begin(day: date, step: str) -> date:
    match step:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def _after(begin: date, step: str) -> date:
    months = {"month": 1, "quarter": 3, "year": 12}.get(step)
    if months is None:
        return begin + timedelta(days=7 if step == "week" else 1)
    index = begin.year * 12 + begin.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _borders(start: date, end: date, step: str) -> Iterator[date]:
    yield start
    at = _after(_begin(start, step), step)
    while at < end:
        yield at
        at = _after(at, step)
    yield end


def buckets(start: date, end: date, step: str) -> tuple[Bucket, ...]:
    """The buckets of a half-open period, oldest first. Weeks begin on Monday."""
    if end <= start:
        return ()
    return tuple(Bucket(a, b) for a, b in pairwise(_borders(start, end, step)))


def is_cut(bucket: Bucket, step: str) -> bool:
    """Whether its period goes on after its last day here."""
    return _after(_begin(bucket.start, step), step) > bucket.end


def sums(days: Ints, found: tuple[Bucket, ...], *columns: Ints) -> tuple[Ints, ...]:
    """(how many rows per bucket, then the sum of each column per bucket); days outside count nowhere."""
    if not found:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(len(columns) + 1))
    borders = np.array([b.start.toordinal() for b in found] + [found[-1].end.toordinal()], dtype=np.int64)
    inside = (days >= borders[0]) & (days < borders[-1])
    table = np.repeat(np.arange(len(found), dtype=np.int64), np.diff(borders))
    place = table[days[inside] - borders[0]]
    counts = np.bincount(place, minlength=len(found)).astype(np.int64)
    return counts, *(exact_sums(place, column[inside], len(found)) for column in columns)


def exact_sums(groups: Ints, values: Ints, size: int) -> Ints:
    """Integer sums per group, exact to the last 分 (floating sums are not above 2^53)."""
    if not len(values) or int(np.abs(values).max()) * len(values) < 2**52:
        return np.rint(np.bincount(groups, weights=values, minlength=size)).astype(np.int64)
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, groups, values)
    return total
