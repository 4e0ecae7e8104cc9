"""The command on a real archive, and folders of exports."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import _environment, archive, kedang, run  # noqa: F401
from tests.unit.migration.tables import salesforce


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder of another system's exports."""
    return salesforce(tmp_path / "exports")
