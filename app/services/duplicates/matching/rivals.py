"""Rivalry: a record is seldom two different things at once.

When a record has several likely partners that are not likely partners of each other, they compete: at most one of them
is right. Partners that are also one with each other (a group of three) support each other instead. So for a pair with
odds o the probability becomes o / (1 + o + rivals), rivals being the odds of the stronger side's other partners that the
pair's second record does not share. Odds count as rivals up to `CAP` only: overwhelming evidence for two pairs stands.
"""

from __future__ import annotations

import numpy as np

from app.services.duplicates.matching.features import Longs
from app.services.duplicates.matching.weights import Doubles

CAP = 1024.0


def with_rivals(a: Longs, b: Longs, probability: Doubles, n: int) -> Doubles:
    """The probability of each pair in view of the other pairs of its records."""
    odds = probability / np.maximum(1 - probability, 1e-15)
    weight = np.minimum(odds, CAP)
    source, target = np.r_[a, b], np.r_[b, a]
    strength, belief = np.r_[weight, weight], np.r_[probability, probability]
    keys = source * n + target
    by = np.argsort(keys)
    keys, target, strength, belief = keys[by], target[by], strength[by], belief[by]
    edges = np.searchsorted(keys // n, np.arange(n + 1))
    total = np.zeros(n)
    np.add.at(total, keys // n, strength)
    against = np.maximum(_rivals(a, b, weight, total, edges, target, strength, belief, keys, n),
                         _rivals(b, a, weight, total, edges, target, strength, belief, keys, n))  # fmt: skip
    return np.asarray(odds / (1 + odds + against))


def _rivals(  # noqa: PLR0913, PLR0917 - one expression over one table of edges
    one: Longs, two: Longs, weight: Doubles, total: Doubles, edges: Longs, target: Longs, strength: Doubles,
    belief: Doubles, keys: Longs, n: int,
) -> Doubles:  # fmt: skip
    """Odds of the other partners of `one` that are not partners of `two` as well."""
    made = total[one] - weight
    times = edges[one + 1] - edges[one]
    chunk = 200_000
    for start in range(0, len(one), chunk):
        part = slice(start, start + chunk)
        count = times[part]
        pair = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        at = edges[one[part]][pair] + within
        wanted = two[part][pair] * n + target[at]
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        shared = keys[place] == wanted
        support = strength[at] * belief[place] * shared
        made[part] -= np.bincount(pair, support, minlength=len(count))
    return np.maximum(made, 0.0)
