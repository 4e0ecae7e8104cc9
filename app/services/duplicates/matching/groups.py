"""Groups out of pairs: strongest pairs first, and a group only grows while its members hang together.

Two groups are joined by a pair only when enough of the pairs compared between them are likely too: one chance likeness
does not tie two whole groups into one, so chains break at their weakest link. Pairs that were never compared (of a very
large group only neighbours are) speak neither for nor against.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.services.duplicates.matching.features import Longs
from app.services.duplicates.matching.weights import Doubles

LINKED = 0.4
#: so many members of a group are asked
ASKED = 40
_NOTHING: Longs = np.zeros(0, np.int64)


def group(a: Longs, b: Longs, probability: Doubles, n: int, least: float, unlikely: Longs = _NOTHING) -> Longs:
    """The group number of each record (its smallest member); a record without likely partner is its own group.

    `least`: pairs below it tie nothing. `unlikely`: a·n + b, sorted, of compared pairs that are not one.
    """
    strong = np.nonzero(probability >= least)[0]
    order = strong[np.argsort(-probability[strong], kind="stable")]
    weak = probability < least
    against = np.union1d(unlikely, a[weak] * n + b[weak])
    likely = np.sort(a[strong] * n + b[strong])
    head = list(range(n))
    members: dict[int, list[int]] = {}
    for at in order.tolist():
        x, y = _find(head, int(a[at])), _find(head, int(b[at]))
        if x == y:
            continue
        ours, theirs = members.get(x, [x]), members.get(y, [y])
        if len(ours) * len(theirs) > 1 and not _together(ours, theirs, likely, against, n):
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


def _together(ours: Sequence[int], theirs: Sequence[int], likely: Longs, against: Longs, n: int) -> bool:
    """Whether enough of the pairs compared between two groups are likely; of very large groups some members are asked."""
    one = np.asarray(ours[-ASKED:], dtype=np.int64)[:, None]
    two = np.asarray(theirs[:ASKED], dtype=np.int64)[None, :]
    keys = (np.minimum(one, two) * n + np.maximum(one, two)).ravel()
    pro, contra = _held(keys, likely), _held(keys, against)
    return contra == 0 or pro >= LINKED * (pro + contra)


def _held(keys: Longs, table: Longs) -> int:
    if not len(table):
        return 0
    return int((table[np.minimum(np.searchsorted(table, keys), len(table) - 1)] == keys).sum())
