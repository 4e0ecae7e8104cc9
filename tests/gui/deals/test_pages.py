"""Leads and their conversion, orders and their payments, in their pages."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.core.fields import Link
from app.views.deals.convert_dialog import ConvertDialog
from app.views.deals.leads_page import LeadsPage
from app.views.deals.orders_page import OrdersPage
from app.views.records.link_editor import LinkEditor
from app.views.records.record_dialog import RecordDialog
from app.views.records.record_page import RecordPage
from app.views.widgets.buttons import Button
from tests.gui.widgets.showing import shown


def opened_page(qtbot, window, kind):
    page = kind(window.desk, window)
    shown(qtbot, window, 1180, 800)
    page.setGeometry(0, 0, 1180, 800)
    page.show()
    qtbot.waitUntil(lambda: page.is_ready() and not page.rows.model.is_loading(), timeout=5000)
    qtbot.waitUntil(lambda: not page.rows.model.rowCount() or page.pane.data is not None, timeout=5000)
    return page


def button(qtbot, root, words):
    """The visible button with these words; a new one is shown when the layout comes round to it."""

    def found():
        return [b for b in root.findChildren(Button) if b.text() == words and b.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=4000)
    return found()[0]


def dialog_of(qtbot, page, kind):
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(kind)), timeout=4000)
    return next(d for d in page.findChildren(kind) if d.isVisible())


def test_converting_a_lead_to_the_customer_that_is_there(qtbot, make_window, workspace):
    page = opened_page(qtbot, make_window(), LeadsPage)
    lead = workspace.leads.find_by("name", "王小明")
    page.activate(lead.id)
    qtbot.waitUntil(lambda: page.pane.record() is not None and page.pane.record().id == lead.id, timeout=4000)
    customers = workspace.customers.count()
    QTest.mouseClick(button(qtbot, page.pane, "转成客户"), Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, page, ConvertDialog)
    qtbot.waitUntil(lambda: not dialog.fresh.isChecked(), timeout=4000)  # the same company was found and chosen
    with qtbot.waitSignal(page.desk.page_wanted, timeout=5000) as wanted:
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert wanted.args[0] == "deals"
    assert workspace.customers.count() == customers
    assert workspace.leads.get(lead.id).get("status") == "converted"


def test_a_bad_amount_is_told_in_place(qtbot, make_window, workspace):
    page = opened_page(qtbot, make_window(), LeadsPage)
    lead = workspace.leads.find_by("name", "李雷")
    page.convert(lead)
    dialog = dialog_of(qtbot, page, ConvertDialog)
    dialog.amount.setText("很多")
    dialog.submit()
    assert dialog.isVisible()
    assert workspace.leads.get(lead.id).get("status") == "new"
    dialog.amount.setText("5万")
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.deals.count() == 5, timeout=4000)
    assert workspace.deals.list(limit=1)[1][0].get("amount") == 5_000_000


def test_a_payment_from_the_order(qtbot, make_window, workspace):
    page = opened_page(qtbot, make_window(), OrdersPage)
    QTest.mouseClick(button(qtbot, page.pane, "登记回款"), Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, page, RecordDialog)
    editor = dialog.form.editor("amount")
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "1000"
    assert shown_cell(page, "owed") == "¥1,000"
    dialog.form.set_value("paid_on", __import__("datetime").date(2026, 3, 5))
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.records("payments").count() == 1, timeout=4000)
    assert workspace.orders.list()[1][0].get("owed") == 0
    # the row shows what is owed now, though nothing of the order itself was written
    qtbot.waitUntil(lambda: shown_cell(page, "owed") == "¥0", timeout=4000)


def shown_cell(page, key):
    """What a cell of the first row says."""
    model = page.rows.model
    return model.text_at(0, [c.key for c in model.columns].index(key))


def test_choosing_a_linked_record(qtbot, make_window, workspace):
    page = opened_page(qtbot, make_window(), OrdersPage)
    dialog = page.verbs.new_record()
    editor = dialog.form.editor("customer")
    assert isinstance(editor, LinkEditor)
    name = str(workspace.customers.list(limit=1)[1][0].get("name"))
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: editor._model.rowCount() > 0, timeout=4000)
    editor._take(editor._model.index(0, 0))
    qtbot.waitUntil(lambda: editor.text() != "", timeout=2000)
    assert editor.text() == name
    dialog.form.set_value("ordered_on", __import__("datetime").date(2026, 3, 5))
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.orders.count() == 2, timeout=4000)
    assert workspace.orders.list(limit=1)[1][0].get("customer")[0].title == name


def test_products_have_no_owner_and_no_tab_for_it(qtbot, make_window):
    page = opened_page(qtbot, make_window(), partial(RecordPage, entity="products"))
    assert [tab.text for tab in page.book.tabs()] == ["全部产品"]
    assert page.rows.model.rowCount() == 0


def test_the_items_of_an_order(qtbot, make_window, workspace):
    workspace.records("products").create({"name": "轴承组", "price": Decimal(480), "category": "配件"})
    page = opened_page(qtbot, make_window(), OrdersPage)
    dialog = page.edit_lines(page.pane.record())
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1, timeout=4000)
    edit = dialog.table.cellWidget(0, 0)
    edit.setText("轴承组")
    dialog._take(edit, "轴承组")
    dialog.table.item(0, 1).setText("2.5")
    assert dialog.table.item(0, 3).text() == "1200"
    dialog.add_row("运费", "", "", "很多")
    dialog.submit()
    assert "第 2 行" in dialog._problem.text()
    dialog.table.item(1, 3).setText("30")
    dialog.submit()
    qtbot.waitUntil(lambda: workspace.orders.list()[1][0].get("amount") == 1_230_00, timeout=4000)
    lines = workspace.orders.lines(workspace.orders.list()[1][0].id)
    assert [line.get("name") for line in lines] == ["轴承组", "运费"]
    assert lines[0].get("product")[0].title == "轴承组"


def test_what_is_not_written_as_asked_is_told_beside_the_table(qtbot, make_window, workspace):
    lead = workspace.leads.find_by("name", "王小明")
    customer = workspace.customers.list(limit=1)[1][0]
    workspace.leads.update(lead.id, {"status": "converted", "customer": (Link(customer.id),)})
    page = opened_page(qtbot, make_window(), LeadsPage)
    page.activate(lead.id)
    qtbot.waitUntil(lambda: page.pane.record() is not None and page.pane.record().id == lead.id, timeout=4000)
    page.rows.model.edit_requested.emit(lead.handle, "status", "跟进中")
    words = "状态：已转化的线索，状态保持“已转化”。"
    qtbot.waitUntil(lambda: any(words in toast.accessibleName() for toast in page.desk.toasts.toasts()), timeout=4000)
    assert workspace.leads.get(lead.id).get("status") == "converted"
