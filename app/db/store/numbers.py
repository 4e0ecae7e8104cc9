"""Human numbers (客户编号 C000123): one counter per entity, given inside the transaction that uses them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core.fields import Entity
from app.core.ids import uuid7
from app.db.dialect import dialect_of, office_of
from app.models import Counter


def take(connection: sa.Connection, entity: Entity, count: int = 1) -> int:
    """The first of `count` fresh numbers of the entity's counter."""
    table: Any = Counter.__table__
    new = (
        dialect_of(connection)
        .insert_into(table)
        .values(org_id=office_of(connection), id=uuid7(), name=entity.key, value=count)
    )
    grown = new.on_conflict_do_update(
        index_elements=["org_id", "name"], set_={"value": table.c.value + new.excluded.value}
    )
    last = connection.execute(grown.returning(table.c.value)).scalar_one()
    return int(last) - count + 1


def written(entity: Entity, number: int) -> str:
    """The number as people see it."""
    return f"{entity.number_prefix}{number:06d}"
