"""One search for duplicates: columns in, scored pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job
from app.services.duplicates.matching.blocking import Candidates, candidates, lost_share
from app.services.duplicates.matching.features import Column, Crowd, Feature, Floats, Longs, build
from app.services.duplicates.matching.levels import Levels, levels_of
from app.services.duplicates.matching.rivals import with_rivals
from app.services.duplicates.matching.weights import Doubles, Model, Told, chance_agreement, fit, term_bits

CHUNK = 1_000_000
LIKELY = 0.01


@dataclass(frozen=True)
class Found:
    """The scored pairs of a search. `levels`: per feature key, of each pair. `lost`: the estimated share of true pairs
    that no blocking rule brought up. `extra`: term-frequency bits per feature key and pair."""

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
    features = build(columns, job)
    job.progress(t("正在比较随机的档案"), 0)
    u = chance_agreement(features, n) if n > 1 else {}
    job.progress(t("正在找可能重复的档案"), 0)
    pairs = candidates(features, n, job, new=new) if features else Candidates(*(np.zeros(0, np.int64),) * 2, np.zeros(0, np.int32), ())  # fmt: skip
    levels, extra = _compare(features, pairs, u, job)
    total = np.asarray(np.sum(list(extra.values()), axis=0), dtype=np.float32) if extra else None
    job.progress(t("正在估计权重"), 0)
    if len(pairs):
        model, probability = fit(features, levels, u, n, told, total, lambda p: _settled(pairs, p, n))
    else:
        model, probability = Model({}, dict(u), 0.0), np.zeros(0)
    lost = lost_share(pairs.rules, probability)
    likely = probability >= keep
    crowds = tuple(c for f in features for c in f.crowds)
    return Found(
        pairs.a[likely], pairs.b[likely], probability[likely], {k: v[likely] for k, v in levels.items()},
        {k: v[likely] for k, v in extra.items()}, tuple(features), model, lost, crowds, len(pairs),
    )  # fmt: skip


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
