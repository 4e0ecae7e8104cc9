"""A home of its own for every test: stored archives share their lineage, and with it the anchor kept outside the file."""

from tests.factories.fixtures import own_home

__all__ = ["own_home"]
