from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from app.core.filters import Condition
from app.views.records.listing import ALL, MINE, TEMPORARY
from app.views.records.record_dialog import RecordDialog
from app.views.shell.page import NewRecord, OpenRecord
from app.views.widgets.popover import Popover
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import opened
from tests.gui.customers.archive import first_id, with_views
from tests.gui.customers.keys import type_in
from tests.gui.widgets.showing import collect

LEFT = Qt.MouseButton.LeftButton


def settled(qtbot, page):
    qtbot.waitUntil(lambda: not page.rows.model.is_loading() and not page.desk.runner.busy("write"), timeout=5000)


def names(page, qtbot, count=5):
    model = page.rows.model
    at = [c.key for c in model.columns].index("name")
    count = min(count, model.rowCount())
    qtbot.waitUntil(lambda: all(model.row_cells(row) for row in range(count)), timeout=5000)
    return [model.text_at(row, at) for row in range(count)]


def popover_of(page):
    return next(p for p in page.window().findChildren(Popover) if p.isVisible())


def dialog_of(page):
    return next(d for d in page.window().findChildren(QDialog) if d.isVisible())


def click_cell(page, row, key):
    table = page.rows.table
    at = [c.key for c in page.rows.model.columns].index(key)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(page.rows.model.index(row, at)).center())
    return page.rows.model.index(row, at)


@pytest.mark.gui_budget(100)
def test_that_the_list_and_the_first_record_are_there(page, qtbot):
    assert page.rows.model.rowCount() == 60
    assert page.bar.count.text() == "60 位客户"
    assert page.pane.record().get("name") == names(page, qtbot)[0]
    assert_accessible(page)


def test_that_a_chip_made_by_hand_narrows_the_list_and_its_cross_widens_it_again(page, qtbot):
    QTest.mouseClick(page.bar.add, LEFT)
    editor = popover_of(page).content
    type_in(editor._fields.search, "jd")  # the pinyin initials of 阶段
    QTest.keyClick(editor._fields.search, Qt.Key.Key_Return)
    ticks = editor.editor()
    qtbot.waitUntil(lambda: ticks.list.count() > 0, timeout=5000)
    QTest.mouseClick(ticks.list.viewport(), LEFT, pos=ticks.list.visualItemRect(ticks.list.item(2)).center())
    QTest.mouseClick(editor._apply, LEFT)
    settled(qtbot, page)
    assert [chip.label() for chip in page.bar.chips] == ["阶段：报价"]
    shown = page.rows.model.rowCount()
    assert shown == page.service.count(Condition("stage", "in", ["quoted"])) < 60
    QTest.keyClick(page.bar.chips[0], Qt.Key.Key_Delete)
    settled(qtbot, page)
    assert page.rows.model.rowCount() == 60


def test_that_a_condition_without_a_value_is_refused_in_words(page):
    popover = page.bar.open_editor(field="amount")
    QTest.mouseClick(popover.content._apply, LEFT)
    assert popover.content._error.text() == "请输入数字。"
    editor = popover.content.editor()
    type_in(editor.focusProxy(), "5万")
    seen = collect(popover.content.finished)
    QTest.keyClick(editor.focusProxy(), Qt.Key.Key_Return)
    assert seen == [Condition("amount", "ge", "50000")]
    popover.close()


def test_that_any_of_two_conditions_is_enough_when_asked_so(page, qtbot):
    parts = (Condition("stage", "in", ["won"]), Condition("level", "in", ["A"]))
    page.bar.parts_changed.emit(parts, False)
    settled(qtbot, page)
    both = page.rows.model.rowCount()
    QTest.mouseClick(page.bar.join, LEFT)
    settled(qtbot, page)
    one = page.rows.model.rowCount()
    won, first = (page.service.count(part) for part in parts)
    assert both + one == won + first
    assert one > both


def test_that_the_quick_filter_finds_and_escape_clears_it(page, qtbot):
    name = names(page, qtbot)[1]
    type_in(page.bar.search, name)
    QTest.keyClick(page.bar.search, Qt.Key.Key_Return)
    settled(qtbot, page)
    assert names(page, qtbot)[0] == name
    page.rows.table.setFocus()
    QTest.keyClick(page.rows.table, Qt.Key.Key_Escape)
    settled(qtbot, page)
    assert page.rows.model.rowCount() == 60
    assert page.bar.search.text() == ""


def test_that_nothing_found_says_so_and_offers_the_way_back(page, qtbot):
    page.bar.quick_changed.emit("没有这样的客户名")
    settled(qtbot, page)
    assert not page.rows.showing_rows()
    assert page.empty.currentIndex() == 1
    page.empty.clear_wanted.emit()
    settled(qtbot, page)
    assert page.rows.showing_rows()


def test_that_an_empty_archive_offers_import_new_and_samples(make_page, empty_archive, tmp_path, qtbot):
    from tests.gui.archives import copy_of

    bare = opened(copy_of(empty_archive, tmp_path))
    page = make_page(bare)
    wanted = collect(page.desk.page_wanted)
    assert page.empty.currentIndex() == 0
    buttons = {b.text(): b for b in page.empty.findChildren(type(page.bar.add)) if b.isVisible()}
    assert set(buttons) == {"导入 Excel / CSV", "新建客户", "载入示例数据"}
    QTest.mouseClick(buttons["导入 Excel / CSV"], LEFT)
    assert wanted == ["import"]
    QTest.mouseClick(buttons["新建客户"], LEFT)
    dialog_of(page).reject()
    page.desk.runner.shutdown(3000)
    bare.close()


def test_that_a_click_on_a_heading_sorts_and_the_order_is_remembered(page, qtbot):
    header = page.rows.table.header
    at = [c.key for c in page.rows.model.columns].index("amount")
    spot = QPoint(header.sectionViewportPosition(at) + 20, 12)
    for _ in range(2):
        QTest.mouseClick(header.viewport(), LEFT, pos=spot)
        settled(qtbot, page)
    handles = page.rows.model.handles_between(0, 59)
    records = page.service.page(handles)
    amounts = [records[h].get("amount") or 0 for h in handles]
    assert amounts == sorted(amounts, reverse=True)
    assert page.book.listing(ALL).sorts[0].key == "amount"


def test_that_editing_in_the_cell_is_stored_and_can_be_undone(page, qtbot):
    index = click_cell(page, 1, "amount")
    handle = page.rows.model.handle_at(1)
    before = page.service.page([handle])[handle].get("amount")
    QTest.keyClick(page.rows.table, Qt.Key.Key_F2)
    editor = page.rows.table.findChild(QLineEdit)
    editor.setText("1.5万")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.rows.model.data(index) == "¥15,000", timeout=5000)
    assert page.service.page([handle])[handle].get("amount") == 15_000_00
    toast = page.desk.toasts.toasts()[-1]
    toast._on_clicked()
    qtbot.waitUntil(lambda: page.service.page([handle])[handle].get("amount") == before, timeout=5000)
    settled(qtbot, page)


def test_that_a_wrong_value_comes_back_to_the_editor(page, qtbot):
    click_cell(page, 1, "last_contact_on")
    handle = page.rows.model.handle_at(1)
    before = page.service.page([handle])[handle].get("last_contact_on")
    QTest.keyClick(page.rows.table, Qt.Key.Key_F2)
    page.rows.table.findChild(QLineEdit).setText("2026-13-45")
    QTest.keyClick(page.rows.table.findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.desk.toasts.toasts()), timeout=5000)
    settled(qtbot, page)
    again = [e for e in page.rows.table.findChildren(QLineEdit) if e.isVisible()]
    assert [e.text() for e in again] == ["2026-13-45"]
    assert page.service.page([handle])[handle].get("last_contact_on") == before
    QTest.keyClick(again[0], Qt.Key.Key_Escape)


def test_that_somebody_elses_change_is_not_overwritten(page, qtbot):
    handle = page.rows.model.handle_at(1)
    names(page, qtbot)
    record = page.service.page([handle])[handle]
    page.service.update(record.id, {"amount": 1_00})
    page.rows._on_edited(handle, "amount", "999")
    qtbot.waitUntil(lambda: bool(page.desk.toasts.toasts()), timeout=5000)
    assert "别人刚改过" in page.desk.toasts.toasts()[-1].accessibleName()
    assert page.service.page([handle])[handle].get("amount") == 1_00
    settled(qtbot, page)


@pytest.mark.gui_budget(100)
def test_that_ticks_show_the_bulk_bar_in_place_of_the_filters(page, qtbot):
    top = page.rows.y()
    click_cell(page, 2, "check")
    click_cell(page, 3, "check")
    assert page.bulk.isVisible()
    assert page.bulk._label.text() == "已选 2 位客户"
    assert page.rows.y() == top
    page.rows.table.setFocus()
    QTest.keyClick(page.rows.table, Qt.Key.Key_Escape)
    assert not page.bulk.isVisible()
    assert page.bar.isVisible()


def test_that_tagging_the_ticked_rows_is_one_operation(page, qtbot):
    page.rows.model.selection.select_all()
    QTest.mouseClick(page.bulk.button("tags"), LEFT)
    dialog = dialog_of(page)
    type_in(dialog._new, "年会邀请、老乡")
    QTest.mouseClick(dialog.go, LEFT)
    settled(qtbot, page)
    assert page.service.count(Condition("tags", "has_all", ["年会邀请", "老乡"])) == 60
    assert page.desk.workspace.history.list()[1][0].kind == "bulk_edit"


def test_that_a_field_is_set_everywhere_and_a_wrong_value_is_refused_first(page, qtbot):
    page.rows.model.selection.select_all()
    page.verbs.on_bulk("field")
    dialog = dialog_of(page)
    dialog.choose("next_contact_on")
    dialog._editor.setText("昨天的昨天")
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(dialog._error.isVisible, timeout=5000)
    dialog._editor.setText("2026-12-01")
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: page.service.count(Condition("next_contact_on", "eq", "2026-12-01")) == 60, timeout=8000)
    settled(qtbot, page)


def test_that_delete_asks_and_the_list_gets_shorter(page, qtbot, dialogs):
    click_cell(page, 0, "name")
    dialogs.answers = ["yes"]
    page.rows.table.setFocus()
    QTest.keyClick(page.rows.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 59, timeout=5000)
    assert dialogs.asked == ["删除 1 位客户？"]
    settled(qtbot, page)


def test_that_a_view_is_saved_shown_and_deleted(page, qtbot, dialogs):
    page.bar.parts_changed.emit((Condition("stage", "in", ["won"]),), False)
    settled(qtbot, page)
    dialogs.texts = ["成交客户"]
    page.strip.tabs.add_requested.emit()
    qtbot.waitUntil(lambda: len(page.book.views()) == 1, timeout=5000)
    settled(qtbot, page)
    key = str(page.book.views()[0].id)
    assert page.strip.current() == key
    page.show_view(ALL)
    settled(qtbot, page)
    assert page.rows.model.rowCount() == 60
    page.show_view(key)
    settled(qtbot, page)
    assert page.rows.model.rowCount() == page.service.count(Condition("stage", "in", ["won"]))
    dialogs.answers = ["yes"]
    page.strip._delete(key)
    qtbot.waitUntil(lambda: not page.book.views(), timeout=5000)
    settled(qtbot, page)
    assert page.strip.current() == ALL


def test_that_views_are_counted_and_the_last_one_is_remembered(workspace, make_page, qtbot):
    with_views(workspace)
    page = make_page()
    qtbot.waitUntil(lambda: all(tab.count is not None for tab in page.book.tabs()[1:]), timeout=5000)
    page.show_view(MINE)
    settled(qtbot, page)
    assert page.rows.model.rowCount() == page.service.count(Condition("owner", "me"))
    assert page.book.recall("view", "") == MINE


def test_that_columns_are_chosen_and_kept(page, qtbot):
    popover = page.open_columns()
    ticks = popover.content._list
    type_in(ticks.search, "hy")  # 行业
    QTest.keyClick(ticks.search, Qt.Key.Key_Return)
    settled(qtbot, page)
    assert "industry" in [c.key for c in page.rows.model.columns]
    assert "industry" in [key for key, _width in page.book.listing(ALL).columns]
    popover.close()


def test_that_payloads_open_what_they_name(page, qtbot, workspace):
    page.activate(Condition("stage", "in", ["lost"]))
    settled(qtbot, page)
    assert page.strip.current() == TEMPORARY
    assert page.rows.model.rowCount() == workspace.customers.count(Condition("stage", "in", ["lost"]))
    wanted = first_id(workspace, 9)
    page.activate(OpenRecord("customers", wanted))
    qtbot.waitUntil(lambda: page.pane.record() is not None and page.pane.record().id == wanted, timeout=5000)
    page.activate(NewRecord("contacts"))
    dialog = dialog_of(page)
    assert isinstance(dialog, RecordDialog)
    dialog.reject()


def test_that_another_pages_change_shows_without_losing_the_row(page, qtbot, workspace):
    click_cell(page, 5, "name")
    handle = page.rows.current()
    record = workspace.customers.page([handle])[handle]
    _record, changes = workspace.customers.update(record.id, {"name": "改过名的公司"})
    page.desk.changed.emit(changes, object())
    qtbot.waitUntil(lambda: "改过名的公司" in names(page, qtbot, 60), timeout=5000)
    qtbot.waitUntil(lambda: page.pane.record().get("name") == "改过名的公司", timeout=5000)
    assert page.rows.current() == handle


def test_that_export_is_asked_for_with_the_list_as_it_is(page, qtbot):
    page.bar.quick_changed.emit("公司")
    settled(qtbot, page)
    seen = []
    page.desk.page_wanted.connect(lambda key, payload: seen.append((key, payload)))
    QTest.mouseClick(page.bar.export, LEFT)
    key, payload = seen[0]
    assert (key, payload["entity"], payload["handles"]) == ("export", "customers", None)
    assert payload["condition"] is not None
    assert payload["columns"][0] == "name"


def test_that_the_pane_folds_and_copies(page, qtbot):
    QTest.mouseClick(page.pane.head.facts["number"], LEFT)  # not editable: nothing happens
    page.pane.head.facts["number"].copy()
    assert QGuiApplication.clipboard().text() == page.pane.record().get("number")
    page.toggle_pane()
    assert not page.pane.isVisible()
    assert page.book.recall("pane_shown", default=True) is False
    page.toggle_pane()
    assert page.pane.isVisible()


def test_that_more_than_can_be_laid_side_by_side_is_not_cut_short_in_silence(page, monkeypatch):
    wishes = []
    page.desk.page_wanted.connect(lambda key, payload: wishes.append((key, payload)))
    monkeypatch.setattr("app.views.records.page_actions._MERGED", 3)
    page.rows.model.selection.select_all()
    page.verbs.merge()
    assert "最多合并 3 条" in page.desk.toasts.toasts()[-1].accessibleName()
    assert not wishes
