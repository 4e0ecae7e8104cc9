"""A ticket's messages below the verbs: reading them, adding one, and bringing the ticket's own columns up to date."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.fields import Link
from app.core.records import Record
from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.models import TicketMessage
from app.services.tickets.office import calendar_of, promise_of
from app.services.tickets.sla import Clock
from app.services.tickets.state import Line, clocks_of, derived, dues

MESSAGES, TICKETS = "ticket_messages", "tickets"


@dataclass(frozen=True)
class Note:
    """An event's words for people are made when it is shown; here is what changed."""

    status: str | None = None
    priority: str | None = None
    body: str = ""


def lines_of(connection: sa.Connection, tickets: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Line]]:
    """What matters of the live messages of these tickets, oldest first."""
    m = TicketMessage
    wanted = list(tickets)
    found: dict[uuid.UUID, list[Line]] = defaultdict(list)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        query = (
            sa.select(
                m.ticket_id,
                m.sent_at,
                m.created_at,
                m.kind,
                m.status,
                m.priority,
                m.automatic,
                sa.func.substr(m.body, 1, 2000),
            )
            .where(m.org_id == 1, m.ticket_id.in_(part), m.deleted_at.is_(None))
            .order_by(sa.func.coalesce(m.sent_at, m.created_at), sa.literal_column("ticket_message.rid"))
        )
        for row in connection.execute(query):
            line = Line(row[1] or row[2], row[3] or "note", row[4], row[5], bool(row[6]), row[7] or "")
            found[row[0]].append(line)
    return found


def add(work: UnitOfWork, operation: Operation, ticket: uuid.UUID, values: Mapping[str, Any], *, part: bool) -> Record:
    """A new message; `part`: it follows from something permitted, so the right to edit the ticket is not asked for."""
    link = (Link(ticket),)
    create = work.writer.create_part if part else work.writer.create
    given = {k: v for k, v in values.items() if v not in (None, "")}
    return create(operation, MESSAGES, {"sent_at": now(), **given, "ticket": link})


def add_event(
    work: UnitOfWork, operation: Operation, ticket: uuid.UUID, note: Note, at: datetime | None = None
) -> None:
    """Leave a mark of something that happened."""
    values = {
        "kind": "event", "author": work.actor.name, "author_user": work.actor.user_id, "sent_at": at or now(),
        "status": note.status, "priority": note.priority, "body": note.body,
    }  # fmt: skip
    add(work, operation, ticket, values, part=True)


def furnish(work: UnitOfWork, ticket: Record, given: Mapping[str, Any]) -> Record:
    """Complete a ticket created just now: what it starts with is no change, so nothing is journaled.

    `given`: values the creation could not take (no owner, program's own fields).
    """
    layout = work.reader.layout(TICKETS)
    values = dict(ticket.values) | dict(given)
    values["status"] = values.get("status") or "new"
    values["priority"] = values.get("priority") or "normal"
    values["opened_at"] = values.get("opened_at") or now()
    more = dict(given) | {k: values[k] for k in ("status", "priority", "opened_at")}
    wanted = next(iter(ticket.get("sla_policy") or ()), None)
    promise = promise_of(work.connection, wanted)
    if promise is not None:
        more["sla_policy"] = (promise.link,)
        more["sla_terms"] = values["sla_terms"] = promise.terms(str(values["priority"]))
    lines: list[Line] = []
    more |= derived(values, lines)
    more |= dues(clocks_of(values | more, lines, calendar_of(work.connection), now()))
    row: dict[str, Any] = {}
    for key, value in more.items():
        own = layout.stored(layout.entity.field(key), value)
        assert own is not None
        row[own[0]] = own[1]
    table = layout.table
    work.connection.execute(sa.update(table).where(table.c.org_id == 1, table.c.id == ticket.id).values(row))
    return work.reader.get(TICKETS, ticket.id) if work.reader.find(TICKETS, ticket.id) else ticket


def refresh(work: UnitOfWork, operation: Operation, ticket: Record, changes: Mapping[str, Any] | None = None) -> Record:
    """Write what follows from the messages, and `changes` with it, as one journaled change of the ticket."""
    current = ticket
    values = {**current.values, **(changes or {})}
    lines = lines_of(work.connection, [current.id]).get(current.id, [])
    wanted = {**(changes or {}), **derived(values, lines)}
    wanted |= dues(clocks_of({**values, **wanted}, lines, calendar_of(work.connection), now()))
    different = {k: v for k, v in wanted.items() if (current.get(k) or None) != (v or None)}
    if not different:
        return current
    work.writer.touch(operation, TICKETS, current, different)
    return work.reader.find(TICKETS, current.id) or current


def standing(work: UnitOfWork, ticket: Record) -> tuple[Clock, ...]:
    """How the ticket's promises stand now."""
    lines = lines_of(work.connection, [ticket.id]).get(ticket.id, [])
    return clocks_of(ticket.values, lines, calendar_of(work.connection), now())
