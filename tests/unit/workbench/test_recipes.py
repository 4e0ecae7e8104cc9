"""Recipes: checked before they run, the same in one go and batch by batch, told what no longer fits."""

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.workbench.history import History
from app.services.workbench.recipe import Replay, check, recipe_of, replay, require
from app.services.workbench.steps import Step
from app.services.workbench.table import table_of

STEPS: list[dict[str, Any]] = [
    {"op": "trim", "column": "公司"},
    {"op": "fill-down", "column": "公司"},
    {"op": "map", "column": "城市", "map": {"苏洲": "苏州", "旧": "新"}},
    {"op": "split", "column": "人", "separator": "/", "into": ["甲", "乙"]},
    {"op": "remove-rows", "rows": [{"column": "城市", "kind": "values", "values": [], "blank": True}]},
    {"op": "date", "column": "日", "order": "ymd"},
]
NAMES = ["公司", "城市", "人", "日"]
ROW = st.tuples(
    st.sampled_from(["", " 恒力 ", "华信"]), st.sampled_from(["", "苏洲", "苏州", "南京"]), st.sampled_from(["", "a/b", "c"]),
    st.sampled_from(["", "2024/1/2", "不是日期"]),
)  # fmt: skip


@given(st.lists(ROW, max_size=30), st.integers(1, 7))
def test_that_batches_give_what_the_whole_gives(rows: list[tuple[str, ...]], size: int) -> None:
    recipe = recipe_of(STEPS)
    whole, how = replay(table_of(NAMES, rows), recipe)
    expected = whole.row_lists(whole.alive.nonzero()[0])
    going = Replay(recipe, batches=True)
    found = []
    for start in range(0, len(rows), size):
        part = going.feed(table_of(NAMES, rows[start : start + size]))
        found += part.row_lists(part.alive.nonzero()[0])
    assert found == expected
    if rows:
        assert going.report() == how.report()


def test_that_a_replay_tells_what_no_longer_fits() -> None:
    rows = [(" 恒力", "苏洲", "a/b", "2024/1/2"), ("", "南京", "c", "不是日期"), ("x", "", "", "")]
    _, how = replay(table_of(NAMES, rows), recipe_of(STEPS))
    report = how.report()
    told = {one["op"]: one for one in report["steps"]}
    assert told["map"]["map_gone"] == ["旧"]
    assert told["map"]["map_unknown"] == [{"value": "南京", "rows": 1}]
    assert told["date"]["not_understood"] == 1
    assert told["date"]["unread"][0]["value"] == "不是日期"
    assert told["trim"]["changed"] == 1
    assert (report["removed"], report["not_understood"]) == (1, 1)


def test_that_missing_columns_are_named_before_anything_runs() -> None:
    found = check(recipe_of(STEPS), ["公司", "日"])
    assert found.missing == ("城市", "人")
    assert not found.fits
    with pytest.raises(UserError) as error:
        require(recipe_of(STEPS), ["公司", "日"])
    assert "城市" in error.value.details[0]


def test_that_renames_put_a_recipe_on_other_columns() -> None:
    data = {
        "version": 1,
        "steps": STEPS,
        "renames": {"公司": "客户名称", "城市": "所在地", "人": "联系人", "日": "日期"},
    }
    recipe = recipe_of(data)
    assert check(recipe, ["客户名称", "所在地", "联系人", "日期"]).fits
    table, _ = replay(table_of(["客户名称", "所在地", "联系人", "日期"], [(" a ", "苏洲", "x/y", "2024/1/2")]), recipe)
    assert table.names == ("客户名称", "所在地", "联系人", "甲", "乙", "日期")
    assert table.cells(0) == ["a", "苏州", "x/y", "x", "y", "2024-01-02"]


def test_that_columns_made_by_earlier_steps_count() -> None:
    steps = [
        {"op": "rename", "column": "a", "to": "b"},
        {"op": "core", "column": "b", "into": ["c"]},
        {"op": "trim", "column": "c"},
    ]
    assert check(recipe_of(steps), ["a"]).adds == ("b", "c")
    assert check(recipe_of([*steps, {"op": "delete", "column": "a"}]), ["a"]).missing == ("a",)


@pytest.mark.parametrize(
    "data",
    [
        None, "trim", {}, {"steps": "x"}, {"version": 99, "steps": []}, {"steps": [{"column": "a"}]},
        {"steps": [{"op": "paint", "column": "a"}]}, {"steps": [], "renames": ["a"]}, {"steps": [{"op": "trim", "column": 3}]},
        {"steps": [{"op": "trim", "column": "a", "rows": [{"kind": "?"}]}]},
    ],
)  # fmt: skip
def test_that_what_is_no_recipe_is_refused(data: object) -> None:
    with pytest.raises(UserError):
        recipe_of(data)


def test_that_every_wrong_step_is_named() -> None:
    with pytest.raises(UserError) as error:
        recipe_of([{"op": "paint"}, {"op": "trim", "column": "a"}, {"op": "split", "column": "a", "how": "magic"}])
    assert [line[:6] for line in error.value.details] == ["第 1 步：", "第 3 步："]


def test_that_the_steps_of_a_session_are_a_recipe_that_does_the_same() -> None:
    rows = [(" 恒力 ", "3/5/2024"), ("", "12/31/2023")]
    history = History(table_of(["a", "b"], rows))
    for step in (Step("trim", "a"), Step("date", "b"), Step("flag"), Step("core", "a"), Step("fill-down", "a")):
        history.apply(step)
    history.undo()
    recipe = recipe_of(pickle.loads(pickle.dumps(history.recipe().to_json())))
    assert [step.op for step in recipe.steps] == ["trim", "date", "core"]
    assert recipe.steps[1].params["order"] == "mdy"
    table, _ = replay(table_of(["a", "b"], rows), recipe)
    assert [table.cells(i) for i in range(2)] == [history.table.cells(i) for i in range(2)]


def test_that_rows_chosen_by_flags_are_told() -> None:
    found = check(recipe_of([{"op": "remove-rows", "rows": [{"kind": "flag", "flagged": True}]}]), ["a"])
    assert found.fits
    assert "标记" in found.notes[0]
