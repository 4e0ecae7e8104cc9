"""What deals and leads are, whatever door they come through: a stage reached is a stage change, a lead with a day of
conversion is converted."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from app.core.choices import PickList
from app.core.clock import now, today
from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.primitives import to_millis
from app.core.records import Record, Sort
from app.db.journal import DELETE, UPDATE, Operation
from app.db.store.behaviour import Batch, Behaviour, Known, Row
from app.db.store.drafts import Change, Draft, ids_of
from app.services.deals import rules
from app.services.deals.importing import stages_of_deals
from app.services.deals.rules import Stage, id_of
from app.services.deals.stages import came_from, stages_of

_ASKED = ("stage", "outcome", "pipeline")


class DealBehaviour(Behaviour):
    """Stage, outcome and pipeline agree; entering a stage sets what follows from it, asks for what the stage requires and
    leaves a stage change."""

    entity = "deals"
    needs = None

    def understand(self, work: Any, operation: Operation, rows: Sequence[Known]) -> Iterable[tuple[Row, str]]:
        return stages_of_deals(work, operation, rows)

    def prepare(self, batch: Batch) -> None:
        top, outcomes = to_millis(now()), batch.entity.field("outcome")
        for place, draft in enumerate(batch):
            if draft.is_new or any(draft.gives(key) for key in _ASKED):
                if draft.is_new and draft.get("position") is None:
                    draft.set("position", -(top + place))
                _enter(batch, draft)
            elif (
                draft.gives("closed_on")
                and draft.get("closed_on")
                and outcomes.meaning(draft.get("outcome")) in ("", rules.OPEN)
            ):
                _expect(draft, draft.get("closed_on"))
            if draft.changes("closed_on") or draft.changes("opened_on"):
                _doubt(draft)
            lost = outcomes.means(draft.get("outcome"), rules.LOST)
            if draft.gives("lost_reason") and draft.get("lost_reason") and not lost:
                draft.set("lost_reason", None)

    def check(self, batch: Batch) -> None:
        stages = {s.id: s for s in _stages(batch)}
        for draft in batch:
            stage = stages.get(draft.linked("stage") or uuid.UUID(int=0))
            if stage is None:
                continue
            entering = draft.changes("stage")
            draft.ended = draft.is_new and stage.kind != rules.OPEN
            if draft.ended and batch.terms.history:
                continue
            known = {key: draft.get(key) for key in (*stage.required, "lost_reason") if batch.entity.find(key)}
            lacking = list(rules.missing(stage, known))
            if stage.kind != rules.OPEN and not entering and not draft.get("closed_on"):
                lacking.append("closed_on")
            for key in lacking:
                if batch.entity.find(key) is not None and (entering or draft.changes(key)):
                    before, during = (
                        t("进入“{stage}”前要填好。", stage=stage.name),
                        t("在“{stage}”阶段不能为空。", stage=stage.name),
                    )
                    draft.lacking[key] = before if entering else during

    def follow(self, batch: Batch) -> None:
        moved = [d for d in batch if d.changes("stage") and d.linked("stage") is not None and d.get("stage_since")]
        if not moved:
            return
        stages = {s.id: s for s in _stages(batch)}
        rows = [_stage_change(batch, draft, stages) for draft in moved]
        batch.writer.add_following(batch.operation, "stage_changes", rows)


def _stages(batch: Batch) -> list[Stage]:
    """The stages, read once a batch."""
    found: list[Stage] = batch.known("stages", lambda: stages_of(batch.writer.reader))
    return found


def _enter(batch: Batch, draft: Draft) -> None:
    """The values that follow from the stage the draft asks for."""
    stages, history = _stages(batch), batch.terms.history
    before = _by_id(stages, draft.was_linked("stage"))
    stage = wanted_stage(draft, stages, batch.entity.field("outcome")) or before
    if before is not None and before.kind != rules.OPEN and stage is not None and not draft.names("stage"):
        stage = _reopened(batch, draft, stages) if stage.kind == rules.OPEN else stage
    if stage is None:
        return
    pipeline = draft.linked("pipeline")
    if draft.changes("pipeline") and pipeline is not None and all(s.pipeline != pipeline for s in stages):
        draft.problems["pipeline"] = t("这个销售管道还没有阶段，请先在设置里添加。")
        return
    if stage == before:
        for key in _ASKED:
            draft.drop(key)
        return
    given = {key: draft.get(key) for key in ("closed_on", "stage_since") if draft.gives(key)}
    opened = draft.get("opened_on") if draft.is_new else None
    said = given.get("closed_on") if stage.kind != rules.OPEN else opened
    unknown = history and draft.is_new and said is None
    moment = given.get("stage_since") or (None if unknown else _moment(said))
    day = None if history and draft.is_new else today()
    for key, value in rules.entering(stage, moment, day, given=given).items():
        draft.set(key, value)
    if stage.kind == rules.OPEN and given.get("closed_on"):
        _expect(draft, given["closed_on"])
    if draft.is_new and stage.kind != rules.OPEN and not given.get("closed_on") and not history:
        draft.notes.append(("closed_on", t("没有结单日期，按今天记。")))


def _reopened(batch: Batch, draft: Draft, stages: Sequence[Stage]) -> Stage | None:
    """The open stage that an ended deal came from, else the first one of its pipeline."""
    outcomes = batch.entity.field("outcome")
    ended = [d.id for d in batch.drafts if not d.is_new and not outcomes.means(d.before("outcome"), rules.OPEN)]
    came: dict[uuid.UUID, Stage] = batch.known(
        "came from", lambda: came_from(batch.writer.everywhere().reader, ended, stages)
    )
    pipeline = draft.linked("pipeline")
    found = came.get(draft.id)
    if found is not None and pipeline in (None, found.pipeline):
        return found
    return rules.stage_for(stages, pipeline=pipeline, kind=rules.OPEN)


def _doubt(draft: Draft) -> None:
    """Days of an end that can hardly be right are told."""
    closed, opened = draft.get("closed_on"), draft.get("opened_on")
    if closed is not None and closed > today():
        draft.notes.append(("closed_on", t("{day} 还没有到。", day=closed)))
    elif closed is not None and opened is not None and closed < opened and draft.names("closed_on"):
        draft.notes.append(("closed_on", t("{day} 早于立项日期 {opened}。", day=closed, opened=opened)))


def _expect(draft: Draft, day: date) -> None:
    """An open deal has not ended: the day it is said to end on is the one it is expected on."""
    draft.set("closed_on", None)
    if not draft.get("expected_on"):
        draft.set("expected_on", day)
        draft.notes.append(("closed_on", t("进行中的商机还没有结单，记作预计成交日期。")))
    elif draft.get("expected_on") != day:
        draft.notes.append(("closed_on", t("进行中的商机没有结单日期，{day} 没有用上。", day=day)))


def wanted_stage(draft: Draft, stages: Sequence[Stage], outcomes: PickList) -> Stage | None:
    """The stage the values ask for: by itself, by the outcome, or the first open one. An outcome that contradicts the
    stage wins: other systems leave deals in the stage in which they ended. Whoever speaks of the pipeline alone keeps the
    outcome."""
    before = _by_id(stages, draft.was_linked("stage"))
    named = _by_id(stages, draft.linked("stage")) if draft.names("stage") else None
    outcome = draft.get("outcome") if draft.names("outcome") else None
    meaning = outcomes.meaning(outcome)
    kind = meaning or (before.kind if before is not None else rules.OPEN)
    if named is not None and (meaning in ("", rules.OPEN) or named.kind == meaning):
        return named
    first = next((s.pipeline for s in stages), None)
    where = named.pipeline if named is not None and draft.changes("stage") else draft.linked("pipeline")
    found = rules.stage_for(stages, pipeline=where, kind=kind, default=first, outcome=outcome)
    other = outcome is not None and found is not None and found.outcome == outcome and outcome != _outcome(before)
    if before is not None and before.kind == kind and where in (None, before.pipeline) and not other:
        return before
    return found or named


def _outcome(stage: Stage | None) -> str | None:
    return stage.outcome if stage is not None else None


def _by_id(stages: Sequence[Stage], wanted: uuid.UUID | None) -> Stage | None:
    return next((s for s in stages if s.id == wanted), None)


def _moment(day: date | None) -> datetime:
    """When it was entered, as far as a day tells; today is now."""
    if day is None or day == today():
        return now()
    return datetime.combine(day, time.min).astimezone()


def _stage_change(batch: Batch, draft: Draft, stages: dict[uuid.UUID, Stage]) -> dict[str, Any]:
    """The row behind the deal's history and the funnel."""
    before, after = stages.get(draft.was_linked("stage") or draft.id), stages[draft.linked("stage") or draft.id]
    name = after.name if before is None else f"{before.name} → {after.name}"
    return {
        "name": name[:200],
        "deal": (Link(draft.id, str(draft.get("name") or "")),),
        "from_stage": before.link if before is not None else None,
        "to_stage": after.link,
        "changed_at": draft.get("stage_since") or now(),
        "changed_by": batch.operation.actor.user_id,
    }


class StageChangeBehaviour(Behaviour):
    """A deal's way begins once: where its earlier steps come in afterwards, the beginning that stood for them goes."""

    entity = "stage_changes"

    def follow(self, batch: Batch) -> None:
        deals = ids_of(d.linked("deal") for d in batch if d.is_new)
        if not deals:
            return
        writer = batch.writer.everywhere()
        condition = Condition("deal", "in", [str(deal) for deal in deals])
        ways: dict[uuid.UUID, list[Record]] = defaultdict(list)
        handles = writer.reader.handles("stage_changes", condition, (Sort("changed_at"),)).tolist()
        for record in writer.reader.each("stage_changes", handles):
            ways[record.get("deal")[0].id].append(record)
        fresh = {d.id for d in batch}
        doubtful = [
            step
            for way in ways.values()
            for place, step in enumerate(way)
            if step.id not in fresh and _noted_by_itself(step) and (place or _told_again(step, way, fresh))
        ]
        writer.mark(
            batch.operation, "stage_changes", [step for step in doubtful if _reached_otherwise(step, ways)], DELETE
        )


def _told_again(step: Record, way: Sequence[Record], fresh: Collection[uuid.UUID]) -> bool:
    """Whether one of the steps that come in tells of the same moment."""
    return any(x.id in fresh and x.get("changed_at") == step.get("changed_at") for x in way)


def _noted_by_itself(step: Record) -> bool:
    """Whether it is the beginning that a new deal leaves, and nobody's record."""
    reached = step.get("to_stage")
    named = bool(reached) and step.get("name") == reached[0].title
    return named and not step.get("from_stage") and not step.get("external_id")


def _reached_otherwise(step: Record, ways: Mapping[uuid.UUID, Sequence[Record]]) -> bool:
    """Whether another step of the same deal leads to the same stage."""
    others = (x for x in ways[step.get("deal")[0].id] if x.id != step.id)
    return any(id_of(x.get("to_stage")) == id_of(step.get("to_stage")) for x in others)


class StageBehaviour(Behaviour):
    """A stage belongs to a pipeline and is open, won or lost; the deals in it are so, too."""

    entity = "stages"
    needs = ("kind", "pipeline")

    def prepare(self, batch: Batch) -> None:
        fresh = [d for d in batch if d.is_new]
        if fresh:
            pipeline = _first_pipeline(batch)
            for draft in fresh:
                if not draft.get("pipeline") and pipeline is not None:
                    draft.set("pipeline", (pipeline,))

    def settle(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            for draft in batch if batch.action == UPDATE else ():
                if draft.changes("kind") or draft.changes("pipeline"):
                    _carry_along(batch, draft)


def _first_pipeline(batch: Batch) -> Link | None:
    reader = batch.writer.reader
    handles = reader.handles("pipelines", Condition("active", "true"), (Sort("position"),), limit=1).tolist()
    return next((Link(r.id, str(r.get("name") or "")) for r in reader.each("pipelines", handles, ["name"])), None)


def _carry_along(batch: Batch, stage: Draft) -> None:
    """The deals in a stage that has become another kind, or moved to another pipeline, say so."""
    writer = batch.writer.everywhere()
    kinds = batch.entity.field("kind")
    outcome = stage.get("kind") or kinds.first(rules.OPEN)
    handles = writer.reader.handles("deals", Condition("stage", "in", str(stage.id))).tolist()
    changes = []
    for record in writer.reader.each("deals", handles):
        wanted: dict[str, Any] = {"outcome": outcome, "pipeline": stage.get("pipeline")}
        wanted["closed_on"] = None if kinds.means(outcome, rules.OPEN) else record.get("closed_on") or today()
        different = {k: v for k, v in wanted.items() if (record.get(k) or None) != (v or None)}
        if different:
            changes.append(Change(record, different))
    writer.touch_many(batch.operation, "deals", changes)


class LeadBehaviour(Behaviour):
    """A lead is new until somebody says otherwise; one with a day of conversion is converted, and the other way round;
    whoever is converted today has become a customer."""

    entity = "leads"
    needs = ("status", "converted_at", "customer")

    def prepare(self, batch: Batch) -> None:
        status = batch.entity.field("status")
        for draft in batch:
            converted = status.means(draft.get("status"), "converted")
            if draft.get("converted_at") is not None:
                if not converted:
                    if not draft.is_new and draft.changes("status"):
                        draft.notes.append(("status", t("已转化的线索，状态保持“已转化”。")))
                    draft.set("status", _still(status, draft.before("status"), "converted"))
            elif draft.changes("status") and converted:
                draft.set("converted_at", now())
                draft.ended = draft.is_new
                if not draft.get("customer"):
                    draft.lacking["customer"] = t("还没有客户。请用“转成客户”，或先填好客户。")


def _still(field: PickList, before: str | None, meaning: str) -> str | None:
    """The value it had, where that has the meaning, else the first one that has."""
    return before if field.means(before, meaning) else field.first(meaning)
