"""The access rules as SQL conditions, and the guard that adds them to every ORM statement of a session."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.core.access import Action, Actor
from app.models import Activity, Contact, Customer, CustomerCollaborator, CustomerContact

_GUARDED: dict[str, Any] = {"customers": Customer, "contacts": Contact, "activities": Activity}


def condition(entity: str, actor: Actor, action: Action, model: Any = None) -> sa.ColumnElement[bool]:
    """True for the records of `entity` that the action reaches for this actor.

    Own and team go by owner; collaborators may view; a contact or activity follows the customers it is tied to.
    """
    target = model or _GUARDED[entity]
    owners = actor.reach(entity, action)
    if owners is None:
        return sa.true()
    allowed: sa.ColumnElement[bool] = target.owner.in_(sorted(owners)) if owners else sa.false()
    if not owners or action is not Action.VIEW:
        return allowed
    return sa.or_(allowed, *_shared(entity, target, actor))


def _shared(entity: str, target: Any, actor: Actor) -> list[sa.ColumnElement[bool]]:
    if entity == "customers":
        shared = sa.select(CustomerCollaborator.customer_id).where(
            CustomerCollaborator.org_id == 1, CustomerCollaborator.user_id == actor.user_id
        )
        return [target.id.in_(shared)]
    visible = sa.select(Customer.id).where(Customer.org_id == 1, condition("customers", actor, Action.VIEW))
    # the guard itself must not wrap these again
    visible = visible.execution_options(unguarded=True)
    if entity == "contacts":
        tied = sa.select(CustomerContact.contact_id).where(
            CustomerContact.org_id == 1, CustomerContact.customer_id.in_(visible)
        )
        return [target.id.in_(tied)]
    return [target.customer_id.in_(visible)]


def guard(session: Session, actor: Actor) -> None:
    """Every ORM select, update and delete of this session sees only what the actor may view."""

    @event.listens_for(session, "do_orm_execute")
    def _restrict(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load or state.execution_options.get("unguarded"):
            return
        options = [
            with_loader_criteria(model, condition(entity, actor, Action.VIEW), include_aliases=True)
            for entity, model in _GUARDED.items()
            if actor.reach(entity, Action.VIEW) is not None
        ]
        if options:
            state.statement = state.statement.options(*options)
