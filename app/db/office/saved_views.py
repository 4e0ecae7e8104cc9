"""Saved views of lists: everybody's own and shared ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import SavedView


@dataclass(frozen=True)
class StoredView:
    """A view as it is stored. `user`: whose it is, None = everybody's; `body`: its filter, sorts and columns."""

    id: uuid.UUID
    entity: str
    user: uuid.UUID | None
    name: str
    body: Mapping[str, Any]


def seen_by(connection: sa.Connection, user: uuid.UUID, entity: str) -> list[StoredView]:
    """The user's and the shared views of a kind of records, in tab order."""
    v = SavedView
    mine = sa.or_(v.user_id == user, v.user_id.is_(None))
    query = _query(connection).where(v.entity == entity, mine).order_by(v.position, v.id)
    return [StoredView(*row) for row in connection.execute(query)]


def find(connection: sa.Connection, view: uuid.UUID) -> StoredView | None:
    """One view, or None."""
    row = connection.execute(_query(connection).where(SavedView.id == view)).first()
    return None if row is None else StoredView(*row)


def add(
    connection: sa.Connection, entity: str, user: uuid.UUID | None, name: str, body: Mapping[str, Any]
) -> StoredView:
    """A new view behind those that are there."""
    v, office = SavedView, office_of(connection)
    last = connection.execute(sa.select(sa.func.max(v.position)).where(v.org_id == office, v.entity == entity)).scalar()
    made = StoredView(uuid7(), entity, user, name, body)
    row = {
        "org_id": office, "id": made.id, "entity": entity, "user_id": user, "name": name, "body": body,
        "position": (last or 0) + 1,
    }  # fmt: skip
    connection.execute(sa.insert(v), [row])
    return made


def change(connection: sa.Connection, view: StoredView) -> None:
    """Store the view's user, name and body."""
    v = SavedView
    mine = sa.and_(v.org_id == office_of(connection), v.id == view.id)
    connection.execute(sa.update(v).where(mine).values(user_id=view.user, name=view.name, body=view.body))


def remove(connection: sa.Connection, view: uuid.UUID) -> None:
    """Remove a view."""
    v = SavedView
    connection.execute(sa.delete(v).where(v.org_id == office_of(connection), v.id == view))


def reorder(connection: sa.Connection, views: Sequence[uuid.UUID], user: uuid.UUID, *, shared: bool) -> None:
    """Tab order as given, of the user's own views and, if `shared`, of everybody's; others keep their place."""
    v = SavedView
    movable = sa.or_(v.user_id == user, v.user_id.is_(None)) if shared else v.user_id == user
    for position, view in enumerate(views):
        one = sa.and_(v.org_id == office_of(connection), v.id == view, movable)
        connection.execute(sa.update(v).where(one).values(position=position))


def _query(connection: sa.Connection) -> sa.Select[Any]:
    v = SavedView.__table__.c
    return sa.select(v.id, v.entity, v.user_id, v.name, v.body).where(v.org_id == office_of(connection))
