"""The journal as people read it: who sees which operations, what fits, what one of them did, how many came since."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from app.db import operations
from app.db.operations import Wanted
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.factories.customers import add, user_id
from tests.factories.engines import BOTH

pytestmark = BOTH

Staff = dict[str, Workspace]


@pytest.fixture
def done(staff: Staff, clock: Clock) -> dict[str, uuid.UUID]:
    """Name → operation, a minute apart: 甲 by the boss, 乙 and 丙 by east, 丙 changed by the boss."""
    clock.forward(days=3650)
    made: dict[str, uuid.UUID] = {}
    for user, name in (("boss", "甲 ABC"), ("east", "乙 100%"), ("east", "丙")):
        clock.forward(minutes=1)
        record, changes = staff[user].customers.create({"name": name})
        assert changes.operation_id is not None
        made[name] = changes.operation_id
    clock.forward(minutes=1)
    changed = staff["boss"].customers.update(record.id, {"city": "苏州"})[1].operation_id
    assert changed is not None
    return {**made, "改": changed}


def test_that_lists_tell_what_fits_newest_first(staff: Staff, done: dict[str, uuid.UUID], clock: Clock) -> None:
    boss, east = user_id(staff["boss"], "boss"), user_id(staff["boss"], "east")
    names = {key: name for name, key in done.items()}
    everything = Wanted(since=clock.at - timedelta(hours=1))
    with staff["boss"].context.reading() as work:
        c = work.connection

        def listed(wanted: Wanted, seen: operations.Seen = None) -> list[str]:
            total, page = operations.page(c, wanted, seen, limit=50)
            handles = operations.handles(c, wanted, seen)
            by_handle = operations.by_handles(c, handles, seen)
            assert [o.id for o in page] == [by_handle[h].id for h in handles]
            assert total == len(page)
            return [names[o.id] for o in page]

        since = {"since": everything.since}
        assert listed(everything) == ["改", "丙", "乙 100%", "甲 ABC"]
        assert listed(everything, (east,)) == ["丙", "乙 100%"]
        assert listed(everything, ()) == []
        assert listed(Wanted(user=boss, **since)) == ["改", "甲 ABC"]
        assert listed(Wanted(frozenset({"edit"}), **since)) == ["改"]
        assert listed(Wanted(since=clock.at - timedelta(minutes=2), until=clock.at)) == ["丙", "乙 100%"]
        assert listed(Wanted(text="abc", **since)) == ["甲 ABC"]
        assert listed(Wanted(text="0%", **since)) == ["乙 100%"]
        assert listed(Wanted(text="%0", **since)) == []
        assert listed(Wanted(state="undone", **since)) == []
        assert operations.page(c, everything, None, limit=2, offset=1)[1][0].id == done["丙"]


def test_that_one_is_found_by_those_who_may_see_it(staff: Staff, done: dict[str, uuid.UUID]) -> None:
    boss, east = user_id(staff["boss"], "boss"), user_id(staff["boss"], "east")
    with staff["boss"].context.reading() as work:
        c = work.connection
        found = operations.find(c, done["丙"], None)
        assert found is not None
        assert (found.kind, found.actor, found.state) == ("create", "李东", "done")
        assert operations.find(c, done["丙"], (east,)) == found
        assert operations.find(c, done["丙"], (boss,)) is None
        last = operations.last_of(c, boss, "done", {"edit", "setup", "users"})
        assert last is not None
        assert last.id == done["甲 ABC"]
        assert operations.last_of(c, east, "running", ()) is None
        assert {"create", "edit"} <= set(operations.kinds(c, None))
        assert set(operations.kinds(c, (east,))) == {"create"}
        assert operations.people(c, (east, boss)) == [(east, "李东"), (boss, "钱总")]
        handle = operations.handle_of(c, done["改"])
        assert handle is not None
        assert operations.by_handles(c, [handle], None)[handle].id == done["改"]


def test_that_its_changes_come_in_the_order_they_were_made(workspace: Workspace) -> None:
    records = add(workspace, *(f"客户{i}" for i in range(5)))
    changes = workspace.customers.update_many([r.handle for r in records], {"city": "苏州"}).changes
    assert changes.operation_id is not None
    with workspace.context.reading() as work:
        total, first = operations.changes(work.connection, changes.operation_id, 3)
        made = operations.records_made(work.connection, changes.operation_id, "customers")
    assert total == 5
    assert [(c.entity, c.record, c.action) for c in first] == [("customers", r.id, "update") for r in records[:3]]
    assert "苏州" in first[0].fields
    assert made == []


def test_that_undos_are_followed_down_to_the_first_act(workspace: Workspace) -> None:
    record = add(workspace, "客户")[0]
    act = workspace.customers.update(record.id, {"city": "苏州"})[1].operation_id
    assert act is not None
    undo = workspace.history.undo(act).operation_id
    redo = workspace.history.undo(undo).operation_id
    with workspace.context.writing() as work:
        c = work.connection
        assert operations.undone_by(c, redo) == [undo, act]
        assert operations.undone_by(c, act) == []
        assert not operations.kept_any(c, act)
        operations.set_state(c, act, "partly_undone")
        found = operations.find(c, act, None)
        assert found is not None
        assert found.state == "partly_undone"


def test_that_what_came_since_is_counted_up_to_a_number(staff: Staff, done: dict[str, uuid.UUID], clock: Clock) -> None:
    with staff["boss"].context.writing() as work:
        c = work.connection

        def since(most: int, **ago: float) -> int:
            return operations.count_since(c, clock.at - timedelta(**ago), most)

        assert [since(10, seconds=-1), since(10), since(10, minutes=2), since(10, hours=1)] == [0, 1, 3, 4]
        assert since(2, hours=1) == 2
        work.journal.begin("import", "没有完", work.actor, "test", running=True)
        clock.forward(hours=20)
        assert since(10, hours=1) == 1
        clock.forward(hours=5)
        assert since(10) == 0
