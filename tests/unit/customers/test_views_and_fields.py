"""Saved views and custom fields: whose they are, what they refuse."""

from __future__ import annotations

import pytest

from app.core.fields import FieldType, Sensitivity
from app.core.filters import Condition, Group, Search
from app.core.records import Sort
from app.errors import NotFound, NotPermitted, UserError
from app.services.workspace import Workspace
from tests.factories.customers import add

Staff = dict[str, Workspace]
CONDITION = Group("and", (Condition("city", "eq", "苏州"), Search("恒力")))


def _names(workspace: Workspace) -> list[str]:
    return [v.name for v in workspace.views.list("customers")]


def test_that_a_view_comes_back_as_it_was_saved(workspace: Workspace) -> None:
    saved = workspace.views.save(
        "customers",
        " 苏州 ",
        condition=CONDITION,
        sorts=(Sort("name"), Sort("amount", True)),
        columns=(("name", 200), ("city", 80)),
    )
    assert saved.name == "苏州"
    assert workspace.views.list("customers") == [saved]
    assert saved.condition == CONDITION
    changed = workspace.views.save("customers", "苏州客户", view=saved.id)
    assert (changed.id, changed.condition) == (saved.id, None)
    assert _names(workspace) == ["苏州客户"]


def test_that_own_views_are_private_and_shared_ones_an_administrators(staff: Staff) -> None:
    boss, east, west = (staff[n] for n in ("boss", "east", "west"))
    mine = east.views.save("customers", "我的")
    shared = boss.views.save("customers", "大家的", shared=True)
    assert _names(east) == ["我的", "大家的"]
    assert _names(west) == ["大家的"]
    for act in (
        lambda: west.views.rename(mine.id, "x"),
        lambda: west.views.delete(mine.id),
        lambda: west.views.save("customers", "x", view=mine.id),
    ):
        with pytest.raises(NotFound):
            act()
    for act in (
        lambda: east.views.rename(shared.id, "x"),
        lambda: east.views.delete(shared.id),
        lambda: east.views.save("customers", "x", shared=True),
    ):
        with pytest.raises(NotPermitted):
            act()
    east.views.reorder((shared.id, mine.id))
    west.views.reorder((mine.id,))
    assert _names(west) == ["大家的"]
    boss.views.delete(shared.id)
    east.views.delete(mine.id)
    assert _names(east) == []


def test_that_nobody_moves_anothers_views(staff: Staff) -> None:
    boss, east = staff["boss"], staff["east"]
    views = [east.views.save("customers", name) for name in "一二三"]
    boss.views.reorder(tuple(v.id for v in reversed(views)))
    assert _names(east) == ["一", "二", "三"]
    east.views.reorder(tuple(v.id for v in reversed(views)))
    assert _names(east) == ["三", "二", "一"]


@pytest.mark.parametrize(("name", "says"), [("", "起一个名字"), ("  ", "起一个名字"), ("长" * 61, "太长")])
def test_that_a_view_needs_a_fitting_name(workspace: Workspace, name: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        workspace.views.save("customers", name)


def test_that_a_view_with_a_filter_that_does_not_fit_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserError):
        workspace.views.save("customers", "x", condition=Condition("nothing", "eq", "1"))


# ---- custom fields ------------------------------------------------------------------------------------------------


def test_that_a_field_is_used_renamed_and_retired(workspace: Workspace) -> None:
    key = workspace.fields.add("customers", " 合同号 ", FieldType.TEXT)
    record = add(workspace, "甲", **{key: "A-1"})[0]
    listed = workspace.fields.list("customers")
    assert [(f.key, f.label, f.type, f.used) for f in listed] == [(key, "合同号", FieldType.TEXT, 1)]
    workspace.fields.rename(key, "合同编号")
    assert workspace.customers.entity.field(key).label == "合同编号"
    workspace.fields.archive(key)
    assert workspace.customers.entity.find(key) is None
    assert workspace.fields.list("customers") == ()
    assert workspace.customers.get(record.id).get(key) is None
    assert [o.kind for o in workspace.history.list(limit=10)[1] if o.kind == "setup"] == ["setup"] * 3
    assert workspace.fields.add("customers", "合同编号", FieldType.TEXT) != key


@pytest.mark.parametrize(
    ("label", "kind", "says"),
    [("", FieldType.TEXT, "不能为空"), ("长" * 61, FieldType.TEXT, "60"), ("城市", FieldType.TEXT, "已经有"),
     ("City", FieldType.TEXT, "已经有"), ("电话2", FieldType.PHONES, "这种类型")],
)  # fmt: skip
def test_that_a_field_that_cannot_be_is_refused(workspace: Workspace, label: str, kind: FieldType, says: str) -> None:
    with pytest.raises(UserError, match=says):
        workspace.fields.add("customers", label, kind)


def test_that_renaming_follows_the_same_rules(workspace: Workspace) -> None:
    one, two = (workspace.fields.add("customers", label, FieldType.TEXT) for label in ("甲", "乙"))
    for label in ("", "长" * 61, "城市", "乙"):
        with pytest.raises(UserError):
            workspace.fields.rename(one, label)
    workspace.fields.rename(two, "乙")
    for act in (lambda: workspace.fields.rename("f_00000000", "x"), lambda: workspace.fields.archive("f_00000000")):
        with pytest.raises(NotFound):
            act()


def test_that_only_administrators_change_the_dictionary(staff: Staff) -> None:
    for user in ("manager", "east", "service", "reader"):
        with pytest.raises(NotPermitted):
            staff[user].fields.add("customers", "x", FieldType.TEXT)


def test_that_a_sensitive_custom_field_is_hidden_and_cannot_be_sorted_by(staff: Staff) -> None:
    boss, service = staff["boss"], staff["service"]
    key = boss.fields.add("customers", "病史", FieldType.TEXT, sensitivity=Sensitivity.SENSITIVE)
    service.context.reload_registry()
    add(boss, "甲", **{key: "很长的病史记录"})
    seen = service.customers.list()[1][0]
    assert seen.get(key) != "很长的病史记录"
    assert key in seen.masked
    for ask in (
        lambda: service.customers.list(sorts=[Sort(key)]),
        lambda: service.customers.count(Condition(key, "contains", "病")),
    ):
        with pytest.raises(NotPermitted):
            ask()
