"""What the words and signs of files mean for deals, orders and payments."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from app.core.dictionary.deals import OUTCOMES
from app.core.fields import Link
from app.core.i18n import t
from app.db.journal import Operation
from app.db.store import lookup
from app.db.store.matching import match_key
from app.db.unit_of_work import UnitOfWork
from app.services.deals import rules
from app.services.deals.rules import Stage
from app.services.deals.stages import stages_of


class Row(Protocol):
    """One row of a file: field key → stored primitive, and the texts that name linked records."""

    columns: dict[str, Any]
    links: dict[str, tuple[str, ...]]
    also: tuple[str, ...]


def stages_of_deals(work: UnitOfWork, operation: Operation, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """The stages that rows name by their number in another system, by their names or by the usual words for won and lost;
    an administrator's file brings stages along that the pipeline has not."""
    stages = stages_of(work.reader)
    texts = {text for row in rows for text in row.links.get("stage", ())}
    numbered = lookup.find(work.connection, work.reader.layout("stages"), "external_id", texts)
    for row in rows:
        text = next(iter(row.links.get("stage", ())), "")
        if not text:
            continue
        raw = row.columns.get("pipeline")
        pipeline = uuid.UUID(bytes=raw) if raw else next((s.pipeline for s in stages), None)
        there = [s for s in stages if s.pipeline == pipeline]
        known = {uuid.UUID(bytes=key) for key, gone in numbered.get(text, ()) if not gone}
        stage = next((s for s in stages if s.id in known), None)
        stage = stage or next((s for s in there if match_key(s.name) == match_key(text)), None)
        kind = _kind_in(text) if stage is None else None
        if kind is not None:
            stage = rules.stage_for(there, pipeline=pipeline, kind=kind)
        if stage is None and pipeline is not None and work.actor.is_admin:
            stage = _new_stage(work, operation, there, pipeline, text)
            stages.append(stage)
        if stage is not None:
            row.columns["stage"] = stage.id.bytes
        else:
            yield row, t("没有“{name}”这个阶段，这一格没有用上。", name=text)


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
    return next(s for s in stages_of(work.reader) if s.id == made.id)


def totals_of_orders(_work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """A profit is kept as the cost behind it."""
    for row in rows:
        columns = row.columns
        profit = columns.get("profit")
        if profit is not None and columns.get("cost") is None:
            columns["cost"] = (columns.get("amount") or 0) - (columns.get("refund") or 0) - profit
            row.also = (*row.also, "cost")
    yield from ()


def signs_of_payments(_work: UnitOfWork, _operation: Operation, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """In files a sign tells which way the money went: a negative amount is a refund."""
    for row in rows:
        columns = row.columns
        amount = columns.get("amount")
        if amount is not None and amount < 0:
            columns["amount"] = -amount
            columns["kind"] = columns.get("kind") or "refund"
            row.also = (*row.also, "kind")
    yield from ()
