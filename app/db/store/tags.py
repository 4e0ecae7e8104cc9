"""The tags of an office with how often they are used, counted from the indexes."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from app.core.access import Action
from app.db.store.reading import Reader
from app.models import Customer, CustomerTag, Tag

_tag, _tie, _customer = Tag.__table__.c, CustomerTag.__table__.c, Customer.__table__.c


def counted(reader: Reader) -> list[tuple[str, str, int]]:
    """(name, colour token, number of visible live customers) of all tags, by name."""
    if reader.actor.reach("customers", Action.VIEW) is None:
        used, gone = _all(reader), _of(reader, _customer.deleted_at.is_not(None))
    else:
        used, gone = _of(reader, *reader.where("customers", None)), {}
    query = sa.select(Tag.id, Tag.name, Tag.tone).where(Tag.org_id == reader.office).order_by(Tag.name)
    return [(name, tone, used.get(key, 0) - gone.get(key, 0)) for key, name, tone in reader.connection.execute(query)]


def _all(reader: Reader) -> dict[uuid.UUID, int]:
    """Of all customers, in the recycle bin or not: the index on tags alone tells."""
    query = sa.select(_tie.tag_id, sa.func.count()).where(_tie.org_id == reader.office).group_by(_tie.tag_id)
    return {row[0]: int(row[1]) for row in reader.connection.execute(query)}


def _of(reader: Reader, *which: sa.ColumnElement[bool]) -> dict[uuid.UUID, int]:
    """Of these customers."""
    joined = sa.and_(_tie.org_id == _customer.org_id, _tie.customer_id == _customer.id)
    query = (
        sa.select(_tie.tag_id, sa.func.count())
        .select_from(Customer.__table__.join(CustomerTag.__table__, joined))
        .where(_customer.org_id == reader.office, *which)
        .group_by(_tie.tag_id)
    )
    return {row[0]: int(row[1]) for row in reader.connection.execute(query)}
