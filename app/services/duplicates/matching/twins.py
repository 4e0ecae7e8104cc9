"""Records that are the same in everything: one of them stands for all while the model is made.

Otherwise a file imported five times would look as if agreeing in everything were a matter of course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Feature, Longs

#: so many fields must be given (or one that identifies) before being the same in all of them means to be one
GIVEN = 3
#: pairs between two sets of twins are all listed up to this many, beyond only those of the ones that stand for them
LISTED = 64


@dataclass(frozen=True)
class Twins:
    """`alone`: the records that stand for others and those without twin, ascending. `sets`: place in `alone` → all records
    it stands for, itself first."""

    alone: Longs
    sets: dict[int, list[int]]


def find_twins(features: Sequence[Feature], n: int) -> Twins:
    """Which records are the same in every compared field."""
    if not features or n < 2:
        return Twins(np.arange(n, dtype=np.int64), {})
    codes = np.stack([f.whole for f in features], axis=1)
    given = (codes >= 0).sum(axis=1)
    sure = given >= GIVEN
    for i, feature in enumerate(features):
        if feature.kind in kinds.IDENTIFYING:
            sure |= (codes[:, i] >= 0) & (given >= 2)
    by = np.lexsort(codes.T[::-1])
    same = np.r_[False, (codes[by][1:] == codes[by][:-1]).all(axis=1)] & sure[by]
    head = np.where(same, 0, np.arange(n))
    np.maximum.accumulate(head, out=head)
    first = np.full(n, n, dtype=np.int64)
    np.minimum.at(first, head, by)
    stands = np.empty(n, dtype=np.int64)
    stands[by] = first[head]
    alone = np.nonzero(stands == np.arange(n))[0].astype(np.int64)
    place = {int(row): i for i, row in enumerate(alone.tolist())} if len(alone) < n else {}
    sets: dict[int, list[int]] = {}
    for row in np.nonzero(stands != np.arange(n))[0].tolist():
        one = int(stands[row])
        sets.setdefault(place[one], [one]).append(row)
    return Twins(alone, sets)


def only(feature: Feature, rows: Longs) -> Feature:
    """The feature of these records alone, in their order."""
    more = None
    if feature.more is not None:
        place = np.full(len(feature.codes), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        kept = place[feature.more[0]] >= 0
        more = (place[feature.more[0]][kept], feature.more[1][kept])
    return replace(feature, codes=feature.codes[rows], whole=feature.whole[rows], more=more)


def spread(a: Longs, b: Longs, twins: Twins) -> tuple[Longs, Longs, Longs]:
    """Pairs of `alone` places as pairs of records: (a, b, which pair each comes from; −1: twins of each other)."""
    one, two = twins.alone[a], twins.alone[b]
    if not twins.sets:
        return one, two, np.arange(len(a), dtype=np.int64)
    more: list[tuple[int, int, int]] = []
    concerned = np.isin(a, list(twins.sets)) | np.isin(b, list(twins.sets))
    for at in np.nonzero(concerned)[0].tolist():
        ours = twins.sets.get(int(a[at]), [int(one[at])])
        theirs = twins.sets.get(int(b[at]), [int(two[at])])
        if len(ours) * len(theirs) <= LISTED:
            more.extend((x, y, at) for x in ours for y in theirs if (x, y) != (one[at], two[at]))
    for rows in twins.sets.values():
        pairs = [(x, y) for i, x in enumerate(rows) for y in rows[i + 1 :]] if len(rows) <= 12 else [(rows[0], y) for y in rows[1:]]  # fmt: skip
        more.extend((x, y, -1) for x, y in pairs)
    extra = np.asarray(more, dtype=np.int64).reshape(-1, 3)
    x, y = np.r_[one, extra[:, 0]], np.r_[two, extra[:, 1]]
    return np.minimum(x, y), np.maximum(x, y), np.r_[np.arange(len(a)), extra[:, 2]]
