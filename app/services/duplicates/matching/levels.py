"""How far the two values of each pair agree: one level per feature and pair (int8, −1 = one of them has nothing).

Strings are compared once per pair of distinct values, whatever the number of records behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Feature, Floats, Ints, Longs

_PIECE = 100_000
Levels = npt.NDArray[np.int8]
Scorer = Callable[[list[str], list[str]], Floats]


def levels_of(feature: Feature, a: Longs, b: Longs) -> Levels:
    """The level of each pair (a, b) of record numbers."""
    if feature.more is not None:
        return _several(feature, a, b)
    return _coded(feature, feature.codes[a], feature.codes[b])


def _coded(feature: Feature, one: Ints, two: Ints) -> Levels:
    made = np.full(len(one), -1, dtype=np.int8)
    given = (one >= 0) & (two >= 0)
    top = len(feature.levels) - 1
    made[given & (one == two)] = top
    open_ = np.nonzero(given & (one != two))[0]
    if not len(open_):
        return made
    low, high = np.minimum(one[open_], two[open_]), np.maximum(one[open_], two[open_])
    pairs = low.astype(np.int64) * len(feature.values) + high
    distinct, back = np.unique(pairs, return_inverse=True)
    found = _COMPARE[feature.kind](feature, distinct // len(feature.values), distinct % len(feature.values))
    made[open_] = found[back]
    return made


def _several(feature: Feature, a: Longs, b: Longs) -> Levels:
    """The best level among all values of the two records."""
    assert feature.more is not None
    rows, codes = feature.more
    n = len(feature.codes)
    by = np.argsort(rows, kind="stable")
    rows, codes = rows[by], codes[by]
    edges = np.searchsorted(rows, np.arange(n + 1))
    count = np.diff(edges)
    left, right = count[a], count[b]
    total = left * right
    made = np.full(len(a), -1, dtype=np.int8)
    pair = np.repeat(np.arange(len(a)), total)
    if not len(pair):
        return made
    within = np.arange(len(pair)) - np.repeat(np.cumsum(total) - total, total)
    one = codes[edges[a[pair]] + within // right[pair]]
    two = codes[edges[b[pair]] + within % right[pair]]
    np.maximum.at(made, pair, _coded(feature, one, two))
    return made


def _score(scorer: object, one: Sequence[str], two: Sequence[str]) -> Floats:
    from rapidfuzz import process

    return process.cpdist(one, two, scorer=scorer, dtype=np.float32, workers=2)  # type: ignore[arg-type]


def _texts(values: Sequence[str], at: Longs) -> list[str]:
    return [values[i] for i in at.tolist()]


def _name(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz.distance import OSA, JaroWinkler

    made = np.zeros(len(x), dtype=np.int8)
    core, sound, shape = feature.forms["core"], feature.forms["sound"], feature.forms["shape"]
    cores = [n.core for n in feature.names]
    one, two = _texts(cores, x), _texts(cores, y)
    alike = np.maximum(_score(JaroWinkler.normalized_similarity, one, two), _cosine(feature, x, y))
    edits = _score(OSA.distance, one, two)
    short = np.minimum(_lengths(one), _lengths(two))
    made[alike >= 0.80] = 1
    made[(alike >= 0.90) | ((edits == 1) & (short >= 3)) | ((edits == 2) & (short >= 8))] = 2
    made[_part_of(feature, one, two, x, y)] = 3
    made[((sound[x] == sound[y]) & (sound[x] >= 0)) | ((shape[x] == shape[y]) & (shape[x] >= 0))] = 4
    made[_sorted_characters(one, two) & (short >= 2)] = 4
    made[core[x] == core[y]] = 5
    return made


def _sorted_characters(one: Sequence[str], two: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether the same characters stand in another order (张伟明 / 张明伟)."""
    return np.fromiter(
        (len(p) == len(q) <= 6 and p != q and sorted(p) == sorted(q) for p, q in zip(one, two, strict=True)),
        dtype=bool, count=len(one),
    )  # fmt: skip


def _lengths(texts: Sequence[str]) -> Ints:
    return np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))


def _part_of(feature: Feature, one: Sequence[str], two: Sequence[str], x: Longs, y: Longs) -> npt.NDArray[np.bool_]:
    """Whether one name is the other one shortened: the beginning of it, or some of its words."""
    assert feature.tokens is not None
    offsets = feature.tokens[0]
    shared, product, _ = _shared(feature, x, y)
    fewest = np.minimum(np.diff(offsets)[x], np.diff(offsets)[y])
    rare = product >= 0.4 * np.log(max(10, len(feature.values))) ** 2
    inside = np.fromiter(
        (p.startswith(q) or q.startswith(p) for p, q in zip(one, two, strict=True)), dtype=bool, count=len(one)
    )
    long_enough = np.minimum(_lengths(one), _lengths(two)) >= 2
    return np.asarray((inside & long_enough) | ((shared == fewest) & ((fewest >= 2) | ((fewest == 1) & rare))))


def _text(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz import fuzz

    cosine = _cosine(feature, x, y)
    made = np.searchsorted([0.2, 0.4, 0.6, 0.8], cosine, side="right").astype(np.int8)
    close = np.nonzero((cosine >= 0.25) & (cosine < 0.8))[0]
    if len(close):  # misspelt words share no token: the whole texts tell
        ratio = _score(fuzz.token_sort_ratio, _texts(feature.values, x[close]), _texts(feature.values, y[close]))
        made[close[ratio >= 92]] = 4
        made[close[(ratio >= 85) & (made[close] < 3)]] = 3
    made[_other_numbers(feature, x, y) & (made > 1)] = 1
    return made


def _other_numbers(feature: Feature, x: Longs, y: Longs) -> npt.NDArray[np.bool_]:
    """Whether both texts hold numbers (versions, models, sizes) and each has one that the other lacks."""
    assert feature.tokens is not None
    assert feature.numeric is not None
    offsets, numbers = feature.tokens
    value = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    held = np.bincount(value[feature.numeric[numbers]], minlength=len(offsets) - 1)
    shared = _shared(feature, x, y, feature.numeric.astype(np.float32))[1].astype(np.int64)
    return (held[x] > shared) & (held[y] > shared)


def _address(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz import fuzz

    one, two = _texts(feature.values, x), _texts(feature.values, y)
    cosine = _cosine(feature, x, y)
    ratio = _score(fuzz.ratio, one, two) / 100
    made = np.searchsorted([0.3, 0.6, 0.85], np.maximum(cosine, ratio), side="right").astype(np.int8)
    inside = np.fromiter(
        (len(p) >= 5 and len(q) >= 5 and (p.startswith(q) or q.startswith(p)) for p, q in zip(one, two, strict=True)),
        dtype=bool, count=len(one),
    )  # fmt: skip
    made[inside] = 3
    return made


def _code(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz.distance import OSA

    one, two = _texts(feature.values, x), _texts(feature.values, y)
    short = np.minimum(_lengths(one), _lengths(two))
    return ((_score(OSA.distance, one, two) <= 1) & (short >= 4)).astype(np.int8)


def _phone(feature: Feature, x: Longs, y: Longs) -> Levels:
    one, two = _texts(feature.values, x), _texts(feature.values, y)
    tails = np.fromiter(
        (len(p) >= 7 and len(q) >= 7 and (p.endswith(q) or q.endswith(p)) for p, q in zip(one, two, strict=True)),
        dtype=bool, count=len(one),
    )  # fmt: skip
    made = _code(feature, x, y)
    made[tails] = 2
    return made


def _email(feature: Feature, x: Longs, y: Longs) -> Levels:
    one, two = _texts(feature.values, x), _texts(feature.values, y)
    same = np.fromiter(
        (p.partition("@")[0] == q.partition("@")[0] for p, q in zip(one, two, strict=True)), dtype=bool, count=len(one)
    )
    return (same | (_code(feature, x, y) > 0)).astype(np.int8)


def _date(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz.distance import OSA

    one, two = _texts(feature.values, x), _texts(feature.values, y)
    made = np.fromiter((p[:4] == q[:4] for p, q in zip(one, two, strict=True)), dtype=np.int8, count=len(one))
    swapped = np.fromiter(
        (p[:4] == q[:4] and p[4:6] == q[6:8] and p[6:8] == q[4:6] for p, q in zip(one, two, strict=True)),
        dtype=bool, count=len(one),
    )  # fmt: skip
    made[(_score(OSA.distance, one, two) <= 1) | swapped] = 2
    return made


def _number(feature: Feature, x: Longs, y: Longs) -> Levels:
    amounts = np.asarray([_amount(v) for v in feature.values], dtype=np.float64)
    p, q = amounts[x], amounts[y]
    largest = np.maximum(np.maximum(np.abs(p), np.abs(q)), 1e-9)
    apart = np.abs(p - q) / largest
    made = np.zeros(len(x), dtype=np.int8)
    made[apart <= 0.2] = 1
    made[apart <= 0.03] = 2
    made[apart == 0] = 3
    return made


def _amount(text: str) -> float:
    digits = "".join(c for c in text if c.isdigit() or c in ".-")
    try:
        return float(digits)
    except ValueError:
        return float("nan")


def _category(feature: Feature, x: Longs, y: Longs) -> Levels:
    from rapidfuzz.distance import OSA

    one, two = _texts(feature.values, x), _texts(feature.values, y)
    short = np.minimum(_lengths(one), _lengths(two))
    edits = _score(OSA.distance, one, two)
    near = ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 7))
    starts = np.fromiter(
        (p.startswith(q) or q.startswith(p) for p, q in zip(one, two, strict=True)), dtype=bool, count=len(one)
    )
    return (near | (starts & (short >= 2))).astype(np.int8)


def _cosine(feature: Feature, x: Longs, y: Longs) -> Floats:
    """Cosine of the idf weights of the words of two values."""
    _, product, squares = _shared(feature, x, y)
    return np.asarray(product / np.sqrt(np.maximum(squares[x] * squares[y], 1e-12)), dtype=np.float32)


def _shared(feature: Feature, x: Longs, y: Longs, weight: Floats | None = None) -> tuple[Ints, Floats, Floats]:
    """(number of shared words, sum of their weights) per pair; sum of the weights per value. `weight`: per word, by
    default its squared idf."""
    assert feature.tokens is not None
    assert feature.idf is not None
    offsets, numbers = feature.tokens
    lengths = np.diff(offsets)
    vocabulary = len(feature.idf) + 1
    weight = feature.idf * feature.idf if weight is None else weight
    value = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    squares = np.bincount(value, weight[numbers], minlength=len(lengths)).astype(np.float32)
    keys = value * vocabulary + numbers  # sorted: values ascend, tokens ascend within
    count, product = np.zeros(len(x), np.int32), np.zeros(len(x), np.float32)
    if not len(keys):
        return count, product, squares
    swap = lengths[x] > lengths[y]
    x, y = np.where(swap, y, x), np.where(swap, x, y)  # fewer words to look up
    for start in range(0, len(x), _PIECE):
        part = slice(start, start + _PIECE)
        times = lengths[x[part]]
        pair = np.repeat(np.arange(len(times)), times)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        token = numbers[offsets[x[part][pair]] + within]
        wanted = y[part][pair] * vocabulary + token
        hit = keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted
        count[part] = np.bincount(pair[hit], minlength=len(times))
        product[part] = np.bincount(pair[hit], weight[token[hit]], minlength=len(times))
    return count, product, squares


_COMPARE: dict[str, Callable[[Feature, Longs, Longs], Levels]] = {
    kinds.NAME: _name, kinds.TEXT: _text, kinds.ADDRESS: _address, kinds.CODE: _code, kinds.PHONE: _phone,
    kinds.EMAIL: _email, kinds.DATE: _date, kinds.NUMBER: _number, kinds.CATEGORY: _category,
}  # fmt: skip
