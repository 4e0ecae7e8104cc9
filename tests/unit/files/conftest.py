"""The office, open, with a customer of the salesperson in the east."""

import pytest

from app.core.records import Record
from app.services.workspace import Workspace
from tests.factories.fixtures import bare, clock, office, own_home, staff, workspace

__all__ = ["bare", "clock", "office", "own_home", "staff", "workspace"]


@pytest.fixture
def customer(staff: dict[str, Workspace]) -> Record:
    return staff["east"].customers.create({"name": "恒力机电"})[0]
