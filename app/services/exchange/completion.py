"""Entities whose imported rows need more than their cells: called with the rows before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.services.deals import importing as deals

_STATES = (("closed_at", "closed"), ("resolved_at", "resolved"), ("first_responded_at", "open"))


def _complete_tickets(_work: UnitOfWork, _operation: Operation, rows: Sequence[Any]) -> None:
    """A ticket without a state has the one its latest time tells, so that the time is not taken for a mistake."""
    for row in rows:
        if not row.columns.get("status"):
            row.columns["status"] = next((state for key, state in _STATES if row.columns.get(key)), "new")


Complete = Callable[[UnitOfWork, Operation, Sequence[Any]], None]

COMPLETE: Mapping[str, Complete] = {
    "deals": deals.complete_deals,
    "leads": deals.complete_leads,
    "orders": deals.complete_orders,
    "payments": deals.complete_payments,
    "stages": deals.complete_stages,
    "tickets": _complete_tickets,
}
