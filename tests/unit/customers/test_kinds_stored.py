"""Every kind people may choose for a field of their own, in a real archive: kept, sorted, exported, read again, undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.fields import FieldType, Link, MonthDay
from app.core.filters import Related
from app.core.kinds import CUSTOM_TYPES, KINDS
from app.core.records import Sort
from app.errors import UserError
from app.services.exchange.cells.typed import TypedValues, pairs_of
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.mapping.plan import UPDATE
from app.services.workspace import Workspace

#: in ascending order
#: files and links have rows of their own and tests of their own
SCALAR = tuple(kind for kind in CUSTOM_TYPES if not KINDS[kind].rows)
VALUES: Mapping[FieldType, tuple[Any, Any]] = {
    FieldType.TEXT: ("甲", "甲乙"),
    FieldType.LONG_TEXT: ("一行\n\n三行", "第一行\n  缩进"),
    FieldType.CHOICE: ("线上", "线下"),
    FieldType.MULTI_CHOICE: (("A/B", "重点 客户"), ("新的", "A/B")),
    FieldType.INTEGER: (-3, 7),
    FieldType.NUMBER: (Decimal("-0.5"), Decimal("12.25")),
    FieldType.MONEY: (-1_05, 1_000_000_00),
    FieldType.PRICE: (Decimal("0.0145"), Decimal("0.195")),
    FieldType.PERCENT: (Decimal("-0.5"), Decimal("12.5")),
    FieldType.DATE: (date(1999, 1, 2), date(2026, 3, 5)),
    FieldType.MONTH_DAY: (MonthDay(5, 12), MonthDay(2, 29, 1988)),
    FieldType.DURATION: (45, 90_061),
    FieldType.BOOL: (False, True),
}
TYPED: Mapping[FieldType, tuple[str, Any]] = {
    FieldType.PRICE: ("1,198.1234元", Decimal("1198.1234")),
    FieldType.PERCENT: ("15 %", Decimal(15)),
    FieldType.DURATION: ("1:30", 5400),
    FieldType.MONTH_DAY: ("5月12日", MonthDay(5, 12)),
    FieldType.MULTI_CHOICE: ('重点 客户；"A/B"', ("重点 客户", "A/B")),
    FieldType.LONG_TEXT: ("一\n二", "一\n二"),
}


@pytest.fixture
def fields(workspace: Workspace) -> dict[FieldType, str]:
    """Type → the key of a custom field of customers."""
    return {
        kind: workspace.fields.add(
            "customers", f"自定义{kind.value}", kind, choices=("A/B", "重点 客户", "线上") if KINDS[kind].listed else ()
        )
        for kind in SCALAR
    }


def _made(workspace: Workspace, fields: Mapping[FieldType, str]) -> list[Any]:
    return [
        workspace.customers.create({"name": name, **{fields[kind]: pair[at] for kind, pair in VALUES.items()}})[0].id
        for at, name in enumerate(("前", "后"))
    ]


def test_that_every_kind_is_kept_sorted_and_undone(workspace: Workspace, fields: dict[FieldType, str]) -> None:
    assert set(VALUES) == set(SCALAR)
    first, second = _made(workspace, fields)
    for kind, key in fields.items():
        assert [workspace.customers.get(i).get(key) for i in (first, second)] == list(VALUES[kind]), kind
        down = (Sort(key, descending=True),)
        assert [r.id for r in workspace.customers.list(None, (Sort(key),))[1]] == [first, second], kind
        assert [r.id for r in workspace.customers.list(None, down)[1]] == [second, first], kind
        _, change = workspace.customers.update(first, {key: VALUES[kind][1]})
        assert change.operation_id is not None
        assert workspace.customers.get(first).get(key) == VALUES[kind][1]
        workspace.history.undo(change.operation_id)
        assert workspace.customers.get(first).get(key) == VALUES[kind][0], kind


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_that_an_export_that_comes_back_changes_nothing(
    workspace: Workspace, fields: dict[FieldType, str], tmp_path: Path, ending: str
) -> None:
    ids = _made(workspace, fields)
    path = tmp_path / f"出.{ending}"
    workspace.exports.export(path, "customers", sorts=[Sort("number")])
    if ending == "json":
        text = path.read_text(encoding="utf-8")
        assert all(said in text for said in ('"0.195"', '"12.5"', '"--05-12"', "90061", '"A/B"', '"0.0145"'))
        return
    inspection = workspace.imports.inspect(path)
    plan = replace(workspace.imports.propose(inspection, "customers"), mode=UPDATE)
    assert {c.target for c in plan.columns} >= set(fields.values())
    report = workspace.imports.run(path, ReadOptions(), inspection, plan)
    assert (report.updated, report.unchanged, report.rejected) == (0, 2, 0), (report.issues, report.cell_changes)
    for kind, key in fields.items():
        assert [workspace.customers.get(i).get(key) for i in ids] == list(VALUES[kind]), kind


def test_that_what_is_typed_on_the_command_line_means_the_same(
    workspace: Workspace, fields: dict[FieldType, str]
) -> None:
    words = [f"{fields[kind]}={text}" for kind, (text, _) in TYPED.items()]
    typed = TypedValues(workspace.context, "customers", {}).values(pairs_of(workspace.customers.entity, words))
    assert typed == {fields[kind]: value for kind, (_, value) in TYPED.items()}
    made, _ = workspace.customers.create({"name": "甲", **typed})
    assert {key: workspace.customers.get(made.id).get(key) for key in typed} == typed


def test_that_amounts_and_durations_of_ones_own_add_up_in_filters(workspace: Workspace) -> None:
    spent = workspace.fields.add("activities", "工时", FieldType.DURATION)
    cost = workspace.fields.add("activities", "费用", FieldType.MONEY)
    one, two = (workspace.customers.create({"name": name})[0] for name in ("甲", "乙"))
    for seconds in (3000, 2400):
        workspace.activities.create({"subject": "装机", "customer": (Link(one.id),), spent: seconds, cost: 100_00})
    workspace.activities.create({"subject": "电话", "customer": (Link(two.id),), spent: 60})
    for key, least in ((spent, 5400), (cost, 200)):
        found = workspace.customers.list(Related("activities", None, "sum", "ge", least, key))[1]
        assert [record.id for record in found] == [one.id]
    with pytest.raises(UserError, match="求和"):
        workspace.customers.count(Related("activities", None, "sum", "ge", 1, "subject"))


def test_that_merged_records_keep_the_choices_of_both(workspace: Workspace, fields: dict[FieldType, str]) -> None:
    first, second = _made(workspace, fields)
    workspace.merging.merge("customers", [first, second], first)
    kept = workspace.customers.get(first)
    assert kept.get(fields[FieldType.MULTI_CHOICE]) == ("A/B", "重点 客户", "新的")
    assert kept.get(fields[FieldType.PRICE]) == Decimal("0.0145")
