"""Saved views: a name for a filter, an order and a choice of columns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from app.core.filters import Filter, check, dump, parse
from app.core.i18n import t
from app.core.records import Sort
from app.db.office import saved_views
from app.db.office.saved_views import StoredView
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
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
        with self._context.reading() as work:
            return [_view(v) for v in saved_views.seen_by(work.connection, self._context.actor.user_id, entity)]

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
        user = None if shared else self._context.actor.user_id
        with self._context.writing() as work:
            if view is None:
                stored = saved_views.add(work.connection, entity, user, text, body)
            else:
                stored = replace(self._own(work, view), user=user, name=text, body=body)
                saved_views.change(work.connection, stored)
            work.commit()
        return _view(stored)

    def rename(self, view: uuid.UUID, name: str) -> None:
        """Another name."""
        if not name.strip():
            raise UserError(t("请给视图起一个名字。"))
        with self._context.writing() as work:
            saved_views.change(work.connection, replace(self._own(work, view), name=name.strip()[:60]))
            work.commit()

    def delete(self, view: uuid.UUID) -> None:
        """Remove a view; no record is touched."""
        with self._context.writing() as work:
            saved_views.remove(work.connection, self._own(work, view).id)
            work.commit()

    def reorder(self, views: tuple[uuid.UUID, ...]) -> None:
        """Tab order as given. Shared views keep their place unless an administrator moves them."""
        actor = self._context.actor
        with self._context.writing() as work:
            saved_views.reorder(work.connection, views, actor.user_id, shared=actor.is_admin)
            work.commit()

    def _own(self, work: UnitOfWork, view: uuid.UUID) -> StoredView:
        found = saved_views.find(work.connection, view)
        if found is None or found.user not in (None, self._context.actor.user_id):
            raise NotFound(t("没有这个视图。"))
        if found.user is None:
            self._context.actor.require_admin()
        return found


def _view(row: StoredView) -> View:
    body = row.body or {}
    return View(
        row.id,
        row.entity,
        row.name,
        parse(body["filter"]) if body.get("filter") else None,
        tuple(Sort(key, bool(down)) for key, down in body.get("sorts", ())),
        tuple((str(key), int(width)) for key, width in body.get("columns", ())),
        row.user is None,
    )
