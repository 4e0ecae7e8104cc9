"""Batches are the one way to write: hundreds of records with all their parts, changed, deleted, put back, taken back."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from app.core.fields import Address, FieldType, Link
from app.core.filters import Condition, Search
from app.core.records import Record
from app.db.journal import DELETE, RESTORE, verify_chains
from app.db.search import unindexed
from app.db.search_tokens import tokens
from app.db.store.drafts import Change, row_of
from app.errors import Conflict
from app.services.workspace import Workspace
from tests.factories.customers import add, email, phone
from tests.factories.engines import BOTH

pytestmark = BOTH
MANY = 120


def _values(place: int, **more: Any) -> dict[str, Any]:
    return {
        "name": f"批量{place}号公司", "city": ("苏州", None)[place % 2], "amount": place * 100, "level": "A",
        "phones": (phone(f"1380013{place:04}", label="手机"), phone(f"1390013{place:04}")), "emails": (email(f"a{place}@B.cn"),),
        "tags": ("甲", "乙")[: place % 3], "addresses": (Address("江苏", "苏州", "", f"{place}号", "收货"),),
        "birthday": date(1980, 1, 1 + place % 28), "birthday_lunar": place % 2 == 0, "external_id": f"X{place}", **more,
    }  # fmt: skip


def _made(workspace: Workspace, *, entries: bool, **more: Any) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """Many customers in one batch; with `entries` they bring their search entries along."""
    with workspace.context.writing() as work:
        layout = work.reader.layout("customers")
        rows = [row_of(layout, _values(i, **more)) for i in range(MANY)]
        for i, row in enumerate(rows if entries else []):
            row.entry = tokens([row.columns["name"]], [row.columns.get("city") or ""], [f"+861380013{i:04}", f"X{i}"])
        operation = work.operation("import", "many")
        with work.writer.own_search_entries():
            batch = work.writer.add(operation, "customers", rows, work.actor.user_id and work.actor.user_id.bytes)
        batch.require()
        work.commit()
    return operation.id, [draft.id for draft in batch.drafts]


def _whole(workspace: Workspace) -> bool:
    with workspace.archive.engine.connect() as connection:
        return not verify_chains(connection, workspace.archive.chain_key) and not unindexed(connection)


def _by_name(workspace: Workspace) -> dict[str, Record]:
    return {str(r.get("name")): r for r in workspace.customers.list(limit=1000)[1]}


@pytest.mark.parametrize("entries", [False, True])
def test_that_a_batch_writes_what_single_writes_would(workspace: Workspace, entries: bool) -> None:
    key = workspace.fields.add("customers", "预算", FieldType.MONEY)
    _made(workspace, entries=entries, **{key: 4200})
    alone, _ = workspace.customers.create(_values(7, name="单独公司", external_id="Y", **{key: 4200}))
    found = _by_name(workspace)
    assert len(found) == MANY + 1
    ignored = {"name", "external_id", "number", "created_at", "updated_at"}
    single, one = ({k: v for k, v in r.values.items() if k not in ignored} for r in (alone, found["批量7号公司"]))
    assert one == single
    numbers = [found[f"批量{i}号公司"].get("number") for i in range(MANY)]
    assert numbers == [f"C{i + 1:06}" for i in range(MANY)]
    for typed, hits in (("13800130011", 1), ("X119", 1), ("piliang", MANY), ("批量", MANY)):
        assert workspace.customers.count(Search(typed)) == hits, typed
    assert workspace.customers.count(Condition("phones", "contains", "00130011")) == 1
    assert [(name, n) for name, _, n in workspace.customers.tags()] == [("乙", MANY // 3), ("甲", 2 * MANY // 3 + 1)]
    assert _whole(workspace)


def test_that_a_batch_is_undone_and_done_again(workspace: Workspace) -> None:
    operation, _ = _made(workspace, entries=True)
    before = {name: r.values for name, r in _by_name(workspace).items()}
    undone = workspace.history.undo(operation)
    assert (undone.reverted, workspace.customers.count(), workspace.customers.count(Search("批量"))) == (MANY, 0, 0)
    assert undone.changes.operation_id is not None
    workspace.history.undo(undone.changes.operation_id)
    after = {name: r.values for name, r in _by_name(workspace).items()}
    assert {n: {**v, "updated_at": None} for n, v in after.items()} == {
        n: {**v, "updated_at": None} for n, v in before.items()
    }
    assert workspace.customers.count(Search("批量")) == MANY
    assert _whole(workspace)


def test_that_many_are_changed_with_their_parts_and_go_back(workspace: Workspace) -> None:
    _, ids = _made(workspace, entries=True)
    before = {r.id: r for r in _by_name(workspace).values()}
    with workspace.context.writing() as work:
        records = work.writer.known("customers", ids, ("city", "tags", "phones", "birthday"))
        changes = [
            Change(r, {"city": f"新城{i}", "tags": ("丙",), "phones": (phone(f"1370013{i:04}"),), "birthday": None})
            for i, r in enumerate(records)
        ]
        operation = work.operation("bulk", "many")
        work.writer.change(operation, "customers", changes)
        work.commit()
    changed = {r.id: r for r in _by_name(workspace).values()}
    assert {r.version for r in changed.values()} == {2}
    assert {r.get("tags") for r in changed.values()} == {("丙",)}
    assert workspace.customers.count(Search("新城5")) >= 1
    assert workspace.customers.count(Condition("phones", "contains", "13700130011")) == 1
    assert workspace.customers.count(Search("13800130011")) == 0
    assert workspace.history.undo(operation.id).reverted == MANY
    again = {r.id: r for r in _by_name(workspace).values()}
    for key, record in before.items():
        assert {**again[key].values, "updated_at": None} == {**record.values, "updated_at": None}
    assert _whole(workspace)


def test_that_a_batch_stops_where_somebody_was_faster(workspace: Workspace) -> None:
    _, ids = _made(workspace, entries=False)
    with workspace.context.reading() as work:
        stale = work.reader.by_ids("customers", ids)
    workspace.customers.update(ids[3], {"city": "别人"})
    with pytest.raises(Conflict), workspace.context.writing() as work:
        operation = work.operation("bulk", "many")
        work.writer.touch_many(operation, "customers", [Change(r, {"level": "B"}) for r in stale])
    assert workspace.customers.count(Condition("level", "in", ["B"])) == 0
    assert workspace.customers.get(ids[3]).get("city") == "别人"


def test_that_many_go_to_the_bin_and_come_back(workspace: Workspace) -> None:
    _, ids = _made(workspace, entries=True)
    for action, live in ((DELETE, 0), (RESTORE, MANY)):
        with workspace.context.writing() as work:
            operation = work.operation("bulk", action)
            outcome = work.writer.mark_many(operation, "customers", work.reader.by_ids("customers", ids), action)
            work.commit()
        assert set(outcome.values()) == {True}
        assert workspace.customers.count() == workspace.customers.count(Search("批量")) == live
        assert sum(n for _, _, n in workspace.customers.tags()) == (MANY if live else 0)
    assert _whole(workspace)


def test_that_a_killed_batch_is_taken_back_without_a_trace(workspace: Workspace) -> None:
    old = add(workspace, "老客户")[0]
    with workspace.context.writing() as work:
        layout = work.reader.layout("customers")
        operation = work.journal.begin("import", "x", work.actor, work.origin, running=True)
        rows = [row_of(layout, _values(i, tags=("导入的",))) for i in range(MANY)]
        batch = work.writer.add(operation, "customers", rows, None)
        contact = {"name": "联系人", "customers": (Link(batch.drafts[0].id),)}
        work.writer.create(operation, "contacts", contact)
        work.journal.checkpoint(operation, {"made_tags": ["导入的"], "digest": operation.digest})
        work.commit()
    result = workspace.history.roll_back(operation.id)
    assert (result.reverted, result.kept) == (MANY + 1, ())
    assert [r.id for r in workspace.customers.list()[1]] == [old.id]
    assert workspace.customers.tags() == []
    assert add(workspace, "下一个")[0].get("number") == "C000002"
    assert _whole(workspace)
