"""What of tickets' messages the tickets themselves follow from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.db.dialect import office_of
from app.db.store.children import chunks
from app.db.store.contact_days import SPOKEN
from app.db.store.reading import Reader
from app.models import Ticket, TicketMessage

#: characters of a message's text that are looked at
HEAD = 2000


def message_rows(connection: sa.Connection, tickets: Sequence[uuid.UUID]) -> Iterator[Any]:
    """(ticket, sent_at, created_at, kind, status, priority, automatic, beginning of the text) of the live messages of these
    tickets, oldest first."""
    m = TicketMessage
    for part in chunks(tickets):
        query = (
            sa.select(
                m.ticket_id, m.sent_at, m.created_at, m.kind, m.status, m.priority, m.automatic,
                sa.func.substr(m.body, 1, HEAD),
            )
            .where(m.org_id == office_of(connection), m.ticket_id.in_(part), m.deleted_at.is_(None))
            .order_by(sa.func.coalesce(m.sent_at, m.created_at), sa.literal_column("ticket_message.rid"))
        )  # fmt: skip
        yield from connection.execute(query)


def last_spoken(reader: Reader, tickets: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Ticket → when a person spoke last in it; tickets in which nobody did are missing."""
    m = TicketMessage.__table__.c
    found: dict[uuid.UUID, datetime] = {}
    for part in chunks(tickets):
        query = (
            sa.select(m.ticket_id, sa.func.max(m.sent_at))
            .where(m.org_id == reader.office, m.ticket_id.in_(part), m.deleted_at.is_(None))
            .where(m.kind.in_(SPOKEN), m.automatic.is_not(True), m.sent_at.is_not(None))
            .group_by(m.ticket_id)
        )
        found.update((row[0], row[1]) for row in reader.connection.execute(query))
    return found


def ticket_numbered(reader: Reader, number: str) -> uuid.UUID | None:
    """The ticket of this number, in sight or not; None when there is none."""
    k = Ticket
    return reader.connection.execute(sa.select(k.id).where(k.org_id == reader.office, k.number == number)).scalar()


def ticket_of_mails(reader: Reader, message_ids: Sequence[str]) -> uuid.UUID | None:
    """The live ticket that has one of these mails; the first of them that is known decides."""
    m, k = TicketMessage, Ticket
    query = (
        sa.select(m.message_id, m.ticket_id)
        .join(k, sa.and_(k.org_id == m.org_id, k.id == m.ticket_id))
        .where(m.org_id == reader.office, m.message_id.in_(list(message_ids)))
        .where(m.deleted_at.is_(None), k.deleted_at.is_(None))
    )
    by_id = {row.message_id: row.ticket_id for row in reader.connection.execute(query)}
    return next((by_id[key] for key in message_ids if key in by_id), None)


def mails_of(reader: Reader, ticket: uuid.UUID, most: int) -> list[str]:
    """Message ids of a ticket's last mails, oldest first."""
    m = TicketMessage
    query = (
        sa.select(m.message_id)
        .where(m.org_id == reader.office, m.ticket_id == ticket, m.message_id.is_not(None), m.deleted_at.is_(None))
        .order_by(m.sent_at)
    )
    return [str(key) for key in reader.connection.execute(query).scalars()][-most:]
