"""Import → clean → find → merge → undo all of it, in whatever order it was done: the exported data is the first state, bit for
bit."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.services.exchange.files.records import ReadOptions
from app.services.workbench.operations import run_step, settled
from app.services.workbench.steps import Step
from app.services.workspace import Workspace
from benchmarks import duplicate_data
from tests.factories.archives import Template

ENTITIES = ("customers", "contacts", "deals", "activities")
STEPS = (
    ("company", "客户名称"),
    ("squeeze", "客户名称"),
    ("phone", "电话"),
    ("collapse", "地址"),
    ("standard-text", "客户名称"),
)


def _exported(workspace: Workspace, folder: Path) -> dict[str, bytes]:
    """Every live record of every kind as it leaves in a file; times of change belong to the journal, not to the data."""
    found = {}
    for entity in ENTITIES:
        path = folder / f"{entity}.csv"
        columns = [f.key for f in workspace.records(entity).entity.fields if f.key != "updated_at"]
        workspace.exports.export(path, entity, columns=columns)
        found[entity] = b"\n".join(sorted(path.read_bytes().splitlines()))
    return found


def _first_state(workspace: Workspace) -> None:
    for i, row in enumerate(duplicate_data.rows(12, seed=5)):
        customer = workspace.customers.create({"name": row.cells[0], "external_id": f"OLD{i}", "level": "A"})[0]
        workspace.customers.log_activity(customer.id, {"subject": f"第 {i} 次拜访", "kind": "visit"})
        if row.cells[1]:
            workspace.customers.add_contact(customer.id, {"name": row.cells[1]}, "采购")


def _import(workspace: Workspace, folder: Path, seed: int) -> None:
    table = folder / f"批次{seed}.csv"
    with table.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(duplicate_data.HEADERS)
        writer.writerows([f"N{seed}-{i}", *row.cells] for i, row in enumerate(duplicate_data.rows(25, seed=seed)))
    inspection = workspace.imports.inspect(table)
    plan = replace(workspace.imports.propose(inspection, "customers"), mode="upsert")
    workspace.imports.run(table, ReadOptions(), inspection, plan)


def _clean(workspace: Workspace, chance: random.Random) -> None:
    records = workspace.workbench.load("customers")
    table = records.table
    for op, column in chance.sample(STEPS, 3):
        if column in table.names:
            table = run_step(table, settled(table, Step(op, column, {})))[0]
    workspace.workbench.apply(records, table)


def _merge(workspace: Workspace, chance: random.Random) -> None:
    workspace.duplicates.find("customers")
    if chance.random() < 0.5:
        workspace.merging.merge_groups("customers", least=0.5)
        return
    ids = [r.id for r in workspace.customers.list(limit=500)[1]]
    for _ in range(3):
        chosen = chance.sample(ids, min(len(ids), chance.choice((2, 3, 5))))
        if len(chosen) < 2:
            return
        workspace.merging.merge("customers", chosen, chance.choice(chosen))
        ids = [key for key in ids if workspace.customers.get(key).deleted_at is None]


@settings(
    max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,)
)
@given(seed=st.integers(0, 10_000), order=st.lists(st.sampled_from("icm"), min_size=2, max_size=4))
def test_that_undoing_everything_gives_the_first_state_bit_for_bit(
    office: Template, tmp_path_factory: object, seed: int, order: list[str]
) -> None:
    folder = Path(tmp_path_factory.mktemp("round"))  # type: ignore[attr-defined]
    chance = random.Random(seed)
    with office.opened(office.copy(folder)) as workspace:
        _first_state(workspace)
        before, known = _exported(workspace, folder), workspace.history.list(limit=1_000)[0]
        for letter in order:
            if letter == "i":
                _import(workspace, folder, seed + chance.randrange(3))
            elif letter == "c":
                _clean(workspace, chance)
            else:
                _merge(workspace, chance)
        total, operations = workspace.history.list(limit=1_000)
        for operation in operations[: total - known]:
            if operation.undoable:
                undone = workspace.history.undo(operation.id)
                assert not undone.kept, (operation.summary, undone.kept)
        assert _exported(workspace, folder) == before
