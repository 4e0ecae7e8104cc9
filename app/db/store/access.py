"""The access rules as SQL conditions, and the guard that adds them to every ORM statement of a session."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.core.access import Action, Actor
from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field
from app.core.i18n import t
from app.db.dialect import office_of
from app.db.store.layout import Layout, layouts
from app.errors import NotPermitted
from app.models import CustomerCollaborator, Tie


def condition(entity: str, actor: Actor, action: Action, office: int, model: Any = None) -> sa.ColumnElement[bool]:
    """True for the records of `entity` in this office that the action reaches for this actor.

    Own and team go by owner; collaborators may view; whoever sees a record sees what follows it; a part has the rights
    of what it is part of; shared records are everybody's to see and the administrator's to change.
    """
    layout = _layouts()[entity]
    target: Any = model or layout.model
    kind = layout.entity
    if kind.shared:
        return sa.true() if action is Action.VIEW or actor.is_admin else sa.false()
    if kind.parent:
        return _part_of(layout, target, actor, action, office)
    owners = actor.reach(entity, action)
    if owners is None:
        return sa.true()
    allowed: sa.ColumnElement[bool] = target.owner.in_(sorted(owners)) if owners else sa.false()
    if not owners or action is not Action.VIEW:
        return allowed
    return sa.or_(allowed, *_shared(layout, target, actor, office))


def reaches(connection: sa.Connection, layout: Layout, actor: Actor, action: Action, record: uuid.UUID) -> bool:
    """Whether the action reaches this one record."""
    c, office = layout.table.c, office_of(connection)
    seen = condition(layout.entity.key, actor, action, office)
    query = sa.select(c.id).where(c.org_id == office, c.id == record, seen)
    return connection.execute(query).first() is not None


def require_shared(actor: Actor, entity: Entity) -> None:
    """Raise NotPermitted unless the actor may change shared records (pick-lists, products)."""
    if not actor.is_admin:
        raise NotPermitted(t("{entity}由管理员维护，您可以查看和选用。", entity=entity.label))


@cache
def _layouts() -> dict[str, Layout]:
    return layouts(BUILT_IN)


def _visible(entity: str, actor: Actor, action: Action, office: int) -> sa.Select[Any]:
    model: Any = _layouts()[entity].model
    # the guard itself must not wrap these again
    seen = condition(entity, actor, action, office)
    return sa.select(model.id).where(model.org_id == office, seen).execution_options(unguarded=True)


def _part_of(layout: Layout, target: Any, actor: Actor, action: Action, office: int) -> sa.ColumnElement[bool]:
    parent = layout.entity.field(layout.entity.parent)
    whole = _layouts()[parent.target].entity
    wanted = action if action in (Action.VIEW, Action.EXPORT, Action.IMPORT) else Action.EDIT
    if not whole.parent and not whole.shared and actor.reach(whole.key, wanted) is None:
        return sa.true()
    column: sa.ColumnElement[Any] = getattr(target, f"{parent.key}_id")
    return column.in_(_visible(whole.key, actor, wanted, office))


def _shared(layout: Layout, target: Any, actor: Actor, office: int) -> list[sa.ColumnElement[bool]]:
    if layout.entity.key == "customers":
        shared = sa.select(CustomerCollaborator.customer_id).where(
            CustomerCollaborator.org_id == office, CustomerCollaborator.user_id == actor.user_id
        )
        return [target.id.in_(shared)]
    return [_following(layout, target, layout.entity.field(key), actor, office) for key in layout.entity.follows]


def _following(layout: Layout, target: Any, field: Field, actor: Actor, office: int) -> sa.ColumnElement[bool]:
    """True for the records whose link names a record that the actor sees."""
    seen = _visible(field.target, actor, Action.VIEW, office)
    if field.one:
        named: sa.ColumnElement[Any] = getattr(target, f"{field.key}_id")
        return named.in_(seen)
    mine = (Tie.org_id == office, Tie.entity == layout.entity.key, Tie.field == field.key)
    own: sa.ColumnElement[Any] = target.id
    return own.in_(sa.select(Tie.record_id).where(*mine, Tie.target_id.in_(seen)))


def guard(session: Session, actor: Actor, office: int) -> None:
    """Every ORM select, update and delete of this session sees only what the actor may view."""

    @event.listens_for(session, "do_orm_execute")
    def _restrict(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load or state.execution_options.get("unguarded"):
            return
        options = [
            with_loader_criteria(layout.model, condition(entity, actor, Action.VIEW, office), include_aliases=True)
            for entity, layout in _layouts().items()
            if actor.reach(entity, Action.VIEW) is not None and not layout.entity.shared
        ]
        if options:
            state.statement = state.statement.options(*options)
