"""What an office promises its customers, and when it works: policies and special days as tickets ask for them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.db.store.reading import Reader
from app.models import CalendarDay, SlaPolicy


@dataclass(frozen=True)
class StoredPolicy:
    """A policy of service. `terms`: JSON text."""

    id: uuid.UUID
    name: str
    terms: str | None


def special_days(reader: Reader) -> list[tuple[date, str]]:
    """(day, hours as text, "" = closed) of the days that differ from the ordinary week, in order."""
    d = CalendarDay
    query = sa.select(d.day, d.hours).where(d.org_id == reader.office, d.deleted_at.is_(None)).order_by(d.day)
    return [(day, hours or "") for day, hours in reader.connection.execute(query) if day is not None]


def policy_in_force(reader: Reader, wanted: uuid.UUID | None = None) -> StoredPolicy | None:
    """The policy a new ticket falls under: the wanted one, else the first active one; None when there is none."""
    p = SlaPolicy
    query = sa.select(p.id, p.name, p.terms).where(p.org_id == reader.office, p.deleted_at.is_(None))
    if wanted is not None:
        query = query.where(p.id == wanted)
    else:
        query = query.where(p.active.is_(True)).order_by(p.position.is_(None), p.position, p.created_at)
    row = reader.connection.execute(query.limit(1)).first()
    return None if row is None else StoredPolicy(row.id, row.name or "", row.terms)
