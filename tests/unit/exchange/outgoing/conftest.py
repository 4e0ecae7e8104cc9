"""An archive of its own for every test that writes or takes files."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import create_workspace
from app.core.fields import Field
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.importing.report import ImportReport
from app.services.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened, _ = create_workspace(tmp_path / "office.kedang", "admin", "Geheim#2030", name="管理员甲")
    yield opened
    opened.close()


def converted(field: Field, text: str) -> Any:
    """The value that a cell of an import becomes."""
    return converter(field, Options(ColumnPlan(field.key)))(text)[0]


def take_in(workspace: Workspace, path: Path, entity: str = "customers", **changes: Any) -> ImportReport:
    """Import a file as proposed, with these changes to the plan."""
    inspection = workspace.imports.inspect(path)
    plan = replace(workspace.imports.propose(inspection, entity), **changes)
    return workspace.imports.run(path, ReadOptions(), inspection, plan, errors_to=path.with_name("errors.xlsx"))


Make = Callable[..., Any]
