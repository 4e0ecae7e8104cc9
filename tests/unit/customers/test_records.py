"""The verbs every kind of record has, and what they refuse."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.fields import FieldType, Link
from app.core.filters import Condition
from app.core.jobs import Job, Progress
from app.core.records import Sort
from app.core.validation import InvalidFields, clean_values
from app.errors import Cancelled, Conflict, NotFound, NotPermitted, UserError
from app.services import records as services
from app.services.workspace import Workspace
from tests.factories.customers import NAMES, add, handles, phone, user_id
from tests.factories.values import BY_TYPE

OWN = ("owner", "number", "external_id", "created_at", "updated_at", "name")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_that_what_is_stored_comes_back(workspace: Workspace, data: st.DataObject) -> None:
    entity = workspace.customers.entity
    values: dict[str, Any] = {"name": "客户"}
    for field in entity.fields:
        if field.key not in OWN and not field.readonly and data.draw(st.booleans()):
            strategy = BY_TYPE[field.type]
            if field.choices and not field.open_choices:
                strategy = st.sampled_from([c.code for c in field.choices])
            value = data.draw(strategy)
            if not isinstance(value, str) or len(value) <= field.max_length:
                values[field.key] = value
    expected = {k: v for k, v in clean_values(entity, values).items() if v is not None}
    record, _ = workspace.customers.create(values)
    found = workspace.customers.get(record.id)
    assert {k: v for k, v in found.values.items() if k in values and v is not None} == expected
    again, changes = workspace.customers.update(record.id, values)
    assert (again.version, changes.operation_id) == (1, None)


def test_that_a_new_record_has_a_number_an_owner_and_its_times(workspace: Workspace, clock: Any) -> None:
    one, two = add(workspace, "甲", "乙")
    assert [one.get("number"), two.get("number")] == ["C000001", "C000002"]
    assert one.get("owner") == workspace.actor.user_id
    assert one.get("created_at") == one.get("updated_at") == clock.at
    clock.forward(hours=1)
    changed, _ = workspace.customers.update(one.id, {"city": "苏州"})
    assert (changed.version, changed.get("updated_at"), changed.get("created_at")) == (
        2,
        clock.at,
        clock.at - timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {"name"}),
        ({"name": "甲", "stage": "x", "amount": 1.5}, {"stage", "amount"}),
        ({"name": "甲", "owner": uuid.UUID(int=9)}, {"owner"}),
        ({"name": "甲", "number": "C1"}, {"number"}),
        ({"name": "甲", "created_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"created_at"}),
    ],
)
def test_that_what_does_not_fit_is_refused_by_field(
    workspace: Workspace, values: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(InvalidFields) as caught:
        workspace.customers.create(values)
    assert set(caught.value.problems) == fields
    assert workspace.customers.count() == 0
    assert workspace.history.list(limit=1)[1][0].kind != "create"


def test_that_values_of_the_system_may_be_given_back_unchanged_but_not_changed(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    workspace.customers.update(record.id, {**record.values, "city": "苏州"})
    with pytest.raises(InvalidFields, match="由系统填写"):
        workspace.customers.update(record.id, {"number": "C9"})


def test_that_a_unique_value_is_unique_in_the_recycle_bin_too(workspace: Workspace) -> None:
    record = add(workspace, "甲", external_id="X1")[0]
    with pytest.raises(InvalidFields, match="已被另一条档案使用"):
        add(workspace, "乙", external_id="X1")
    workspace.customers.delete(record.id)
    with pytest.raises(InvalidFields, match="在回收站里"):
        add(workspace, "乙", external_id="X1")
    workspace.customers.restore_many([record.handle])
    workspace.customers.update(record.id, {"external_id": "X1", "city": "苏州"})


def test_that_a_stale_form_is_told_and_changes_nothing(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    workspace.customers.update(record.id, {"city": "苏州"}, expected_version=1)
    with pytest.raises(Conflict, match="刚被别人改过"):
        workspace.customers.update(record.id, {"city": "上海", "tags": ("x",)}, expected_version=1)
    assert workspace.customers.get(record.id).get("city") == "苏州"


def test_that_counters_of_racing_writers_lose_no_update(workspace: Workspace) -> None:
    record = add(workspace, "甲", amount=0)[0]

    def work() -> None:
        for _ in range(10):
            while True:
                now = workspace.customers.get(record.id)
                try:
                    workspace.customers.update(
                        record.id, {"amount": now.get("amount") + 1}, expected_version=now.version
                    )
                    break
                except Conflict:
                    continue

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (workspace.customers.get(record.id).get("amount"), workspace.customers.get(record.id).version) == (30, 31)


def test_that_bulk_work_leaves_out_of_reach_records_alone_and_lists_them(staff: dict[str, Workspace]) -> None:
    boss, east = staff["boss"], staff["east"]
    mine = add(east, "东一", "东二")
    foreign = add(boss, "总部", owner=user_id(boss, "service"))
    boss_seen = staff["service"]  # sees everything, edits its own
    result = boss_seen.customers.update_many(handles([*mine, *foreign]), {"city": "苏州"})
    assert (result.changed, result.unchanged) == (1, 0)
    assert sorted(k.title for k in result.kept) == ["东一", "东二"]
    assert {k.reason for k in result.kept} == {"这条档案由别人负责，您的角色不能对它做这个操作。"}
    assert east.customers.update_many(handles([*mine, *foreign]), {"city": "苏州"}).changed == 2
    with pytest.raises(NotPermitted):
        east.customers.delete(mine[0].id)


def test_that_a_cancelled_bulk_edit_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 1)
    records = add(workspace, "甲", "乙", "丙")
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 1:
            job.cancel()

    job = Job(stop, every=0)
    with pytest.raises(Cancelled):
        workspace.customers.update_many(handles(records), {"city": "苏州"}, job)
    assert {r.get("city") for r in workspace.customers.list()[1]} == {None}
    assert workspace.vault.verify().ok


def test_that_a_cancelled_list_is_interrupted_and_the_connection_serves_on(workspace: Workspace) -> None:
    add(workspace, *NAMES)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        workspace.customers.handles(Condition("remark", "not_contains", "x"), job=job)
    later = Job()
    workspace.customers.handles(job=later)
    later.cancel()  # the connection is somebody else's by now
    assert workspace.customers.count() == len(NAMES)


@pytest.mark.parametrize("descending", [False, True])
def test_that_lists_are_ordered_by_every_kind_of_field(workspace: Workspace, descending: bool) -> None:
    keys = {
        kind: workspace.fields.add("customers", f"字段{kind}", kind)
        for kind in (FieldType.INTEGER, FieldType.TEXT, FieldType.DATE)
    }
    for i, name in enumerate(["张三", "李四", "安然", "重庆"]):
        custom = {
            keys[FieldType.INTEGER]: 9 - i,
            keys[FieldType.TEXT]: f"t{i}",
            keys[FieldType.DATE]: date(2026, 1, 1 + i),
        }
        workspace.customers.create({"name": name, "amount": i * 100, "city": f"c{3 - i}", **custom})

    def names(key: str) -> list[str]:
        found = [str(r.get("name")) for r in workspace.customers.list(sorts=[Sort(key, descending)])[1]]
        return found[::-1] if descending else found

    assert names("name") == ["安然", "重庆", "李四", "张三"]
    assert names("amount") == names("created_at") == ["张三", "李四", "安然", "重庆"]
    assert names("city") == names(keys[FieldType.INTEGER]) == ["重庆", "安然", "李四", "张三"]
    assert names(keys[FieldType.TEXT]) == names(keys[FieldType.DATE]) == ["张三", "李四", "安然", "重庆"]


def test_that_pages_handles_and_lists_agree(workspace: Workspace) -> None:
    records = add(workspace, *NAMES)
    found = workspace.customers.handles(sorts=[Sort("name")])
    total, first = workspace.customers.list(sorts=[Sort("name")], limit=4, offset=3)
    assert total == len(NAMES) == len(found)
    assert [r.handle for r in first] == found[3:7].tolist()
    page = workspace.customers.page(found[:5].tolist(), ["name", "phones"])
    assert set(page) == set(found[:5].tolist())
    assert set(next(iter(page.values())).values) == {"name", "phones"}
    assert workspace.customers.handle_of(records[0].id) == records[0].handle
    assert workspace.customers.page([10**9]) == {}


def test_that_one_record_is_found_by_a_unique_value_only(workspace: Workspace) -> None:
    add(workspace, "甲", external_id="X1")
    add(workspace, "同名", "同名")
    found = workspace.customers.find_by("external_id", "X1")
    assert found is not None
    assert found.get("name") == "甲"
    assert workspace.customers.find_by("name", "同名") is None
    assert workspace.customers.find_by("external_id", "nobody") is None


def test_that_what_is_not_there_is_not_found(workspace: Workspace) -> None:
    nobody = uuid.uuid4()
    for ask in (
        lambda: workspace.customers.get(nobody),
        lambda: workspace.customers.update(nobody, {"city": "x"}),
        lambda: workspace.customers.delete(nobody),
        lambda: workspace.customers.history(nobody),
        lambda: workspace.customers.timeline(nobody),
        lambda: workspace.contacts.create({"name": "x", "customers": (Link(nobody),)}),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(UserError):
        workspace.records("ships")


# ---- customers ----------------------------------------------------------------------------------------------------


def test_that_a_follow_up_moves_the_contact_day_forward_only(workspace: Workspace, clock: Any) -> None:
    record = add(workspace, "甲")[0]

    def log(**values: Any) -> Any:
        workspace.customers.log_activity(record.id, {"subject": "x", "kind": "call", **values})
        return workspace.customers.get(record.id).get("last_contact_on")

    assert log(happened_at=clock.at - timedelta(days=3)) == date(2026, 3, 2)
    assert log(happened_at=clock.at - timedelta(days=9)) == date(2026, 3, 2)
    assert log(kind="task") == date(2026, 3, 2)
    assert log(happened_at=clock.at + timedelta(days=5)) == date(2026, 3, 2)
    assert log(happened_at=None) == date(2026, 3, 5)


def test_that_the_timeline_mixes_follow_ups_and_changes_newest_first(workspace: Workspace, clock: Any) -> None:
    record = add(workspace, "甲")[0]
    clock.forward(hours=1)
    workspace.customers.log_activity(record.id, {"subject": "电话", "kind": "call"})
    clock.forward(hours=1)
    workspace.customers.update(record.id, {"city": "苏州"})
    items = workspace.customers.timeline(record.id)
    assert [("activity" if i.activity else i.change.action if i.change else "") for i in items] == [
        "update",
        "activity",
        "update",
        "create",
    ]
    assert [i.at for i in items] == sorted((i.at for i in items), reverse=True)
    assert all(i.actor == "钱总" for i in items)
    assert len(workspace.customers.timeline(record.id, limit=2)) == 2


def test_that_ties_to_a_deleted_customer_come_back_with_it(workspace: Workspace) -> None:
    one, two = add(workspace, "甲", "乙")
    contact, _ = workspace.contacts.create({"name": "张三", "customers": (Link(one.id, "", "采购"), Link(two.id))})
    workspace.customers.delete(one.id)
    assert [x.title for x in workspace.contacts.get(contact.id).get("customers")] == ["乙"]
    workspace.contacts.update(contact.id, {"customers": (Link(two.id, "", "顾问"),)})
    workspace.customers.restore_many([one.handle])
    assert {(x.title, x.role) for x in workspace.contacts.get(contact.id).get("customers")} == {
        ("甲", "采购"),
        ("乙", "顾问"),
    }
    assert [(c.get("name"), link.role) for c, link in workspace.customers.contacts(one.id)] == [("张三", "采购")]


def test_that_emptying_children_is_one_change_and_no_change_the_second_time(workspace: Workspace) -> None:
    record = add(workspace, "甲", phones=(phone("13800138000"),), tags=("甲",))[0]
    _, changes = workspace.customers.update(record.id, {"phones": [], "tags": (), "addresses": []})
    assert changes.operation_id is not None
    _, again = workspace.customers.update(record.id, {"phones": None, "tags": [], "emails": []})
    assert again.operation_id is None
    assert workspace.customers.get(record.id).version == 2
