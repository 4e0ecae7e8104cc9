"""An open archive with a customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.fields import Link
from app.services.workspace import Workspace
from tests.factories import archives


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def customer(workspace: Workspace) -> tuple[Link, ...]:
    record, _ = workspace.customers.create({"name": "苏州恒力机械有限公司"})
    return (Link(record.id, str(record.get("name"))),)
