"""The audit chains: an honest log verifies, every kind of tampering is found."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db.journal import changes_of, heads, link_at, verify_chains
from app.services.workspace import Workspace
from tests.factories.archives import Template
from tests.factories.customers import add
from tests.factories.engines import BOTH

CUT = "操作记录比上次在本机看到的少，档案可能被换成了旧的。"


@pytest.fixture
def busy(staff: dict[str, Workspace]) -> dict[str, Workspace]:
    """Two people with several operations each, one of them undone."""
    for user in ("boss", "east"):
        records = add(staff[user], f"{user}甲", f"{user}乙", f"{user}丙")
        staff[user].customers.update(records[0].id, {"city": "苏州", "remark": "x"})
        _, changes = staff[user].customers.update(records[1].id, {"city": "上海"})
        assert changes.operation_id is not None
        staff[user].history.undo(changes.operation_id)
    return staff


def _broken(workspace: Workspace) -> list[str]:
    with workspace.archive.engine.connect() as connection:
        return verify_chains(connection, workspace.archive.chain_key)


def _tamper(workspace: Workspace, sql: str) -> int:
    """Run it; {table n} stands for the number of that row."""
    nth = r"(SELECT rid FROM \1 ORDER BY rid LIMIT 1 OFFSET \2)"
    with workspace.archive.engine.begin() as connection:
        return connection.execute(sa.text(re.sub(r"\{(\w+) (\d)\}", nth, sql))).rowcount


@BOTH
def test_that_an_honest_log_verifies_and_chains_are_gapless_per_person(busy: dict[str, Workspace]) -> None:
    boss = busy["boss"]
    assert _broken(boss) == []
    with boss.archive.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT user_id, count(*), max(sequence), min(sequence) FROM operation WHERE sequence > 0 GROUP BY user_id"
        ).all()
        found = heads(connection)
        assert len(rows) == len(found) == 2
        assert all(row[1] == row[2] and row[3] == 1 for row in rows)
        for user, (sequence, chain) in found.items():
            assert link_at(connection, user, sequence) == chain
            assert link_at(connection, user, sequence + 1) is None


TAMPERED = {
    "a change edited": "UPDATE change SET fields = replace(fields, '苏州', '杭州') WHERE fields LIKE '%苏州%'",
    "a change moved to another record": "UPDATE change SET record_id = operation_id WHERE rid = {change 1}",
    "a change of another action": "UPDATE change SET action = 'delete' WHERE rid = {change 0}",
    "a change of another version": "UPDATE change SET version = version + 1 WHERE rid = {change 0}",
    "a change deleted": "DELETE FROM change WHERE rid = {change 1}",
    "a change added": "INSERT INTO change(org_id, id, operation_id, entity, record_id, action, version, fields) "
    "SELECT org_id, record_id, operation_id, entity, record_id, action, version, fields FROM change WHERE rid = {change 0}",
    "a summary edited": "UPDATE operation SET summary = 'x' WHERE rid = {operation 2}",
    "a time edited": "UPDATE operation SET started_at = started_at + 1 WHERE rid = {operation 2}",
    "a kind edited": "UPDATE operation SET kind = 'import' WHERE rid = {operation 2}",
    "a digest edited": "UPDATE operation SET digest = '' WHERE digest <> ''",
    "an operation deleted": "DELETE FROM operation WHERE rid = {operation 2}",
    "an operation given to another": "UPDATE operation SET user_id = (SELECT id FROM \"user\" WHERE username='east') WHERE rid = {operation 2}",
    "two operations swapped": "UPDATE operation SET sequence = 3 - sequence WHERE sequence IN (1, 2)",
}


@BOTH
@pytest.mark.parametrize("sql", TAMPERED.values(), ids=TAMPERED.keys())
def test_that_tampering_is_found(busy: dict[str, Workspace], sql: str) -> None:
    assert _tamper(busy["boss"], sql) > 0
    assert _broken(busy["boss"])


def test_that_tampering_is_told_when_the_archive_is_checked(busy: dict[str, Workspace]) -> None:
    _tamper(busy["boss"], TAMPERED["a change deleted"])
    assert any("操作记录被改动" in p for p in busy["boss"].vault.verify().problems)


def test_that_a_cut_tail_is_found_by_the_anchor_outside_the_file(busy: dict[str, Workspace]) -> None:
    boss = busy["boss"]
    boss.vault.anchor()
    assert boss.vault.verify().ok
    assert _tamper(boss, "DELETE FROM operation WHERE rid = (SELECT max(rid) FROM operation)") == 1
    assert _broken(boss) == []
    assert boss.vault.verify().problems == (CUT,)


def test_that_a_cut_tail_is_found_even_after_work_went_on(busy: dict[str, Workspace]) -> None:
    boss = busy["boss"]
    boss.vault.anchor()
    _tamper(boss, "DELETE FROM operation WHERE user_id = (SELECT id FROM \"user\" WHERE username='boss') "
                  "AND sequence = (SELECT max(sequence) FROM operation WHERE user_id = (SELECT id FROM \"user\" WHERE username='boss'))")  # fmt: skip
    add(boss, "接着干", "再干")
    assert _broken(boss) == []
    assert CUT in boss.vault.verify().problems


def test_that_an_older_copy_of_the_whole_file_is_found_on_the_same_computer(office: Template, tmp_path: Path) -> None:
    path = office.copy(tmp_path)
    with office.opened(path) as workspace:
        add(workspace, "甲")
    old = path.read_bytes()
    with office.opened(path) as workspace:
        add(workspace, "乙")
    path.write_bytes(old)
    with office.opened(path) as workspace:
        assert workspace.vault.verify().problems == (CUT,)


def test_that_an_unreadable_anchor_is_no_alarm(workspace: Workspace) -> None:
    for text in (b"", b"{", b"[]", b'{"x": 5}', b"null"):
        workspace.vault.anchor()
        workspace.vault._anchor_path().write_bytes(text)
        assert workspace.vault.verify().ok


def test_that_the_chain_survives_a_new_data_key(busy: dict[str, Workspace]) -> None:
    busy["boss"].vault.rotate_key()
    add(busy["boss"], "之后")
    assert busy["boss"].vault.verify().ok


@BOTH
def test_that_an_operation_without_changes_leaves_no_trace(workspace: Workspace) -> None:
    record = add(workspace, "甲")[0]
    total = workspace.history.list()[0]
    _, changes = workspace.customers.update(record.id, {"name": "甲", "city": ""})
    assert changes.operation_id is None
    assert workspace.history.list()[0] == total
    assert workspace.customers.get(record.id).version == 1


@BOTH
def test_that_history_tells_who_changed_what_newest_first(busy: dict[str, Workspace]) -> None:
    east = busy["east"]
    record = next(r for r in east.customers.list()[1] if r.get("name") == "east甲")
    newest, first = east.customers.history(record.id)
    assert (newest.actor, newest.kind, newest.action) == ("李东", "edit", "update")
    assert {f.key: (f.before, f.after) for f in newest.fields} == {"city": (None, "苏州"), "remark": (None, "x")}
    assert (first.kind, first.fields) == ("create", ())
    with east.archive.engine.connect() as connection:
        assert len(changes_of(connection, "customers", record.id)) == 2


@BOTH
def test_that_people_writing_at_once_keep_every_chain_whole(busy: dict[str, Workspace]) -> None:
    def work(workspace: Workspace) -> None:
        for i in range(8):
            add(workspace, f"{workspace.actor.name}{i}")

    threads = [threading.Thread(target=work, args=(busy[user],)) for user in ("boss", "east", "west", "boss")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _broken(busy["boss"]) == []
    numbers = [r.get("number") for r in busy["boss"].customers.list(limit=1000)[1]]
    assert len(numbers) == len(set(numbers)) == 6 + 32


@BOTH
def test_that_naming_stops_where_a_screen_had_better_reload(workspace: Workspace) -> None:
    from app.db.journal import NAMED_IDS

    with workspace.context.writing() as work:
        operation = work.operation("import", "viele")
        for i in range(NAMED_IDS + 1):
            work.writer.create(operation, "customers", {"name": f"客户{i}"})
        changes = work.commit()
    assert changes.touched == {"customers": None}
    assert changes.concerns("contacts", "customers")
    assert not changes.concerns("contacts")
