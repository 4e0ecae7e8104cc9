"""A ticket's messages below the verbs: reading them, adding one, and bringing the ticket's own columns up to date."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.core.fields import Link
from app.core.records import Record
from app.db.journal import Operation
from app.db.store.behaviour import Terms, Writing
from app.db.store.children import chunks
from app.db.store.conversations import message_rows
from app.db.store.drafts import Change
from app.db.store.reading import Reader
from app.db.unit_of_work import UnitOfWork
from app.services.tickets.office import Promise, calendar_of, promise_of
from app.services.tickets.sla import Clock
from app.services.tickets.state import NORMAL, Line, Lists, clocks_of, derived, dues
from app.services.tickets.worktime import WorkingCalendar

MESSAGES, TICKETS = "ticket_messages", "tickets"


@dataclass(frozen=True)
class Note:
    """An event's words for people are made when it is shown; here is what changed."""

    status: str | None = None
    priority: str | None = None
    body: str = ""


#: what the verbs on tickets do is no further act of its own: they leave their events and bring the ticket up to date
_OWN = Terms(note=False)


def lines_of(reader: Reader, tickets: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Line]]:
    """What matters of the live messages of these tickets, oldest first."""
    found: dict[uuid.UUID, list[Line]] = defaultdict(list)
    lists = Lists.of(reader.registry)
    for row in message_rows(reader.connection, tickets):
        status, priority = lists.status.meaning(row[4]), lists.priority.meaning(row[5])
        line = Line(row[1] or row[2], row[3] or "note", status, priority, bool(row[6]), row[7] or "", row[4])
        found[row[0]].append(line)
    return found


def add(work: UnitOfWork, operation: Operation, ticket: uuid.UUID, values: Mapping[str, Any], *, part: bool) -> Record:
    """A new message; `part`: it follows from something permitted, so the right to edit the ticket is not asked for."""
    create = work.writer.create_part if part else work.writer.create
    given = {k: v for k, v in values.items() if v not in (None, "")}
    return create(operation, MESSAGES, {"sent_at": now(), **given, "ticket": (Link(ticket),)}, _OWN)


def add_event(
    work: UnitOfWork, operation: Operation, ticket: uuid.UUID, note: Note, at: datetime | None = None
) -> None:
    """Leave a mark of something that happened."""
    add_events(work.writer, operation, [(ticket, note)], at)


def add_events(
    writer: Writing, operation: Operation, events: Sequence[tuple[uuid.UUID, Note]], at: datetime | None = None
) -> None:
    """Leave marks in many tickets."""
    author = {"author": operation.actor.name, "author_user": operation.actor.user_id, "sent_at": at or now()}
    rows = [
        {"kind": "event", **author, "ticket": (Link(ticket),), "status": note.status, "priority": note.priority,
         "body": note.body or None}
        for ticket, note in events
    ]  # fmt: skip
    if rows:
        writer.add_following(operation, MESSAGES, rows)


def completed(
    values: Mapping[str, Any],
    lines: Sequence[Line],
    promise: Promise | None,
    calendar: WorkingCalendar,
    moment: datetime,
    lists: Lists,
) -> dict[str, Any]:
    """What follows for a ticket with these values from its messages: status, times, promises, deadlines."""
    wanted = derived(values, lines, lists)
    if not values.get("sla_terms") and promise is not None and wanted["opened_at"] is not None:
        wanted["sla_terms"] = promise.terms(lists.priority.meaning(wanted["priority"]) or NORMAL)
        wanted["sla_policy"] = (promise.link,)
    return wanted | dues(clocks_of({**values, **wanted}, lines, calendar, moment, lists))


def refresh(work: UnitOfWork, operation: Operation, ticket: Record, changes: Mapping[str, Any] | None = None) -> Record:
    """Write what follows from the messages, and `changes` with it, as one journaled change of the ticket."""
    refresh_many(work.writer, operation, [ticket.id], changes)
    return work.reader.find(TICKETS, ticket.id) or ticket


def refresh_many(
    writer: Writing, operation: Operation, tickets: Sequence[uuid.UUID], changes: Mapping[str, Any] | None = None
) -> None:
    """As `refresh`, for many, whatever the rights on them."""
    everywhere = writer.everywhere()
    calendar, moment, lists = calendar_of(writer.reader), now(), Lists.of(writer.reader.registry)
    lines = lines_of(writer.reader, tickets)
    promises: dict[uuid.UUID | None, Promise | None] = {}
    made: list[Change] = []
    for part in chunks(tickets):
        for record in everywhere.reader.by_ids(TICKETS, part):
            policy = next(iter(record.get("sla_policy") or ()), None)
            key = policy.id if policy else None
            if not record.get("sla_terms") and not record.get("opened_at") and key not in promises:
                promises[key] = promise_of(writer.reader, policy)
            values = {**record.values, **(changes or {})}
            wanted = {
                **(changes or {}),
                **completed(values, lines.get(record.id, []), promises.get(key), calendar, moment, lists),
            }
            different = {k: v for k, v in wanted.items() if (record.get(k) or None) != (v or None)}
            if different:
                made.append(Change(record, different))
    everywhere.touch_many(operation, TICKETS, made)


def standing(work: UnitOfWork, ticket: Record) -> tuple[Clock, ...]:
    """How the ticket's promises stand now."""
    lines = lines_of(work.reader, [ticket.id]).get(ticket.id, [])
    return clocks_of(ticket.values, lines, calendar_of(work.reader), now(), Lists.of(work.reader.registry))
