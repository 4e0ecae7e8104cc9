"""Finding possible duplicates in the archive, listing them, deciding about them. Merging itself: services/merging."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.access import Action
from app.core.clock import now
from app.core.dictionary import BUILT_IN
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.db.store import match_pairs
from app.db.store.settings import setting, store_setting
from app.db.store.texts import Texts, read_texts
from app.errors import UserError
from app.services.context import Context
from app.services.duplicates import queries
from app.services.duplicates.columns import columns_of, compared
from app.services.duplicates.learning import learned
from app.services.duplicates.records import (
    CrowdIssue,
    FieldWeights,
    Group,
    GroupLine,
    Pair,
    SearchReport,
    Thresholds,
)

if TYPE_CHECKING:
    from app.services.duplicates.matching.engine import Found

#: pairs less likely than this are not kept
KEPT = 0.05
#: kinds of records of which two may be the same one
ENTITIES = BUILT_IN.kinds(lambda e: e.duplicates)
GroupLines = list[GroupLine]
Pairs = list[Pair]


class DuplicateService:
    """Everybody searches among the records he may see. Decisions are shared by all."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- searching ----------------------------------------------------------------------------------------------

    def find(
        self,
        entity: str,
        *,
        condition: Filter | None = None,
        only: Sequence[uuid.UUID] | None = None,
        job: Job | None = None,
    ) -> SearchReport:
        """Search all visible live records that fit. `only`: just what these records have in common with all (new rows
        against the archive). The pairs found take the place of the open ones; decisions of people stay."""
        from app.services.duplicates.matching import engine

        started = time.monotonic()
        self._check(entity)
        job = job or Job()
        with self._context.reading() as work:
            job.progress(t("正在读取档案"), 0)
            described = work.reader.registry.entity(entity)
            fields = compared(described, self._context.actor)
            texts = read_texts(work.reader, entity, fields, condition, job)
            told = match_pairs.told(work.connection, entity)
            apart = match_pairs.apart(work.connection, entity)
        found = engine.search(
            columns_of(described, texts, fields), len(texts.ids), job, told=told, new=_marked(texts, only), keep=KEPT
        )
        limits = self.thresholds(entity)
        pairs, kept_apart, groups = _stored(found, texts, apart, limits)
        job.progress(t("正在保存结果"), 0)
        with self._context.writing() as work:
            match_pairs.replace_open(work.connection, entity, pairs, _ids_of(only))
            store_setting(work.connection, f"duplicates.last.{entity}", found.model_json())
            work.commit()
        return _report(entity, found, pairs, groups, kept_apart, limits, time.monotonic() - started)

    # ---- reading ------------------------------------------------------------------------------------------------

    def pairs(
        self, entity: str, *, state: str = "open", least: float | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, Pairs]:
        """(how many in all, pairs, the likeliest first). `least`: lowest probability, by default the review threshold.
        `limit` -1: all."""
        self._check(entity)
        floor = self.thresholds(entity).review if least is None else least
        with self._context.reading() as work:
            return queries.pairs(work, entity, state, floor if state == "open" else 0.0, limit, offset)

    def groups(self, entity: str, *, decided: bool = False) -> GroupLines:
        """The groups of open pairs that are likely enough to be looked at, the surest first; `decided`: those of pairs that
        were decided."""
        self._check(entity)
        limits = self.thresholds(entity)
        with self._context.reading() as work:
            return queries.groups(work, entity, limits, decided=decided)

    def group(self, entity: str, key: uuid.UUID) -> Group:
        """A group with its records and open pairs; raises NotFound when it is settled meanwhile."""
        self._check(entity)
        limits = self.thresholds(entity)
        with self._context.reading() as work:
            return queries.group(work, entity, key, limits.review, KEPT)

    def together(self, entity: str, records: Sequence[uuid.UUID]) -> Group:
        """Any records side by side, with what the last search said of them; raises NotFound."""
        self._check(entity)
        with self._context.reading() as work:
            return queries.together(work, entity, records)

    def progress(self, entity: str) -> tuple[int, int]:
        """(pairs decided, pairs still open that want a decision)."""
        review = self.thresholds(entity).review
        with self._context.reading() as work:
            found = match_pairs.counted(work.connection, entity)
        return sum(s != "open" for s, *_ in found), sum(s == "open" and p >= review for s, p, _ in found)

    def histogram(self, entity: str) -> tuple[tuple[int, ...], datetime | None]:
        """(open pairs by probability in twentieths, when they were found); None = nothing was searched yet."""
        self._check(entity)
        with self._context.reading() as work:
            found = match_pairs.counted(work.connection, entity)
            searched = setting(work.connection, f"duplicates.last.{entity}") is not None
        counts = Counter(min(19, int(p * 20)) for state, p, _ in found if state == "open")
        newest = max((at for *_, at in found), default=now() if searched else None)
        return tuple(counts.get(i, 0) for i in range(20)), newest

    def weights(self, entity: str) -> tuple[FieldWeights, ...]:
        """How the last search weighed the fields; empty before the first one."""
        with self._context.reading() as work:
            known = setting(work.connection, f"duplicates.last.{entity}")
        registry = self._context.registry.entity(entity)
        return _weights(
            known or {"fields": []},
            {w["field"]: queries.label(registry, w["field"]) for w in (known or {}).get("fields", ())},
        )

    def export_model(self, entity: str, settings: Path, table: Path, job: Job | None = None) -> int:
        """Splink settings of the last search and the table they run on, as files; returns the number of records.
        Raises UserError when nothing was searched yet, NotPermitted without the right to export."""
        from app.services.duplicates import splink
        from app.services.duplicates.matching.features import build
        from app.services.exchange.files.whole import check_target, whole_file

        self._check(entity)
        self._context.actor.require(entity, Action.EXPORT)
        with self._context.reading() as work:
            model = setting(work.connection, f"duplicates.last.{entity}")
            if not model:
                raise UserError(t("请先查一次重，再导出模型。"))
            described = work.reader.registry.entity(entity)
            fields = [*compared(described, self._context.actor), described.field("external_id")]
            texts = read_texts(work.reader, entity, fields, None, job)
        features = build(columns_of(described, texts, [f for f in fields if f.key != "external_id"]), job)
        outer = texts.single["external_id"]
        ids = [name or str(uuid.UUID(bytes=key)) for key, name in zip(texts.ids, outer, strict=True)]
        check_target(table)
        with whole_file(settings) as part:
            part.write_text(json.dumps(splink.settings_json(model), ensure_ascii=False, indent=2), encoding="utf-8")
        with whole_file(table) as part:
            splink.write_table(part, ids, features)
        return len(ids)

    # ---- deciding -----------------------------------------------------------------------------------------------

    def different(self, entity: str, pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> int:
        """Not duplicates, for good. Returns how many pairs were decided."""
        return self._decide(entity, pairs, "different")

    def reopen(self, entity: str, pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> int:
        """Take a decision back."""
        return self._decide(entity, pairs, "open")

    def thresholds(self, entity: str) -> Thresholds:
        """The limits in force: set by a person, else learned from decisions, else the usual ones."""
        self._check(entity)
        with self._context.reading() as work:
            known = setting(work.connection, f"duplicates.thresholds.{entity}")
            if known:
                return Thresholds(known["auto"], known["review"])
            return learned(match_pairs.decided(work.connection, entity))

    def set_thresholds(self, entity: str, limits: Thresholds | None) -> None:
        """Fix the limits; None = learn them from the decisions again. Raises UserError for limits that make no sense."""
        self._context.actor.require(entity, Action.EDIT)
        if limits is not None and not KEPT <= limits.review <= limits.auto <= 1:
            raise UserError(t("复核线应不高于自动线，两者都在 5% 到 100% 之间。"))
        value = None if limits is None else {"auto": limits.auto, "review": limits.review}
        with self._context.writing() as work:
            store_setting(work.connection, f"duplicates.thresholds.{entity}", value)
            work.commit()

    # ---- parts --------------------------------------------------------------------------------------------------

    def _check(self, entity: str) -> None:
        check_entity(entity)
        self._context.actor.require(entity, Action.VIEW)

    def _decide(self, entity: str, pairs: Iterable[tuple[uuid.UUID, uuid.UUID]], state: Any) -> int:
        self._context.actor.require(entity, Action.EDIT)
        with self._context.writing() as work:
            done = match_pairs.set_state(work.connection, pairs, entity, state, self._context.actor.user_id)
            work.commit()
            return done


def check_entity(entity: str) -> None:
    """Raise UserError for a kind of record that has no duplicates."""
    if entity not in ENTITIES:
        names = t("、").join(BUILT_IN.entity(key).label for key in ENTITIES)
        raise UserError(t("只有这些档案可以查重：{names}。", names=names))


def _marked(texts: Texts, only: Sequence[uuid.UUID] | None) -> Any:
    if only is None:
        return None
    import numpy as np

    wanted = {key.bytes for key in only}
    return np.fromiter((key in wanted for key in texts.ids), dtype=bool, count=len(texts.ids))


def _ids_of(only: Sequence[uuid.UUID] | None) -> list[bytes] | None:
    return None if only is None else [key.bytes for key in only]


def _stored(
    found: Found, texts: Texts, apart: set[tuple[bytes, bytes]], limits: Thresholds
) -> tuple[list[match_pairs.NewPair], int, int]:
    """The pairs as they are kept, how many of them a person had told apart, and the number of groups."""
    from app.services.duplicates.matching.groups import group

    a, b = found.a.tolist(), found.b.tolist()
    ids = texts.ids
    known = [(ids[x], ids[y]) if ids[x] < ids[y] else (ids[y], ids[x]) for x, y in zip(a, b, strict=True)]
    open_ = [i for i, key in enumerate(known) if key not in apart]
    heads = group(
        found.a[open_], found.b[open_], found.probability[open_], len(ids), limits.review, found.unlikely
    ).tolist()
    names = {f.key: [level.key for level in f.levels] for f in found.features}
    levels = {key: values.tolist() for key, values in found.levels.items()}
    extra = {key: values.tolist() for key, values in found.extra.items()}
    bits = {f.key: found.model.bits(f.key).tolist() for f in found.features if f.key in levels}
    made = []
    for i in open_:
        told, total = [], 0.0
        for key, values in levels.items():
            level = values[i]
            if level < 0:
                continue
            points = bits[key][level] + (extra[key][i] if key in extra else 0.0)
            total += points
            told.append([key, names[key][level], round(points, 1)])
        told.sort(key=lambda item: -abs(item[2]))
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        probability = min(0.9999, round(float(found.probability[i]), 4))
        made.append((*known[i], ids[heads[a[i]]], probability, round(total, 2), text))
    likely = Counter(heads[a[i]] for i in open_ if found.probability[i] >= limits.review)
    return made, len(known) - len(open_), len(likely)


def _weights(model: dict[str, Any], labels: dict[str, str]) -> tuple[FieldWeights, ...]:
    return tuple(
        FieldWeights(w["field"], labels[w["field"]], w["kind"], tuple((k, bits) for k, bits, _, _ in w["levels"]))
        for w in model["fields"]
    )


def _report(
    entity: str,
    found: Found,
    pairs: Sequence[match_pairs.NewPair],
    groups: int,
    kept_apart: int,
    limits: Thresholds,
    seconds: float,
) -> SearchReport:
    bands = Counter(limits.band(pair[3]) for pair in pairs)
    histogram = Counter(min(19, int(pair[3] * 20)) for pair in pairs)
    labels = {f.key: f.label for f in found.features}
    return SearchReport(
        entity=entity, records=len(found.features[0].codes) if found.features else 0, compared=found.compared,
        pairs=len(pairs), groups=groups, bands={k: bands.get(k, 0) for k in ("auto", "review", "ignore")},
        lost=round(found.lost, 4),
        crowds=tuple(CrowdIssue(c.key, c.label, c.value, c.records) for c in found.crowds),
        weights=_weights(found.model_json(), labels),
        seconds=round(seconds, 2), thresholds=limits, kept_apart=kept_apart,
        histogram=tuple(histogram.get(i, 0) for i in range(20)),
    )  # fmt: skip
