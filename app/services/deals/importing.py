"""What the words and signs of files mean for deals, orders and payments."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.core.choices import PickList
from app.core.fields import Entity, Link
from app.core.i18n import t
from app.core.records import Record
from app.db.journal import Operation
from app.db.store import lookup
from app.db.store.behaviour import Known, Row
from app.db.store.layout import from_store
from app.db.store.matching import match_key
from app.db.unit_of_work import UnitOfWork
from app.services.deals import rules
from app.services.deals.rules import Stage, priced
from app.services.deals.stages import stages_of

#: field key → value
Said = Callable[[str], Any]


def stages_of_deals(work: UnitOfWork, operation: Operation, rows: Sequence[Known]) -> Iterator[tuple[Row, str]]:
    """The stages that rows name by their number in another system, by their names in the deal's pipeline or by the usual
    words for won and lost; an administrator's file brings stages along that the pipeline has not."""
    stages, outcomes = stages_of(work.reader), work.reader.registry.entity("deals").field("outcome")
    texts = {text for row, _ in rows for text in row.links.get("stage", ())}
    numbered = lookup.find(work.connection, work.reader.layout("stages"), "external_id", texts)
    for row, record in rows:
        text = next(iter(row.links.get("stage", ())), "")
        if not text:
            continue
        raw = row.columns.get("pipeline")
        own = rules.id_of(record.get("pipeline")) if record is not None else None
        pipeline = uuid.UUID(bytes=raw) if raw else own or next((s.pipeline for s in stages), None)
        there = [s for s in stages if s.pipeline == pipeline]
        known = {uuid.UUID(bytes=key) for key, gone in numbered.get(text, ()) if not gone}
        stage = next((s for s in stages if s.id in known), None)
        stage = stage or next((s for s in there if match_key(s.name) == match_key(text)), None)
        kind = _kind_in(outcomes, text) if stage is None else None
        if kind is not None:
            stage = rules.stage_for(there, pipeline=pipeline, kind=kind)
        if stage is None and pipeline is not None and work.actor.is_admin:
            stage = _new_stage(work, operation, there, pipeline, text)
            stages.append(stage)
        if stage is not None:
            row.columns["stage"] = stage.id.bytes
        else:
            yield row, t("没有“{name}”这个阶段，这一格没有用上。", name=text)


def _kind_in(outcomes: PickList, text: str) -> str | None:
    """Won or lost in one of the usual words; other words are stages of their own."""
    wanted = match_key(text)
    for choice in outcomes.choices:
        if choice.meaning != rules.OPEN and wanted in {
            match_key(w) for w in (choice.code, choice.zh, choice.en, *choice.synonyms)
        }:
            return choice.meaning
    return None


def _new_stage(work: UnitOfWork, operation: Operation, there: Sequence[Stage], pipeline: uuid.UUID, text: str) -> Stage:
    """An open stage the file has and the pipeline has not, behind the open ones."""
    open_ones = [s.position for s in there if s.kind == rules.OPEN]
    position = max(open_ones, default=0) + 1
    for stage in sorted((s for s in there if s.position >= position), key=lambda s: -s.position):
        record = work.reader.get("stages", stage.id)
        work.writer.update(operation, "stages", stage.id, {"position": int(record.get("position") or 0) + 1})
    kind = work.reader.registry.entity("stages").field("kind").first(rules.OPEN)
    values = {"name": text[:200], "pipeline": (Link(pipeline),), "kind": kind, "probability": 50, "position": position}
    made = work.writer.create(operation, "stages", values)
    return next(s for s in stages_of(work.reader) if s.id == made.id)


def profits_of_orders(work: UnitOfWork, _operation: Operation, rows: Sequence[Known]) -> Iterator[tuple[Row, str]]:
    """A profit is kept as the cost behind it: amount − refund − profit, of the row or of the order that is there."""
    yield from _profits(work.reader.layout("orders").entity, rows, lambda said: _less(said("amount"), said("refund")))


def profits_of_lines(work: UnitOfWork, _operation: Operation, rows: Sequence[Known]) -> Iterator[tuple[Row, str]]:
    """As of orders; the amount may be that of quantity and price."""

    def amount(said: Said) -> int | None:
        given: int | None = said("amount")
        return given if given is not None else priced(said("quantity"), said("price"))

    yield from _profits(work.reader.layout("order_lines").entity, rows, amount)


def _profits(entity: Entity, rows: Sequence[Known], net: Callable[[Said], int | None]) -> Iterator[tuple[Row, str]]:
    for row, record in rows:
        profit = row.columns.get("profit")
        if profit is None or row.columns.get("cost") is not None:
            continue
        whole = net(_said(entity, row, record))
        if whole is None:
            yield row, t("没有金额，算不出成本，这一格毛利没有用上。")
            continue
        row.columns["cost"] = whole - profit
        row.also = (*row.also, "cost")


def _said(entity: Entity, row: Row, record: Record | None) -> Said:
    """What a row says of a field; where it says nothing, what the record says."""

    def value(key: str) -> Any:
        given = from_store(entity.field(key), row.columns.get(key))
        return given if given is not None or record is None else record.get(key)

    return value


def _less(amount: int | None, refund: int | None) -> int | None:
    return None if amount is None else amount - (refund or 0)


def signs_of_payments(work: UnitOfWork, _operation: Operation, rows: Sequence[Known]) -> Iterator[tuple[Row, str]]:
    """In files a sign tells which way the money went: a negative amount is a refund, whatever its kind is called."""
    kinds = work.reader.registry.entity("payments").field("kind")
    for row, _ in rows:
        columns = row.columns
        amount = columns.get("amount")
        if amount is None or amount >= 0:
            continue
        columns["amount"] = -amount
        if not kinds.means(columns.get("kind"), "refund"):
            if columns.get("kind") is not None:
                yield row, t("金额是负数，记作退款。")
            columns["kind"] = kinds.first("refund")
        row.also = (*row.also, "kind")
