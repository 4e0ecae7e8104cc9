"""The rules of quality an office made itself, and which built-in ones it switched off."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import QualityRule

#: the kind of a row that says a built-in rule is switched off; its `params` name the rule
_OFF = "builtin"


@dataclass(frozen=True)
class StoredRule:
    """An own rule. `params` are those of its kind."""

    id: uuid.UUID
    entity: str
    field: str
    kind: str
    params: Mapping[str, Any]
    active: bool


def own(connection: sa.Connection, entity: str) -> list[StoredRule]:
    """The office's own rules on a kind of records, in order."""
    r = QualityRule
    query = _query(connection, entity).where(r.kind != _OFF).order_by(r.position, r.id)
    return [_stored(row) for row in connection.execute(query)]


def switched_off(connection: sa.Connection, entity: str) -> frozenset[str]:
    """Keys of the built-in rules that are switched off."""
    rows = connection.execute(_query(connection, entity).where(QualityRule.kind == _OFF))
    return frozenset(str(row.params.get("rule")) for row in rows)


def add(connection: sa.Connection, entity: str, field: str, kind: str, params: Mapping[str, Any]) -> StoredRule:
    """A new rule, active, behind those that are there."""
    r, office = QualityRule, office_of(connection)
    last = connection.execute(sa.select(sa.func.max(r.position)).where(r.org_id == office, r.entity == entity)).scalar()
    made = StoredRule(uuid7(), entity, field, kind, params, active=True)
    _insert(connection, made, (last or 0) + 1)
    return made


def change(connection: sa.Connection, rule: StoredRule) -> None:
    """Store the rule's field, kind, parameters and whether it is active."""
    r = QualityRule
    mine = sa.and_(r.org_id == office_of(connection), r.id == rule.id)
    values = {"field": rule.field, "kind": rule.kind, "params": rule.params, "active": rule.active, "updated_at": now()}
    connection.execute(sa.update(r).where(mine).values(**values))


def remove(connection: sa.Connection, rule: uuid.UUID) -> None:
    """Delete a rule."""
    r = QualityRule
    connection.execute(sa.delete(r).where(r.org_id == office_of(connection), r.id == rule))


def switch(connection: sa.Connection, entity: str, field: str, rule: str, active: bool) -> None:
    """Switch a built-in rule on or off."""
    for row in connection.execute(_query(connection, entity).where(QualityRule.kind == _OFF)).all():
        if row.params.get("rule") == rule:
            remove(connection, row.id)
    if not active:
        _insert(connection, StoredRule(uuid7(), entity, field, _OFF, {"rule": rule}, active=False), 0)


def reorder(connection: sa.Connection, entity: str, rules: Sequence[uuid.UUID]) -> None:
    """Own rules in this order; others keep their place."""
    r = QualityRule
    for position, rule in enumerate(rules):
        one = sa.and_(r.org_id == office_of(connection), r.entity == entity, r.id == rule)
        connection.execute(sa.update(r).where(one).values(position=position))


def _insert(connection: sa.Connection, rule: StoredRule, position: int) -> None:
    row = {
        "org_id": office_of(connection), "id": rule.id, "entity": rule.entity, "field": rule.field, "kind": rule.kind,
        "params": rule.params, "active": rule.active, "position": position, "updated_at": now(),
    }  # fmt: skip
    connection.execute(sa.insert(QualityRule), [row])


def _query(connection: sa.Connection, entity: str) -> sa.Select[Any]:
    r = QualityRule.__table__.c
    return sa.select(r.id, r.entity, r.field, r.kind, r.params, r.active).where(
        r.org_id == office_of(connection), r.entity == entity
    )


def _stored(row: Any) -> StoredRule:
    return StoredRule(row.id, row.entity, row.field, row.kind, dict(row.params or {}), row.active)
