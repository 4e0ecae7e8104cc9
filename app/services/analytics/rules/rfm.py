"""Recency, frequency, monetary value: scores 1…5, eight groups, and where one score ends and the next begins.

Score = min(5, ⌊5 · percent rank⌋ + 1), percent rank = (number strictly worse)/(n − 1): independent quintiles in which
equal values always score equally, whatever the order of rows; a single customer scores 3. Or fixed business thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Floats, Ints, smaller

TOP = 5
#: (R high, F high, M high) → group, most valuable first; the usual eight of Chinese offices
GROUPS: dict[tuple[bool, bool, bool], str] = {
    (True, True, True): "important_value",
    (True, False, True): "important_develop",
    (False, True, True): "important_keep",
    (False, False, True): "important_win_back",
    (True, True, False): "general_value",
    (True, False, False): "general_develop",
    (False, True, False): "general_keep",
    (False, False, False): "general_win_back",
}
NAMES = tuple(GROUPS.values())


@dataclass(frozen=True)
class Scores:
    """One row a customer: three scores 1…5 and the index of the group in `NAMES`."""

    r: Ints
    f: Ints
    m: Ints
    group: Ints


@dataclass(frozen=True)
class Cut:
    """The values that got a score: from the smallest to the largest, and how many customers."""

    score: int
    low: int | None
    high: int | None
    n: int


def quintiles(values: Ints | Floats) -> Ints:
    """Scores 1…5, the larger the better."""
    n = len(values)
    if n <= 1:
        return np.full(n, 3, dtype=np.int64)
    return np.asarray(np.minimum(TOP, TOP * smaller(values) // (n - 1) + 1), dtype=np.int64)


def by_thresholds(values: Ints | Floats, thresholds: Sequence[float]) -> Ints:
    """Scores 1…5: 1 + how many of four ascending thresholds the value reaches."""
    return np.searchsorted(np.asarray(thresholds, dtype=np.float64), values, side="right").astype(np.int64) + 1


def days_score(days: Ints, thresholds: Sequence[float] | None) -> Ints:
    """The score of recency: 5 = most recent. Thresholds: at most so many days for 5, 4, 3, 2."""
    if thresholds is None:
        return quintiles(-days)
    return TOP - np.searchsorted(np.asarray(thresholds, dtype=np.float64), days, side="left").astype(np.int64)


def score(
    recency: Ints,
    frequency: Ints,
    monetary: Ints,
    *,
    high: int = 4,
    thresholds: tuple[Sequence[float] | None, Sequence[float] | None, Sequence[float] | None] = (None, None, None),
) -> Scores:
    """The three scores and the group; a score of `high` or more counts as high."""
    r = days_score(recency, thresholds[0])
    f = quintiles(frequency) if thresholds[1] is None else by_thresholds(frequency, thresholds[1])
    m = quintiles(monetary) if thresholds[2] is None else by_thresholds(monetary, thresholds[2])
    number = np.zeros(TOP + 3, dtype=np.int64)
    for index, key in enumerate(GROUPS):
        number[key[0] * 4 + key[1] * 2 + key[2]] = index
    group = number[(r >= high) * 4 + (f >= high) * 2 + (m >= high) * 1]
    return Scores(r, f, m, group)


def cuts(values: Ints, scores: Ints) -> tuple[Cut, ...]:
    """For each score 5…1 the range of values that got it."""
    found = []
    for number in range(TOP, 0, -1):
        mine = values[scores == number]
        found.append(
            Cut(number, int(mine.min()) if len(mine) else None, int(mine.max()) if len(mine) else None, len(mine))
        )
    return tuple(found)
