"""When customers were last in contact and will be next, as their follow-ups and conversations say."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from app.core.dictionary import BUILT_IN
from app.core.values import from_json
from app.db.store.children import chunks
from app.db.store.reading import Reader
from app.models import Activity, ChangeRow, Ticket, TicketMessage

#: what a follow-up means that is work of our own, no contact
TASK = "task"
#: messages that are contact with the customer
SPOKEN = ("inbound", "reply")
#: kinds of records whose change is contact that was made, planned, or was none
_CONTACTS = BUILT_IN.kinds(lambda e: e.contact)


def last_contacts(reader: Reader, customers: Sequence[uuid.UUID], until: datetime) -> dict[uuid.UUID, date]:
    """Customer → day (local) of the last contact made up to `until`, by follow-ups that took place and messages of his
    tickets; customers without any are missing."""
    a, m, k = Activity.__table__.c, TicketMessage.__table__.c, Ticket.__table__.c
    found: dict[uuid.UUID, datetime] = {}
    for part in chunks(customers):
        met = (
            sa.select(a.customer_id, sa.func.max(a.happened_at))
            .where(a.org_id == reader.office, a.customer_id.in_(part), a.deleted_at.is_(None))
            .where(_is_contact(reader), a.happened_at <= until)
            .group_by(a.customer_id)
        )
        spoken = (
            sa.select(k.customer_id, sa.func.max(m.sent_at))
            .join(m.kind.table, sa.and_(m.org_id == k.org_id, m.ticket_id == k.id))
            .where(k.org_id == reader.office, k.customer_id.in_(part), k.deleted_at.is_(None), m.deleted_at.is_(None))
            .where(m.kind.in_(SPOKEN), m.automatic.is_not(True), m.sent_at <= until)
            .group_by(k.customer_id)
        )
        for query in (met, spoken):
            for customer, at in reader.connection.execute(query):
                if customer not in found or found[customer] < at:
                    found[customer] = at
    return {customer: at.astimezone().date() for customer, at in found.items()}


def next_contacts(reader: Reader, customers: Sequence[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Customer → day (local) of the earliest follow-up that is planned and not done; customers without any are missing."""
    a = Activity.__table__.c
    found: dict[uuid.UUID, date] = {}
    for part in chunks(customers):
        query = (
            sa.select(a.customer_id, sa.func.min(a.due_at))
            .where(a.org_id == reader.office, a.customer_id.in_(part), a.deleted_at.is_(None))
            .where(_is_contact(reader), a.done.is_not(True), a.due_at.is_not(None))
            .group_by(a.customer_id)
        )
        found.update((customer, at.astimezone().date()) for customer, at in reader.connection.execute(query))
    return found


def _is_contact(reader: Reader) -> sa.ColumnElement[bool]:
    """Follow-ups that are contact with the customer."""
    tasks = reader.registry.entity("activities").field("kind").with_meaning(TASK)
    return sa.func.coalesce(Activity.__table__.c.kind, "").not_in(tasks)


def stated(reader: Reader, key: str, held: Iterable[tuple[uuid.UUID, date]]) -> dict[uuid.UUID, date | None]:
    """Customer → the day that somebody said of field `key`, by hand or in a file, before follow-ups and conversations made
    it what it is, as the journal tells. Of a customer whose journal tells nothing of the day, nothing."""
    field = reader.registry.entity("customers").field(key)
    found: dict[uuid.UUID, date | None] = {}
    h = ChangeRow
    for customer, day in held:
        query = (
            sa.select(h.fields, h.operation_id)
            .where(h.org_id == reader.office, h.entity == "customers", h.record_id == customer)
            .where(h.fields.contains(f'"{key}"', autoescape=True))
            .order_by(sa.literal_column("change.rid").desc())
        )
        steps = [(json.loads(text).get(key), operation) for text, operation in reader.connection.execute(query)]
        told = _of_contacts(reader, {operation for pair, operation in steps if pair})
        value: date | None = day
        for pair, operation in steps:
            if pair and from_json(field, pair[1]) == value:
                found[customer] = value
                if operation not in told:
                    break  # said by somebody
                found[customer] = value = from_json(field, pair[0])
    return found


def _of_contacts(reader: Reader, operations: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these operations that wrote follow-ups or conversations."""
    h = ChangeRow
    query = sa.select(h.operation_id).where(
        h.org_id == reader.office, h.operation_id.in_(operations), h.entity.in_(_CONTACTS)
    )
    return set(reader.connection.execute(query.distinct()).scalars())
