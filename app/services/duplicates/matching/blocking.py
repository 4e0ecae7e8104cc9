"""Candidate pairs: records that share a key of some feature, with every block capped.

A key that more records share than the cap is not expanded into all its pairs; its records are ordered by what else they
hold and each is paired with its next few neighbours, so that one giant group is still found as a chain. How many rules
found a pair tells how many pairs all rules together miss (Chao 1987: at least f1² / 2·f2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.jobs import Job
from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Feature, Ints, Longs

CAP = 120
NEIGHBOURS = 4
#: pairs a weak rule may bring up, per record, and at least
WEAK_SHARE, WEAK_LEAST = 1, 300_000
#: in larger tables a pair that one weak rule alone brings up is not worth comparing
TRUST_ONE_BELOW = 20_000
ALL_PAIRS_BELOW = 700
_RARE_WORDS = 4
#: sharing the key points at one thing; tells something unless very many share it; is a hint beside others
POINTING, TELLING, WEAK = 2, 1, 0
_NONE: Longs = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Candidates:
    """`a` < `b`: record numbers of each pair. `rules`: how many rules found it. `capped`: (rule, records) of capped keys."""

    a: Longs
    b: Longs
    rules: Ints
    capped: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.a)


def lost_share(rules: Ints, probability: np.ndarray) -> float:
    """The share of true pairs that no rule found, estimated from those found by one and by two rules (0 … 1)."""
    once = float(probability[rules == 1].sum())
    twice = float(probability[rules == 2].sum())
    found = float(probability.sum())
    if not found or not once:
        return 0.0
    lost = once * once / (2 * twice) if twice else once * (once - 1) / 2
    return float(min(1.0, lost / (found + lost)))


def candidates(
    features: Sequence[Feature], n: int, job: Job | None = None, *, new: np.ndarray | None = None
) -> Candidates:
    """The pairs worth comparing. `new` (bool per record): only pairs with at least one new record."""
    job = job or Job()
    if n < ALL_PAIRS_BELOW and new is None:
        a, b = np.triu_indices(n, 1)
        return Candidates(a.astype(np.int64), b.astype(np.int64), np.full(len(a), 9, dtype=np.int32), ())
    order = _reading_order(features, n)
    strong: list[Longs] = []
    weak: dict[str, list[Longs]] = {}
    capped: list[tuple[str, int]] = []
    for rule, rows, keys, weight in _rules(features, n):
        job.check()
        told, hinted = _pairs(rows, keys, n, order, rule, capped, weight)
        if new is not None:
            told, hinted = (x[new[x // n] | new[x % n]] for x in (told, hinted))
        strong.append(told)
        weak.setdefault(rule.partition(".")[0], []).append(hinted)
    # what several weak rules say of one field is one hint
    hints = [_counted(found)[0] if len(found) > 1 else found[0] for found in weak.values()]
    weak.clear()
    pairs, counts = _counted([*strong, *hints])
    if n > TRUST_ONE_BELOW and new is None:
        sure_pairs = _counted(strong)[0]
        at = np.minimum(np.searchsorted(sure_pairs, pairs), max(0, len(sure_pairs) - 1))
        kept = counts > 1
        if len(sure_pairs):
            kept |= sure_pairs[at] == pairs
        pairs, counts = pairs[kept], counts[kept]
    return Candidates(pairs // n, pairs % n, counts.astype(np.int32), tuple(capped))


def _counted(found: Sequence[Longs]) -> tuple[Longs, Longs]:
    """Each pair once, with how often it was found."""
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    pairs, counts = np.unique(np.concatenate(found), return_counts=True)
    return pairs, counts.astype(np.int64)


def _pairs(
    rows: Ints, keys: Longs, n: int, order: Longs, rule: str, capped: list[tuple[str, int]], weight: int
) -> tuple[Longs, Longs]:  # fmt: skip
    """a·n + b of all pairs within the blocks of one rule, each once: those worth comparing by themselves, and hints."""
    if not len(rows):
        return _NONE, _NONE
    by = np.lexsort((order[rows], keys))
    rows_: Longs = rows[by].astype(np.int64)
    keys = keys[by]
    starts = np.r_[0, np.nonzero(np.diff(keys))[0] + 1]
    sizes = np.diff(np.r_[starts, len(keys)])
    within = _cap(sizes, max(WEAK_LEAST, WEAK_SHARE * n))
    told: list[Longs] = []
    hinted: list[Longs] = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= (within if weight == WEAK else CAP))]):
        block = rows_[starts[sizes == size][:, None] + np.arange(size)]
        i, j = np.triu_indices(size, 1)
        sure = weight == POINTING or (weight == TELLING and size <= within)
        (told if sure else hinted).append(_joined(block[:, i].ravel(), block[:, j].ravel(), n))
    if weight != WEAK:
        for at in np.nonzero(sizes > CAP)[0]:
            block = rows_[starts[at] : starts[at] + sizes[at]]
            capped.append((rule, int(sizes[at])))
            told.extend(_joined(block[:-step], block[step:], n) for step in range(1, NEIGHBOURS + 1))
    return _together(told), _together(hinted)


def _together(parts: list[Longs]) -> Longs:
    return np.unique(np.concatenate(parts)) if parts else _NONE


def _cap(sizes: Longs, budget: int) -> int:
    """The largest block size with which the smaller blocks together stay within the budget of pairs."""
    counts = np.bincount(np.minimum(sizes, CAP + 1), minlength=CAP + 2)[: CAP + 1]
    size = np.arange(CAP + 1)
    spent = np.cumsum(counts * size * (size - 1) // 2)
    return int(np.searchsorted(spent, budget, side="right")) - 1


def _joined(a: Longs, b: Longs, n: int) -> Longs:
    apart = a != b
    a, b = a[apart], b[apart]
    return np.minimum(a, b) * n + np.maximum(a, b)


def _reading_order(features: Sequence[Feature], n: int) -> Longs:
    """The place of each record when records with the same values are put together, the most telling features first."""
    ranked = sorted(features, key=lambda f: -len(f.values))[:4]
    order = np.lexsort([f.codes for f in reversed(ranked)]) if ranked else np.arange(n)
    places = np.empty(n, dtype=np.int64)
    places[order] = np.arange(n)
    return places


#: name, rows, keys, and how much sharing a key says
Rule = tuple[str, Ints, Longs, int]


def _rules(features: Sequence[Feature], n: int) -> Iterator[Rule]:
    """(name, rows, keys): rows that share a key are a block."""
    coarse: list[tuple[Feature, Ints]] = []
    for feature in features:
        if feature.kind in kinds.IDENTIFYING:
            yield from _identifying(feature)
        elif feature.kind == kinds.NAME:
            for form in ("core", "sound", "shape", "brand"):
                yield _single(f"{feature.key}.{form}", _of_form(feature, form), WEAK if form == "brand" else TELLING)
            yield from _rare_words(feature)
            coarse.append((feature, _of_form(feature, "first")))
        elif feature.kind in (kinds.TEXT, kinds.ADDRESS):
            yield _single(feature.key, feature.codes, TELLING)
            yield from _rare_words(feature)
        elif feature.kind == kinds.DATE:
            yield _single(feature.key, feature.codes, WEAK)
        if feature.kind in (kinds.DATE, kinds.CATEGORY, kinds.NUMBER, kinds.CODE):
            coarse.append((feature, feature.codes))
        if feature.kind == kinds.ADDRESS:
            coarse.append((feature, _starts(feature, 6)))
    for i, (first, one) in enumerate(coarse):
        for second, two in coarse[i + 1 :]:
            if kinds.NAME in (first.kind, second.kind) or kinds.DATE in (first.kind, second.kind):
                yield _both(f"{first.key}+{second.key}", one, two)


def _identifying(feature: Feature) -> Iterator[Rule]:
    rows, codes = (np.nonzero(feature.codes >= 0)[0].astype(np.int32), feature.codes[feature.codes >= 0])
    if feature.more is not None:
        rows, codes = feature.more
    yield feature.key, rows, codes.astype(np.int64), POINTING
    if feature.kind == kinds.EMAIL:
        users: dict[str, int] = {}
        part = np.asarray([users.setdefault(v.split("@")[0], len(users)) for v in feature.values], dtype=np.int64)
        yield f"{feature.key}.user", rows, part[codes], POINTING
    if feature.kind == kinds.PHONE:
        tails: dict[str, int] = {}
        part = np.asarray([tails.setdefault(v[-7:], len(tails)) for v in feature.values], dtype=np.int64)
        yield f"{feature.key}.tail", rows, part[codes], POINTING


def _of_form(feature: Feature, form: str) -> Ints:
    return np.where(feature.codes >= 0, feature.forms[form][feature.codes], -1).astype(np.int32)


def _starts(feature: Feature, length: int) -> Ints:
    known: dict[str, int] = {}
    part = np.asarray([known.setdefault(v[:length], len(known)) for v in feature.values] or [-1], dtype=np.int32)
    return np.where(feature.codes >= 0, part[feature.codes], -1).astype(np.int32)


def _single(name: str, codes: Ints, weight: int) -> Rule:
    rows = np.nonzero(codes >= 0)[0]
    return name, rows.astype(np.int32), codes[rows].astype(np.int64), weight


def _both(name: str, one: Ints, two: Ints) -> Rule:
    rows = np.nonzero((one >= 0) & (two >= 0))[0]
    keys = one[rows].astype(np.int64) * (int(two.max(initial=0)) + 1) + two[rows]
    return name, rows.astype(np.int32), keys, WEAK


def _rare_words(feature: Feature) -> Iterator[Rule]:
    """A key for each of the rarest words of a value, and for each pair of its next rarest ones."""
    assert feature.tokens is not None
    assert feature.idf is not None
    offsets, numbers = feature.tokens
    if not len(numbers):
        return
    lengths = np.diff(offsets)
    value = np.repeat(np.arange(len(lengths)), lengths)
    by = np.lexsort((-feature.idf[numbers], value))
    numbers, value = numbers[by], value[by]
    rank = np.arange(len(numbers)) - np.repeat(offsets[:-1], lengths)
    given = np.nonzero(feature.codes >= 0)[0]
    by_value = np.argsort(feature.codes[given], kind="stable")
    rows = given[by_value]
    edges = np.searchsorted(feature.codes[rows], np.arange(len(lengths) + 1))
    held = np.diff(edges)

    def spread(values: Longs, keys: Longs) -> tuple[Ints, Longs]:
        """Rows of every value, with its key."""
        times = held[values]
        total = int(times.sum())
        offset = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
        return rows[np.repeat(edges[values], times) + offset].astype(np.int32), np.repeat(keys, times)

    picked = rank < _RARE_WORDS
    yield f"{feature.key}.word", *spread(value[picked], numbers[picked].astype(np.int64)), WEAK
    first, second = np.nonzero(rank[:-1] + 1 == rank[1:])[0], None
    first = first[rank[first] < _RARE_WORDS]
    second = first + 1
    low, high = np.minimum(numbers[first], numbers[second]), np.maximum(numbers[first], numbers[second])
    keys = low.astype(np.int64) * (int(numbers.max()) + 1) + high
    yield f"{feature.key}.words", *spread(value[first], keys), WEAK
