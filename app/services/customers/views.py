"""Saved views: a name for a filter, an order and a choice of columns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.filters import Filter, check, dump, parse
from app.core.i18n import t
from app.core.ids import uuid7
from app.core.records import Sort
from app.errors import NotFound, UserError
from app.models import SavedView
from app.services.context import Context


@dataclass(frozen=True)
class View:
    """`columns` are field keys in order with widths; empty = the entity's own choice. `shared`: everybody sees it."""

    id: uuid.UUID
    entity: str
    name: str
    condition: Filter | None = None
    sorts: tuple[Sort, ...] = ()
    columns: tuple[tuple[str, int], ...] = ()
    shared: bool = False


Views = list[View]


class ViewService:
    """Views of the actor and shared ones; shared ones are changed by administrators only."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, entity: str) -> Views:
        """The actor's and the shared views, in tab order."""
        me = self._context.actor.user_id
        with self._context.archive.session() as session:
            rows = session.scalars(
                sa.select(SavedView)
                .where(SavedView.entity == entity, sa.or_(SavedView.user_id == me, SavedView.user_id.is_(None)))
                .order_by(SavedView.position, SavedView.id)
            ).all()
        return [_view(row) for row in rows]

    def save(
        self,
        entity: str,
        name: str,
        *,
        condition: Filter | None = None,
        sorts: tuple[Sort, ...] = (),
        columns: tuple[tuple[str, int], ...] = (),
        shared: bool = False,
        view: uuid.UUID | None = None,
    ) -> View:
        """Store a new view, or change `view`."""
        text = name.strip()
        if not text:
            raise UserError(t("请给视图起一个名字。"))
        if len(text) > 60:
            raise UserError(t("名字太长，最多 60 个字。"))
        if shared:
            self._context.actor.require_admin()
        if condition is not None:
            check(condition, self._context.registry.entity(entity), self._context.registry)
        body = {
            "filter": dump(condition) if condition is not None else None,
            "sorts": [[s.key, s.descending] for s in sorts],
            "columns": [list(c) for c in columns],
        }
        with self._context.archive.session(write=True) as session:
            row = self._own(session, view) if view else None
            if row is None:
                last = session.scalar(sa.select(sa.func.max(SavedView.position)).where(SavedView.entity == entity))
                row = SavedView(id=uuid7(), entity=entity, position=(last or 0) + 1, name=text, body=body)
                session.add(row)
            row.user_id = None if shared else self._context.actor.user_id
            row.name, row.body = text, body
            session.commit()
            return _view(row)

    def rename(self, view: uuid.UUID, name: str) -> None:
        """Another name."""
        if not name.strip():
            raise UserError(t("请给视图起一个名字。"))
        with self._context.archive.session(write=True) as session:
            self._own(session, view).name = name.strip()[:60]
            session.commit()

    def delete(self, view: uuid.UUID) -> None:
        """Remove a view; no record is touched."""
        with self._context.archive.session(write=True) as session:
            session.delete(self._own(session, view))
            session.commit()

    def reorder(self, views: tuple[uuid.UUID, ...]) -> None:
        """Tab order as given. Shared views keep their place unless an administrator moves them."""
        actor = self._context.actor
        movable = SavedView.user_id == actor.user_id
        if actor.is_admin:
            movable = sa.or_(movable, SavedView.user_id.is_(None))
        with self._context.archive.session(write=True) as session:
            rows = session.scalars(sa.select(SavedView).where(SavedView.org_id == 1, movable))
            places = {view: position for position, view in enumerate(views)}
            for row in rows:
                row.position = places.get(row.id, row.position)
            session.commit()

    def _own(self, session: Any, view: uuid.UUID) -> SavedView:
        row: SavedView | None = session.get(SavedView, (1, view))
        if row is None or row.user_id not in (None, self._context.actor.user_id):
            raise NotFound(t("没有这个视图。"))
        if row.user_id is None:
            self._context.actor.require_admin()
        return row


def _view(row: SavedView) -> View:
    body = row.body or {}
    return View(
        row.id,
        row.entity,
        row.name,
        parse(body["filter"]) if body.get("filter") else None,
        tuple(Sort(key, bool(down)) for key, down in body.get("sorts", ())),
        tuple((str(key), int(width)) for key, width in body.get("columns", ())),
        row.user_id is None,
    )
