"""Undo of every kind of operation, in any order, with honest conflicts."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.fields import Address, FieldType, Link
from app.core.records import ChangeSet, Record, UndoResult
from app.db.store.undo import Standing, standing
from app.errors import NotFound, NotPermitted, UserError
from app.models import Customer
from app.services.workspace import Workspace
from tests.factories.customers import add, email, handles, phone, user_id
from tests.factories.engines import BOTH

pytestmark = BOTH

FULL: dict[str, Any] = {
    "name": "苏州恒力", "city": "苏州", "stage": "won", "amount": 12345, "tags": ("甲", "乙"), "remark": "备注",
    "phones": (phone("13800138000", label="手机"), phone("13900139000", note="晚上")), "emails": (email("a@b.cn"),),
    "addresses": (Address("江苏", "苏州", "", "1号", "收货"),), "first_deal_on": date(2026, 1, 2), "external_id": "X1",
    "id_number": "110101199003071234",
}  # fmt: skip
OTHER: dict[str, Any] = {
    "name": "上海恒力", "city": None, "stage": "lost", "amount": None, "tags": ("丙",), "remark": "另一个",
    "phones": (phone("13700137000"),), "emails": None, "addresses": None, "first_deal_on": None, "external_id": "X2",
    "id_number": None,
}  # fmt: skip


def _undo(workspace: Workspace, changes: ChangeSet) -> UndoResult:
    assert changes.operation_id is not None
    return workspace.history.undo(changes.operation_id)


def _values(workspace: Workspace, record: Record, entity: str = "customers") -> dict[str, Any]:
    found = workspace.records(entity).get(record.id)
    return {k: v for k, v in found.values.items() if k not in ("updated_at", "created_at") and v not in (None, ())}


def test_that_creating_is_undone_into_the_recycle_bin_and_done_again(workspace: Workspace) -> None:
    record, changes = workspace.customers.create(FULL)
    before = _values(workspace, record)
    undone = _undo(workspace, changes)
    assert (undone.reverted, undone.kept) == (1, ())
    assert workspace.customers.count() == 0
    assert workspace.customers.count(deleted=True) == 1
    _undo(workspace, undone.changes)
    assert _values(workspace, record) == before
    assert workspace.customers.count() == 1


def test_that_every_field_goes_back_exactly(workspace: Workspace) -> None:
    record, _ = workspace.customers.create(FULL)
    before = _values(workspace, record)
    _, changes = workspace.customers.update(record.id, OTHER)
    changed = _values(workspace, record)
    undone = _undo(workspace, changes)
    assert _values(workspace, record) == before
    again = _undo(workspace, undone.changes)
    assert _values(workspace, record) == changed
    _undo(workspace, again.changes)
    assert _values(workspace, record) == before


def test_that_a_custom_field_goes_back_and_a_retired_one_is_left_out(workspace: Workspace) -> None:
    keys = [workspace.fields.add("customers", label, FieldType.TEXT) for label in ("合同号", "车牌")]
    record, _ = workspace.customers.create({"name": "甲", keys[0]: "A", keys[1]: "B"})
    _, changes = workspace.customers.update(record.id, {keys[0]: "C", keys[1]: "D"})
    workspace.fields.archive(keys[1])
    assert _undo(workspace, changes).reverted == 1
    assert _values(workspace, record)[keys[0]] == "A"


def test_that_deleting_one_or_many_is_undone(workspace: Workspace) -> None:
    records = add(workspace, "甲", "乙", "丙")
    one = workspace.customers.delete(records[0].id)
    many = workspace.customers.delete_many(handles(records[1:]))
    assert workspace.customers.count() == 0
    assert _undo(workspace, many.changes).reverted == 2
    assert _undo(workspace, one).reverted == 1
    assert workspace.customers.count() == 3
    restored = workspace.customers
    gone = restored.delete_many(handles(records))
    back = restored.restore_many(handles(records))
    assert _undo(workspace, back.changes).reverted == 3
    assert workspace.customers.count(deleted=True) == 3
    assert _undo(workspace, gone.changes).reverted == 3
    assert workspace.customers.count() == 3


def test_that_bulk_edits_and_tags_are_undone_as_one(workspace: Workspace) -> None:
    records = add(workspace, "甲", "乙", "丙", tags=("旧",))
    edit = workspace.customers.update_many(handles(records), {"city": "苏州", "stage": "won"})
    tags = workspace.customers.tag_many(handles(records), add=["新"], remove=["旧"])
    assert {r.get("tags") for r in workspace.customers.list()[1]} == {("新",)}
    assert _undo(workspace, tags.changes).reverted == 3
    assert _undo(workspace, edit.changes).reverted == 3
    assert {(r.get("tags"), r.get("city")) for r in workspace.customers.list()[1]} == {(("旧",), None)}


def test_that_a_follow_up_is_undone_with_the_contact_day_it_moved(workspace: Workspace, clock: Any) -> None:
    record = add(workspace, "甲")[0]
    activity, changes = workspace.customers.log_activity(record.id, {"subject": "电话", "kind": "call"})
    assert workspace.customers.get(record.id).get("last_contact_on") == date(2026, 3, 5)
    assert _undo(workspace, changes).reverted == 2
    assert workspace.customers.get(record.id).get("last_contact_on") is None
    assert workspace.activities.get(activity.id).deleted_at is not None


def test_that_the_ties_of_a_contact_go_back(workspace: Workspace) -> None:
    one, two = add(workspace, "甲", "乙")
    contact, _ = workspace.customers.add_contact(one.id, {"name": "张三"}, "采购")
    _, changes = workspace.contacts.update(contact.id, {"customers": (Link(two.id, "", "顾问"),)})
    _undo(workspace, changes)
    assert [(x.title, x.role) for x in workspace.contacts.get(contact.id).get("customers")] == [("甲", "采购")]


# ---- several operations on one record -----------------------------------------------------------------------------


def test_that_operations_are_undone_one_after_the_other_like_on_a_keyboard(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    for city in ("一", "二", "三"):
        workspace.customers.update(record.id, {"city": city})
    seen = []
    while (last := workspace.history.last_undoable()) is not None:
        assert workspace.history.undo(last.id).kept == ()
        seen.append(workspace.customers.get(record.id).get("city"))
    assert seen == ["二", "一", None, None]
    assert workspace.customers.count() == 0


def test_that_undone_and_done_again_any_number_of_times(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    _, first = workspace.customers.update(record.id, {"city": "一"})
    _, second = workspace.customers.update(record.id, {"city": "二"})
    at = second
    for expected in ("一", "二", "一", "二", "一"):
        result = _undo(workspace, at)
        assert result.kept == ()
        assert workspace.customers.get(record.id).get("city") == expected
        at = result.changes
    assert _undo(workspace, first).reverted == 1
    assert workspace.customers.get(record.id).get("city") is None


def test_that_an_operation_holds_again_and_can_be_undone_again_by_its_own_name(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    _, edit = workspace.customers.update(record.id, {"city": "一"})
    assert edit.operation_id is not None
    states = []
    for _ in range(3):
        undone = workspace.history.undo(edit.operation_id)
        states.append(workspace.history.get(edit.operation_id).state)
        again = workspace.history.undo(undone.operation_id)
        states.append(workspace.history.get(edit.operation_id).state)
        taken = workspace.history.undo(again.operation_id)
        states.append(workspace.history.get(edit.operation_id).state)
        workspace.history.undo(taken.operation_id)
        assert workspace.customers.get(record.id).get("city") == "一"
    assert states == ["undone", "done", "undone"] * 3


def test_that_what_was_changed_since_is_kept_and_listed(workspace: Workspace) -> None:
    records = add(workspace, "甲", "乙", "丙")
    edit = workspace.customers.update_many(handles(records), {"city": "苏州"})
    _, later = workspace.customers.update(records[1].id, {"remark": "后来"})
    result = _undo(workspace, edit.changes)
    assert result.reverted == 2
    assert [(k.entity, k.id, k.title, k.reason) for k in result.kept] == [
        ("customers", records[1].id, "乙", "之后又被修改过")
    ]
    assert [workspace.customers.get(r.id).get("city") for r in records] == [None, "苏州", None]
    assert edit.changes.operation_id is not None
    assert workspace.history.get(edit.changes.operation_id).state == "partly_undone"
    # once the later edit is taken back too, the rest of the first one can follow
    _undo(workspace, later)
    rest = _undo(workspace, edit.changes)
    assert (rest.reverted, rest.kept) == (1, ())
    assert workspace.history.get(edit.changes.operation_id).state == "undone"
    assert workspace.customers.get(records[1].id).get("city") is None


def test_that_a_unique_value_taken_since_is_a_conflict_and_no_crash(workspace: Workspace) -> None:
    record = add(workspace, "甲", external_id="X1")[0]
    _, changes = workspace.customers.update(record.id, {"external_id": None})
    add(workspace, "乙", external_id="X1")
    result = _undo(workspace, changes)
    assert result.reverted == 0
    assert [k.reason for k in result.kept] == ["外部编号：“X1”已被另一条档案使用。"]


def test_that_a_tie_to_a_customer_erased_since_is_left_out(workspace: Workspace) -> None:
    one, two = add(workspace, "甲", "乙")
    contact, _ = workspace.contacts.create({"name": "张三", "customers": (Link(one.id), Link(two.id))})
    _, changes = workspace.contacts.update(contact.id, {"customers": ()})
    with workspace.archive.engine.begin() as connection:
        connection.execute(sa.delete(Customer).where(Customer.id == two.id))
    assert _undo(workspace, changes).reverted == 1
    assert [x.title for x in workspace.contacts.get(contact.id).get("customers")] == ["甲"]


# ---- rights -------------------------------------------------------------------------------------------------------


def test_that_people_undo_their_own_operations_and_administrators_all(staff: dict[str, Workspace]) -> None:
    east, west, boss = (staff[name] for name in ("east", "west", "boss"))
    _, changes = east.customers.create({"name": "甲"})
    assert changes.operation_id is not None
    with pytest.raises(NotFound):
        west.history.undo(changes.operation_id)
    with pytest.raises(NotPermitted, match="自己的操作"):
        staff["manager"].history.undo(changes.operation_id)
    assert boss.history.undo(changes.operation_id).reverted == 1


def test_that_two_people_of_one_name_are_two_people(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    with boss.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE operation SET actor='李东'")
    _, changes = boss.customers.create({"name": "甲"})
    with boss.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE operation SET actor='李东'")
    assert changes.operation_id is not None
    with pytest.raises((NotFound, NotPermitted)):
        staff["east"].history.undo(changes.operation_id)
    assert staff["east"].history.last_undoable() is None


def test_that_giving_a_record_away_is_undone_although_it_left_ones_sight(staff: dict[str, Workspace]) -> None:
    boss, manager = staff["boss"], staff["manager"]
    record, _ = manager.customers.create({"name": "甲"})
    _, changes = manager.customers.update(record.id, {"owner": user_id(boss, "service")})
    with pytest.raises(NotFound):
        manager.customers.get(record.id)
    assert _undo(manager, changes).reverted == 1
    assert manager.customers.get(record.id).get("owner") == manager.actor.user_id


def test_that_undo_and_redo_do_not_write_a_mask_into_the_record(staff: dict[str, Workspace]) -> None:
    boss, service = staff["boss"], staff["service"]
    record = add(boss, "甲", owner=service.actor.user_id)[0]
    _, changes = service.customers.update(record.id, {"id_number": "110101199003071234"})
    undone = _undo(service, changes)
    _undo(service, undone.changes)
    assert boss.customers.get(record.id).get("id_number") == "110101199003071234"


@pytest.mark.parametrize("kind", ["users", "setup", "keys"])
def test_that_administration_is_not_undone(engine: str, workspace: Workspace, kind: str) -> None:
    if (engine, kind) == ("postgres", "keys"):
        return  # keys are of files
    if kind == "users":
        workspace.people.add_team("新组")
    elif kind == "setup":
        workspace.fields.add("customers", "字段", FieldType.TEXT)
    else:
        workspace.vault.new_recovery_code()
    newest = workspace.history.list()[1][0]
    assert newest.kind == kind
    assert not newest.undoable
    with pytest.raises(UserError, match="不能撤销"):
        workspace.history.undo(newest.id)


def test_that_undoing_twice_is_refused(workspace: Workspace) -> None:
    _, changes = workspace.customers.create({"name": "甲"})
    _undo(workspace, changes)
    with pytest.raises(UserError, match="已经撤销过"):
        _undo(workspace, changes)
    with pytest.raises(NotFound):
        workspace.history.undo(uuid.uuid4())


def test_that_an_operation_is_found_by_the_beginning_of_its_id(workspace: Workspace) -> None:
    _, changes = workspace.customers.create({"name": "甲"})
    assert changes.operation_id is not None
    assert workspace.history.find(str(changes.operation_id)).id == changes.operation_id
    assert workspace.history.find(changes.operation_id.hex[:20].upper()).id == changes.operation_id
    for text in ("", "zz", changes.operation_id.hex[:3], "ffffffff"):
        with pytest.raises(NotFound):
            workspace.history.find(text)


# ---- the layers themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "target", "expected"),
    [
        ("T", "T", Standing.HOLDS),
        ("A T", "T", Standing.HOLDS),
        ("T T", "T", Standing.HOLDS),
        ("T E", "T", Standing.CHANGED_SINCE),
        ("T E T", "T", Standing.CHANGED_SINCE),
        ("T U>T", "T", Standing.UNDONE),
        ("T U>T R>U", "T", Standing.HOLDS),
        ("T U>T R>U", "U", Standing.UNDONE),
        ("T U>T R>U V>R", "T", Standing.UNDONE),
        ("T U>T R>U V>R", "U", Standing.HOLDS),
        ("T U>T R>U V>R W>V", "T", Standing.HOLDS),
        ("T U>T R>U V>R W>U", "T", Standing.HOLDS),
        ("T E F>E", "T", Standing.HOLDS),
        ("T E F>E G>F", "T", Standing.CHANGED_SINCE),
        ("T E D F>D G>E", "T", Standing.HOLDS),
        ("T E U>E U>E", "T", Standing.HOLDS),
        ("T U>T E", "T", Standing.UNDONE),
        ("A T F>A", "T", Standing.CHANGED_SINCE),
    ],
)
def test_that_layers_tell_how_an_operation_stands(log: str, target: str, expected: Standing) -> None:
    steps = [(op.encode(), undoes.encode() or None) for op, _, undoes in (step.partition(">") for step in log.split())]
    assert standing(steps, target.encode()) is expected
