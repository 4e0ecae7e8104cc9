"""Retention by the month of the first order: who of them ordered in the k-th calendar month after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Ints, group_starts
from app.services.analytics.rules.history import Orders


@dataclass(frozen=True)
class Cohort:
    """`month` counts months since year 0 (12 · year + month − 1); `active[k]`: customers with an order in month + k."""

    month: int
    size: int
    active: tuple[int, ...]


def months(days: Ints) -> Ints:
    """Day numbers as months since year 0."""
    since_1970 = (days - 719_163).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(since_1970 + 1970 * 12, dtype=np.int64)


def cohorts(orders: Orders, as_of: int) -> tuple[Cohort, ...]:
    """All cohorts up to the month of `as_of`, oldest first; months without a first order have none."""
    starts = group_starts(orders.customer)
    if not len(starts):
        return ()
    month = months(orders.day)
    counts = np.diff(np.append(starts, len(month)))
    birth = month[starts]
    born = np.repeat(birth, counts)
    once = np.ones(len(month), dtype=bool)
    once[1:] = (month[1:] != month[:-1]) | (orders.customer[1:] != orders.customer[:-1])
    last = int(months(np.array([as_of], dtype=np.int64))[0])
    low = int(birth.min())
    width = last - low + 1
    cells = np.bincount((born[once] - low) * width + (month[once] - born[once]), minlength=width * width)
    sizes = np.bincount(birth - low, minlength=width)
    found = []
    for i in np.flatnonzero(sizes):
        row = cells[i * width : i * width + (width - i)]
        found.append(Cohort(low + int(i), int(sizes[i]), tuple(int(v) for v in row)))
    return tuple(found)
