"""The workbench over a real archive: load, write back, undo, what is kept; recipes by name; recipes inside an import."""

from pathlib import Path
from typing import Any

import pytest

from app.core.filters import parse
from app.core.jobs import Job
from app.errors import Cancelled, NotFound, NotPermitted, UserError
from app.services.exchange.files.records import ReadOptions
from app.services.workbench.files import load_file, write_table
from app.services.workbench.operations import run_step, settled
from app.services.workbench.recipe_book import read_recipe, write_recipe
from app.services.workbench.steps import Step
from app.services.workbench.table import Table
from app.services.workspace import Workspace


def _step(table: Table, op: str, column: str = "", **params: object) -> Table:
    return run_step(table, settled(table, Step(op, column, params)))[0]


def _cities(workspace: Workspace) -> dict[str, str]:
    return {r.get("name"): r.get("city") for r in workspace.customers.list()[1]}


# ---- writing back ---------------------------------------------------------------------------------------------------


def test_that_cleaned_cells_are_written_as_one_operation_and_undone(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    before = messy.customers.list()[1]
    table = _step(records.table, "map", "城市", map={"苏洲": "苏州"})
    table = _step(table, "company", "客户名称")
    done = messy.workbench.apply(records, table)
    assert (done.records, done.cells, done.left_count) == (2, 3, 0)
    assert _cities(messy) == {
        "恒力科技（苏州）有限公司": "苏州",
        "华信科技有限公司": "苏州",
        "创博服饰有限公司": "苏州",
    }
    newest = messy.history.list()[1][0]
    assert (newest.kind, newest.id, newest.undoable) == ("clean", done.operation, True)
    assert messy.customers.list(parse({"search": "苏州"}))[0] >= 1  # the search index follows
    messy.history.undo(newest.id)
    assert {r.id: dict(r.values) | {"updated_at": 0} for r in messy.customers.list()[1]} == {
        r.id: dict(r.values) | {"updated_at": 0} for r in before
    }


def test_that_a_preview_writes_nothing(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    told = messy.workbench.preview(records, _step(records.table, "map", "城市", map={"苏洲": "苏州"}))
    assert (told.records, told.dry_run, told.operation) == (2, True, None)
    assert told.samples[0][1:] == ("城市", "苏洲", "苏州")
    assert "苏洲" in _cities(messy).values()
    assert messy.history.list()[1][0].kind == "create"


def test_that_records_changed_since_are_kept_and_listed(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    table = _step(records.table, "map", "城市", map={"苏洲": "苏州"})
    changed = next(r for r in messy.customers.list()[1] if r.get("name") == "创博服饰有限公司")
    messy.customers.update(changed.id, {"remark": "别人改的"})
    done = messy.workbench.apply(records, table)
    assert (done.records, done.left_count) == (1, 1)
    assert done.left[0].title == "创博服饰有限公司"
    assert "又被改过" in done.left[0].why
    assert _cities(messy)["创博服饰有限公司"] == "苏洲"


def test_that_cells_that_do_not_convert_are_listed_with_the_reason(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    table = _step(records.table, "constant", into="首次合作", value="明年")
    table = _step(table, "constant", into="客户名称", value="")
    table = _step(table, "constant", into="没有的字段", value="x")
    done = messy.workbench.apply(records, table)
    assert done.records == 0
    assert {(one.field, one.why) for one in done.left if one.field == "客户名称"} == {("客户名称", "必填，不能清空")}
    assert sum(one.field == "首次合作" for one in done.left) == 3
    assert done.ignored == ("没有的字段",)


def test_that_values_pass_through_the_converters_of_their_fields(messy: Workspace) -> None:
    records = messy.workbench.load("customers", parse({"field": "name", "op": "eq", "value": "华信科技有限公司"}))
    table = records.table
    for name, value in (
        ("累计金额", "1.5万"),
        ("电话", "138-0013-8000"),
        ("首次合作", "2024年3月5日"),
        ("标签", "甲；乙"),
    ):
        table = _step(table, "constant", into=name, value=value)
    assert messy.workbench.apply(records, table).cells == 4
    found = next(r for r in messy.customers.list()[1] if r.get("name") == "华信科技有限公司")
    assert found.get("amount") == 1_500_000
    assert found.get("phones")[0].normal == "+8613800138000"
    assert str(found.get("first_deal_on")) == "2024-03-05"
    assert found.get("tags") == ("甲", "乙")


def test_that_unique_numbers_are_not_given_twice(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    done = messy.workbench.apply(records, _step(records.table, "constant", into="外部编号", value="X1"))
    assert (done.records, done.left_count) == (1, 2)


def test_that_rows_taken_out_are_not_written(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    table = _step(records.table, "map", "城市", map={"苏洲": "苏州"})
    assert messy.workbench.apply(records, _step(table, "remove-rows")).records == 0
    assert messy.customers.count() == 3


def test_that_a_renamed_column_is_still_its_field(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    table = _step(_step(records.table, "rename", "城市", to="所在地"), "map", "所在地", map={"苏洲": "苏州"})
    assert messy.workbench.apply(records, table).records == 2


def test_that_cleaning_needs_the_right_to_edit(messy: Workspace, staff: dict[str, Workspace]) -> None:
    reader, east = staff["reader"], staff["east"]
    records = reader.workbench.load("customers")
    with pytest.raises(NotPermitted):
        reader.workbench.apply(records, _step(records.table, "trim", "城市"))
    seen = east.workbench.load("customers")
    done = east.workbench.apply(seen, _step(seen.table, "constant", into="城市", value="南京"))
    assert done.records == 0
    assert set(_cities(messy).values()) == {"苏洲", "苏州"}


def test_that_a_backup_is_made_before_many_records(workspace: Workspace) -> None:
    for number in range(60):
        workspace.customers.create({"name": f"客户{number}", "city": " "})
    records = workspace.workbench.load("customers")
    workspace.workbench.apply(records, _step(records.table, "constant", into="城市", value="苏州"))
    assert [b.reason for b in workspace.vault.backups()] == ["clean"]


def test_that_cancelling_leaves_nothing(messy: Workspace) -> None:
    records = messy.workbench.load("customers")
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        messy.workbench.apply(records, _step(records.table, "constant", into="城市", value="苏州"), job)
    assert "苏洲" in _cities(messy).values()


# ---- recipes under a name -------------------------------------------------------------------------------------------


def test_that_recipes_are_kept_under_a_name(workspace: Workspace, tmp_path: Path) -> None:
    body = {"version": 1, "steps": [{"op": "trim", "column": "公司"}]}
    workspace.recipes.save(" 月报 ", body)
    assert [(r.name, r.steps) for r in workspace.recipes.list()] == [("月报", 1)]
    workspace.recipes.save("月报", {"steps": [*body["steps"], {"op": "company", "column": "公司"}]})  # type: ignore[misc]
    assert workspace.recipes.get("月报").steps == 2
    path = write_recipe(tmp_path / "r.json", workspace.recipes.get("月报").body)
    assert read_recipe(path) == workspace.recipes.get("月报").body
    workspace.recipes.delete("月报")
    with pytest.raises(NotFound):
        workspace.recipes.get("月报")


@pytest.mark.parametrize(
    ("name", "body"), [("", {"steps": [{"op": "trim", "column": "a"}]}), ("x", {"steps": []}), ("x", 3)]
)
def test_that_unusable_recipes_are_not_kept(workspace: Workspace, name: str, body: object) -> None:
    with pytest.raises(UserError):
        workspace.recipes.save(name, body)


def test_that_who_only_reads_cannot_keep_recipes(staff: dict[str, Workspace]) -> None:
    with pytest.raises(NotPermitted):
        staff["reader"].recipes.save("x", {"steps": [{"op": "trim", "column": "a"}]})


# ---- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_that_a_cleaned_file_reads_back_as_it_was_written(sheet: Path, tmp_path: Path, suffix: str) -> None:
    table = _step(load_file(sheet).table, "trim", "公司")
    out = tmp_path / f"out{suffix}"
    assert write_table(out, table) == 4
    again = load_file(out).table
    assert again.names == table.names
    assert [again.cells(i) for i in range(4)] == [table.cells(i) for i in range(4)]


def test_that_rows_taken_out_can_be_saved_with_their_numbers(sheet: Path, tmp_path: Path) -> None:
    table = _step(load_file(sheet).table, "remove-rows")
    out = tmp_path / "out.csv"
    assert write_table(out, table, removed=True) == 4
    assert load_file(out).table.column("原行号").cells() == ["2", "3", "4", "5"]
    with pytest.raises(UserError):
        write_table(tmp_path / "out.doc", table)


def test_that_records_leave_the_archive_only_with_the_right_to_export(
    messy: Workspace, staff: dict[str, Workspace], tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    seen = staff["reader"].workbench.load("customers")
    with pytest.raises(NotPermitted):
        staff["reader"].workbench.export(seen, seen.table, out)
    assert not out.exists()
    records = messy.workbench.load("customers")
    assert messy.workbench.export(records, _step(records.table, "map", "城市", map={"苏洲": "苏州"}), out) == 3
    assert set(load_file(out).table.column("城市").cells()) == {"苏州"}
    assert messy.history.list()[1][0].kind == "export"
    assert messy.workbench.export(records, _step(records.table, "remove-rows"), out, removed=True) == 3


# ---- inside an import -----------------------------------------------------------------------------------------------

RECIPE = {
    "version": 1,
    "steps": [
        {"op": "fill-down", "column": "公司"},
        {"op": "company", "column": "公司"},
        {"op": "rename", "column": "负责人电话", "to": "电话"},
        {"op": "map", "column": "城市", "map": {"苏洲": "苏州", "北平": "北京"}},
        {"op": "remove-rows", "rows": [{"column": "备注", "kind": "values", "values": ["作废"]}]},
        {"op": "date", "column": "日期"},
    ],
}


def test_that_an_import_stands_on_the_columns_after_the_recipe(workspace: Workspace, sheet: Path) -> None:
    raw = workspace.imports.inspect(sheet)
    cooked = workspace.imports.with_recipe(raw, RECIPE)
    assert [c.name for c in cooked.columns] == ["公司", "城市", "电话", "日期", "备注"]
    assert cooked.preview_rows == (2, 3, 5)
    plan = workspace.imports.propose(cooked, "customers")
    assert plan.columns[2].target == "phones"
    dry = workspace.imports.dry_run(sheet, ReadOptions(), cooked, plan)
    assert workspace.customers.count() == 0
    assert dry.recipe is not None
    report = workspace.imports.run(sheet, ReadOptions(), cooked, plan)
    assert (report.rows, report.created) == (3, 3)
    assert sorted((r.get("name"), r.get("city")) for r in workspace.customers.list()[1]) == [
        ("ACME Co., Ltd.", "南京"), ("恒力科技（苏州）有限公司", "苏州"), ("恒力科技（苏州）有限公司", "苏州"),
    ]  # fmt: skip
    assert report.recipe is not None
    told = {one["op"]: one for one in report.recipe["steps"]}
    assert told["map"]["map_gone"] == ["北平"]
    assert told["remove-rows"]["removed"] == 1
    assert report.recipe["changed"] == dry.recipe["changed"]


def test_that_an_interrupted_import_goes_on_with_its_recipe(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.csv"
    lines = [f"{'公司甲' if i == 0 else ''},A{i:05d}" for i in range(9000)]
    path.write_text("\n".join(["客户名称,外部编号", *lines]), encoding="utf-8")
    recipe = {
        "steps": [{"op": "fill-down", "column": "客户名称"}, {"op": "rename", "column": "客户名称", "to": "公司名称"}]
    }
    cooked = workspace.imports.with_recipe(workspace.imports.inspect(path), recipe)
    plan = workspace.imports.propose(cooked, "customers")
    real, batches = workspace.imports._batch, []

    def batch(*arguments: Any) -> None:
        if batches:
            raise KeyboardInterrupt  # as if the power went: nothing is taken back
        batches.append(1)
        real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(workspace.imports, "_batch", batch)
        patch.setattr(workspace.imports, "_take_back", lambda *_: None)
        workspace.imports.run(path, ReadOptions(), cooked, plan)
    running = workspace.history.list(state="running")[1][0]
    report = workspace.imports.resume(running.id)
    assert workspace.customers.count() == 9000
    assert report.recipe is not None
    found = workspace.customers.list(parse({"field": "external_id", "op": "eq", "value": "A08999"}))[1]
    assert found[0].get("name") == "公司甲"


def test_that_a_recipe_that_does_not_fit_stops_before_reading(workspace: Workspace, sheet: Path) -> None:
    raw = workspace.imports.inspect(sheet)
    with pytest.raises(UserError) as error:
        workspace.imports.with_recipe(raw, {"steps": [{"op": "trim", "column": "客户"}]})
    assert "客户" in error.value.details[0]


def test_that_a_recipe_is_taken_away_again(workspace: Workspace, sheet: Path) -> None:
    raw = workspace.imports.inspect(sheet)
    cooked = workspace.imports.with_recipe(raw, RECIPE)
    assert workspace.imports.with_recipe(cooked, None) == raw
    assert workspace.imports.with_recipe(cooked, RECIPE) == cooked


def test_that_filling_down_goes_on_across_batches(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    lines = [f"{'公司甲' if i == 0 else ''},A{i:05d}" for i in range(2500)]
    path.write_text("\n".join(["客户名称,外部编号", *lines]), encoding="utf-8")
    cooked = workspace.imports.with_recipe(
        workspace.imports.inspect(path), {"steps": [{"op": "fill-down", "column": "客户名称"}]}
    )
    report = workspace.imports.run(path, ReadOptions(), cooked, workspace.imports.propose(cooked, "customers"))
    assert report.created == 2500
    assert report.recipe is not None
    assert report.recipe["changed"] == 2499
