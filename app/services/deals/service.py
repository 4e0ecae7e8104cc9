"""Deals: the board, moving between stages, winning and losing."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.clock import now
from app.core.fields import Link
from app.core.filters import Condition, Filter
from app.core.i18n import t
from app.core.records import ChangeSet, Record, Sort
from app.core.validation import InvalidFields
from app.db.journal import Operation
from app.db.store import board
from app.db.store.drafts import Change
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context
from app.services.deals import rules
from app.services.deals.records import Board, Card, Column
from app.services.deals.rules import Stage, id_of
from app.services.deals.stages import came_from, stages_of
from app.services.records import BeforeMany, RecordService

Stages = builtins.list[Stage]
Pipelines = builtins.list[Record]
Changes = builtins.list[Record]


class DealService(RecordService):
    """Verbs on deals beyond those of every record. What a change of stage brings along is `behaviour.DealBehaviour`."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "deals", before_many)

    # ---- reading ------------------------------------------------------------------------------------------------

    def pipelines(self) -> Pipelines:
        """The pipelines in use, in order."""
        with self._context.reading() as work:
            handles = work.reader.handles("pipelines", None, (Sort("position"),)).tolist()
            return [p for p in work.reader.each("pipelines", handles) if p.get("active") is not False]

    def stages(self, pipeline: uuid.UUID | None = None) -> Stages:
        """The stages of a pipeline (or of all) from left to right."""
        with self._context.reading() as work:
            found = stages_of(work.reader)
        return [s for s in found if pipeline is None or s.pipeline == pipeline]

    def board(self, pipeline: uuid.UUID, condition: Filter | None = None) -> Board:
        """The pipeline's visible live deals that fit, as columns of cards."""
        moment = now()
        with self._context.reading() as work:
            title = work.reader.get("pipelines", pipeline).get("name")
            stages = [s for s in stages_of(work.reader) if s.pipeline == pipeline]
            by_stage = {s.id: s for s in stages}
            cards: dict[uuid.UUID, builtins.list[Card]] = {s.id: [] for s in stages}
            for row in board.rows(work.reader, pipeline, condition, moment):
                stage = by_stage.get(row[3])
                if stage is not None:
                    cards[stage.id].append(_card(row, stage, moment))
        return Board(pipeline, str(title), tuple(Column(s, tuple(cards[s.id])) for s in stages))

    def stage_changes(self, deal: uuid.UUID) -> Changes:
        """The deal's way through the stages, oldest first."""
        with self._context.reading() as work:
            work.reader.get("deals", deal)
            condition = Condition("deal", "in", str(deal))
            handles = work.reader.handles("stage_changes", condition, (Sort("changed_at"),)).tolist()
            return builtins.list(work.reader.each("stage_changes", handles))

    def reorder(self, entity: str, order: Sequence[uuid.UUID]) -> ChangeSet:
        """Put pipelines, stages or reasons of loss into this order, as one operation."""
        with self._context.writing() as work:
            label = self._context.registry.entity(entity).label
            operation = work.operation("edit", t("调整{entity}的次序", entity=label))
            for place, record in enumerate(order, 1):
                work.writer.update(operation, entity, record, {"position": place})
            return work.commit()

    # ---- moving -------------------------------------------------------------------------------------------------

    def move(
        self,
        deals: Sequence[uuid.UUID],
        stage: uuid.UUID,
        *,
        before: uuid.UUID | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> ChangeSet:
        """Put the deals, in this order, into the stage above the card `before` (None = at the bottom), as one operation.

        `values` fills fields the stage requires. Raises InvalidFields naming the fields that are still missing.
        """
        with self._context.writing() as work:
            target = next((s for s in stages_of(work.reader) if s.id == stage), None)
            if target is None:
                work.reader.get("stages", stage)  # says why
                raise AssertionError
            operation = work.operation("move", t("移动商机"))
            positions = self._room(work, operation, target, deals, before)
            moved: builtins.list[Record] = []
            for deal, position in zip(deals, positions, strict=True):
                changes = {**(values or {}), "stage": target.link, "position": position}
                record, _ = work.writer.update(operation, "deals", deal, changes)
                moved.append(record)
            operation.summary = _move_summary(moved, target)
            return work.commit()

    def win(self, deal: uuid.UUID) -> ChangeSet:
        """Into the pipeline's won stage, closed today."""
        return self._close(deal, rules.WON, {})

    def lose(self, deal: uuid.UUID, reason: uuid.UUID, remark: str = "") -> ChangeSet:
        """Into the pipeline's lost stage with the reason."""
        more: dict[str, Any] = {"lost_reason": (Link(reason),)}
        if remark.strip():
            more["remark"] = remark.strip()
        return self._close(deal, rules.LOST, more)

    def reopen(self, deal: uuid.UUID) -> ChangeSet:
        """Back into the stage it was in before it was closed, else into the first open one."""
        with self._context.reading() as work:
            came = came_from(work.reader, [deal], stages_of(work.reader)).get(deal)
        return self._close(deal, rules.OPEN, {}) if came is None else self.move([deal], came.id)

    def _close(self, deal: uuid.UUID, kind: str, more: Mapping[str, Any]) -> ChangeSet:
        record = self.get(deal)
        stage = rules.stage_for(self.stages(), pipeline=id_of(record.get("pipeline")), kind=kind)
        if stage is None:
            raise InvalidFields(self.entity, {"stage": t("这个管道没有对应的阶段，请先在设置里添加。")})
        first = next(iter(self._first_card(stage.id)), None)
        return self.move([deal], stage.id, before=first, values=more)

    def _first_card(self, stage: uuid.UUID) -> builtins.list[uuid.UUID]:
        with self._context.reading() as work:
            handles = work.reader.handles(
                "deals", Condition("stage", "in", str(stage)), (Sort("position"),), limit=1
            ).tolist()
            return [r.id for r in work.reader.each("deals", handles, ["name"])]

    def _room(
        self,
        work: UnitOfWork,
        operation: Operation,
        stage: Stage,
        deals: Sequence[uuid.UUID],
        before: uuid.UUID | None,
    ) -> builtins.list[int]:
        """Positions for the moved cards; spreads the column's cards anew when there is no room between two of them."""
        handles = work.reader.handles("deals", Condition("stage", "in", str(stage.id)), (Sort("position"),)).tolist()
        column = [r for r in work.reader.each("deals", handles, ["position"]) if r.id not in set(deals)]
        place = next((i for i, r in enumerate(column) if r.id == before), len(column))
        above = column[place - 1].get("position") if place else None
        below = column[place].get("position") if place < len(column) else None
        found: builtins.list[int] = []
        for _ in deals:
            position = rules.between(above, below)
            if position is None or (place and above is None):
                return self._spread(work, operation, column, place, len(deals))
            found.append(position)
            above = position
        return found

    def _spread(
        self, work: UnitOfWork, operation: Operation, column: Sequence[Record], place: int, count: int
    ) -> builtins.list[int]:
        wanted = [(i + (count if i >= place else 0)) * rules.GAP for i in range(len(column))]
        moved = [(r, at) for r, at in zip(column, wanted, strict=True) if r.get("position") != at]
        work.writer.touch_many(operation, "deals", [Change(r, {"position": at}) for r, at in moved])
        return [(place + i) * rules.GAP for i in range(count)]


def _card(row: Any, stage: Stage, moment: Any) -> Card:
    return Card(
        row[0], row[1], row[2], row[4], row[5] or "", row[6], row[7] or "", row[8], row[9], row[10], row[12], row[13],
        rules.days_stuck(stage, row[11], moment),
    )  # fmt: skip


def _move_summary(moved: Sequence[Record], stage: Stage) -> str:
    if len(moved) == 1:
        return t("“{title}”移到{stage}", title=moved[0].get("name") or "", stage=stage.name)[:300]
    return t("{n} 个商机移到{stage}", n=len(moved), stage=stage.name)
