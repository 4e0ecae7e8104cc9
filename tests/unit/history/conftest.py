"""Real archives for the tests in this folder."""

from tests.factories.engines import engine, office
from tests.factories.fixtures import bare, clock, own_home, staff, workspace

__all__ = ["bare", "clock", "engine", "office", "own_home", "staff", "workspace"]
