"""The form of a contact: his customers, each with role, note and days."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.fields import Link
from app.views.records.record_dialog import RecordDialog
from app.views.records.ties_editor import TiesEditor


def form_of(page, qtbot, record):
    dialog = RecordDialog(page.desk, "contacts", page, record)
    dialog.open()
    editor = dialog.form.editor("customers")
    assert isinstance(editor, TiesEditor)
    return dialog, editor


def saved(dialog, qtbot):
    with qtbot.waitSignal(dialog.finished, timeout=5000):
        dialog.submit()


def test_that_all_ties_are_shown_and_changed_by_themselves(page, qtbot, workspace):
    first, second, third = (workspace.customers.create({"name": name})[0] for name in ("甲公司", "乙公司", "丙公司"))
    ties = (Link(first.id, "甲公司", "采购"), Link(second.id, "乙公司", "法人", "兼任", date(2024, 1, 1)))
    contact, _ = workspace.contacts.create({"name": "赵工", "customers": ties})
    dialog, editor = form_of(page, qtbot, workspace.contacts.get(contact.id))
    assert [line.record.text() for line in editor._lines] == ["甲公司", "乙公司"]
    assert [line._below.isVisible() for line in editor._lines] == [False, True]
    dialog.form.editor("title").setText("总工")
    saved(dialog, qtbot)
    assert workspace.contacts.get(contact.id).get("customers") == ties, "nothing was said about them"

    dialog, editor = form_of(page, qtbot, workspace.contacts.get(contact.id))
    editor._lines[0].role.setText("采购经理")
    editor.add_line()
    editor._lines[2].record.setText("丙公司")
    QTest.mouseClick(editor._lines[2].more, Qt.MouseButton.LeftButton)
    editor._lines[2].until.setText("2026年12月31日")
    saved(dialog, qtbot)
    after = workspace.contacts.get(contact.id).get("customers")
    assert [(link.title, link.role) for link in after] == [
        ("甲公司", "采购经理"),
        ("乙公司", "法人"),
        ("丙公司", "总工"),
    ]
    assert (after[1], after[2].until) == (ties[1], date(2026, 12, 31))
    assert third.id == after[2].id


def test_that_days_in_the_wrong_order_are_told_and_nothing_is_lost(page, qtbot, workspace):
    customer, _ = workspace.customers.create({"name": "甲公司"})
    contact, _ = workspace.contacts.create({"name": "赵工", "customers": (Link(customer.id),)})
    dialog, editor = form_of(page, qtbot, workspace.contacts.get(contact.id))
    line = editor._lines[0]
    line.unfold(True)
    line.since.setText("2026-02-01")
    line.until.setText("2026-01-01")
    dialog.submit()
    qtbot.waitUntil(lambda: "早于" in dialog.form.row("customers").field.accessibleDescription(), timeout=5000)
    QTest.mouseClick(line.drop, Qt.MouseButton.LeftButton)
    saved(dialog, qtbot)
    assert not workspace.contacts.get(contact.id).get("customers")


def test_that_the_pane_shows_since_when_and_who_has_left_comes_last(page, qtbot, workspace):
    customer, _ = workspace.customers.create({"name": "甲公司"})
    for name, link in (
        ("赵工", Link(customer.id, "甲公司", "采购", "兼任", date(2020, 1, 1), date(2020, 12, 31))),
        ("钱工", Link(customer.id, "甲公司", "总工", "", date(2021, 1, 1))),
    ):
        workspace.contacts.create({"name": name, "customers": (link,)})
    page.pane.show_handle(customer.handle)
    qtbot.waitUntil(lambda: len(page.pane.people.lines) == 2, timeout=5000)
    items = [line.item for line in page.pane.people.lines]
    assert [(item.title, item.faded) for item in items] == [("钱工", False), ("赵工", True)]
    assert "2021-01-01 起" in items[0].subtitle
    assert all(text in items[1].subtitle for text in ("采购", "2020-01-01 – 2020-12-31", "兼任"))
