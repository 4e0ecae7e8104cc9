"""Fixtures around a real archive."""

from tests.gui.archive_fixtures import *  # noqa: F403
