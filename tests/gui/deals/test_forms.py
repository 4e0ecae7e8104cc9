"""Forms of deals, orders and payments under impatient hands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.core.clock import today
from app.core.i18n import set_language
from app.views.deals.convert_dialog import ConvertDialog
from app.views.deals.missing_dialog import MissingDialog
from app.views.records.drafts import Ready
from app.views.records.record_dialog import RecordDialog
from app.views.records.required_editor import RequiredEditor
from app.views.shell import words
from tests.gui.accessibility import unnamed

CONTROL = Qt.KeyboardModifier.ControlModifier


def idle(qtbot, page):
    qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=5000)


def test_that_a_new_record_is_saved_once_however_often_one_asks(page, qtbot, workspace):
    before = workspace.deals.count()
    dialog = RecordDialog(page.desk, "deals", page)
    dialog.open()
    name = dialog.form.editor("name")
    assert isinstance(name, QLineEdit)
    name.setText("只要一个")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for _ in range(3):
        QTest.keyClick(name, Qt.Key.Key_Return, CONTROL)
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.deals.count() > before, timeout=5000)
    idle(qtbot, page)
    assert workspace.deals.count() == before + 1


def test_that_a_missing_amount_makes_one_deal(page, qtbot, workspace):
    before = workspace.deals.count()
    column = page.board.columns[2]
    column.begin_adding()
    line = column.findChild(QLineEdit)
    line.setText("要金额的")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.board.findChildren(MissingDialog)), timeout=4000)
    dialog = page.board.findChildren(MissingDialog)[0]
    dialog.form.editor("amount").setText("很多")
    dialog.submit()
    qtbot.waitUntil(lambda: dialog.form.row("amount").field.accessibleDescription() != "", timeout=4000)
    dialog.form.editor("amount").setText("5万")
    for _ in range(3):
        dialog.submit()
    qtbot.waitUntil(lambda: workspace.deals.count() > before, timeout=5000)
    idle(qtbot, page)
    assert workspace.deals.count() == before + 1


def test_that_forms_of_orders_and_payments_begin_with_today(page, qtbot, workspace):
    order = RecordDialog(page.desk, "orders", page)
    assert order.form.editor("ordered_on").text() == today().isoformat()
    order.done(0)
    record = workspace.orders.list(limit=1)[1][0]
    payment = RecordDialog(page.desk, "payments", page, preset={"amount": record.get("owed")})
    payment.open()
    payment.submit()
    qtbot.waitUntil(lambda: workspace.records("payments").count() == 1, timeout=5000)
    idle(qtbot, page)
    made = workspace.records("payments").list()[1][0]
    assert (made.get("kind"), made.get("paid_on"), made.get("amount")) == ("receipt", today(), 1_000_00)


def test_that_a_very_long_name_leaves_the_conversion_readable(page, qtbot, workspace):
    lead, _changes = workspace.leads.create({"name": "长" * 90, "company": "长" * 200})
    dialog = ConvertDialog(page.desk, lead, page)
    dialog.open()
    qtbot.waitUntil(lambda: "没有相同" in dialog._looking.text(), timeout=4000)
    assert dialog.title.height() <= 2 * dialog.title.fontMetrics().lineSpacing() + 4
    for widget in (dialog.fresh, dialog.contact):
        assert widget.sizeHint().width() <= widget.width()
    for above, below in (
        (dialog.fresh, dialog.contact),
        (dialog.deal, dialog.deal_name),
        (dialog.deal_name, dialog.amount),
    ):
        assert above.geometry().bottom() < below.geometry().top()
    dialog.done(0)


def test_that_a_stage_asks_for_what_is_ticked(page, qtbot, workspace):
    stage = workspace.deals.stages()[3]
    record = workspace.records("stages").get(stage.id)
    assert set(record.get("required").split(",")) == {"amount", "expected_on"}
    dialog = RecordDialog(page.desk, "stages", page, record)
    dialog.open()
    editor = dialog.form.editor("required")
    assert {key for key, box in editor.boxes.items() if box.isChecked()} == {"amount", "expected_on"}
    assert dialog.form.changed() == {}
    assert unnamed(dialog) == []
    editor.boxes["amount"].setChecked(False)
    editor.boxes["contact"].setChecked(True)
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.deals.stages()[3].required == ("contact", "expected_on"), timeout=5000)


def test_that_unknown_keys_of_a_stage_survive(page):
    editor = RequiredEditor()
    editor.set_value("amount, cf_region")
    assert editor.draft() == Ready("amount,cf_region")
    editor.boxes["amount"].setChecked(False)
    assert editor.draft() == Ready("cf_region")
    editor.set_value(None)
    assert editor.draft() == Ready(None)
    editor.deleteLater()


@pytest.mark.parametrize(
    ("entity", "n", "told", "fresh"),
    [
        ("orders", 2, "2 orders", "New order"),
        ("orders", 1, "1 order", "New order"),
        ("activities", 1, "1 activity", "Log a follow-up"),
        ("lost_reasons", 3, "3 lost reasons", "New lost reason"),
    ],
)
def test_that_one_is_not_called_many_in_english(entity, n, told, fresh):
    set_language("en")
    try:
        assert (words.counted(entity, n), words.new_text(entity)) == (told, fresh)
    finally:
        set_language("zh")
    assert words.counted("payments", n).startswith(f"{n} 笔")


def test_that_a_name_is_not_lost_when_the_missing_amount_is_not_given(page, qtbot, workspace):
    column = page.board.columns[2]
    column.begin_adding()
    line = column.findChild(QLineEdit)
    line.setText("改天再说")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.board.findChildren(MissingDialog)), timeout=4000)
    page.board.findChildren(MissingDialog)[0].reject()
    assert (line.text(), line.isVisible()) == ("改天再说", True)
    assert workspace.deals.find_by("name", "改天再说") is None
