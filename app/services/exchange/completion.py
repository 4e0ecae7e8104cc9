"""Entities whose imported rows need more than their cells: called with the rows before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.services.deals import importing as deals

Complete = Callable[[UnitOfWork, Operation, Sequence[Any]], None]

COMPLETE: Mapping[str, Complete] = {
    "deals": deals.complete_deals,
    "leads": deals.complete_leads,
    "orders": deals.complete_orders,
    "payments": deals.complete_payments,
    "stages": deals.complete_stages,
}
