"""The list of an office's tags: names and colours. How often each is used is `store/tags.py`."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app.db.dialect import office_of
from app.models import RecordTag, Tag


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


def forget(connection: sa.Connection, name: str, tables: Iterable[tuple[str, sa.Table]]) -> None:
    """Out of the list, unless a live record has it. What lies in the recycle bin loses it for good: a tag nobody can
    see must not stay on the list. `tables`: (kind, table) of the kinds that have tags."""
    k, office = RecordTag, office_of(connection)
    tag = sa.select(Tag.id).where(Tag.org_id == office, Tag.name == name)
    for entity, table in tables:
        binned = sa.select(table.c.id).where(table.c.org_id == office, table.c.deleted_at.is_not(None))
        mine = (k.org_id == office, k.entity == entity, k.tag_id.in_(tag))
        connection.execute(sa.delete(k).where(*mine, k.record_id.in_(binned)))
    used = sa.exists().where(k.org_id == office, k.tag_id == Tag.id)
    connection.execute(sa.delete(Tag).where(Tag.org_id == office, Tag.name == name, ~used))
