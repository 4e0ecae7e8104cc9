"""The tags of an office with how often they are used, counted from the indexes."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from app.core.access import Action
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.models import RecordTag, Tag

_tag, _tie = Tag.__table__.c, RecordTag.__table__.c


def counted(reader: Reader, entities: Iterable[str]) -> list[tuple[str, str, int]]:
    """(name, colour token, number of visible live records of these kinds) of all tags, by name."""
    used: Counter[uuid.UUID] = Counter()
    for entity in entities:
        used += _visible(reader, reader.layout(entity))
    query = sa.select(Tag.id, Tag.name, Tag.tone).where(Tag.org_id == reader.office).order_by(Tag.name)
    return [(name, tone, used[key]) for key, name, tone in reader.connection.execute(query)]


def _visible(reader: Reader, layout: Layout) -> Counter[uuid.UUID]:
    """How many records of one kind the actor sees with each tag."""
    if reader.actor.reach(layout.entity.key, Action.VIEW) is not None:
        return _of(reader, layout, *reader.where(layout.entity.key, None))
    found = _all(reader, layout)
    found.subtract(_of(reader, layout, layout.table.c.deleted_at.is_not(None)))
    return found


def _all(reader: Reader, layout: Layout) -> Counter[uuid.UUID]:
    """Of all records of the kind, in the recycle bin or not: the index on tags alone tells."""
    mine = (_tie.org_id == reader.office, _tie.entity == layout.entity.key)
    query = sa.select(_tie.tag_id, sa.func.count()).where(*mine).group_by(_tie.tag_id)
    return Counter({row[0]: int(row[1]) for row in reader.connection.execute(query)})


def _of(reader: Reader, layout: Layout, *which: sa.ColumnElement[bool]) -> Counter[uuid.UUID]:
    """Of these records."""
    c = layout.table.c
    joined = sa.and_(_tie.org_id == c.org_id, _tie.record_id == c.id)
    query = (
        sa.select(_tie.tag_id, sa.func.count())
        .select_from(layout.table.join(RecordTag.__table__, joined))
        .where(c.org_id == reader.office, *which)
        .group_by(_tie.tag_id)
    )
    return Counter({row[0]: int(row[1]) for row in reader.connection.execute(query)})
