"""Faults on real archives: processes killed, disks full, bits flipped. Slower than unit tests; no mocks."""

from tests.factories.fixtures import bare, clock, office, own_home, staff, workspace

__all__ = ["bare", "clock", "office", "own_home", "staff", "workspace"]
