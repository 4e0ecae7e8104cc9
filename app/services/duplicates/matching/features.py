"""Columns made ready for comparing: every value coded once, its forms computed once.

A `Feature` holds, for n records, the code of each one's value (int32, −1 = nothing to compare) in `codes` and the distinct
values in `values`. A record may have several values of an identifying kind (phones): `more` then lists all pairs of
(record, code), of which `codes` is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.core.jobs import Job
from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.forms import Name, address_form, date_form, digits_of, name_forms, plain, words

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
#: from how many records on an identifying value is taken for a placeholder, at least
PLACEHOLDER_LEAST = 12


@dataclass(frozen=True)
class Column:
    """A column to compare: one text or several texts per record. `kind` None: judged by the values. `only_agreement`: that
    two values differ tells nothing."""

    key: str
    label: str
    values: Sequence[str] | Sequence[tuple[str, ...]]
    kind: str | None = None
    only_agreement: bool = False


@dataclass(frozen=True)
class Crowd:
    """An identifying value that too many records share to tell anything: told as a cleaning issue."""

    key: str
    label: str
    value: str
    records: int


@dataclass
class Feature:
    """A column ready for comparing; see the module. `whole`: a code for all values of a record together. `names` only for
    names, `tokens` for names, texts and addresses: their offsets and numbers by value, with `idf` and `numeric` (is it a
    number) by token. `share`: how much of its evidence counts, less than 1 for a text that repeats another one."""

    key: str
    label: str
    kind: str
    codes: Ints
    values: list[str]
    whole: Ints
    more: tuple[Ints, Ints] | None = None
    names: list[Name] = field(default_factory=list)
    forms: dict[str, Ints] = field(default_factory=dict)
    tokens: tuple[Longs, Ints] | None = None
    idf: Floats | None = None
    numeric: npt.NDArray[np.bool_] | None = None
    share: float = 1.0
    only_agreement: bool = False
    crowds: list[Crowd] = field(default_factory=list)

    @property
    def levels(self) -> tuple[kinds.Level, ...]:
        return kinds.LEVELS[self.kind]


def code(values: Sequence[str]) -> tuple[Ints, list[str]]:
    """(codes, distinct values); "" has code −1."""
    known: dict[str, int] = {}
    codes = np.fromiter(
        (-1 if not v else known.setdefault(v, len(known)) for v in values), dtype=np.int32, count=len(values)
    )
    return codes, list(known)


_FORMS: dict[str, Callable[[str], str]] = {
    kinds.ADDRESS: address_form,
    kinds.DATE: date_form,
    kinds.PHONE: digits_of,
    kinds.EMAIL: lambda text: text.replace(" ", ""),
    kinds.CODE: lambda text: "".join(c for c in text if c.isalnum()) or text,
}


def build(columns: Sequence[Column], job: Job | None = None) -> list[Feature]:
    """The features of those columns that tell something."""
    job = job or Job()
    made = []
    for column in columns:
        job.check()
        feature = _feature(column, job)
        if feature is not None:
            made.append(feature)
    made = _without_repeats(made)
    _share_evidence(made)
    title = next((f for f in made if f.kind == kinds.NAME and f.more is None), None)
    for feature in made:
        if feature.kind in kinds.IDENTIFYING:
            _drop_crowds(feature, title)
    return made


def _feature(column: Column, job: Job) -> Feature | None:
    several = bool(column.values) and isinstance(column.values[0], tuple)
    flat: list[str] = []
    owners: list[int] = []
    if several:
        for i, texts in enumerate(column.values):
            for text in texts:
                owners.append(i)
                flat.append(text)
    else:
        flat = list(column.values)  # type: ignore[arg-type]
    kind = column.kind or kinds.kind_of(column.label, flat)
    if kind is None or not any(flat):
        return None
    if kind == kinds.NAME and _wordy(flat):
        kind = kinds.TEXT
    raw, distinct = code(flat)
    shape = _FORMS.get(kind)
    normal = [plain(v) for v in distinct]
    normal = [shape(v) for v in normal] if shape else normal
    job.check()
    inner, values = code(normal)
    codes = np.where(raw >= 0, inner[raw], -1).astype(np.int32)
    if not values:
        return None
    more, whole = None, codes
    if several:
        whole = code(["\x1f".join(sorted(set(texts))) for texts in column.values])[0]
        rows = np.asarray(owners, dtype=np.int32)
        keep = codes >= 0
        more = (rows[keep], codes[keep])
        first = np.full(len(column.values), -1, dtype=np.int32)
        first[more[0][::-1]] = more[1][::-1]
        codes = first
    feature = Feature(column.key, column.label, kind, codes, values, whole, more, only_agreement=column.only_agreement)
    if kind == kinds.NAME:
        feature.names = [name_forms(v) for v in values]
        feature.forms = {
            "core": code([x.core for x in feature.names])[0], "sound": code([x.sound for x in feature.names])[0],
            "shape": code([x.shape for x in feature.names])[0],
            "first": code([x.first for x in feature.names])[0], "brand": code([x.brand for x in feature.names])[0],
        }  # fmt: skip
    if kind in (kinds.NAME, kinds.TEXT, kinds.ADDRESS):
        _tokenise(feature)
    return feature


def _wordy(flat: Sequence[str]) -> bool:
    given = [v for v in flat[: kinds.SAMPLE] if v]
    return bool(given) and sum(len(v.split()) for v in given) / len(given) >= 4.5


def _drop_crowds(feature: Feature, title: Feature | None) -> None:
    """Values that too many records share are nothing to compare: 0.2 % of the records and never fewer than a dozen. Unless
    the records have few names among them: then it is one thing written down very often."""
    codes = feature.codes if feature.more is None else feature.more[1]
    n = len(feature.codes)
    counts = np.bincount(codes[codes >= 0], minlength=len(feature.values))
    limit = max(PLACEHOLDER_LEAST, min(200, int(0.002 * n)))
    crowded = np.asarray(
        [c for c in np.nonzero(counts > limit)[0] if _many_names(feature, int(c), title)], dtype=np.int64
    )
    if feature.kind == kinds.CODE and len(crowded) and counts[crowded].sum() > 0.5 * max(1, counts.sum()):
        return  # not a code after all: a column of few values
    for at in crowded[np.argsort(-counts[crowded])][:50]:
        feature.crowds.append(Crowd(feature.key, feature.label, feature.values[at], int(counts[at])))
    if len(crowded):
        gone = np.zeros(len(feature.values) + 1, dtype=bool)
        gone[crowded] = True
        if feature.more is not None:
            rows, many = feature.more
            keep = ~gone[many]
            feature.more = (rows[keep], many[keep])
            feature.codes = np.full(n, -1, dtype=np.int32)
            feature.codes[feature.more[0][::-1]] = feature.more[1][::-1]
        else:
            feature.codes = np.where(gone[feature.codes], -1, feature.codes).astype(np.int32)


def _many_names(feature: Feature, value: int, title: Feature | None) -> bool:
    if title is None or title is feature:
        return True
    rows = (
        feature.more[0][feature.more[1] == value] if feature.more is not None else np.nonzero(feature.codes == value)[0]
    )
    names = title.codes[rows]
    names = title.forms["brand"][names[names >= 0]]
    return len(np.unique(names)) > 0.3 * len(names)


def _tokenise(feature: Feature) -> None:
    """`tokens`: offsets and token numbers of each distinct value (sorted within a value), `idf` per token number."""
    known: dict[str, int] = {}
    offsets = np.zeros(len(feature.values) + 1, dtype=np.int64)
    flat: list[int] = []
    texts = [x.core for x in feature.names] if feature.names else feature.values
    for i, text in enumerate(texts):
        flat.extend(sorted({known.setdefault(w, len(known)) for w in words(text)}))
        offsets[i + 1] = len(flat)
    numbers = np.asarray(flat, dtype=np.int32)
    frequency = np.bincount(numbers, minlength=len(known)) if known else np.zeros(0)
    feature.tokens = (offsets, numbers)
    feature.numeric = np.fromiter((w[0].isdigit() for w in known), dtype=bool, count=len(known))
    feature.idf = np.log((1 + len(feature.values)) / (1 + frequency)).astype(np.float32) + np.float32(0.1)


def _without_repeats(features: list[Feature]) -> list[Feature]:
    """Without columns that only say again what a longer one says (given name beside full name): evidence counts once."""
    kept = []
    for feature in features:
        longer = [
            other for other in features
            if other is not feature and other.kind in (kinds.NAME, kinds.TEXT, kinds.ADDRESS)
            and feature.kind in (kinds.NAME, kinds.CATEGORY, kinds.TEXT, kinds.ADDRESS, kinds.CODE)
        ]  # fmt: skip
        if not any(_within(feature, other) for other in longer):
            kept.append(feature)
    return kept


def _share_evidence(features: list[Feature]) -> None:
    """A description that holds most words of the title is only partly a second witness."""
    texts = [f for f in features if f.kind in (kinds.TEXT, kinds.NAME) and f.more is None]
    for long in texts:
        for short in texts:
            if short is long or _mean_length(long) <= 1.5 * _mean_length(short):
                continue
            rows = np.nonzero((short.codes >= 0) & (long.codes >= 0))[0][:1_000].tolist()
            if len(rows) < 20:
                continue
            repeated = sum(_held(short.values[short.codes[r]], long.values[long.codes[r]]) for r in rows) / len(rows)
            witness = long if short.kind == kinds.TEXT else short  # a maker's name in the title is the lesser witness
            if repeated > 0.25:
                witness.share = min(witness.share, max(0.2, 1 - repeated))


def _mean_length(feature: Feature) -> float:
    return sum(map(len, feature.values)) / max(1, len(feature.values))


def _held(short: str, long: str) -> float:
    ours = set(words(short))
    return len(ours & set(words(long))) / len(ours) if ours else 0.0


def _within(feature: Feature, other: Feature) -> bool:
    """Whether nearly every value of `feature` stands in the other's value of the same record."""
    if feature.more is not None or other.more is not None:
        return False
    rows = np.nonzero((feature.codes >= 0) & (other.codes >= 0))[0][: kinds.SAMPLE]
    if len(rows) < 5 or len(rows) < 0.5 * min(kinds.SAMPLE, int((feature.codes >= 0).sum())):
        return False
    inside = same = 0
    for row in rows.tolist():
        short, long = feature.values[feature.codes[row]], other.values[other.codes[row]]
        inside += short in long
        same += short == long
    if same >= 0.9 * len(rows):  # two columns that are one: the first stays
        return id(feature) > id(other)
    return inside >= 0.9 * len(rows) and feature.kind != kinds.TEXT  # a title in a description is still the title
