"""What imported deals, orders, payments and leads still need: the fields that follow from those the file has."""

from __future__ import annotations

import uuid
from collections.abc import MutableMapping, Sequence
from datetime import date, datetime, time
from typing import Any, Protocol

from app.core.clock import now
from app.core.dictionary.deals import OUTCOMES
from app.core.fields import Link
from app.core.filters import Condition
from app.core.records import Sort
from app.db.journal import Operation
from app.db.store.matching import match_key
from app.db.unit_of_work import UnitOfWork
from app.models.base import to_millis
from app.services.deals import rules
from app.services.deals.rules import Stage
from app.services.deals.service import stages_of


class Row(Protocol):
    """One row of a file: field key → stored primitive, and the texts that name linked records."""

    columns: MutableMapping[str, Any] | dict[str, Any]
    links: dict[str, tuple[str, ...]]


def complete_deals(work: UnitOfWork, operation: Operation, rows: Sequence[Row]) -> None:
    """Stage, outcome and pipeline agree; closed deals keep their day; open deals have no closing day."""
    stages = stages_of(work)
    place = to_millis(now())
    for i, row in enumerate(rows):
        columns = row.columns
        stage = _stage(work, operation, stages, row)
        if stage is None:
            continue
        columns["stage"] = stage.id.bytes
        columns["pipeline"] = stage.pipeline.bytes if stage.pipeline else None
        columns["outcome"] = stage.kind
        if stage.kind == rules.OPEN and columns.get("closed_on"):
            columns["expected_on"] = columns.get("expected_on") or columns["closed_on"]
        if stage.kind == rules.OPEN:
            columns["closed_on"] = None
        if not columns.get("stage_since"):
            columns["stage_since"] = _morning(columns.get("closed_on") or columns.get("opened_on"))
        columns.setdefault("position", -(place + i))


def _stage(work: UnitOfWork, operation: Operation, stages: list[Stage], row: Row) -> Stage | None:
    columns, text = row.columns, next(iter(row.links.get("stage", ())), "")
    raw = columns.get("pipeline")
    pipeline = uuid.UUID(bytes=raw) if raw else next((s.pipeline for s in stages), None)
    there = [s for s in stages if s.pipeline == pipeline]
    outcome = columns.get("outcome")
    named = next((s for s in there if match_key(s.name) == match_key(text)), None) if text else None
    if named is None and text:
        kind = _kind_in(text)
        named = rules.stage_for(there, pipeline=pipeline, kind=kind) if kind else None
        if named is None and pipeline is not None and work.actor.is_admin:
            named = _new_stage(work, operation, there, pipeline, text)
            stages.append(named)
    if outcome in (rules.WON, rules.LOST) and (named is None or named.kind != outcome):
        return rules.stage_for(there, pipeline=pipeline, kind=outcome) or named
    return named or rules.stage_for(there, pipeline=pipeline, kind=outcome or rules.OPEN)


def _kind_in(text: str) -> str | None:
    """Won or lost in one of the usual words; other words are stages of their own."""
    wanted = match_key(text)
    for choice in OUTCOMES:
        if choice.code != rules.OPEN and wanted in {
            match_key(w) for w in (choice.code, choice.zh, choice.en, *choice.synonyms)
        }:
            return choice.code
    return None


def _new_stage(work: UnitOfWork, operation: Operation, there: Sequence[Stage], pipeline: uuid.UUID, text: str) -> Stage:
    """An open stage the file has and the pipeline has not, behind the open ones."""
    open_ones = [s.position for s in there if s.kind == rules.OPEN]
    position = max(open_ones, default=0) + 1
    for stage in sorted((s for s in there if s.position >= position), key=lambda s: -s.position):
        record = work.reader.get("stages", stage.id)
        work.writer.update(operation, "stages", stage.id, {"position": int(record.get("position") or 0) + 1})
    values = {"name": text[:200], "pipeline": (Link(pipeline),), "kind": rules.OPEN, "probability": 50,
              "position": position}  # fmt: skip
    made = work.writer.create(operation, "stages", values)
    return next(s for s in stages_of(work) if s.id == made.id)


def complete_orders(_work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> None:
    """Orders count unless the file says otherwise; a profit is kept as the cost behind it."""
    for row in rows:
        columns = row.columns
        if not columns.get("status"):
            columns["status"] = "confirmed"
        profit = columns.get("profit")
        if profit is not None and columns.get("cost") is None:
            columns["cost"] = (columns.get("amount") or 0) - (columns.get("refund") or 0) - profit


def complete_payments(work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> None:
    """Negative amounts are refunds; a payment belongs to the customer of its order."""
    orders = {uuid.UUID(bytes=row.columns["order"]) for row in rows if row.columns.get("order")}
    customers = {o.id: rules.id_of(o.get("customer")) for o in work.reader.by_ids("orders", orders, ["customer"])}
    for row in rows:
        columns = row.columns
        amount = columns.get("amount")
        if not columns.get("kind"):
            columns["kind"] = "refund" if amount is not None and amount < 0 else "receipt"
        if amount is not None:
            columns["amount"] = abs(amount)
        if columns.get("order") and not columns.get("customer"):
            customer = customers.get(uuid.UUID(bytes=columns["order"]))
            columns["customer"] = customer.bytes if customer else None


def complete_leads(_work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> None:
    """A lead with a day of conversion is converted."""
    for row in rows:
        columns = row.columns
        if not columns.get("status"):
            columns["status"] = "converted" if columns.get("converted_at") else "new"


def complete_stages(work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> None:
    """A stage without a pipeline belongs to the first one."""
    handles = work.reader.handles("pipelines", Condition("active", "true"), (Sort("position"),), limit=1).tolist()
    first = next((r.id.bytes for r in work.reader.each("pipelines", handles, ["name"])), None)
    for row in rows:
        if not row.columns.get("pipeline"):
            row.columns["pipeline"] = first
        row.columns.setdefault("kind", rules.OPEN)


def _morning(day: str | None) -> int:
    moment = datetime.combine(date.fromisoformat(day), time.min).astimezone() if day else now()
    return to_millis(moment)
