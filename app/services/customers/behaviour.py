"""What customers and follow-ups are, whatever door they come through: when a customer was last in contact, and when he is to
be contacted next, follows from his follow-ups and conversations."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.core.choices import PickList
from app.core.clock import now, today
from app.core.records import Record
from app.db.journal import DELETE, RESTORE, UPDATE
from app.db.store.behaviour import Batch, Behaviour
from app.db.store.contact_days import TASK, last_contacts, next_contacts, stated
from app.db.store.drafts import Change, Draft
from app.services.cleaning.names import is_company, is_person

#: characters of a role on a tie
_ROLE = 60


class CustomerBehaviour(Behaviour):
    """A company or a person, as far as the name tells."""

    entity = "customers"

    def prepare(self, batch: Batch) -> None:
        for draft in batch:
            if draft.is_new and not draft.get("kind"):
                kind = _kind_of(draft)
                if kind:
                    draft.set("kind", batch.entity.field("kind").first(kind))


def _kind_of(draft: Draft) -> str | None:
    """What kind of customer it means."""
    name = str(draft.get("name") or "")
    if draft.get("credit_code") or is_company(name):
        return "company"
    return "person" if draft.get("id_number") or is_person(name) else None


class ContactBehaviour(Behaviour):
    """Who is tied to a customer is there what his title says, as long as nobody says otherwise."""

    entity = "contacts"
    needs = ("title", "customers")

    def prepare(self, batch: Batch) -> None:
        for draft in batch:
            title = str(draft.get("title") or "")[:_ROLE]
            links = draft.get("customers") if draft.gives("customers") else None
            known = {link.id for link in draft.before("customers") or ()}
            if title and any(not link.role and link.id not in known for link in links or ()):
                draft.set(
                    "customers",
                    tuple(x if x.role or x.id in known else replace(x, role=title) for x in links or ()),
                )


class ActivityBehaviour(Behaviour):
    """A follow-up without a plan took place now; one that is ticked off took place, at the latest now; a plan that is not
    ticked any more has not."""

    entity = "activities"
    needs = ("customer", "kind", "happened_at", "due_at", "done")

    def prepare(self, batch: Batch) -> None:
        for draft in batch:
            at = draft.get("happened_at")
            if (
                draft.changes("done")
                and draft.get("done")
                and (at is None or (at > now() and not draft.gives("happened_at")))
            ):
                draft.set("happened_at", now())
            elif (
                draft.before("done")
                and not draft.get("done")
                and draft.get("due_at")
                and not draft.names("happened_at")
            ):
                draft.set("happened_at", None)

    def settle(self, batches: Sequence[Batch]) -> None:
        news = ContactNews()
        for batch in batches:
            for draft in batch:
                _compare(batch, draft, news)
        settle_contacts(batches[0], news)


@dataclass
class ContactNews:
    """What a write says about contact with customers. `made`: latest day of a contact that is new; `gone`: days of
    contacts that are no longer so; `planned`: days of plans that are new; `dropped`: days of plans that are no longer."""

    made: dict[uuid.UUID, date] = field(default_factory=dict)
    gone: dict[uuid.UUID, set[date]] = field(default_factory=lambda: defaultdict(set))
    planned: dict[uuid.UUID, date] = field(default_factory=dict)
    dropped: dict[uuid.UUID, set[date]] = field(default_factory=lambda: defaultdict(set))

    def contact(self, customer: uuid.UUID | None, at: datetime | None) -> None:
        """There was contact, unless it is still to come."""
        if customer is not None and at is not None and at <= now():
            day = at.astimezone().date()
            self.made[customer] = max(day, self.made.get(customer, day))

    def no_contact(self, customer: uuid.UUID | None, at: datetime | None) -> None:
        """What was said of a contact is so no longer."""
        if customer is not None and at is not None:
            self.gone[customer].add(at.astimezone().date())

    def customers(self) -> list[uuid.UUID]:
        """Everybody it is about."""
        return list(dict.fromkeys((*self.made, *self.gone, *self.planned, *self.dropped)))


def _compare(batch: Batch, draft: Draft, news: ContactNews) -> None:
    """What the follow-up said before is taken back, what it says now holds; what it says as before is no news."""
    action, kinds = batch.action, batch.entity.field("kind")
    was = _Said.of(kinds, draft.before, draft.was_linked("customer")) if action in (UPDATE, DELETE) else None
    says = _Said.of(kinds, draft.get, draft.linked("customer")) if action != DELETE else None
    if action == RESTORE:
        was = None
    if was == says:
        return
    if was is not None:
        news.no_contact(was.customer, was.met)
        if was.customer is not None and was.plan is not None:
            news.dropped[was.customer].add(was.plan)
    if says is not None:
        news.contact(says.customer, says.met)
        if says.customer is not None and says.plan is not None:
            news.planned[says.customer] = min(says.plan, news.planned.get(says.customer, says.plan))


@dataclass(frozen=True)
class _Said:
    """What a follow-up says: with whom, when it took place, for which day it is planned."""

    customer: uuid.UUID | None
    met: datetime | None
    plan: date | None

    @classmethod
    def of(cls, kinds: PickList, value: Any, customer: uuid.UUID | None) -> _Said:
        if kinds.means(value("kind"), TASK):
            return cls(customer, None, None)
        due = value("due_at") if not value("done") else None
        return cls(customer, value("happened_at"), due.astimezone().date() if due is not None else None)


def settle_contacts(batch: Batch, news: ContactNews) -> None:
    """Bring last and next contact of the customers concerned up to date."""
    wanted = news.customers()
    if not wanted:
        return
    writer = batch.writer.everywhere()
    known = writer.known("customers", wanted, ("last_contact_on", "next_contact_on"))
    last = _last(batch, known, news)
    ahead = _next(batch, known, news)
    changes = []
    for record in known:
        days: dict[str, Any] = {}
        if last.get(record.id, record.get("last_contact_on")) != record.get("last_contact_on"):
            days["last_contact_on"] = last[record.id]
        if ahead.get(record.id, record.get("next_contact_on")) != record.get("next_contact_on"):
            days["next_contact_on"] = ahead[record.id]
        if days:
            changes.append(Change(record, days))
    writer.touch_many(batch.operation, "customers", changes)


def _last(batch: Batch, records: Iterable[Record], news: ContactNews) -> Mapping[uuid.UUID, date | None]:
    """The day of the last contact: it moves forward with every contact; it goes back only from a day that stood for a
    contact that is so no longer."""
    found: dict[uuid.UUID, date | None] = {}
    doubtful: list[tuple[uuid.UUID, date]] = []
    for record in records:
        day = record.get("last_contact_on")
        made = news.made.get(record.id)
        if made is not None and (day is None or day < made):
            found[record.id] = made
        elif day in news.gone.get(record.id, ()):
            doubtful.append((record.id, day))
    if doubtful:
        reader = batch.writer.everywhere().reader
        there = last_contacts(reader, [key for key, _ in doubtful], now())
        unsaid = [(key, day) for key, day in doubtful if there.get(key) != day]
        said = stated(reader, "last_contact_on", unsaid)
        for key, day in unsaid:
            earlier = [d for d in (there.get(key), said.get(key)) if d is not None and d <= day]
            found[key] = max(earlier, default=None)
    return found


def _next(batch: Batch, records: Iterable[Record], news: ContactNews) -> Mapping[uuid.UUID, date | None]:
    """The day of the next contact: a plan sets it when there is none that is earlier and still to come; a contact made
    ends one that is past; a plan that is dropped gives the day it stood for back to what was said before."""
    asked = [r for r in records if r.id in news.dropped or r.id in news.planned or _ends(r, news.made.get(r.id))]
    reader = batch.writer.everywhere().reader
    plans = next_contacts(reader, [r.id for r in asked]) if asked else {}
    dropped = [
        (r.id, r.get("next_contact_on"))
        for r in asked
        if r.get("next_contact_on") in news.dropped.get(r.id, ()) and plans.get(r.id) != r.get("next_contact_on")
    ]
    said = stated(reader, "next_contact_on", dropped)
    gone = {key for key, _ in dropped}
    found: dict[uuid.UUID, date | None] = {}
    for record in asked:
        day, plan = record.get("next_contact_on"), plans.get(record.id)
        if record.id in gone:
            day = said.get(record.id)
        if day is not None and news.made.get(record.id, date.min) >= day:
            day = None
        if plan is not None and plan >= today() and (day is None or day < today() or plan < day):
            day = plan
        found[record.id] = day
    return found


def _ends(record: Record, made: date | None) -> bool:
    """Whether a contact made on that day was the one that was to come."""
    stated = record.get("next_contact_on")
    return made is not None and stated is not None and stated <= made
