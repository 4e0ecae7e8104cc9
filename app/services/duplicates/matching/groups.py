"""Groups out of pairs: strongest pairs first, and a group only grows while its members hang together.

Two groups are joined by a pair only when enough of the pairs between them are likely too (average link): one chance
likeness does not tie two whole groups into one, so chains break at their weakest link.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.services.duplicates.matching.features import Longs
from app.services.duplicates.matching.weights import Doubles

LINKED = 0.4


def group(a: Longs, b: Longs, probability: Doubles, n: int, least: float) -> Longs:
    """The group number of each record (its smallest member); a record without likely partner is its own group."""
    strong = np.nonzero(probability >= least)[0]
    order = strong[np.argsort(-probability[strong], kind="stable")]
    head = list(range(n))
    members: dict[int, list[int]] = {}
    linked = {(int(x), int(y)) for x, y in zip(a[strong].tolist(), b[strong].tolist(), strict=True)}
    for at in order.tolist():
        x, y = _find(head, int(a[at])), _find(head, int(b[at]))
        if x == y:
            continue
        ours, theirs = members.get(x, [x]), members.get(y, [y])
        if len(ours) * len(theirs) > 1 and not _together(ours, theirs, linked):
            continue
        low, high = min(x, y), max(x, y)
        head[high] = low
        members[low] = [*ours, *theirs]
        members.pop(high, None)
    return np.asarray([_find(head, i) for i in range(n)], dtype=np.int64)


def _find(head: list[int], at: int) -> int:
    while head[at] != at:
        head[at] = head[head[at]]
        at = head[at]
    return at


def _together(ours: Sequence[int], theirs: Sequence[int], linked: set[tuple[int, int]]) -> bool:
    """Whether enough of the pairs between two groups are likely; of very large groups a part is asked."""
    ours, theirs = ours[:40], theirs[:40]
    count = sum((min(x, y), max(x, y)) in linked for x in ours for y in theirs)
    return count >= LINKED * len(ours) * len(theirs)
