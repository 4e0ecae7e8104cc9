"""ABC: the few that make most of the value.

Sorted by value, then by key; the cumulative share *before* a row decides: below 80 % A, below 95 % B, else C.
"""

from __future__ import annotations

import numpy as np

from app.services.analytics.rules.arrays import Floats, Ints

CLASSES = ("A", "B", "C")


def abc(values: Ints, keys: Ints, *, a: float = 0.80, b: float = 0.95) -> tuple[Ints, Ints, Floats]:
    """(the order of rows, the index in `CLASSES` of each row in that order, the cumulative share before it).

    Values of nothing or less are C and add nothing to the shares.
    """
    order = np.lexsort((keys, -values))
    positive = np.maximum(values[order], 0).astype(np.float64)
    total = float(positive.sum())
    before = np.concatenate(([0.0], np.cumsum(positive)[:-1])) / total if total else np.ones(len(values))
    found = np.where(before < a, 0, np.where(before < b, 1, 2))
    found = np.where(values[order] > 0, found, 2)
    return order.astype(np.int64), found.astype(np.int64), before
