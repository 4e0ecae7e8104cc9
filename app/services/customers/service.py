"""Customers, their contacts and their timeline."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from app.core.fields import Link
from app.core.i18n import t
from app.core.records import ChangeSet, HistoryEntry, Record
from app.db.store.children import tied_from
from app.services.context import Context
from app.services.records import BeforeMany, RecordService


@dataclass(frozen=True)
class TimelineItem:
    """One event of a customer: an activity, another record of his (deal, order, ticket …), or a change of his file.
    Exactly one of the three is set."""

    at: datetime
    actor: str
    activity: Record | None = None
    change: HistoryEntry | None = None
    record: Record | None = None


Timeline = list[TimelineItem]


def _moment(record: Record, key: str) -> datetime:
    """When the record took place; days count from their morning."""
    at = record.get(key) or record.get("created_at")
    if isinstance(at, datetime):
        return at
    return datetime.combine(at, time.min).astimezone()


class CustomerService(RecordService):
    """Verbs on customers beyond those of every record."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "customers", before_many)

    def contacts(self, customer: uuid.UUID) -> list[tuple[Record, Link]]:
        """The live contacts of a customer, each with its tie."""
        with self._context.reading() as work:
            work.reader.get("customers", customer)
            people = work.reader.layout("contacts")
            links = tied_from(work.connection, people, people.entity.field("customers"), [customer]).get(customer, ())
            records = {r.id: r for r in work.reader.by_ids("contacts", [link.id for link in links])}
            return [(records[link.id], link) for link in links if link.id in records]

    def timeline(self, customer: uuid.UUID, *, limit: int = 200) -> Timeline:
        """Activities, deals, orders, tickets … and changes together, newest first."""
        items: list[TimelineItem] = []
        with self._context.reading() as work:
            names = work.reader.user_names()
            for entity in self._context.registry:
                if not entity.happened or "customer" not in entity.follows:
                    continue
                for record in work.reader.of_customer(entity.key, customer, limit):
                    at, who = _moment(record, entity.happened), names.get(record.get("owner"), "")
                    done = entity.key == "activities"
                    items.append(TimelineItem(at, who, record if done else None, None, None if done else record))
        items += [TimelineItem(h.at, h.actor, change=h) for h in self.history(customer)]
        return sorted(items, key=lambda item: item.at, reverse=True)[:limit]

    def log_activity(
        self, customer: uuid.UUID, values: Mapping[str, Any], *, next_contact: date | None = None
    ) -> tuple[Record, ChangeSet]:
        """Note a follow-up (记跟进), as one operation with what follows for the customer.

        `next_contact`: the day agreed for the next one, None = leave what is there.
        """
        with self._context.writing() as work:
            record = work.reader.get("customers", customer)
            operation = work.operation("activity", t("记跟进：{title}", title=record.get("name")))
            given = {"customer": (Link(customer, str(record.get("name"))),), **values}
            activity = work.writer.create(operation, "activities", given)
            if next_contact is not None:
                writer = work.writer.everywhere()
                current = writer.reader.get("customers", customer)
                if current.get("next_contact_on") != next_contact:
                    writer.touch(operation, "customers", current, {"next_contact_on": next_contact})
            return activity, work.commit()

    def add_contact(self, customer: uuid.UUID, values: Mapping[str, Any], role: str = "") -> tuple[Record, ChangeSet]:
        """A new contact tied to the customer."""
        with self._context.writing() as work:
            record = work.reader.get("customers", customer)
            operation = work.operation("create", t("新建联系人：{name}", name=values.get("name", "")))
            tie = Link(customer, str(record.get("name")), role)
            contact = work.writer.create(operation, "contacts", {**values, "customers": (tie,)})
            return contact, work.commit()


class ContactService(RecordService):
    """Contacts; their ties to customers are the field `customers`."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "contacts", before_many)
