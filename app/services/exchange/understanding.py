"""What the words and numbers of a file mean for some kinds of records, before their behaviour sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.services.deals.importing import profits_of_lines, profits_of_orders, signs_of_payments, stages_of_deals

#: is given rows, each with the record it is about (None = a new one), and changes them; yields (row, what a person should
#: know)
Understand = Callable[[UnitOfWork, Operation, Sequence[Any]], Iterable[tuple[Any, str]]]

UNDERSTAND: Mapping[str, Understand] = {
    "deals": stages_of_deals,
    "orders": profits_of_orders,
    "order_lines": profits_of_lines,
    "payments": signs_of_payments,
}
