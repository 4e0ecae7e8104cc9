"""The office of the tests with sales, deals and tickets in it; today is 2026-03-05."""

from __future__ import annotations

import pytest

from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.factories.engines import engine, office
from tests.factories.fixtures import clock, own_home, staff, workspace
from tests.unit.analytics.office import Office

__all__ = ["clock", "engine", "office", "own_home", "staff", "workspace"]


@pytest.fixture
def filled(clock: Clock, workspace: Workspace) -> Office:
    """The office with 40 customers, 160 orders, 50 deals and 40 tickets."""
    made = Office(workspace)
    made.fill_sales()
    made.fill_deals()
    made.fill_tickets()
    return made
