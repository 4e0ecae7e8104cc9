"""An open archive and a way to import rows written in the test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.services.exchange.files.records import ReadOptions
from app.services.exchange.importing.report import ImportReport
from app.services.workspace import Workspace
from tests.factories import archives

Import = Callable[..., ImportReport]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (the first is the header) as a csv file."""

    def write(rows: Sequence[Sequence[str]], name: str = "名单.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows(rows)
        return path

    return write


@pytest.fixture
def import_rows(workspace: Workspace, sheet: Callable[..., Path]) -> Import:
    """Import rows into an entity; keyword arguments change the plan; `targets` overrides columns by header."""

    def run(
        rows: Sequence[Sequence[str]],
        entity: str = "customers",
        *,
        targets: dict[str, str | None] | None = None,
        dry: bool = False,
        job: Any = None,
        **changes: Any,
    ) -> ImportReport:
        path = sheet(rows)
        inspection = workspace.imports.inspect(path)
        plan = replace(workspace.imports.propose(inspection, entity), **changes)
        for index, column in enumerate(inspection.columns):
            if targets and column.name in targets:
                plan = plan.with_target(index, targets[column.name])
        method = workspace.imports.dry_run if dry else workspace.imports.run
        return method(path, ReadOptions(), inspection, plan, job)

    return run
