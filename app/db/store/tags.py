"""The tags of customers as a list: how often each is used, its name and its colour."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from app.core.access import Action
from app.db.dialect import office_of
from app.db.store.access import condition
from app.db.store.reading import Reader
from app.models import Customer, CustomerTag, Tag


def counted(reader: Reader) -> list[tuple[str, str, int]]:
    """(name, colour token, number of live customers the actor sees) of all tags, by name."""
    query = sa.select(Tag.id, Tag.name, Tag.tone).where(Tag.org_id == reader.office).order_by(Tag.name)
    used = _uses(reader)
    return [(row.name, row.tone, used.get(row.id, 0)) for row in reader.connection.execute(query)]


def _uses(reader: Reader) -> dict[uuid.UUID, int]:
    """Tag → number of live customers in sight. For somebody who sees all, the index of tags is counted as it stands and
    the few customers in the recycle bin are taken off, instead of looking every customer up."""
    k, c = CustomerTag, Customer
    ties: Any = sa.select(k.tag_id, sa.func.count()).where(k.org_id == reader.office).group_by(k.tag_id)
    customers = sa.select(c.id).where(c.org_id == reader.office)
    if reader.actor.reach("customers", Action.VIEW) is not None:
        live = customers.where(c.deleted_at.is_(None), condition("customers", reader.actor, Action.VIEW))
        return _numbers(reader, ties.where(k.customer_id.in_(live)))
    binned = _numbers(reader, ties.where(k.customer_id.in_(customers.where(c.deleted_at.is_not(None)))))
    return {tag: n - binned.get(tag, 0) for tag, n in _numbers(reader, ties).items()}


def _numbers(reader: Reader, query: sa.Select[Any]) -> dict[uuid.UUID, int]:
    return {tag: int(n) for tag, n in reader.connection.execute(query)}


def names(connection: sa.Connection) -> list[str]:
    """All tags there are."""
    query = sa.select(Tag.name).where(Tag.org_id == office_of(connection)).order_by(Tag.name)
    return list(connection.execute(query).scalars())


def rename(connection: sa.Connection, name: str, new: str) -> None:
    """Another name, everywhere at once."""
    connection.execute(sa.update(Tag).where(Tag.org_id == office_of(connection), Tag.name == name).values(name=new))


def set_tone(connection: sa.Connection, name: str, tone: str) -> None:
    """Another colour."""
    connection.execute(sa.update(Tag).where(Tag.org_id == office_of(connection), Tag.name == name).values(tone=tone))


def forget(connection: sa.Connection, name: str) -> None:
    """Out of the list, unless a live customer has it. What lies in the recycle bin loses it for good: a tag nobody can
    see must not stay on the list."""
    k, c, office = CustomerTag, Customer, office_of(connection)
    binned = sa.select(c.id).where(c.org_id == office, c.deleted_at.is_not(None))
    tag = sa.select(Tag.id).where(Tag.org_id == office, Tag.name == name)
    connection.execute(sa.delete(k).where(k.org_id == office, k.tag_id.in_(tag), k.customer_id.in_(binned)))
    used = sa.exists().where(k.org_id == office, k.tag_id == Tag.id)
    connection.execute(sa.delete(Tag).where(Tag.org_id == office, Tag.name == name, ~used))
