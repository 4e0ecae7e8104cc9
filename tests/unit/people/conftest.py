"""Real archives for the tests in this folder."""

from tests.factories.fixtures import bare, clock, office, staff, workspace

__all__ = ["bare", "clock", "office", "staff", "workspace"]
