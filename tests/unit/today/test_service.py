"""The day's sections, quick verbs and reminders on a real archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.core.clock import now, set_clock, today
from app.core.fields import Link, MonthDay
from app.services.today.records import Section
from app.services.workspace import Workspace
from tests.factories import archives

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    template = archives.bare()
    set_clock(lambda: NOON)
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened
    set_clock(None)


def _task(workspace: Workspace, subject: str, days: float, **more: object) -> None:
    workspace.activities.create({"subject": subject, "kind": "task", "due_at": now() + timedelta(days=days), **more})


def _section(workspace: Workspace, key: str, whose: str = "me") -> Section:
    return next(s for s in workspace.today.agenda(whose) if s.key == key)


def test_what_is_late_due_and_coming(workspace: Workspace) -> None:
    for subject, days in (("晚了", -2), ("今天", 0.1), ("三天后", 3), ("下个月", 30)):
        _task(workspace, subject, days)
    _task(workspace, "做完了", -1, done=True)
    found = {key: [i.title for i in _section(workspace, key).items] for key in ("late", "due", "coming")}
    assert found == {"late": ["晚了"], "due": ["今天"], "coming": ["三天后"]}
    assert _section(workspace, "late").items[0].late
    section = _section(workspace, "late")
    assert workspace.activities.count(section.condition) == section.total == 1


def test_calls_that_are_due_and_deals_without_a_next_step(workspace: Workspace) -> None:
    customer, _ = workspace.customers.create({"name": "恒力", "next_contact_on": today() - timedelta(days=1)})
    workspace.customers.create({"name": "以后", "next_contact_on": today() + timedelta(days=3)})
    assert [i.title for i in _section(workspace, "contact").items] == ["恒力"]
    tie = (Link(customer.id),)
    deal, _ = workspace.deals.create({"name": "二期", "customer": tie})
    workspace.deals.create({"name": "三期", "customer": tie})
    workspace.activities.create({"subject": "演示", "deal": (Link(deal.id),), "due_at": now() + timedelta(days=2)})
    assert [i.title for i in _section(workspace, "no_step").items] == ["三期"]


def test_tickets_about_to_break_their_promise(workspace: Workspace) -> None:
    late, _ = workspace.tickets.create({"subject": "发货慢", "priority": "urgent"})
    workspace.tickets.create({"subject": "问发票", "priority": "low"})
    due = workspace.tickets.get(late.id).get("response_due_at")
    assert due is not None
    set_clock(lambda: due + timedelta(minutes=1))
    found = _section(workspace, "tickets", "all").items
    assert found[0].title == "发货慢"
    assert found[0].late


def test_birthdays_of_this_week(workspace: Workspace) -> None:
    workspace.contacts.create({"name": "公历", "birthday": date(1990, 3, 7)})
    workspace.contacts.create({"name": "以后", "birthday": date(1990, 5, 7)})
    workspace.customers.create({"name": "农历", "birthday": date(1990, 2, 14), "birthday_lunar": True})  # 正月十九
    workspace.contacts.create({"name": "不知哪年", "birthday": MonthDay(3, 8)})
    workspace.contacts.create({"name": "农历不知哪年", "birthday": MonthDay(1, 19), "birthday_lunar": True})
    kept = {i.title: (i.when, i.about) for i in _section(workspace, "birthdays").items}
    seventh = date(2026, 3, 7)
    assert kept == {
        "公历": (seventh, "03-07"), "农历": (seventh, "农历正月十九"), "农历不知哪年": (seventh, "农历正月十九"),
        "不知哪年": (date(2026, 3, 8), "03-08"),
    }  # fmt: skip


def test_completing_and_postponing(workspace: Workspace) -> None:
    _task(workspace, "电话", -1)
    item = _section(workspace, "late").items[0]
    change = workspace.today.postpone(item.id, now() + timedelta(days=1))
    assert not _section(workspace, "late").items
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    workspace.today.complete(item.id)
    assert workspace.activities.get(item.id).get("done") is True
    assert workspace.activities.get(item.id).get("happened_at") == NOON


def test_that_a_reminder_comes_once_also_after_the_archive_was_closed(tmp_path: Path) -> None:
    template = archives.bare()
    path = template.copy(tmp_path)
    set_clock(lambda: NOON)
    try:
        with template.opened(path) as workspace:
            assert workspace.today.take_reminders() == []
            _task(workspace, "回电话", 0.5)
            assert workspace.today.take_reminders() == []
        set_clock(lambda: NOON + timedelta(days=2))
        with template.opened(path) as workspace:
            assert [r.title for r in workspace.today.take_reminders()] == ["回电话"]
            assert workspace.today.take_reminders() == []
        with template.opened(path) as workspace:
            assert workspace.today.take_reminders() == []
            item = workspace.today.agenda()[0].items[0]
            workspace.today.postpone(item.id, now() + timedelta(hours=1))
            set_clock(lambda: NOON + timedelta(days=2, hours=2))
            assert [r.title for r in workspace.today.take_reminders()] == ["回电话"]
    finally:
        set_clock(None)
