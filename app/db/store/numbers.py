"""Human numbers (客户编号 C000123): one counter per entity, given inside the transaction that uses them."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.fields import Entity
from app.core.ids import uuid7


def take(connection: sa.Connection, entity: Entity, count: int = 1) -> int:
    """The first of `count` fresh numbers of the entity's counter."""
    last = connection.exec_driver_sql(
        "INSERT INTO counter(org_id, id, name, value) VALUES(1, ?, ?, ?) "
        "ON CONFLICT(org_id, name) DO UPDATE SET value = value + excluded.value RETURNING value",
        (uuid7().bytes, entity.key, count),
    ).scalar_one()
    return int(last) - count + 1


def written(entity: Entity, number: int) -> str:
    """The number as people see it."""
    return f"{entity.number_prefix}{number:06d}"
