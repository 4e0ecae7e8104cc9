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
from app.core.fields import FieldType
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.values import to_text
from app.db.store import match_pairs
from app.db.store.settings import setting, store_setting
from app.db.store.texts import Texts, read_texts
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.duplicates.columns import columns_of, compared
from app.services.duplicates.learning import learned
from app.services.duplicates.records import (
    CrowdIssue,
    Evidence,
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
ENTITIES = ("customers", "contacts", "leads", "products")
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
            work.session.commit()
        return _report(entity, found, pairs, groups, kept_apart, limits, time.monotonic() - started)

    # ---- reading ------------------------------------------------------------------------------------------------

    def pairs(
        self, entity: str, *, state: str = "open", least: float | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, Pairs]:
        """(how many in all, pairs, the likeliest first). `least`: lowest probability, by default the review threshold."""
        self._check(entity)
        least = self.thresholds(entity).review if least is None else least
        with self._context.reading() as work:
            rows = match_pairs.rows(work.connection, entity, (state,), least if state == "open" else 0.0)
            live = _seen(work, entity, rows, everywhere=state != "open")
            rows = [r for r in rows if r.a_id in live and r.b_id in live]
            part = rows[offset : offset + limit if limit >= 0 else None]
            return len(rows), self._pairs(work, entity, part)

    def groups(self, entity: str, *, decided: bool = False) -> GroupLines:
        """The groups of open pairs that are likely enough to be looked at, the surest first; `decided`: those of pairs that
        were decided."""
        self._check(entity)
        limits = self.thresholds(entity)
        states = ("merged", "different") if decided else ("open",)
        with self._context.reading() as work:
            rows = match_pairs.rows(work.connection, entity, states, 0.0 if decided else limits.review)
            live = _seen(work, entity, rows, everywhere=decided)
            grouped: dict[uuid.UUID, list[Any]] = {}
            for row in rows:
                if row.a_id in live and row.b_id in live:
                    grouped.setdefault(row.group_id, []).append(row)
        made = []
        for key, members in grouped.items():
            ids = list(dict.fromkeys(x for r in members for x in (r.a_id, r.b_id)))
            strongest, weakest = members[0].probability, _tie(members)
            titles = tuple(live[i] for i in ids[:4])
            made.append(GroupLine(key, len(ids), titles, strongest, weakest, limits.band(weakest)))
        return sorted(made, key=lambda line: (-line.weakest, line.titles))

    def group(self, entity: str, key: uuid.UUID) -> Group:
        """A group with its records and open pairs; raises NotFound when it is settled meanwhile."""
        limits = self.thresholds(entity)
        with self._context.reading() as work:
            rows = [r for r in match_pairs.rows(work.connection, entity, ("open",), KEPT) if r.group_id == key]
            live = _seen(work, entity, rows)
            rows = [r for r in rows if r.a_id in live and r.b_id in live]
            likely = [r for r in rows if r.probability >= limits.review]
            if not likely:
                raise NotFound(t("这一组已经处理过了。"))
            ids = list(dict.fromkeys(x for r in likely for x in (r.a_id, r.b_id)))
            records = {r.id: r for r in work.reader.by_ids(entity, ids)}
            pairs = self._pairs(work, entity, [r for r in rows if r.a_id in records and r.b_id in records])
            return Group(key, entity, tuple(records[i] for i in ids if i in records), tuple(pairs), _tie(likely))

    def progress(self, entity: str) -> tuple[int, int]:
        """(pairs decided, pairs still open that want a decision)."""
        with self._context.reading() as work:
            done = len(match_pairs.decided(work.connection, entity))
            open_ = len(match_pairs.rows(work.connection, entity, ("open",), self.thresholds(entity).review))
            return done, open_

    def histogram(self, entity: str) -> tuple[tuple[int, ...], datetime | None]:
        """(open pairs by probability in twentieths, when they were found); None = nothing was searched yet."""
        self._check(entity)
        with self._context.reading() as work:
            rows = match_pairs.rows(work.connection, entity, ("open", "merged", "different"), 0.0)
            searched = setting(work.connection, f"duplicates.last.{entity}") is not None
        counts = Counter(min(19, int(r.probability * 20)) for r in rows if r.state == "open")
        newest = max((r.found_at for r in rows), default=now() if searched else None)
        return tuple(counts.get(i, 0) for i in range(20)), newest

    def weights(self, entity: str) -> tuple[FieldWeights, ...]:
        """How the last search weighed the fields; empty before the first one."""
        with self._context.reading() as work:
            known = setting(work.connection, f"duplicates.last.{entity}")
        registry = self._context.registry.entity(entity)
        return _weights(
            known or {"fields": []}, {w["field"]: _label(registry, w["field"]) for w in (known or {}).get("fields", ())}
        )

    def export_model(self, entity: str, settings: Path, table: Path, job: Job | None = None) -> int:
        """Splink settings of the last search and the table they run on, as files; returns the number of records.
        Raises UserError when nothing was searched yet, NotPermitted without the right to export."""
        from app.services.duplicates import splink
        from app.services.duplicates.matching.features import build

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
        settings.write_text(json.dumps(splink.settings_json(model), ensure_ascii=False, indent=2), encoding="utf-8")
        splink.write_table(table, ids, features)
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
            work.session.commit()

    # ---- parts --------------------------------------------------------------------------------------------------

    def _check(self, entity: str) -> None:
        check_entity(entity)
        self._context.actor.require(entity, Action.VIEW)

    def _decide(self, entity: str, pairs: Iterable[tuple[uuid.UUID, uuid.UUID]], state: Any) -> int:
        self._context.actor.require(entity, Action.EDIT)
        with self._context.writing() as work:
            done = match_pairs.set_state(work.connection, pairs, entity, state, self._context.actor.user_id)
            work.session.commit()
            return done

    def _pairs(self, work: UnitOfWork, entity: str, rows: Sequence[Any]) -> Pairs:
        described = work.reader.registry.entity(entity)
        keys = {key for row in rows for key, _, _ in json.loads(row.evidence or "[]")}
        fields = [f.key for f in described.fields if f.key in keys or f.key == "external_id"]
        if "address" in keys:
            fields += ["province", "city", "district"]
        ids = {x for row in rows for x in (row.a_id, row.b_id)}
        records = {r.id: r for r in work.reader.by_ids(entity, ids, fields)}
        made = []
        for row in rows:
            one, two = records.get(row.a_id), records.get(row.b_id)
            evidence = tuple(
                Evidence(
                    key, _label(described, key), level, points, _shown(described, key, one), _shown(described, key, two)
                )
                for key, level, points in json.loads(row.evidence or "[]")
            )
            refs = [str((r.get("external_id") if r else None) or i) for r, i in ((one, row.a_id), (two, row.b_id))]
            made.append(
                Pair(entity, row.a_id, row.b_id, row.probability, row.points, evidence, row.group_id, row.state,
                     row.decided_at, refs[0], refs[1])
            )  # fmt: skip
        return made


def check_entity(entity: str) -> None:
    """Raise UserError for a kind of record that has no duplicates."""
    if entity not in ENTITIES:
        raise UserError(t("只有客户、联系人、线索和产品可以查重。"))


def _label(described: Any, key: str) -> str:
    field = described.find(key)
    return field.label if field is not None else t("联系人") if key == "contacts" else key


def _shown(described: Any, key: str, record: Any) -> str:
    field = described.find(key)
    if field is None or record is None:
        return ""
    if key == "address":
        parts = (record.get(k) or "" for k in ("province", "city", "district", "address"))
        return "".join(dict.fromkeys(parts))
    value = record.get(key)
    return to_text(field, value) if field.type is not FieldType.USER else ""


def _seen(work: UnitOfWork, entity: str, rows: Sequence[Any], *, everywhere: bool = False) -> dict[uuid.UUID, str]:
    """The titles of those records of the pairs that are there for the actor; `everywhere`: in the recycle bin too."""
    layout = work.reader.layout(entity)
    title = layout.entity.title
    ids = {x for row in rows for x in (row.a_id, row.b_id)}
    return {
        r.id: str(r.get(title) or "")
        for r in work.reader.by_ids(entity, ids, [title])
        if everywhere or r.deleted_at is None
    }


def _tie(rows: Sequence[Any]) -> float:
    """The probability of the weakest of the pairs that hold the group together (of its maximum spanning tree)."""
    head: dict[uuid.UUID, uuid.UUID] = {}

    def find(x: uuid.UUID) -> uuid.UUID:
        while head.setdefault(x, x) != x:
            x = head[x]
        return x

    weakest = 1.0
    for row in sorted(rows, key=lambda r: -r.probability):
        one, two = find(row.a_id), find(row.b_id)
        if one != two:
            head[one] = two
            weakest = row.probability
    return float(weakest)


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
