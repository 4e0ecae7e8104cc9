"""What tickets and their messages are, whatever door they come through: a change of status, priority or assignee leaves an
event and moves the clocks; what is said in a ticket is contact with its customer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.db.journal import DELETE, UPDATE
from app.db.store.behaviour import Batch, Behaviour
from app.db.store.contact_days import SPOKEN
from app.db.store.conversations import last_spoken
from app.db.store.drafts import ids_of
from app.services.customers.behaviour import ContactNews, settle_contacts
from app.services.tickets import messages
from app.services.tickets.messages import TICKETS, Note
from app.services.tickets.office import Promise, calendar_of, promise_of

#: what a new ticket's clocks depend on
_GIVEN = (
    "opened_at", "status", "priority", "first_responded_at", "resolved_at", "closed_at", "reopened", "snippet", "sla_terms",
)  # fmt: skip
_STATES = (("closed_at", "closed"), ("resolved_at", "resolved"), ("first_responded_at", "open"))


class TicketBehaviour(Behaviour):
    """A new ticket gets its promises; a changed one tells what changed, and its clocks follow."""

    needs = None
    ownerless = True

    def prepare(self, batch: Batch) -> None:
        fresh = [d for d in batch if d.is_new]
        if not fresh:
            return
        reader = batch.writer.reader
        calendar, moment = calendar_of(reader), now()
        promises: dict[uuid.UUID | None, Promise | None] = {}
        for draft in fresh:
            policy = next(iter(draft.get("sla_policy") or ()), None)
            key = policy.id if policy else None
            if key not in promises:
                promises[key] = promise_of(reader, policy)
            values: dict[str, Any] = {k: draft.get(k) for k in _GIVEN}
            values["status"] = values["status"] or next((state for k, state in _STATES if values[k]), "new")
            for k, value in messages.completed(values, (), promises[key], calendar, moment).items():
                draft.set(k, value)

    def follow(self, batch: Batch) -> None:
        if batch.action != UPDATE:
            return
        names = batch.writer.reader.user_names()
        events: list[tuple[uuid.UUID, Note]] = []
        for draft in batch:
            status, priority = (draft.get(k) if draft.changes(k) else None for k in ("status", "priority"))
            body = f"@owner {names.get(draft.get('owner'), '')}".strip() if draft.changes("owner") else ""
            if status or priority or body:
                events.append((draft.id, Note(status, priority, body)))
        messages.add_events(batch.writer, batch.operation, events)
        messages.refresh_many(batch.writer, batch.operation, [d.id for d in batch])

    def settle(self, batch: Batch) -> None:
        moved = [d for d in batch if batch.action != UPDATE or d.changes("customer")]
        moved = [
            d for d in moved if not (d.is_new or (d.linked("customer") is None and d.was_linked("customer") is None))
        ]
        if not moved:
            return
        spoken = last_spoken(batch.writer.reader, [d.id for d in moved])
        news = ContactNews()
        for draft in moved:
            if batch.action in (UPDATE, DELETE):
                news.no_contact(draft.was_linked("customer"), spoken.get(draft.id))
            if batch.action != DELETE:
                news.contact(draft.linked("customer"), spoken.get(draft.id))
        settle_contacts(batch, news)


class MessageBehaviour(Behaviour):
    """The ticket follows from its messages, and the days of contact with its customer."""

    needs = ("ticket", "kind", "sent_at", "automatic")

    def follow(self, batch: Batch) -> None:
        tickets = ids_of(x for d in batch for x in (d.was_linked("ticket"), d.linked("ticket")))
        messages.refresh_many(batch.writer, batch.operation, tickets)

    def settle(self, batch: Batch) -> None:
        told = [(d, _contact(d.before), _contact(d.get)) for d in batch]
        told = [(d, was, says) for d, was, says in told if was is not None or says is not None]
        if not told:
            return
        tickets = ids_of(x for d, _, _ in told for x in (d.was_linked("ticket"), d.linked("ticket")))
        customers = _customers(batch, tickets)
        news = ContactNews()
        for draft, was, says in told:
            before, after = customers.get(draft.was_linked("ticket")), customers.get(draft.linked("ticket"))
            if batch.action in (UPDATE, DELETE) and (batch.action == DELETE or (before, was) != (after, says)):
                news.no_contact(before, was)
            if batch.action != DELETE:
                news.contact(after, says)
        settle_contacts(batch, news)


def _contact(value: Any) -> datetime | None:
    """When it was said, where it is contact between people."""
    at: datetime | None = value("sent_at") if value("kind") in SPOKEN and not value("automatic") else None
    return at


def _customers(batch: Batch, tickets: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, uuid.UUID]:
    reader = batch.writer.everywhere().reader
    tied = {r.id: r.get("customer") for r in reader.by_ids(TICKETS, tickets, ["customer"])}
    return {key: links[0].id for key, links in tied.items() if links}
