"""An office whose records other records are tied to."""

from tests.factories.fixtures import clock, own_home

__all__ = ["clock", "own_home"]
