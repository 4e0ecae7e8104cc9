"""Reply templates filled for a ticket, and what stands beside a ticket: its customer at a glance."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.core.clock import now
from app.core.fields import Field, FieldType
from app.core.filters import Condition, both
from app.core.meanings import means
from app.core.records import Record, Sort
from app.core.values import to_text
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context
from app.services.tickets.messages import TICKETS
from app.services.tickets.placeholders import Filled, filled

RECENT_DAYS = 90


@dataclass(frozen=True)
class Glance:
    """A ticket's customer: the record, how many tickets lately, how many deals under way, the latest other tickets."""

    customer: Record
    recent: int
    deals: int
    others: tuple[Record, ...]


class Desktop:
    """What a person answering tickets has at hand."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def templates(self) -> list[Record]:
        """All reply templates, in order."""
        with self._context.reading() as work:
            handles = work.reader.handles("reply_templates", None, (Sort("position"),)).tolist()
            return list(work.reader.each("reply_templates", handles))

    def fill(self, text: str, ticket: uuid.UUID) -> Filled:
        """The text with the ticket's values in place of `{{…}}`."""
        with self._context.reading() as work:
            return filled(text, self._values(work, work.reader.get(TICKETS, ticket)))

    def names(self) -> list[tuple[str, str]]:
        """(placeholder, what it stands for in words) of everything that can be filled in."""
        registry = self._context.registry
        found = [("me.name", self._context.actor.name)]
        tied = [(f.key, f.target) for f in self._tied()]
        for prefix, entity in (("ticket", TICKETS), *tied):
            kind = registry.entity(entity)
            found += [
                (f"{prefix}.{f.key}", f"{kind.label}·{f.label}")
                for f in kind.fields
                if f.group != "system" and not f.custom
            ]
        return found

    def _tied(self) -> list[Field]:
        """The links to records that a ticket is about."""
        registry = self._context.registry
        links = [f for f in registry.entity(TICKETS).fields if f.type is FieldType.LINKS and not f.readonly]
        return [f for f in links if not registry.entity(f.target).picklist]

    def _values(self, work: UnitOfWork, ticket: Record) -> dict[str, str]:
        names = work.reader.user_names()
        values = {"me.name": self._context.actor.name}
        values |= self._of("ticket", ticket, names)
        for field in self._tied():
            link = next(iter(ticket.get(field.key) or ()), None)
            record = work.reader.find(field.target, link.id) if link else None
            blank = {f"{field.key}.{f.key}": "" for f in self._context.registry.entity(field.target).fields}
            values |= blank | (self._of(field.key, record, names) if record else {})
        if not values["contact.name"]:
            values["contact.name"] = values["ticket.requester"]
        return values

    def _of(self, prefix: str, record: Record, names: Mapping[uuid.UUID, str]) -> dict[str, str]:
        entity = self._context.registry.entity(record.entity)

        def user(key: uuid.UUID) -> str:
            return names.get(key, "")

        texts: Callable[[str], str] = lambda key: to_text(entity.field(key), record.get(key), user)  # noqa: E731
        return {f"{prefix}.{f.key}": "" if f.key in record.masked else texts(f.key) for f in entity.fields}

    def glance(self, ticket: uuid.UUID) -> Glance | None:
        """The ticket's customer; None when it has none that may be seen."""
        with self._context.reading() as work:
            record = work.reader.get(TICKETS, ticket)
            link = next(iter(record.get("customer") or ()), None)
            customer = work.reader.find("customers", link.id) if link else None
            if customer is None:
                return None
            mine = Condition("customer", "in", str(customer.id))
            handles = work.reader.handles(TICKETS, mine, (Sort("opened_at", descending=True),)).tolist()
            tickets = list(work.reader.each(TICKETS, handles[:50], ["subject", "number", "status", "opened_at"]))
            since = now() - timedelta(days=RECENT_DAYS)
            recent = sum((r.get("opened_at") or now()) >= since for r in tickets)
            deals = work.reader.count(
                "deals", both(mine, means(work.reader.registry.entity("deals"), "outcome", "open"))
            )
            others = tuple(r for r in tickets if r.id != ticket)[:5]
            return Glance(customer, recent, deals, others)
