"""Rolling back an unfinished operation: afterwards it never happened, and what others built on it stays."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.fields import FieldType, Link
from app.core.filters import Search
from app.db.journal import verify_chains
from app.db.search import unindexed
from app.errors import UserError
from app.models import Base, Customer
from app.services.workspace import Workspace
from tests.factories.customers import add, phone
from tests.factories.engines import BOTH

pytestmark = BOTH


def _unfinished(
    workspace: Workspace, *, new: int = 3, change: tuple[uuid.UUID, ...] = ()
) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """An import that was killed after its first batch: new customers with a tag and a contact each, and updates."""
    with workspace.context.writing() as work:
        operation = work.journal.begin("import", "导入 名单.xlsx", work.actor, work.origin, running=True)
        made = []
        for i in range(new):
            values = {"name": f"新客户{i}", "tags": ("导入的",), "phones": (phone(f"1380013800{i}"),)}
            record = work.writer.create(operation, "customers", values)
            work.writer.create(operation, "contacts", {"name": f"联系人{i}", "customers": (Link(record.id),)})
            made.append(record.id)
        for record_id in change:
            work.writer.update(
                operation, "customers", record_id, {"city": "改过", "tags": ("甲", "导入的"), "external_id": None}
            )
        work.journal.checkpoint(operation, {"made_tags": ["导入的"], "digest": operation.digest})
        work.commit()
    return operation.id, made


def _everything(workspace: Workspace) -> dict[str, Any]:
    """All rows of all tables."""
    with workspace.archive.engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(sa.select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _whole(workspace: Workspace) -> bool:
    """Nothing is missing in the chains or in the search index."""
    with workspace.archive.engine.connect() as connection:
        return not verify_chains(connection, workspace.archive.chain_key) and not unindexed(connection)


def test_that_nothing_remains_of_it(workspace: Workspace) -> None:
    old = add(workspace, "老客户", "另一个", tags=("甲",), external_id=None)
    workspace.customers.update(old[0].id, {"external_id": "X1", "city": "苏州"})
    before = _everything(workspace)
    operation, _ = _unfinished(workspace, change=(old[0].id, old[1].id))
    assert [o.id for o in workspace.history.unfinished()] == [operation]
    result = workspace.history.undo(operation)
    assert result.kept == ()
    assert result.reverted == 8
    after = _everything(workspace)
    for name, rows in before.items():
        if name == "customer":  # times of the last change are not kept
            assert [r._mapping["version"] for r in after[name]] == [r._mapping["version"] for r in rows]
        elif name not in ("record_tag", "contact_point", "tie"):  # parts get new rows
            assert [r for r in after[name] if name != "counter" or r._mapping["value"]] == rows, name
    assert [r.get("city") for r in workspace.customers.list()[1]] == [None, "苏州"]
    assert workspace.customers.count(Search("新客户")) == 0
    assert _whole(workspace)
    assert workspace.history.unfinished() == []
    assert add(workspace, "下一个")[0].get("number") == "C000003"


def test_that_custom_values_of_erased_records_go_too(workspace: Workspace) -> None:
    key = workspace.fields.add("customers", "合同号", FieldType.TEXT)
    with workspace.context.writing() as work:
        operation = work.journal.begin("import", "x", work.actor, work.origin, running=True)
        work.writer.create(operation, "customers", {"name": "甲", key: "A-1"})
        work.commit()
    workspace.history.roll_back(operation.id)
    assert _everything(workspace)["custom_value"] == []


def test_that_what_others_built_on_it_is_kept_and_listed(workspace: Workspace) -> None:
    old = add(workspace, "老客户")[0]
    operation, made = _unfinished(workspace, new=4, change=(old.id,))
    workspace.customers.update(made[0], {"remark": "已联系"})
    workspace.customers.log_activity(made[1], {"subject": "电话", "kind": "task"})
    workspace.customers.add_contact(made[2], {"name": "后来的人"})
    workspace.customers.update(old.id, {"remark": "已核对"})
    result = workspace.history.roll_back(operation)
    kept = {k.title: k.reason for k in result.kept}
    assert kept == dict.fromkeys(["新客户0", "新客户1", "新客户2", "老客户"], "之后又被修改过")
    assert {r.get("name") for r in workspace.customers.list()[1]} == set(kept)
    assert workspace.activities.count() == 1
    assert {r.get("name") for r in workspace.contacts.list()[1]} == {"后来的人"}
    info = workspace.history.get(operation)
    assert info.state == "partly_undone"
    assert [h.kind for h in workspace.customers.history(made[1])] == ["import"]
    assert workspace.history.unfinished() == []
    assert _whole(workspace)


def test_that_a_unique_value_taken_in_between_is_kept_and_told(workspace: Workspace) -> None:
    old = add(workspace, "老客户", external_id="X1")[0]
    operation, _ = _unfinished(workspace, new=0, change=(old.id,))
    add(workspace, "抢先的", external_id="X1")
    result = workspace.history.roll_back(operation)
    assert [k.reason for k in result.kept] == ["外部编号：“X1”已被另一条档案使用。"]


def test_that_a_tag_somebody_else_used_stays(workspace: Workspace) -> None:
    operation, _ = _unfinished(workspace, new=1)
    other = add(workspace, "乙", tags=("导入的",))[0]
    workspace.history.roll_back(operation)
    assert [(name, n) for name, _, n in workspace.customers.tags()] == [("导入的", 1)]
    assert workspace.customers.get(other.id).get("tags") == ("导入的",)


def test_that_somebody_who_no_longer_sees_the_records_still_rolls_back_all_of_them(staff: dict[str, Workspace]) -> None:
    manager, boss = staff["manager"], staff["boss"]
    old = add(manager, "老客户")[0]
    with manager.context.writing() as work:
        operation = work.journal.begin("import", "x", work.actor, work.origin, running=True)
        work.writer.update(operation, "customers", old.id, {"city": "改过"})
        work.commit()
    with boss.archive.engine.begin() as connection:
        owner = boss.people.get("service").id
        connection.execute(sa.update(Customer).values(owner=owner))
    assert manager.history.roll_back(operation.id).reverted == 1
    assert boss.customers.get(old.id).get("city") is None


def test_that_a_finished_operation_is_not_rolled_back(workspace: Workspace) -> None:
    record, changes = workspace.customers.create({"name": "甲"})
    assert changes.operation_id is not None
    with pytest.raises(UserError, match="只能撤销"):
        workspace.history.roll_back(changes.operation_id)
    assert workspace.customers.get(record.id).get("name") == "甲"
