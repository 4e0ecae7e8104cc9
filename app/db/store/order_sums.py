"""What the items of orders add up to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.db.store.children import chunks
from app.db.store.reading import Reader
from app.models import OrderLine


@dataclass(frozen=True, slots=True)
class LineSum:
    """How many live items an order has, and their amount and cost in minor units."""

    count: int
    amount: int
    cost: int


def line_sums(reader: Reader, orders: Sequence[uuid.UUID]) -> dict[uuid.UUID, LineSum]:
    """The sums of these orders' items; orders without any are missing."""
    c = OrderLine.__table__.c
    found: dict[uuid.UUID, LineSum] = {}
    amount, cost = sa.func.coalesce(sa.func.sum(c.amount_minor), 0), sa.func.coalesce(sa.func.sum(c.cost_minor), 0)
    for part in chunks(orders):
        query = (
            sa.select(c.order_id, sa.func.count(), amount, cost)
            .where(c.org_id == reader.office, c.order_id.in_(part), c.deleted_at.is_(None))
            .group_by(c.order_id)
        )
        found.update(
            (row[0], LineSum(int(row[1]), int(row[2]), int(row[3]))) for row in reader.connection.execute(query)
        )
    return found
