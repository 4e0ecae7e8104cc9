"""Rivalry: a record is seldom two different things at once.

When a record has several likely partners that are not likely partners of each other, they compete: at most one of them
is right. Partners that are also one with each other (a group of three) support each other instead. So for a pair with
odds o the probability becomes o / (1 + o + rivals), rivals being the odds of the stronger side's other partners that the
pair's second record does not share. Odds count as rivals up to `CAP` only: overwhelming evidence for two pairs stands.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    keys = keys[by]
    total = np.zeros(n)
    np.add.at(total, keys // n, strength[by])
    edges = _Edges(np.searchsorted(keys // n, np.arange(n + 1)), target[by], strength[by], belief[by], keys, total)
    against = np.maximum(_rivals(a, b, weight, edges), _rivals(b, a, weight, edges))
    return np.asarray(odds / (1 + odds + against))


@dataclass(frozen=True, slots=True)
class _Edges:
    """Every pair from both its sides, by the record it starts from: those of record i stand at `first[i]:first[i+1]`.

    `key` = source·n + target, rising; `strength`: capped odds; `total`: their sum for each record.
    """

    first: Longs
    target: Longs
    strength: Doubles
    belief: Doubles
    key: Longs
    total: Doubles


def _rivals(one: Longs, two: Longs, weight: Doubles, edges: _Edges) -> Doubles:
    """Odds of the other partners of `one` that are not partners of `two` as well."""
    n = len(edges.total)
    made = edges.total[one] - weight
    times = edges.first[one + 1] - edges.first[one]
    chunk = 200_000
    for start in range(0, len(one), chunk):
        part = slice(start, start + chunk)
        count = times[part]
        pair = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        at = edges.first[one[part]][pair] + within
        wanted = two[part][pair] * n + edges.target[at]
        place = np.minimum(np.searchsorted(edges.key, wanted), len(edges.key) - 1)
        shared = edges.key[place] == wanted
        support = edges.strength[at] * edges.belief[place] * shared
        made[part] -= np.bincount(pair, support, minlength=len(count))
    return np.maximum(made, 0.0)
