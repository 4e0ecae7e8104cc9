"""Small questions about records that services ask the store: pairs, conversations, promises, columns by what they say."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from app.core.clock import now
from app.core.fields import Link
from app.db.store import by_value, conversations, match_pairs, pair_lists, promises
from app.db.unit_of_work import UnitOfWork
from app.services.workspace import Workspace
from tests.factories.customers import add, user_id
from tests.factories.engines import BOTH

pytestmark = BOTH

Staff = dict[str, Workspace]


def _pairs(work: UnitOfWork, *pairs: tuple[uuid.UUID, uuid.UUID, float], group: uuid.UUID) -> None:
    evidence = '[["name", "same", 3.5]]'
    rows = [(*sorted((a.bytes, b.bytes)), group.bytes, p, 1.5, evidence) for a, b, p in pairs]
    match_pairs.replace_open(work.connection, "customers", rows)


def test_that_pairs_are_listed_as_each_sees_them(staff: Staff) -> None:
    boss = staff["boss"]
    east = user_id(boss, "east")
    one, two = (r.id for r in add(boss, "东甲", "东乙", owner=east))
    three = add(boss, "总丙")[0].id
    group = uuid.uuid4()
    with boss.context.writing() as work:
        _pairs(work, (one, two, 0.9), (two, three, 0.7), (one, three, 0.4), group=group)
        work.commit()
    with boss.context.reading() as work:
        r = work.reader
        total, page = pair_lists.page(r, "customers", "open", 0.5, limit=1, offset=0)
        assert (total, [p.probability for p in page]) == (2, [0.9])
        assert page[0].evidence == (("name", "same", 3.5),)
        assert {page[0].a_id, page[0].b_id} == {one, two}
        total, page = pair_lists.page(r, "customers", "open", 0.0, limit=None, offset=1)
        assert (total, [p.probability for p in page]) == (3, [0.7, 0.4])
        assert len(pair_lists.of_group(r, "customers", group, 0.5)) == 2
        assert pair_lists.of_group(r, "customers", uuid.uuid4(), 0.0) == []
        assert [p.probability for p in pair_lists.among(r, "customers", [one, three])] == [0.4]
        ties = pair_lists.ties(r, "customers", pair_lists.OPEN, 0.5)
        assert [(t.group_id, t.probability, {t.a_title, t.b_title}) for t in ties] == [
            (group, 0.9, {"东甲", "东乙"}),
            (group, 0.7, {"东乙", "总丙"}),
        ]
        assert pair_lists.ties(r, "customers", pair_lists.DECIDED, 0.0) == []
    with staff["east"].context.reading() as work:
        assert pair_lists.page(work.reader, "customers", "open", 0.0, limit=9, offset=0)[0] == 1
    boss.customers.delete(two)
    with boss.context.reading() as work:
        assert len(pair_lists.ties(work.reader, "customers", pair_lists.OPEN, 0.0)) == 1
        assert len(pair_lists.ties(work.reader, "customers", pair_lists.OPEN, 0.0, gone=True)) == 3


def test_that_mails_lead_to_their_ticket(workspace: Workspace) -> None:
    first, second = (workspace.tickets.create({"subject": s})[0] for s in ("第一", "第二"))
    with workspace.context.writing() as work:
        operation = work.operation("edit", "来信")
        for n, (ticket, key) in enumerate(((first, "<c>"), (first, "<a>"), (second, "<b>"))):
            at = now() - timedelta(minutes=n)
            values = {"ticket": (Link(ticket.id),), "kind": "inbound", "message_id": key, "sent_at": at, "body": "x"}
            work.writer.create(operation, "ticket_messages", values)
        work.commit()
    with workspace.context.reading() as work:
        r = work.reader
        assert conversations.ticket_of_mails(r, ["<x>", "<b>", "<a>"]) == second.id
        assert conversations.ticket_of_mails(r, ["<x>"]) is None
        assert conversations.ticket_of_mails(r, []) is None
        assert conversations.mails_of(r, first.id, 9) == ["<a>", "<c>"]
        assert conversations.mails_of(r, first.id, 1) == ["<c>"]
        assert conversations.ticket_numbered(r, str(first.get("number"))) == first.id
        assert conversations.ticket_numbered(r, "T999999") is None
    workspace.tickets.delete(second.id)
    with workspace.context.reading() as work:
        assert conversations.ticket_of_mails(work.reader, ["<b>", "<a>"]) == first.id


def test_that_the_first_active_policy_is_in_force(workspace: Workspace) -> None:
    def make(**values: object) -> uuid.UUID:
        with workspace.context.writing() as work:
            operation = work.operation("create", "时限")
            record = work.writer.create(operation, "sla_policies", {"terms": "{}", "active": True, **values})
            work.commit()
        return record.id

    with workspace.context.reading() as work:
        planted = promises.policy_in_force(work.reader)
    assert planted is not None
    unplaced, second = make(name="没有位次"), make(name="第二", position=2)
    with workspace.context.reading() as work:
        assert promises.policy_in_force(work.reader) == planted
        assert promises.policy_in_force(work.reader, unplaced) == promises.StoredPolicy(unplaced, "没有位次", "{}")
        assert promises.policy_in_force(work.reader, uuid.uuid4()) is None
    with workspace.context.writing() as work:
        operation = work.operation("edit", "停用")
        work.writer.update(operation, "sla_policies", planted.id, {"active": False})
        work.commit()
    with workspace.context.reading() as work:
        found = promises.policy_in_force(work.reader)
    assert found is not None
    assert found.id == second


def test_that_special_days_come_in_order(workspace: Workspace) -> None:
    with workspace.context.writing() as work:
        operation = work.operation("create", "日历")
        for day, hours in ((date(2026, 5, 2), "09:00-12:00"), (date(2026, 5, 1), None)):
            work.writer.create(operation, "calendar_days", {"day": day, "hours": hours, "name": "节日"})
        work.commit()
    with workspace.context.reading() as work:
        found = promises.special_days(work.reader)
    assert [(str(day), hours) for day, hours in found] == [("2026-05-01", ""), ("2026-05-02", "09:00-12:00")]


def test_that_columns_are_asked_for_exactly_what_they_say(workspace: Workspace) -> None:
    records = add(workspace, "甲公司", "乙公司", "丙公司", city="苏州")
    workspace.customers.update(records[0].id, {"external_id": "1"})
    workspace.customers.update(records[1].id, {"external_id": "2"})
    workspace.customers.delete(records[1].id)
    with workspace.context.reading() as work:
        r = work.reader
        assert by_value.live_with(r, "customers", "city", ["苏州", "无锡"], 9) == {records[0].id, records[2].id}
        assert len(by_value.live_with(r, "customers", "city", ["苏州"], 1) or ()) == 1
        assert by_value.live_with(r, "customers", "phones", ["1"], 9) is None
        numbers = [str(n) for n in range(2_000)]
        assert by_value.names_of_numbers(r, "customers", numbers) == {"1": "甲公司", "2": "乙公司"}
        assert by_value.names_of_numbers(r, "customers", []) == {}
