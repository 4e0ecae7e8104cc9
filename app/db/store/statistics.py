"""What the engine knows of how many rows lie where: brought up to date after bulk work, so that it keeps choosing the right
index (a trigger that walked all ties for each of many contacts is the price of not knowing)."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.fields import Registry
from app.db.dialect import dialect_of
from app.models import Base

#: fewer rows than these change nothing
MANY = 1000
#: where parts of records of every kind lie, and the journal of all
_BESIDE = ("contact_point", "tie", "record_tag", "custom_value", "address", "change")


def refresh(connection: sa.Connection, registry: Registry, entities: Iterable[str]) -> None:
    """Look at the tables of these entities and at their parts."""
    own = {registry.entity(key).table for key in entities if registry.find(key) is not None}
    tables = [Base.metadata.tables[name] for name in sorted({*own, *_BESIDE})]
    dialect_of(connection).analyze(connection, tables)
