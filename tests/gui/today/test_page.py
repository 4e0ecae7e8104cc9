"""The day's page by mouse and keyboard, and reminders as toasts."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from app.core.clock import now, set_clock
from app.views.shell.page import OpenRecord
from app.views.shell.reminders import Reminders
from app.views.today.page import TodayPage
from app.views.widgets.buttons import IconButton
from app.views.widgets.toast import Toast
from tests.gui.accessibility import assert_accessible


def titles(page, key):
    return [line.item.title for line in page.cards[key].lines]


def test_what_the_page_shows(page):
    assert titles(page, "late") == ["催回执"]
    assert titles(page, "coming") == ["上门演示"]
    assert titles(page, "no_step") == ["没有下一步"]
    assert len(titles(page, "contact")) == 1
    assert_accessible(page)


def test_space_completes_and_the_line_goes(page, qtbot, workspace):
    line = page.cards["late"].lines[0]
    QTest.keyClick(line, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: titles(page, "late") == [], timeout=4000)
    assert workspace.activities.get(line.item.id).get("done") is True


def test_the_check_mark_does_the_same(page, qtbot):
    check = page.cards["coming"].lines[0].findChildren(IconButton)[0]
    QTest.mouseClick(check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(page, "coming") == [], timeout=4000)


def test_enter_opens_the_customer(page, qtbot):
    line = page.cards["late"].lines[0]
    with qtbot.waitSignal(page.desk.page_wanted) as wanted:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert wanted.args == ["customers", OpenRecord("customers", line.item.customer)]


def test_another_day_from_the_menu(page, qtbot):
    item = page.cards["late"].lines[0].item
    later = next(m for m in page._menu(item) if m is not None and m.text == "改到明天")
    later.on_chosen()
    qtbot.waitUntil(lambda: "催回执" in titles(page, "coming"), timeout=4000)
    assert titles(page, "late") == []


def test_planning_the_next_step_of_a_deal(page, qtbot):
    item = page.cards["no_step"].lines[0].item
    plan = next(m for m in page._menu(item) if m is not None and m.text == "安排明天跟进")
    plan.on_chosen()
    qtbot.waitUntil(lambda: titles(page, "no_step") == [], timeout=4000)
    assert any("没有下一步" in title for title in titles(page, "coming"))


def test_whose(page, qtbot):
    assert titles(page, "late") == ["催回执"]
    everybody = next(b for b in page.whose.findChildren(QAbstractButton) if b.accessibleName() == "全部")
    QTest.mouseClick(everybody, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(titles(page, "late")) == 2, timeout=4000)
    assert set(titles(page, "late")) == {"催回执", "别人的事"}


def test_that_a_reminder_is_told_once(page, qtbot, workspace):
    reminders = Reminders(page.desk, page)
    reminders._timer.start()
    workspace.today.take_reminders()
    workspace.activities.create({"subject": "回电话", "due_at": now() + timedelta(minutes=5)})
    moment = now() + timedelta(minutes=6)
    set_clock(lambda: moment)
    try:
        reminders.ask()
        qtbot.waitUntil(lambda: bool(page.window().findChildren(Toast)), timeout=4000)
        count = len(page.window().findChildren(Toast))
        reminders.ask()
        qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=4000)
        assert len(page.window().findChildren(Toast)) == count == 1
    finally:
        set_clock(None)
        reminders.stop()


def test_that_what_may_only_be_read_offers_no_check_mark(page, qtbot, workspace, monkeypatch):
    assert len(page.cards["coming"].lines[0].findChildren(IconButton)) == 2
    monkeypatch.setattr(workspace.archive, "read_only", True)
    other = TodayPage(page.desk, page.window())
    qtbot.waitUntil(lambda: other.cards["coming"].section is not None, timeout=4000)
    assert len(other.cards["coming"].lines[0].findChildren(IconButton)) == 1
