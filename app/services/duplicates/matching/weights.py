"""Fellegi–Sunter weights without labels.

u (how often two different records agree) comes from random pairs; m (how often two writings of one record agree) from
expectation maximisation with the usual shares of `kinds.LEVELS` as a Dirichlet prior, so that small and text-heavy tables
stay stable. Weight of a level = log2(m / u), in bits. Agreement on a rare value counts more than on a frequent one
(term frequency, as in Winkler 1990): u of an exact agreement is replaced by the value's own frequency.
Decisions of people count `LABEL_WEIGHT` pairs each: those merged in m, those told apart in u.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Feature, Floats, Longs
from app.services.duplicates.matching.levels import Levels, levels_of

Told = Sequence[tuple[Mapping[str, str], bool]]

Doubles = npt.NDArray[np.float64]
RANDOM_PAIRS = 400_000
ROUNDS = 25
LABEL_WEIGHT = 5.0
#: how strongly the usual shares are held against what the pairs say: names make a record, amounts change by themselves
_HOLD = {kinds.NAME: 0.75, kinds.TEXT: 0.75, kinds.NUMBER: 3.0}
#: a decision that two records differ moves u as if it were one of this many random pairs
_RANDOM_WORTH = 20_000.0
#: of how many pairs the usual shares are worth: in tiny tables chance agreement cannot be counted
_USUAL_PAIRS = 2_000.0
#: how much of the usual number of duplicates (a fifth of the records) is held against what the pairs say
_HELD_PRIOR = 0.25
_SEED = 20261122
_TERMS = frozenset({kinds.NAME, kinds.TEXT, kinds.ADDRESS, kinds.CATEGORY, kinds.DATE, kinds.NUMBER})


Space = tuple[int, float]
Settle = Callable[[Doubles], Doubles]


@dataclass
class Model:
    """`m`, `u`: per feature key, the probability of each level. `prior`: probability that two random records are one."""

    m: dict[str, Doubles]
    u: dict[str, Doubles]
    prior: float
    expected: float = 0.0
    weights: dict[str, Doubles] = field(default_factory=dict)

    def bits(self, key: str) -> Doubles:
        """The weight of each level of a feature."""
        return self.weights[key]


def random_pairs(n: int) -> tuple[Longs, Longs]:
    """Pairs of different records, drawn evenly; the same every time."""
    chance = np.random.default_rng(_SEED)
    wanted = min(RANDOM_PAIRS, max(20_000, n * (n - 1)))
    a, b = chance.integers(0, n, wanted), chance.integers(0, n, wanted)
    apart = a != b
    return a[apart], b[apart]


def chance_agreement(features: Sequence[Feature], n: int) -> dict[str, Doubles]:
    """u per feature: from random pairs, in tiny tables rather the usual shares."""
    a, b = random_pairs(n)
    found = {}
    for feature in features:
        levels = levels_of(feature, a, b)
        counts = np.bincount(levels[levels >= 0], minlength=len(feature.levels)).astype(np.float64)
        top = _exact_share(feature)
        if top is not None and counts.sum():
            counts[-1] = top * counts.sum()  # counted over all pairs, not only those drawn
        pairs = min(counts.sum(), n * (n - 1) / 2)
        counts *= pairs / max(1.0, counts.sum())
        counts += _USUAL_PAIRS * np.asarray([level.u for level in feature.levels])
        found[feature.key] = counts / counts.sum()
    return found


def _exact_share(feature: Feature) -> float | None:
    """The share of all pairs of records that agree to the letter; None where records have several values."""
    if feature.more is not None:
        return None
    counts = np.bincount(feature.codes[feature.codes >= 0]).astype(np.float64)
    total = counts.sum()
    return float((counts * (counts - 1)).sum() / (total * (total - 1))) if total > 1 else None


def term_bits(feature: Feature, u_exact: float) -> Floats | None:
    """What to add, per distinct value, to the weight of agreeing on it: log2(u of the feature / u of this value)."""
    if feature.kind not in _TERMS or feature.more is not None:
        return None
    codes = feature.codes[feature.codes >= 0]
    counts = np.bincount(codes, minlength=len(feature.values)).astype(np.float64)
    own = np.maximum(counts, 2) / max(1, len(codes))
    added = np.log2(max(u_exact, 1e-12) / own)
    return np.clip(added, -6, 4).astype(np.float32)


def fit(
    features: Sequence[Feature],
    levels: Mapping[str, Levels],
    u: Mapping[str, Doubles],
    n: int,
    told: Told = (),
    extra: Floats | None = None,
    space: Space | None = None,
    settle: Settle = lambda probability: probability,
) -> tuple[Model, Doubles]:
    """The model and the probability of each candidate pair.

    `levels`: per feature, of the candidate pairs. `told`: of decided pairs, the level of each feature and whether they
    are one. `extra`: bits to add per pair (term frequencies). `space`: (records in question, pairs there are of them) when not all records are
    compared with all. `settle`: what the pairs say about each other (`rivals`).

    u is drawn from all pairs, true ones among them; what the model takes for true is left out of it, down to the half.
    """
    size, all_pairs = space or (n, n * (n - 1) / 2)
    expected = usual_pairs = 0.2 * size
    m = {f.key: np.asarray([level.m for level in f.levels]) for f in features}
    same = {f.key: _decided(f, told, same=True) for f in features}
    drawn = {f.key: _moved(u[f.key], _decided(f, told, same=False)) for f in features}
    u = dict(drawn)
    for _ in range(ROUNDS):
        probability = settle(_probability(features, levels, m, u, min(0.5, expected / all_pairs), extra))
        met = float(probability.sum())
        expected = min((1 - _HELD_PRIOR) * met + _HELD_PRIOR * usual_pairs, 3.0 * size)
        for feature in features:
            m[feature.key] = _posterior(feature, levels[feature.key], probability, same[feature.key])
            u[feature.key] = _without(drawn[feature.key], feature, levels[feature.key], probability, all_pairs)
    weights = {f.key: _bits(f, m[f.key], u[f.key]) for f in features}
    model = Model(m, dict(u), min(0.5, expected / all_pairs), expected, weights)
    return model, settle(_probability(features, levels, m, u, model.prior, extra))


def usual(features: Sequence[Feature]) -> Model:
    """The model where there is nothing to learn from: the usual shares."""
    m = {f.key: np.asarray([level.m for level in f.levels]) for f in features}
    u = {f.key: np.asarray([level.u for level in f.levels]) for f in features}
    return Model(m, u, 1e-4, 0.0, {f.key: _bits(f, m[f.key], u[f.key]) for f in features})


def _without(drawn: Doubles, feature: Feature, levels: Levels, probability: Doubles, all_pairs: float) -> Doubles:
    """u without the pairs that are taken for one."""
    given = levels >= 0
    met = np.bincount(levels[given], probability[given], minlength=len(drawn))
    made = np.maximum(drawn - met / all_pairs, 0.5 * drawn)
    return np.asarray(made / made.sum())


def _decided(feature: Feature, told: Told, *, same: bool) -> Doubles:
    """How often each level was met among the decided pairs of one kind, times `LABEL_WEIGHT`."""
    place = {level.key: i for i, level in enumerate(feature.levels)}
    met = [place[keys[feature.key]] for keys, one in told if one is same and keys.get(feature.key) in place]
    return np.asarray(np.bincount(met, minlength=len(place)) * LABEL_WEIGHT, dtype=np.float64)


def _moved(u: Doubles, apart: Doubles) -> Doubles:
    made = u * _RANDOM_WORTH + apart
    return np.asarray(made / made.sum())


def _bits(feature: Feature, m: Doubles, u: Doubles) -> Doubles:
    """log2(m / u) of each level within the level's bound, times the share of this feature's evidence that counts."""
    most = np.asarray([level.most for level in feature.levels])
    bits = np.minimum(np.log2(m / u), most)
    if feature.kind == kinds.TEXT:  # more shared words never tell less, however often the table repeats itself
        bits = np.maximum.accumulate(bits)
    bits = bits * feature.share
    return np.maximum(bits, 0.0) if feature.only_agreement else np.asarray(bits)


def _posterior(feature: Feature, levels: Levels, found: Doubles, same: Doubles) -> Doubles:
    given = levels >= 0
    counts = np.bincount(levels[given], found[given], minlength=len(feature.levels))
    usual = np.asarray([level.m for level in feature.levels])
    strength = 10 + _HOLD.get(feature.kind, 0.25) * counts.sum()
    made = counts + same + strength * usual
    return np.asarray(made / made.sum())


def _probability(
    features: Sequence[Feature],
    levels: Mapping[str, Levels],
    m: Mapping[str, Doubles],
    u: Mapping[str, Doubles],
    prior: float,
    extra: Floats | None,
) -> Doubles:
    total = np.full(len(next(iter(levels.values()))), np.log2(prior / (1 - prior)))
    for feature in features:
        bits = np.r_[_bits(feature, m[feature.key], u[feature.key]), 0.0]
        total += bits[levels[feature.key]]
    if extra is not None:
        total += extra
    return np.asarray(1 / (1 + np.exp2(-np.clip(total, -60, 60))))
