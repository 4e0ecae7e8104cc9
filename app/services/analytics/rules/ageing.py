"""What customers owe, by how long it is overdue.

Owed = amount − refund − received; received = receipts − money given back. Overdue from the due day, without one from the
day of the order. Only orders on which something is owed are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Ints
from app.services.analytics.rules.series import exact_sums

#: bucket → the longest overdue in days that still belongs to it
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", -1),
    ("0-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("90+", None),
)
_MOST = np.array([most for _, most in BUCKETS if most is not None], dtype=np.int64)
_UNDATED = 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many orders of so many days overdue, and what is owed on them in minor units."""

    name: str
    n: int
    owed: int


def aged(owed: Ints, since: Ints, as_of: int) -> tuple[Bucket, ...]:
    """Every bucket in order. `since`: the day from which each order is overdue, 0 = it has none (then "0-30")."""
    mask = owed > 0
    owed, since = owed[mask], since[mask]
    place = np.where(since > 0, np.searchsorted(_MOST, as_of - since, side="left"), _UNDATED)
    counts = np.bincount(place, minlength=len(BUCKETS))
    sums = exact_sums(place, owed, len(BUCKETS))
    return tuple(Bucket(name, int(n), int(v)) for (name, _), n, v in zip(BUCKETS, counts, sums, strict=True))
