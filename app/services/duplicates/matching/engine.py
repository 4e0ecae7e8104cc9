"""One search for duplicates: columns in, scored pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job
from app.services.duplicates.matching.blocking import Candidates, candidates, lost_share
from app.services.duplicates.matching.features import Column, Crowd, Feature, Floats, Longs, build
from app.services.duplicates.matching.levels import Levels, levels_of
from app.services.duplicates.matching.rivals import with_rivals
from app.services.duplicates.matching.twins import Twins, find_twins, only, spread
from app.services.duplicates.matching.weights import Doubles, Model, Told, chance_agreement, fit, term_bits, usual

CHUNK = 1_000_000
LIKELY = 0.01
#: that two records which are the same in everything are one
TWIN = 0.9999
NO_CANDIDATES = Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), ())


@dataclass(frozen=True)
class Found:
    """The scored pairs of a search. `levels`: per feature key, of each pair. `lost`: the estimated share of true pairs
    that no blocking rule brought up. `extra`: term-frequency bits per feature key and pair. `unlikely`: a·n + b, sorted, of
    pairs that were compared and are not one, between records that have a likely partner."""

    a: Longs
    b: Longs
    probability: Doubles
    levels: dict[str, Levels]
    extra: dict[str, Floats]
    features: tuple[Feature, ...]
    model: Model
    lost: float
    crowds: tuple[Crowd, ...]
    compared: int
    unlikely: Longs

    def model_json(self) -> dict[str, Any]:
        """The model as it is kept and exported: bits, m and u of every level of every field."""
        model = self.model
        fields = []
        for f in self.features:
            if f.key in model.weights:
                numbers = (model.bits(f.key).tolist(), model.m[f.key].tolist(), model.u[f.key].tolist())
                rows = zip(f.levels, *numbers, strict=True)
                levels = [[level.key, round(bits, 1), m, u] for level, bits, m, u in rows]
                fields.append({"field": f.key, "kind": f.kind, "levels": levels})
        return {"prior": model.prior, "fields": fields}


def search(
    columns: Sequence[Column],
    n: int,
    job: Job | None = None,
    *,
    told: Told = (),
    new: np.ndarray | None = None,
    keep: float = 0.02,
) -> Found:
    """Find pairs among `n` records that may be one. `told`: what people decided, see `fit`. `new`: records to compare
    with all; None = all with all. Pairs below probability `keep` are left out."""
    job = job or Job()
    job.progress(t("正在读懂各列"), 0)
    built = build(columns, job)
    twins = find_twins(built, n)
    features = [only(f, twins.alone) for f in built] if twins.sets else built
    n_alone = len(twins.alone)
    if new is not None and twins.sets:
        fresh, new = new, new[twins.alone]
        for place, rows in twins.sets.items():
            new[place] = bool(fresh[rows].any())
    elif new is not None:
        fresh = new
    job.progress(t("正在比较随机的档案"), 0)
    u = chance_agreement(features, n_alone) if n_alone > 1 else {}
    job.progress(t("正在找可能重复的档案"), 0)
    pairs = candidates(features, n_alone, job, new=new) if u else NO_CANDIDATES
    levels, extra = _compare(features if u else [], pairs, u, job)
    total = np.asarray(np.sum(list(extra.values()), axis=0), dtype=np.float32) if extra else None
    job.progress(t("正在估计权重"), 0)
    space = None if new is None else _space(int(new.sum()), n_alone)
    if u:
        model, probability = fit(
            features, levels, u, n_alone, told, total, space, lambda p: _settled(pairs, p, n_alone)
        )
    else:
        model, probability = usual(features), np.zeros(0)
    likely = np.nonzero(probability >= keep)[0]
    one, two, source = spread(pairs.a[likely], pairs.b[likely], twins)
    if new is not None:
        wanted = fresh[one] | fresh[two]
        one, two, source = one[wanted], two[wanted], source[wanted]
    of_pair = likely[source] if len(likely) else source
    twin = source < 0
    top = {f.key: np.where(f.whole[one] >= 0, len(f.levels) - 1, -1).astype(np.int8) for f in built}
    crowds = tuple(c for f in built for c in f.crowds)
    return Found(
        one, two, np.where(twin, TWIN, _at(probability, of_pair)),
        {k: np.where(twin, top[k], _at(v, of_pair)) for k, v in levels.items()},
        {k: np.where(twin, 0, _at(v, of_pair)).astype(np.float32) for k, v in extra.items()},
        tuple(built), model, lost_share(pairs.rules, probability), crowds, len(pairs),
        _unlikely(pairs, probability, twins, n),
    )  # fmt: skip


def _at(values: np.ndarray, places: Longs) -> np.ndarray:
    return values[places] if len(values) else np.zeros(len(places), dtype=values.dtype)


def _space(new: int, n: int) -> tuple[int, float]:
    """How many records are in question, and how many pairs there are with at least one of them."""
    return max(1, new), max(1.0, new * (n - 1) - new * (new - 1) / 2)


def _compare(
    features: Sequence[Feature], pairs: Candidates, u: dict[str, Doubles], job: Job
) -> tuple[dict[str, Levels], dict[str, Floats]]:
    levels: dict[str, Levels] = {}
    extra: dict[str, Floats] = {}
    total = len(pairs) * len(features)
    for place, feature in enumerate(features):
        made = np.empty(len(pairs), dtype=np.int8)
        for start in range(0, len(pairs), CHUNK):
            job.progress(t("正在逐对比较"), place * len(pairs) + start, total)
            part = slice(start, start + CHUNK)
            made[part] = levels_of(feature, pairs.a[part], pairs.b[part])
        levels[feature.key] = made
        added = term_bits(feature, float(u[feature.key][-1]))
        if added is not None:
            exact = made == len(feature.levels) - 1
            bits = np.zeros(len(pairs), dtype=np.float32)
            bits[exact] = added[feature.codes[pairs.a[exact]]]
            extra[feature.key] = bits
    return levels, extra


def _settled(pairs: Candidates, probability: Doubles, n: int) -> Doubles:
    likely = np.nonzero(probability >= LIKELY)[0]
    if len(likely):
        probability = probability.copy()
        probability[likely] = with_rivals(pairs.a[likely], pairs.b[likely], probability[likely], n)
    return probability


def _unlikely(pairs: Candidates, probability: Doubles, twins: Twins, n: int) -> Longs:
    partnered = np.zeros(len(twins.alone), dtype=bool)
    likely = probability >= 0.5
    partnered[pairs.a[likely]] = partnered[pairs.b[likely]] = True
    against = ~likely & partnered[pairs.a] & partnered[pairs.b]
    return np.sort(twins.alone[pairs.a[against]] * n + twins.alone[pairs.b[against]])
