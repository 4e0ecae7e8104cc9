"""Tickets for the figures: their times and promises, and how often we answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.filters import Filter
from app.db.dialect.expressions import IdBytes
from app.db.figures.columns import scanning
from app.db.store.reading import Reader


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A visible live ticket that was not merged into another. Times are UTC."""

    handle: int
    id: bytes
    priority: str
    channel: str
    opened_at: datetime
    first_responded_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    paused: bool
    reopened: int
    replies: int


def tickets(reader: Reader, condition: Filter | None) -> list[TicketRow]:
    """The tickets that fit and have a time of opening."""
    layout = reader.layout("tickets")
    c = layout.table.c
    m = reader.layout("ticket_messages").table.c
    answered = (
        sa.select(m.ticket_id, sa.func.count().label("n"))
        .where(m.deleted_at.is_(None), m.kind == "reply", m.automatic.is_not(True))
        .group_by(m.ticket_id)
        .subquery()
    )
    query = (
        sa.select(
            layout.rid, IdBytes(c.id), c.priority, c.channel, c.opened_at, c.first_responded_at, c.resolved_at, c.closed_at,
            c.response_due_at, c.resolution_due_at, c.sla_paused, c.reopened, answered.c.n,
        )
        .select_from(layout.table.outerjoin(answered, answered.c.ticket_id == c.id))
        .where(*scanning(reader.where("tickets", condition), reader.connection), c.merged_into_id.is_(None), c.opened_at.is_not(None))
    )  # fmt: skip
    usual = layout.entity.field("priority").first("normal") or ""
    return [
        TicketRow(
            int(r[0]), r[1], r[2] or usual, r[3] or "", r[4], r[5], r[6] or r[7], r[7], r[8], r[9],
            bool(r[10]), int(r[11] or 0), int(r[12] or 0),
        )
        for r in reader.connection.execute(query)
    ]  # fmt: skip
