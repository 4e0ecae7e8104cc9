"""Deals, their stages and what happened to them, for the figures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core.filters import Filter
from app.db.store.reading import Reader
from app.models import Pipeline, Stage


@dataclass(frozen=True, slots=True)
class StageRow:
    """A live stage; `position` orders within the pipeline."""

    id: uuid.UUID
    name: str
    kind: str
    probability: int | None
    position: int
    pipeline: uuid.UUID | None
    pipeline_name: str


@dataclass(frozen=True, slots=True)
class DealRow:
    """A visible live deal."""

    handle: int
    id: uuid.UUID
    outcome: str
    amount: int
    stage: uuid.UUID | None
    opened_on: date | None
    closed_on: date | None
    expected_on: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A deal moved between stages."""

    deal: uuid.UUID
    from_stage: uuid.UUID | None
    to_stage: uuid.UUID | None
    at: datetime


def stages(reader: Reader) -> list[StageRow]:
    """All live stages in the order of pipelines and stages."""
    s, p = Stage.__table__.c, Pipeline.__table__.c
    joined = Stage.__table__.outerjoin(
        Pipeline.__table__, sa.and_(p.org_id == s.org_id, p.id == s.pipeline_id, p.deleted_at.is_(None))
    )
    query = (
        sa.select(s.id, s.name, s.kind, s.probability, s.position, s.pipeline_id, p.name, p.position)
        .select_from(joined)
        .where(s.org_id == 1, s.deleted_at.is_(None))
    )
    rows = sorted(
        reader.connection.execute(query), key=lambda r: (r[7] is None, r[7] or 0, r[6] or "", r[4] or 0, r[1] or "")
    )
    return [StageRow(r[0], r[1] or "", r[2] or "open", r[3], r[4] or 0, r[5], r[6] or "") for r in rows]


def deals(reader: Reader, condition: Filter | None, pipeline: uuid.UUID | None) -> list[DealRow]:
    """The visible live deals that fit, of one pipeline or of all."""
    layout = reader.layout("deals")
    c = layout.table.c
    where: list[Any] = reader.where("deals", condition)
    if pipeline is not None:
        where.append(c.pipeline_id == pipeline)
    query = sa.select(
        layout.rid, c.id, c.outcome, c.amount_minor, c.stage_id, c.opened_on, c.closed_on, c.expected_on, c.created_at
    ).where(*where)
    return [
        DealRow(int(r[0]), r[1], r[2] or "open", int(r[3] or 0), r[4], r[5], r[6], r[7], r[8])
        for r in reader.connection.execute(query)
    ]


def moves(reader: Reader) -> list[MoveRow]:
    """All live stage changes the actor sees, in the order of time."""
    c = reader.layout("stage_changes").table.c
    query = (
        sa.select(c.deal_id, c.from_stage_id, c.to_stage_id, c.changed_at)
        .where(*reader.where("stage_changes", None), c.deal_id.is_not(None), c.changed_at.is_not(None))
        .order_by(c.changed_at, c.id)
    )
    return [MoveRow(*row) for row in reader.connection.execute(query)]
