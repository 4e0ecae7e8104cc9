"""What tickets and their messages are, whatever door they come through: a change of status, priority or assignee leaves an
event and moves the clocks; what is said in a ticket is contact with its customer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.core.i18n import t
from app.db.journal import DELETE, UPDATE
from app.db.store.behaviour import Batch, Behaviour
from app.db.store.contact_days import SPOKEN
from app.db.store.conversations import last_spoken
from app.db.store.drafts import Draft, ids_of
from app.services.customers.behaviour import ContactNews, settle_contacts
from app.services.tickets import messages
from app.services.tickets.messages import TICKETS, Note
from app.services.tickets.office import Promise, calendar_of, promise_of
from app.services.tickets.sla import ENDED
from app.services.tickets.state import Lists

#: what a new ticket's clocks depend on
_GIVEN = (
    "opened_at", "status", "priority", "first_responded_at", "resolved_at", "closed_at", "reopened", "snippet", "sla_terms",
)  # fmt: skip
_STATES = (("closed_at", "closed"), ("resolved_at", "resolved"), ("first_responded_at", "open"))


class TicketBehaviour(Behaviour):
    """A new ticket gets its promises; a changed one tells what changed, and its clocks follow."""

    entity = "tickets"
    needs = None
    ownerless = True

    def prepare(self, batch: Batch) -> None:
        fresh = [d for d in batch if d.is_new]
        if not fresh:
            return
        reader = batch.writer.reader
        calendar, moment, lists = calendar_of(reader), now(), Lists.of(reader.registry)
        promises: dict[uuid.UUID | None, Promise | None] = {}
        for draft in fresh:
            policy = next(iter(draft.get("sla_policy") or ()), None)
            key = policy.id if policy else None
            if key not in promises:
                promises[key] = promise_of(reader, policy)
            values: dict[str, Any] = {k: draft.get(k) for k in _GIVEN}
            meaning = next((state for k, state in _STATES if values[k]), "new")
            values["status"] = values["status"] or lists.status.first(meaning)
            known = _ended(draft, values, moment, lists, history=batch.terms.history)
            promise = promises[key] if known else None
            for k, value in messages.completed(values, (), promise, calendar, moment, lists).items():
                draft.set(k, value)

    def check(self, batch: Batch) -> None:
        for draft in batch:
            merged = draft.before("merged_into")
            if merged and batch.action == UPDATE:
                draft.problems.setdefault(
                    "merged_into", t("已并入工单“{other}”，请在那一张上处理。", other=merged[0].title)
                )

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

    def settle(self, batches: Sequence[Batch]) -> None:
        news = ContactNews()
        for batch in batches:
            _hear_of_tickets(batch, news)
        settle_contacts(batches[0], news)


def _hear_of_tickets(batch: Batch, news: ContactNews) -> None:
    """Tickets that came, went or changed hands took what was said in them along."""
    moved = [d for d in batch if batch.action != UPDATE or d.changes("customer")]
    moved = [d for d in moved if not (d.is_new or (d.linked("customer") is None and d.was_linked("customer") is None))]
    if not moved:
        return
    spoken = last_spoken(batch.writer.reader, [d.id for d in moved])
    for draft in moved:
        if batch.action in (UPDATE, DELETE):
            news.no_contact(draft.was_linked("customer"), spoken.get(draft.id))
        if batch.action != DELETE:
            news.contact(draft.linked("customer"), spoken.get(draft.id))


def _ended(draft: Draft, values: dict[str, Any], moment: datetime, lists: Lists, *, history: bool) -> bool:
    """A ticket that comes in ended has an end: now, and told; of the past of another system nobody knows when, and no
    promise can be kept or broken. Whether the end is known."""
    meaning = lists.status.meaning(values["status"])
    if meaning not in ENDED or values["resolved_at"] or values["closed_at"]:
        return True
    if history:
        return False
    key = "closed_at" if meaning == "closed" else "resolved_at"
    values[key] = moment
    draft.notes.append((key, t("没有时间，按现在记。")))
    return True


class MessageBehaviour(Behaviour):
    """The ticket follows from its messages, and the days of contact with its customer."""

    entity = "ticket_messages"
    needs = ("ticket", "kind", "sent_at", "automatic")

    def check(self, batch: Batch) -> None:
        fresh = [d for d in batch if d.is_new and d.linked("ticket") is not None]
        wanted = ids_of(d.linked("ticket") for d in fresh)
        known = batch.writer.everywhere().reader.by_ids(TICKETS, wanted, ["merged_into"]) if wanted else []
        merged = {r.id: r.get("merged_into")[0].title for r in known if r.get("merged_into")}
        for draft in fresh:
            other = merged.get(draft.linked("ticket") or draft.id)
            if other is not None:
                draft.problems.setdefault("ticket", t("已并入工单“{other}”，请在那一张上处理。", other=other))

    def follow(self, batch: Batch) -> None:
        tickets = ids_of(x for d in batch for x in (d.was_linked("ticket"), d.linked("ticket")))
        messages.refresh_many(batch.writer, batch.operation, tickets)

    def settle(self, batches: Sequence[Batch]) -> None:
        news = ContactNews()
        for batch in batches:
            _hear_of_messages(batch, news)
        settle_contacts(batches[0], news)


def _hear_of_messages(batch: Batch, news: ContactNews) -> None:
    told = [(d, _contact(d.before), _contact(d.get)) for d in batch]
    told = [(d, was, says) for d, was, says in told if was is not None or says is not None]
    if not told:
        return
    tickets = ids_of(x for d, _, _ in told for x in (d.was_linked("ticket"), d.linked("ticket")))
    customers = _customers(batch, tickets)
    for draft, was, says in told:
        before, after = customers.get(draft.was_linked("ticket")), customers.get(draft.linked("ticket"))
        if batch.action in (UPDATE, DELETE) and (batch.action == DELETE or (before, was) != (after, says)):
            news.no_contact(before, was)
        if batch.action != DELETE:
            news.contact(after, says)


def _contact(value: Any) -> datetime | None:
    """When it was said, where it is contact between people."""
    at: datetime | None = value("sent_at") if value("kind") in SPOKEN and not value("automatic") else None
    return at


def _customers(batch: Batch, tickets: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, uuid.UUID]:
    reader = batch.writer.everywhere().reader
    tied = {r.id: r.get("customer") for r in reader.by_ids(TICKETS, tickets, ["customer"])}
    return {key: links[0].id for key, links in tied.items() if links}
