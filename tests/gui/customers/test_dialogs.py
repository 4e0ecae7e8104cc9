from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.core.clock import today
from app.core.filters import Condition
from app.services.customers.pasted import read_pasted
from app.views.widgets.fields import ChoiceField
from app.views.widgets.tick_list import fits
from tests.gui.accessibility import assert_accessible
from tests.gui.customers.keys import type_in

LEFT = Qt.MouseButton.LeftButton


def visible_dialog(page):
    return next(d for d in page.window().findChildren(QDialog) if d.isVisible())


def idle(qtbot, page):
    qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=5000)


@pytest.mark.gui_budget(200)  # a form of thirty fields is built at once
def test_that_a_new_customer_is_typed_saved_and_selected(page, qtbot, workspace):
    dialog = page.verbs.new_record()
    assert_accessible(dialog)
    type_in(dialog.form.editor("name"), "苏州新建机械有限公司")
    phones = dialog.form.editor("phones")
    type_in(phones._rows[0].text, "13800138000")
    QTest.mouseClick(phones._add, LEFT)
    type_in(phones._rows[1].text, "0512-66668888")
    dialog.form.editor("amount").setText("5万")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog.form.editor("name"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: workspace.customers.find_by("name", "苏州新建机械有限公司") is not None, timeout=5000)
    idle(qtbot, page)
    made = workspace.customers.find_by("name", "苏州新建机械有限公司")
    assert [p.value for p in made.get("phones")] == ["138 0013 8000", "0512-6666 8888"]
    assert made.get("amount") == 50_000_00
    qtbot.waitUntil(lambda: page.pane.record() is not None and page.pane.record().id == made.id, timeout=5000)


def test_that_wrong_fields_are_named_under_them_and_nothing_is_lost(page, qtbot):
    dialog = page.verbs.edit_record(page.pane.record())
    dialog.form.editor("name").setText("")
    dialog.form.editor("birthday").setText("2026-13-45")
    dialog.submit()
    qtbot.waitUntil(lambda: bool(dialog.form.row("name").error()), timeout=5000)
    assert dialog.form.row("birthday").error()
    assert dialog.form.editor("birthday").text() == "2026-13-45"
    assert dialog.isVisible()
    dialog.form.remember()
    dialog.reject()


def test_that_leaving_with_changes_asks(page, dialogs):
    dialog = page.verbs.edit_record(page.pane.record())
    dialog.form.editor("short_name").setText("新简称")
    dialogs.answers = ["stay", "drop"]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_that_only_what_was_changed_is_written(page, qtbot, workspace):
    record = page.pane.record()
    dialog = page.verbs.edit_record(record)
    workspace_before = len(workspace.customers.history(record.id))
    dialog.form.editor("short_name").setText("简")
    dialog.submit()
    qtbot.waitUntil(lambda: len(workspace.customers.history(record.id)) > workspace_before, timeout=5000)
    idle(qtbot, page)
    assert [c.key for c in workspace.customers.history(record.id)[0].fields if c.key != "updated_at"] == ["short_name"]


def test_that_a_pasted_block_is_spread_over_the_fields(page, qtbot):
    dialog = page.verbs.new_record()
    QGuiApplication.clipboard().setText(
        "苏州恒力机械有限公司\n张伟 采购经理\n手机：13800138000\n邮箱：zw@example.com\n地址：江苏省苏州市姑苏区人民路12号"
    )
    QTest.keyClick(dialog.form.editor("name"), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    form = dialog.form
    assert form.editor("name").text() == "苏州恒力机械有限公司"
    assert [row.text for row in form.editor("phones").draft().rows] == ["138 0013 8000"]
    assert [row.text for row in form.editor("emails").draft().rows] == ["zw@example.com"]
    assert [form.editor(key).text() for key in ("province", "city", "district", "address")] == [
        "江苏省", "苏州市", "姑苏区", "人民路12号"
    ]  # fmt: skip
    form.remember()
    dialog.reject()
    idle(qtbot, page)


def test_that_a_customer_who_is_there_already_is_named(page, qtbot):
    record = page.pane.record()
    dialog = page.verbs.new_record()
    type_in(dialog.form.editor("name"), record.get("name"))
    qtbot.waitUntil(dialog._banner.isVisible, timeout=5000)
    assert [found.id for found in dialog.similar()] == [record.id]
    dialog.form.remember()
    dialog.reject()


def test_that_a_contact_is_added_with_its_role(page, qtbot, workspace):
    record = page.pane.record()
    page.pane.show_tab("people")
    QTest.mouseClick(page.pane.add_contact, LEFT)
    dialog = visible_dialog(page)
    type_in(dialog.form.editor("name"), "赵敏")
    type_in(dialog.form.editor("customers")._lines[0].role, "财务")
    dialog.submit()
    qtbot.waitUntil(lambda: ("赵敏", "财务") in _people(workspace, record.id), timeout=5000)
    qtbot.waitUntil(lambda: "赵敏" in [item.title for item in page.pane.people.items()], timeout=5000)
    idle(qtbot, page)


def _people(workspace, customer):
    return [(contact.get("name"), link.role) for contact, link in workspace.customers.contacts(customer)]


def test_that_a_follow_up_with_the_next_day_is_one_operation(page, qtbot, workspace):
    record = page.pane.record()
    QTest.mouseClick(page.pane.head.follow, LEFT)
    dialog = visible_dialog(page)
    assert_accessible(dialog)
    type_in(dialog._subject, "电话确认样品")
    dialog._put_day(3)
    before = workspace.history.list()[0]
    QTest.mouseClick(dialog.go, LEFT)
    wanted = today() + timedelta(days=3)
    qtbot.waitUntil(lambda: workspace.customers.get(record.id).get("next_contact_on") == wanted, timeout=5000)
    assert workspace.history.list()[0] == before + 1
    assert workspace.customers.get(record.id).get("last_contact_on") == today()
    qtbot.waitUntil(lambda: any("电话确认样品" in e.title for e in page.pane.timeline.events()), timeout=5000)
    idle(qtbot, page)


def test_that_any_number_of_kinds_of_follow_ups_is_offered(page, qtbot, workspace):
    kinds = workspace.activities.entity.field("kind")
    for number in range(8):
        workspace.choices.add("activities", "kind", f"方式{number}", meaning="task" if number == 7 else "call")
    workspace.choices.retire("activities", "kind", "方式1")
    workspace.choices.order("activities", "kind", ["方式7"])
    QTest.mouseClick(page.pane.head.follow, LEFT)
    dialog = visible_dialog(page)
    assert_accessible(dialog)
    box = dialog.findChild(ChoiceField)
    assert box is not None
    assert box.count() == len(kinds.choices) + 7
    assert box.findData("方式1") == -1
    assert dialog._form.row("due_at").isVisibleTo(dialog), "the first one is a task of the office's own"
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert dialog._kind.current() == "call"
    assert not dialog._form.row("due_at").isVisibleTo(dialog)
    QTest.keyClick(box, Qt.Key.Key_Up)
    type_in(dialog._subject, "寄样品")
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: workspace.activities.count(Condition("kind", "in", ["方式7"])) == 1, timeout=5000)
    (made,) = workspace.activities.list(Condition("kind", "in", ["方式7"]))[1]
    assert (made.get("done"), made.get("happened_at")) == (False, None)
    assert made.get("due_at") is not None
    idle(qtbot, page)


def test_that_a_task_can_be_marked_done_in_the_timeline(page, qtbot, workspace):
    record = page.pane.record()
    _activity, changes = workspace.customers.log_activity(
        record.id, {"kind": "task", "subject": "寄合同", "done": False}
    )
    page.desk.changed.emit(changes, None)
    qtbot.waitUntil(lambda: any(e.open_task for e in page.pane.timeline.events()), timeout=5000)
    task = next(e.open_task for e in page.pane.timeline.events() if e.open_task)
    page.pane.timeline.done_wanted.emit(task)
    qtbot.waitUntil(lambda: workspace.activities.count(Condition("done", "true")) == 1, timeout=5000)
    idle(qtbot, page)


@pytest.mark.parametrize(
    ("text", "person", "phones", "telling"),
    [
        ("张伟 销售总监 138 0013 8000", "张伟", ("138 0013 8000",), True),
        ("收货人：王芳\n电话：021-58881234", "王芳", ("021-58881234",), True),
        ("恒力", "", (), False),
        ("", "", (), False),
        ("a@b.cn", "", (), False),
    ],
)
def test_that_pasted_text_is_read(text, person, phones, telling):
    found = read_pasted(text)
    assert (found.person, found.phones, found.telling) == (person, phones, telling)


@pytest.mark.parametrize(
    ("text", "typed", "fit"),
    [
        ("阶段", "jd", True),
        ("阶段", "jieduan", True),
        ("阶段", "段", True),
        ("阶段", "xx", False),
        ("E-mails", "mail", True),
    ],
)
def test_that_search_boxes_take_pinyin(text, typed, fit):
    assert fits(text, typed) is fit
