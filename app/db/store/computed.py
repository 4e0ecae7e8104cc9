"""Fields that are computed when they are read: nothing is stored, so nothing can be wrong. What an order counts for and which
way money went follow from what their values mean in the office's lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.fields import Entity, Registry
from app.db.dialect.expressions import Total
from app.models import Order, OrderLine, Payment

#: what the status of orders means that are no revenue
NOT_COUNTED = ("draft", "cancelled")

_order: Any = Order.__table__.c
_line: Any = OrderLine.__table__.c


def counted(registry: Registry) -> sa.ColumnElement[bool]:
    """Orders that are revenue; those that say nothing are."""
    return sa.func.coalesce(_order.status, "").not_in(
        registry.entity("orders").field("status").with_meaning(*NOT_COUNTED)
    )


def signed(payments: Entity, payment: Any) -> sa.ColumnElement[int]:
    """The amount of a row of payments: what was paid back is stored as a positive amount of its kind."""
    back = payment.kind.in_(payments.field("kind").with_meaning("refund"))
    return sa.case((back, -payment.amount_minor), else_=payment.amount_minor)


def _net(registry: Registry) -> sa.ColumnElement[int]:
    left = sa.func.coalesce(_order.amount_minor, 0) - sa.func.coalesce(_order.refund_minor, 0)
    return sa.case((counted(registry), left), else_=0)


def _received(registry: Registry) -> sa.ColumnElement[int]:
    payment: Any = Payment.__table__.c
    return (
        sa.select(sa.func.coalesce(Total(signed(registry.entity("payments"), payment)), 0))
        .where(payment.org_id == _order.org_id, payment.order_id == _order.id, payment.deleted_at.is_(None))
        .correlate(Order.__table__)
        .scalar_subquery()
    )


#: (table, field key) → SQL expression on that table
COMPUTED: Mapping[tuple[str, str], Callable[[Registry], Any]] = {
    ("sales_order", "net"): _net,
    ("sales_order", "profit"): lambda registry: _net(registry) - sa.func.coalesce(_order.cost_minor, 0),
    ("order_line", "profit"): lambda _registry: _line.amount_minor - sa.func.coalesce(_line.cost_minor, 0),
    ("sales_order", "received"): _received,
    ("sales_order", "owed"): lambda registry: _net(registry) - _received(registry),
}


@lru_cache(maxsize=8)
def expressions(registry: Registry) -> Mapping[tuple[str, str], Any]:
    """(table, field key) → its expression with the lists of this registry."""
    return {place: make(registry) for place, make in COMPUTED.items()}


#: entity → its links to records whose computed fields read it
WORKED_OUT_FROM: Mapping[str, tuple[str, ...]] = {"payments": ("order",)}
