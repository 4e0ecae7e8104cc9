"""Fields that are computed when they are read: nothing is stored, so nothing can be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.db.dialect.expressions import Total
from app.models import Order, OrderLine, Payment

#: orders in these states are no revenue
NOT_COUNTED = ("draft", "cancelled")

_order: Any = Order.__table__.c
_payment: Any = Payment.__table__.c
_line: Any = OrderLine.__table__.c

_counts = sa.func.coalesce(_order.status, "confirmed").not_in(NOT_COUNTED)
NET: sa.ColumnElement[int] = sa.case(
    (_counts, sa.func.coalesce(_order.amount_minor, 0) - sa.func.coalesce(_order.refund_minor, 0)), else_=0
)
_received = (
    sa.select(
        sa.func.coalesce(
            Total(sa.case((_payment.kind == "refund", -_payment.amount_minor), else_=_payment.amount_minor)), 0
        )
    )
    .where(_payment.org_id == _order.org_id, _payment.order_id == _order.id, _payment.deleted_at.is_(None))
    .correlate(Order.__table__)
    .scalar_subquery()
)

#: (table, field key) → SQL expression on that table
COMPUTED: Mapping[tuple[str, str], Any] = {
    ("sales_order", "net"): NET,
    ("sales_order", "profit"): NET - sa.func.coalesce(_order.cost_minor, 0),
    ("order_line", "profit"): _line.amount_minor - sa.func.coalesce(_line.cost_minor, 0),
    ("sales_order", "received"): _received,
    ("sales_order", "owed"): NET - _received,
}

#: entity → its links to records whose computed fields read it
WORKED_OUT_FROM: Mapping[str, tuple[str, ...]] = {"payments": ("order",)}
