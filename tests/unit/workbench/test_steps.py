"""Every operation: what becomes of cells, on all rows and on chosen ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.workbench.facets import facets_of
from app.services.workbench.history import History
from app.services.workbench.operations import OPERATIONS, label, operation, run_step, settled, told
from app.services.workbench.steps import Step, step_of
from app.services.workbench.table import Table, table_of


def _run(op: str, cells: list[str], **params: Any) -> list[str]:
    table = table_of(["a"], [(c,) for c in cells])
    return run_step(table, Step(op, "a", params))[0].column("a").cells()


@pytest.mark.parametrize(
    ("op", "params", "before", "after"),
    [
        ("trim", {}, "\u3000 苏州 恒力\t", "苏州 恒力"),
        ("collapse", {}, " 苏州 \u3000 恒力 ", "苏州 恒力"),
        ("squeeze", {}, "张 \u3000三", "张三"),
        ("standard-text", {}, "ＡＢ  １２，", "AB 12，"),
        ("width", {"to": "half"}, "（ＡＢ１）", "(AB1)"),
        ("width", {"to": "full"}, "(A1", "（Ａ１"),
        ("width", {"to": "half-letters"}, "（Ａ１）", "（A1）"),
        ("case", {"to": "upper"}, "aBc", "ABC"),
        ("case", {"to": "lower"}, "aBc", "abc"),
        ("case", {"to": "title"}, "new YORK o'neil", "New York O'neil"),
        ("nfc", {}, "e\u0301", "é"),
        ("script", {"to": "simplified"}, "臺灣電腦", "台湾电脑"),
        ("script", {"to": "traditional"}, "电脑", "電腦"),
        ("blank-placeholders", {}, "N/A", ""),
        ("replace", {"find": "苏", "with": "蘇"}, "苏州苏", "蘇州蘇"),
        ("replace", {"find": "ABC", "with": "x", "case": False}, "1abc2", "1x2"),
        ("replace", {"find": "苏州", "with": "x", "how": "cell"}, "苏州市", "苏州市"),
        ("replace", {"find": "苏州", "with": "x", "how": "cell"}, "苏州", "x"),
        ("replace", {"find": r"(\d+)元", "with": r"¥\1", "how": "regex"}, "共12元", "共¥12"),
        ("map", {"map": {"a": "b"}}, "a", "b"),
        ("map", {"edits": [{"from": ["a", "c"], "to": "b"}]}, "c", "b"),
        ("edit", {"from": "a", "to": "b"}, "ab", "ab"),
        ("date", {"order": "ymd"}, "2024年3月5日", "2024-03-05"),
        ("date", {"order": "dmy"}, "05/03/2024", "2024-03-05"),
        ("date", {}, "2024/3/5 下午3:20", "2024-03-05 15:20:00"),
        ("date", {}, "无", ""),
        ("amount", {}, "￥1.25万", "12500.00"),
        ("amount", {"unit": 10000}, "1.5", "15000.00"),
        ("number", {}, "12.5%", "0.125"),
        ("phone", {}, "+86 138-0013-8000", "138 0013 8000"),
        ("phone", {"form": "e164"}, "138-0013-8000", "+8613800138000"),
        ("email", {}, " A＠163.com ", "A@163.com"),
        ("address", {}, "苏州工业园区星湖街1号", "江苏省苏州市苏州工业园区星湖街1号"),
        ("company", {}, "恒力科技(苏州)有限 公司。", "恒力科技（苏州）有限公司"),
        ("company", {"city": "front"}, "恒力科技(苏州)有限公司", "苏州恒力科技有限公司"),
        ("company", {"city": "drop"}, "恒力科技（苏州）有限公司", "恒力科技有限公司"),
        ("company", {"branch": "drop"}, "恒力科技有限公司苏州分公司", "恒力科技有限公司"),
        ("company", {"short_suffix": True}, "恒力科技有限责任公司", "恒力科技有限公司"),
        ("company", {}, "ACME  co ltd", "ACME Co., Ltd."),
        ("company", {}, "恒力（集团）有限公", "恒力（集团）有限公司"),
        ("id-card", {}, "11010519491231002x", "11010519491231002X"),
        ("id-card", {}, "110105491231002", "11010519491231002X"),
        ("credit-code", {}, "91350100m000100y43", "91350100M000100Y43"),
    ],
)
def test_that_an_operation_makes_of_a_cell(op: str, params: dict[str, Any], before: str, after: str) -> None:
    assert _run(op, [before], **params) == [after]


@pytest.mark.parametrize(
    ("op", "cell"),
    [
        ("date", "明年"), ("date", "2024-13-40"), ("amount", "很多"), ("phone", "abc"), ("email", "a@"),
        ("id-card", "110105194912310021"), ("credit-code", "91350100M000100Y44"), ("number", "一些"),
    ],
)  # fmt: skip
def test_that_a_cell_not_understood_stays_and_can_be_found(op: str, cell: str) -> None:
    table = table_of(["a"], [(cell,), (cell,), ("",)])
    after, effect = run_step(table, Step(op, "a"))
    assert after.column("a").cells() == [cell, cell, ""]
    assert effect.unread_rows == 2
    assert effect.unread[0].why
    again, found = run_step(
        after,
        Step("edit", "a", {"from": cell, "to": "x"}, facets_of([{"column": "a", "kind": "values", "error": True}])),
    )
    assert found.changed == 2
    assert again.column("a").cells() == ["x", "x", ""]


def _table() -> Table:
    return table_of(["a", "b"], [("1", "x"), ("", "y"), ("2", ""), ("", "x"), ("2", "x")])


def _after(op: str, column: str = "", rows: object = None, **params: Any) -> Table:
    table = _table()
    return run_step(table, settled(table, Step(op, column, params, facets_of(rows))))[0]


@pytest.mark.parametrize(
    ("op", "column", "rows", "params", "name", "cells"),
    [
        ("fill-down", "a", None, {}, "a", ["1", "1", "2", "2", "2"]),
        ("fill-down", "a", [{"column": "b", "kind": "values", "values": ["x"]}], {}, "a", ["1", "", "2", "1", "2"]),
        ("blank-down", "b", None, {}, "b", ["x", "y", "", "x", ""]),
        ("join", "", None, {"columns": ["a", "b"], "into": "c", "separator": "-"}, "c", ["1-x", "y", "2", "x", "2-x"]),
        (
            "join", "", None, {"columns": ["a", "b"], "into": "c", "separator": "-", "skip_blanks": False}, "c",
            ["1-x", "-y", "2-", "-x", "2-x"],
        ),
        ("constant", "", None, {"into": "c", "value": "k"}, "c", ["k"] * 5),
        ("constant", "", [{"column": "a", "kind": "values", "values": ["2"]}], {"into": "a", "value": "k"}, "a",
         ["1", "", "k", "", "k"]),
        ("duplicate", "a", None, {"into": "c"}, "c", ["1", "", "2", "", "2"]),
        ("rename", "a", None, {"to": "z"}, "z", ["1", "", "2", "", "2"]),
        ("extract", "b", None, {"pattern": "[x]", "into": ["c"]}, "c", ["x", "", "", "x", "x"]),
        ("core", "a", None, {}, "a 核心", ["1", "", "2", "", "2"]),
        ("map", "a", None, {"map": {"": "空", "1": "一"}}, "a", ["一", "空", "2", "空", "2"]),
    ],
)  # fmt: skip
def test_that_shapes_change_as_asked(
    op: str, column: str, rows: object, params: dict[str, Any], name: str, cells: list[str]
) -> None:
    assert _after(op, column, rows, **params).column(name).cells() == cells


def test_that_splitting_names_as_many_columns_as_there_are_pieces() -> None:
    table = table_of(["a"], [("x-y-z",), ("x",), ("",)])
    step = settled(table, Step("split", "a", {"separator": "-"}))
    assert step.params["into"] == ["a 1", "a 2", "a 3"]
    after, effect = run_step(table, step)
    assert after.names == ("a", "a 1", "a 2", "a 3")
    assert [after.cells(place)[1:] for place in range(3)] == [["x", "y", "z"], ["x", "", ""], ["", "", ""]]
    assert effect.added == ("a 1", "a 2", "a 3")


@pytest.mark.parametrize(
    ("params", "cells"),
    [
        ({"how": "lengths", "lengths": [2, 1]}, ["ab", "c", "de"]),
        ({"how": "regex", "pattern": "(a)(.)"}, ["a", "b"]),
        ({"how": "separator", "separator": "c", "into": ["p"]}, ["abcde"]),
    ],
)
def test_that_a_column_splits_by(params: dict[str, Any], cells: list[str]) -> None:
    table = table_of(["a"], [("abcde",)])
    after, _ = run_step(table, settled(table, Step("split", "a", params)))
    assert after.cells(0)[1:] == cells


def test_that_an_address_and_an_identity_card_fill_new_columns() -> None:
    table = table_of(["址", "证"], [("江苏省苏州市姑苏区人民路1号", "11010519491231002X"), ("", "")])
    table, _ = run_step(table, settled(table, Step("region", "址")))
    table, _ = run_step(table, settled(table, Step("id-parts", "证")))
    assert table.names == ("址", "址 省", "址 市", "址 区", "证", "证 出生日期", "证 性别", "证 地区")
    assert table.cells(0)[1:4] == ["江苏省", "苏州市", "姑苏区"]
    assert table.cells(0)[5:7] == ["1949-12-31", "女"]
    assert set(table.cells(1)) == {""}


def test_that_a_credit_code_is_checked_with_the_reason() -> None:
    table = table_of(["a"], [("91350100M000100Y43",), ("91350100M000100Y44",), ("",)])
    table, _ = run_step(table, settled(table, Step("credit-check", "a")))
    assert table.column("a 校验").cells() == ["有效", "无效", "无效"]
    assert "校验码" in table.column("a 校验说明").cells()[1]


def test_that_rows_taken_out_are_counted_and_left_alone() -> None:
    table = _after("remove-rows", "", [{"column": "b", "kind": "values", "values": ["x"]}])
    assert (table.size, table.live) == (5, 2)
    after, effect = run_step(table, Step("constant", "", {"into": "a", "value": "n"}))
    assert effect.rows == 2
    assert after.column("a").cells() == ["1", "n", "n", "", "2"]
    kept = _after("keep-rows", "", [{"column": "b", "kind": "values", "values": ["x"]}])
    assert kept.live == 3


def test_that_flags_choose_rows() -> None:
    table = _after("flag", "", [{"column": "b", "kind": "values", "values": ["y"]}])
    after, effect = run_step(table, Step("remove-rows", rows=facets_of([{"kind": "flag", "flagged": True}])))
    assert (effect.removed, after.live) == (1, 4)


@pytest.mark.parametrize(
    "data",
    [
        {"op": "paint", "column": "a"}, {"op": "replace", "column": "a"}, {"op": "split", "column": "a", "how": "magic"},
        {"op": "trim"}, {"op": "replace", "column": "a", "find": "(", "how": "regex"}, {"op": "map", "column": "a"},
        {"op": "region", "column": "a", "into": ["x"]}, {"op": "trim", "column": "nope"}, {"op": "rename", "column": "a", "to": "b"},
        {"op": "join", "columns": ["a"], "into": "c"}, {"op": "amount", "column": "a", "unit": "万"},
        {"op": "split", "column": "a", "how": "lengths", "lengths": [0]}, {"op": "trim", "column": "a", "into": ["x", "x"]},
    ],
)  # fmt: skip
def test_that_steps_that_make_no_sense_are_refused_and_change_nothing(data: object) -> None:
    table = _table()
    with pytest.raises(UserError):
        run_step(table, step_of(data))
    assert table.row_lists(table.alive.nonzero()[0]) == _table().row_lists(table.alive.nonzero()[0])


@pytest.mark.parametrize("key", sorted(OPERATIONS))
def test_that_every_operation_has_words(key: str) -> None:
    assert label(key) != key
    assert label(key) in told(Step(key, "列", {"find": "a", "from": "a", "to": "b"}))
    assert operation(key).key == key


@given(st.lists(st.sampled_from(["trim", "fill-down", "case", "collapse", "blank-down"]), max_size=6), st.data())
def test_that_any_state_of_the_history_comes_back_as_it_was(ops: list[str], data: st.DataObject) -> None:
    history = History(table_of(["a"], [(" x",), ("",), ("x ",), ("Y",)]))
    states = [history.table.column("a").cells()]
    for op in ops:
        history.apply(Step(op, "a"))
        states.append(history.table.column("a").cells())
    for _ in range(4):
        at = data.draw(st.integers(0, len(ops)))
        assert history.go_to(at).column("a").cells() == states[at]
    assert history.first.column("a").cells() == [" x", "", "x ", "Y"]


def test_that_a_new_step_after_an_undo_forgets_what_was_undone() -> None:
    history = History(_table())
    history.apply(Step("fill-down", "a"))
    history.undo()
    history.apply(Step("rename", "a", {"to": "c"}))
    assert [entry.step.op for entry in history.entries] == ["rename"]
    assert history.redo().names == ("c", "b")


def test_that_a_preview_changes_nothing() -> None:
    history = History(_table())
    entry = history.tried(Step("edit", "a", {"from": "2", "to": "3"}))
    assert entry.effect.changed == 2
    assert (entry.effect.pairs[0].before, entry.effect.pairs[0].after, entry.effect.pairs[0].rows) == ("2", "3", 2)
    assert history.at == 0
    assert "3" not in history.table.column("a").cells()
