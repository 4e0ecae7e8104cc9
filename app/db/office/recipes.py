"""Cleaning recipes under a name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.ids import uuid7
from app.db.dialect import dialect_of, office_of
from app.models import Recipe

_TABLE: Any = Recipe.__table__


@dataclass(frozen=True)
class SavedRecipe:
    """A recipe under its name. `body`: its JSON data."""

    id: uuid.UUID
    name: str
    body: Mapping[str, Any]
    updated_at: datetime

    @property
    def steps(self) -> int:
        return len(self.body.get("steps", ()))


def all_recipes(connection: sa.Connection) -> list[SavedRecipe]:
    """All of them, the latest saved first."""
    query = _query(connection).order_by(Recipe.updated_at.desc(), Recipe.name)
    return [SavedRecipe(*row) for row in connection.execute(query)]


def find(connection: sa.Connection, name: str) -> SavedRecipe | None:
    """The recipe of this name, or None."""
    row = connection.execute(_query(connection).where(Recipe.name == name)).first()
    return None if row is None else SavedRecipe(*row)


def put(connection: sa.Connection, name: str, body: Mapping[str, Any]) -> None:
    """Keep a recipe under a name; one of that name is replaced."""
    row = {"org_id": office_of(connection), "id": uuid7(), "name": name, "body": body, "updated_at": now()}
    new = dialect_of(connection).insert_into(_TABLE).values(row)
    changed = {"body": new.excluded.body, "updated_at": new.excluded.updated_at}
    connection.execute(new.on_conflict_do_update(index_elements=["org_id", "name"], set_=changed))


def remove(connection: sa.Connection, name: str) -> bool:
    """Forget the recipe of this name; returns whether there was one."""
    gone = connection.execute(sa.delete(Recipe).where(Recipe.org_id == office_of(connection), Recipe.name == name))
    return gone.rowcount > 0


def _query(connection: sa.Connection) -> sa.Select[Any]:
    r = Recipe.__table__.c
    return sa.select(r.id, r.name, r.body, r.updated_at).where(r.org_id == office_of(connection))
