"""Deals, their stages and what happened to them, for the figures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.filters import Filter
from app.db.dialect.expressions import primitive
from app.db.figures.columns import scanning
from app.db.store.reading import Reader
from app.models import Pipeline, Stage

#: what a stage or a deal that says nothing means
OPEN = "open"


@dataclass(frozen=True, slots=True)
class StageRow:
    """A live stage; `position` orders within the pipeline, `kind` is what its value means."""

    id: uuid.UUID
    name: str
    kind: str
    probability: int | None
    position: int
    pipeline: uuid.UUID | None
    pipeline_name: str


class DealRow(NamedTuple):
    """A visible live deal; `outcome` is what its value means. Ids are bytes, days ISO text, `created_at` milliseconds since
    1970: there may be many."""

    handle: int
    id: bytes
    outcome: str
    amount: int
    stage: bytes | None
    opened_on: str | None
    closed_on: str | None
    expected_on: str | None
    created_at: int


class MoveRow(NamedTuple):
    """A deal moved between stages at so many milliseconds since 1970."""

    deal: bytes
    from_stage: bytes | None
    to_stage: bytes | None
    at: int


def stages(reader: Reader) -> list[StageRow]:
    """All live stages in the order of pipelines and stages."""
    s, p = Stage.__table__.c, Pipeline.__table__.c
    joined = Stage.__table__.outerjoin(
        Pipeline.__table__, sa.and_(p.org_id == s.org_id, p.id == s.pipeline_id, p.deleted_at.is_(None))
    )
    query = (
        sa.select(s.id, s.name, s.kind, s.probability, s.position, s.pipeline_id, p.name, p.position)
        .select_from(joined)
        .where(s.org_id == reader.office, s.deleted_at.is_(None))
    )
    rows = sorted(
        reader.connection.execute(query), key=lambda r: (r[7] is None, r[7] or 0, r[6] or "", r[4] or 0, r[1] or "")
    )
    kinds = reader.registry.entity("stages").field("kind")
    return [StageRow(r[0], r[1] or "", kinds.meaning(r[2]) or OPEN, r[3], r[4] or 0, r[5], r[6] or "") for r in rows]


def deals(reader: Reader, condition: Filter | None, pipeline: uuid.UUID | None) -> list[DealRow]:
    """The visible live deals that fit, of one pipeline or of all."""
    layout = reader.layout("deals")
    c = layout.table.c
    where: list[Any] = scanning(reader.where("deals", condition), reader.connection)
    if pipeline is not None:
        where.append(c.pipeline_id == pipeline)
    query = sa.select(
        layout.rid, primitive(c.id), c.outcome, sa.func.coalesce(c.amount_minor, 0),
        primitive(c.stage_id), primitive(c.opened_on), primitive(c.closed_on), primitive(c.expected_on), primitive(c.created_at),
    ).where(*where)  # fmt: skip
    meant = {choice.code: choice.meaning for choice in layout.entity.field("outcome").choices}
    rows = reader.connection.execute(query)
    return [DealRow(handle, key, meant.get(outcome, OPEN), *more) for handle, key, outcome, *more in rows]


def moves(reader: Reader) -> list[MoveRow]:
    """All live stage changes the actor sees, in the order of time."""
    c = reader.layout("stage_changes").table.c
    where = scanning(reader.where("stage_changes", None), reader.connection)
    query = sa.select(
        primitive(c.deal_id), primitive(c.from_stage_id), primitive(c.to_stage_id), primitive(c.changed_at)
    ).where(*where, c.deal_id.is_not(None), c.changed_at.is_not(None))
    found = [MoveRow(*row) for row in reader.connection.execute(query)]
    found.sort(key=lambda move: move.at)
    return found
