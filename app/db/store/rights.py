"""Whether the actor may do to records what he asks for, for one record and for many."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.access import Action
from app.core.i18n import t
from app.core.records import Record
from app.db.store import access
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.errors import AppError, NotPermitted, UserError


def require_create(reader: Reader, layout: Layout, values: Mapping[str, Any]) -> None:
    """Raise NotPermitted unless such a record may be made: a part needs the right to edit what it is part of; shared
    records are made by who may change them."""
    entity = layout.entity
    if entity.parent:
        target = reader.layout(entity.field(entity.parent).target)
        for link in values.get(entity.parent) or ():
            require(reader, target, reader.get(target.entity.key, link.id), Action.EDIT)
        return
    reader.actor.require(entity.key, Action.CREATE)
    if entity.shared:
        access.require_shared(reader.actor, entity)


def require(reader: Reader, layout: Layout, record: Record, action: Action) -> None:
    """Raise NotPermitted unless the action reaches the record."""
    for error in out_of_reach(reader, layout, [record], action).values():
        raise error


def out_of_reach(
    reader: Reader, layout: Layout, records: Sequence[Record], action: Action
) -> dict[uuid.UUID, AppError]:
    """The records that the action does not reach, each with the reason. Raises NotPermitted for whom it reaches none."""
    reader.actor.require(layout.entity.key, action)
    reached = reader.reachable(layout.entity.key, [r.id for r in records], action)
    error = NotPermitted(t("这条档案由别人负责，您的角色不能对它做这个操作。"))
    return dict.fromkeys((r.id for r in records if r.id not in reached), error)


def in_use(reader: Reader, layout: Layout, records: Sequence[Record]) -> dict[uuid.UUID, AppError]:
    """A pick-list's entry stays while live records use it: they would lose their stage or category."""
    kept: dict[uuid.UUID, AppError] = {}
    wanted = [r.id for r in records]
    for other in reader.registry:
        there = reader.layout(other.key)
        for field in other.fields:
            column = there.reference(field.key) if field.target == layout.entity.key else None
            if column is None or other.parent:
                continue
            c = there.table.c
            live = (c.org_id == reader.office, column.in_(wanted), c.deleted_at.is_(None))
            query = sa.select(column, sa.func.count()).where(*live).group_by(column)
            for record, used in reader.connection.execute(query):
                text = t("还有 {n} 条{entity}在用它，先改掉它们再删。", n=used, entity=other.label)
                kept.setdefault(record, UserError(text))
    return kept
