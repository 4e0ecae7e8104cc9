"""An office without records, and files that are taken into it as the program proposes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.records import Record
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.importing.report import ImportReport
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.clocks import Clock
from tests.factories.fixtures import clock, own_home

__all__ = ["clock", "own_home"]

Take = Callable[..., ImportReport]


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path) -> Take:
    """Import rows (the first is the header) by the mapping the program proposes."""

    def run(rows: Sequence[Sequence[str]], entity: str, *, whole: bool = False, **changes: Any) -> ImportReport:
        path = tmp_path / "表.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        inspection = workspace.imports.inspect(path)
        plan = replace(workspace.imports.propose(inspection, entity), **changes)
        if whole:  # as the command line does: every row has a name, every column a place
            plan = workspace.imports.whole(path, ReadOptions(), inspection, plan, mode=plan.mode).plan
        return workspace.imports.run(path, ReadOptions(), inspection, plan)

    return run


@pytest.fixture
def customer(workspace: Workspace) -> Record:
    return workspace.customers.create({"name": "恒力机械", "external_id": "K1"})[0]
