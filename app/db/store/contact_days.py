"""When customers were last in contact and will be next, as their follow-ups and conversations say."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core.values import from_json
from app.db.store.children import chunks
from app.db.store.reading import Reader
from app.models import Activity, ChangeRow, Ticket, TicketMessage

#: a task is work of our own, no contact
TASK = "task"
#: messages that are contact with the customer
SPOKEN = ("inbound", "reply")


def last_contacts(reader: Reader, customers: Sequence[uuid.UUID], until: datetime) -> dict[uuid.UUID, date]:
    """Customer → day (local) of the last contact made up to `until`, by follow-ups that took place and messages of his
    tickets; customers without any are missing."""
    a, m, k = Activity.__table__.c, TicketMessage.__table__.c, Ticket.__table__.c
    found: dict[uuid.UUID, datetime] = {}
    for part in chunks(customers):
        met = (
            sa.select(a.customer_id, sa.func.max(a.happened_at))
            .where(a.org_id == reader.office, a.customer_id.in_(part), a.deleted_at.is_(None))
            .where(sa.func.coalesce(a.kind, "") != TASK, a.happened_at <= until)
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
            .where(sa.func.coalesce(a.kind, "") != TASK, a.done.is_not(True), a.due_at.is_not(None))
            .group_by(a.customer_id)
        )
        found.update((customer, at.astimezone().date()) for customer, at in reader.connection.execute(query))
    return found


def former(reader: Reader, entity: str, key: str, held: Iterable[tuple[uuid.UUID, Any]]) -> dict[uuid.UUID, Any]:
    """Record → what field `key` was before it last became the value it has, as the journal tells; of records whose
    journal does not tell it, nothing."""
    field = reader.registry.entity(entity).field(key)
    found: dict[uuid.UUID, Any] = {}
    h = ChangeRow
    for record, value in held:
        mine = (h.org_id == reader.office, h.entity == entity, h.record_id == record)
        query = sa.select(h.fields).where(*mine, h.fields.contains(f'"{key}"', autoescape=True))
        for (text,) in reader.connection.execute(query.order_by(sa.literal_column("change.rid").desc())):
            pair = json.loads(text).get(key)
            if pair and from_json(field, pair[1]) == value:
                found[record] = from_json(field, pair[0])
                break
    return found
