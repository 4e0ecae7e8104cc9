from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.views.operations.runner import InlineRunner
from app.views.theme import theme
from app.views.widgets.table.column_layout import ColumnState
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import ELASTIC_KINDS
from app.views.widgets.table.view import COMFORTABLE, COMPACT, VirtualTable
from tests.gui.accessibility import assert_accessible
from tests.gui.widgets.made_up import MadeUpCustomers

KEY, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def source():
    return MadeUpCustomers(1000)


@pytest.fixture
def table(qtbot, source):
    runner = InlineRunner()
    model = VirtualTableModel(runner, source)
    made = VirtualTable(model, "客户表", runner)
    model.setParent(made)
    runner.setParent(made)
    qtbot.addWidget(made)
    made.resize(1200, 600)
    model.reload()
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    return made


def heard(signal):
    seen = []
    signal.connect(lambda *args: seen.append(args if len(args) > 1 else args[0]))
    return seen


def click(table, row, column, modifier=NONE, *, double=False):
    spot = table.visualRect(table.model().index(row, column)).center()
    (QTest.mouseDClick if double else QTest.mouseClick)(table.viewport(), LEFT, modifier, spot)


def test_that_the_table_has_a_name_for_screen_readers(table):
    assert_accessible(table)


def test_that_clicking_makes_a_row_current_and_tells_its_handle_once(table):
    seen = heard(table.current_changed)
    click(table, 3, 2)
    click(table, 3, 5)
    click(table, 4, 5)
    assert seen == [4, 5]
    assert table.current_handle() == 5


@pytest.mark.parametrize(
    ("keys", "handle"),
    [
        ([KEY.Key_Down], 2),
        ([KEY.Key_Down, KEY.Key_Down, KEY.Key_Up], 2),
        ([(KEY.Key_End, CTRL)], 1000),
        ([(KEY.Key_End, CTRL), (KEY.Key_Home, CTRL)], 1),
    ],
)
def test_that_the_keyboard_moves_the_current_row(table, keys, handle):
    click(table, 0, 2)
    for key in keys:
        QTest.keyClick(table, *(key if isinstance(key, tuple) else (key,)))
    assert table.current_handle() == handle


def test_that_page_down_moves_by_about_a_screen(table):
    click(table, 0, 2)
    QTest.keyClick(table, KEY.Key_PageDown)
    assert 8 <= table.currentIndex().row() <= table.viewport().height() // COMFORTABLE + 1


def test_that_enter_and_double_click_open_a_record(table):
    seen = heard(table.opened)
    click(table, 2, 2)
    QTest.keyClick(table, KEY.Key_Return)
    click(table, 5, 3, double=True)
    assert seen == [3, 6]


@pytest.mark.parametrize("way", ["f2", "double"])
def test_that_an_editable_cell_opens_an_editor_and_asks_for_the_change(qtbot, table, way):
    seen = heard(table.model().edit_requested)
    click(table, 1, 5)
    if way == "f2":
        QTest.keyClick(table, KEY.Key_F2)
    else:
        click(table, 1, 5, double=True)
    editor = table.findChild(QLineEdit)
    assert editor.accessibleName() == "负责人"
    assert editor.selectedText() == editor.text() != ""
    QTest.keyClicks(editor, "new owner")
    QTest.keyClick(editor, KEY.Key_Return)
    qtbot.waitUntil(lambda: seen == [(2, "owner", "new owner")])


def test_that_escape_in_the_editor_changes_nothing(table):
    seen = heard(table.model().edit_requested)
    click(table, 1, 5)
    QTest.keyClick(table, KEY.Key_F2)
    editor = table.findChild(QLineEdit)
    QTest.keyClicks(editor, "x")
    QTest.keyClick(editor, KEY.Key_Escape)
    assert seen == []


def test_that_typing_letters_neither_edits_nor_searches(table, source):
    click(table, 1, 5)
    loads = len(source.loads)
    QTest.keyClicks(table, "wang")
    assert table.findChild(QLineEdit) is None
    assert table.current_handle() == 2
    assert len(source.loads) == loads


def test_that_masked_cells_stay_shut(table):
    click(table, 1, 8)
    QTest.keyClick(table, KEY.Key_F2)
    assert table.findChild(QLineEdit) is None


def test_that_space_ticks_the_current_row_and_a_range_as_one(table):
    ticks = table.model().selection
    click(table, 2, 2)
    QTest.keyClick(table, KEY.Key_Space)
    assert ticks.selected_handles().tolist() == [3]
    click(table, 5, 2, SHIFT)
    QTest.keyClick(table, KEY.Key_Space)
    assert ticks.selected_handles().tolist() == [3, 4, 5, 6]
    QTest.keyClick(table, KEY.Key_Space)
    assert ticks.selected_handles().tolist() == []


def test_that_a_click_on_the_box_ticks_without_leaving_the_current_row(table):
    ticks = table.model().selection
    click(table, 1, 2)
    click(table, 4, 0)
    assert ticks.selected_handles().tolist() == [5]
    assert table.current_handle() == 2
    click(table, 7, 0, SHIFT)
    assert ticks.selected_handles().tolist() == [5, 6, 7, 8]


def test_that_ctrl_a_ticks_everything_at_once(table, source):
    loads = len(source.loads)
    QTest.keyClick(table, KEY.Key_A, CTRL)
    assert table.model().selection.count() == 1000
    assert len(source.loads) <= loads + 1


def test_that_ctrl_c_copies_the_selected_cells_in_the_order_on_the_screen(table, source):
    done = heard(table.copied)
    table.header.moveSection(table.header.visualIndex(6), 1)
    click(table, 0, 1)
    click(table, 1, 6, SHIFT)
    QTest.keyClick(table, KEY.Key_C, CTRL)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert done == [2]
    assert lines[0].split("\t")[:2] == [source.row(1)[6], source.row(1)[1]]
    assert len(lines) == 2


def test_that_a_row_that_is_not_loaded_is_fetched_for_the_clipboard(table, source):
    model = table.model()
    table.setCurrentIndex(model.index(0, 1))
    table.selectionModel().select(model.index(900, 1), table.selectionModel().SelectionFlag.Select)
    table.copy_selection()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 901
    assert lines[900] == source.row(901)[1]


def test_that_the_current_record_stays_current_when_the_order_turns(table, source):
    click(table, 3, 2)
    seen = heard(table.current_changed)
    source.descending = True
    table.model().reload()
    assert table.current_handle() == 4
    assert table.currentIndex().row() == 996
    assert seen == []


def test_that_a_current_record_that_left_the_list_is_told_as_none(table):
    click(table, 3, 2)
    seen = heard(table.current_changed)
    table.model().set_source(MadeUpCustomers(2))
    assert seen == [None]
    assert table.current_handle() is None
    QTest.keyClick(table, KEY.Key_Return)


def test_that_go_to_brings_a_far_record_into_view(table):
    assert table.go_to(777)
    assert table.current_handle() == 777
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()).center())
    assert not table.go_to(5000)


def test_that_the_header_sorts_up_then_down_then_up(table):
    seen = heard(table.header.sort_requested)
    for _ in range(3):
        spot = QPoint(table.header.sectionViewportPosition(6) + 40, 15)
        QTest.mouseClick(table.header.viewport(), LEFT, NONE, spot)
    assert seen == [("amount", False), ("amount", True), ("amount", False)]
    assert table.header.sorted_by() == ("amount", False)


def test_that_the_header_box_ticks_all_and_columns_without_order_do_not_sort(table):
    seen = heard(table.header.sort_requested)
    QTest.mouseClick(table.header.viewport(), LEFT, NONE, QPoint(table.header.sectionViewportPosition(4) + 40, 15))
    QTest.mouseClick(table.header.viewport(), LEFT, NONE, QPoint(20, 15))
    assert seen == []
    assert table.model().selection.state() == "all"
    QTest.mouseClick(table.header.viewport(), LEFT, NONE, QPoint(20, 15))
    assert table.model().selection.state() == "none"


def test_that_the_header_menu_asks_for_filter_hide_and_columns(table):
    column = table.model().columns[2]
    items = {item.text: item for item in table.header.menu_items(column) if item}
    filters, hidden, chooser = heard(table.header.filter_requested), heard(table.header.hide_requested), []
    table.header.columns_requested.connect(lambda: chooser.append(1))
    items["按此列筛选…"].on_chosen()
    items["隐藏此列"].on_chosen()
    items["选择列…"].on_chosen()
    assert (filters, hidden, chooser) == (["company"], ["company"], [1])
    assert table.isColumnHidden(2)


def test_that_spare_room_goes_to_text_columns_until_a_width_is_set(table):
    model = table.model()
    total = sum(table.columnWidth(at) for at in range(len(model.columns)))
    assert table.viewport().width() - len(model.columns) <= total <= table.viewport().width()
    fixed = [at for at, column in enumerate(model.columns) if column.kind not in ELASTIC_KINDS]
    assert all(table.columnWidth(at) == model.columns[at].width for at in fixed)
    table.setColumnWidth(2, 300)
    table.resize(1400, 600)
    assert table.columnWidth(2) == 300


def test_that_a_saved_layout_comes_back(table):
    table.header.moveSection(table.header.visualIndex(6), 1)
    table.setColumnWidth(2, 222)
    table.columns.set_hidden("tags", hidden=True)
    states = table.columns.states()
    assert states[0].key == "amount"
    assert ColumnState("tags", 0, hidden=True) in states
    table.columns.set_states([ColumnState(c.key, c.width) for c in table.model().columns if c.kind != "check"])
    assert not table.isColumnHidden(4)
    table.columns.set_states([ColumnState("gone"), *states])
    assert table.columns.states() == states
    assert table.header.visualIndex(0) == 0


def test_that_the_last_visible_column_cannot_be_hidden(table):
    keys = [column.key for column in table.model().columns if column.kind != "check"]
    assert [table.columns.set_hidden(key, hidden=True) for key in keys] == [True] * (len(keys) - 1) + [False]
    with pytest.raises(KeyError):
        table.columns.set_hidden("nothing", hidden=True)


def test_that_rows_have_two_heights(table):
    assert table.rowHeight(0) == COMFORTABLE
    table.set_compact(True)
    assert table.rowHeight(0) == COMPACT


def _background(table, row, column):
    rect = table.visualRect(table.model().index(row, column))
    image = table.viewport().grab().toImage()
    return image.pixelColor(rect.right() - 3, rect.top() + 3).name()


def test_that_current_ticked_hovered_and_plain_rows_look_different(table):
    click(table, 1, 2)
    table.model().selection.set_many([4], ticked=True)
    spot = table.visualRect(table.model().index(6, 2)).center()
    QTest.mouseMove(table.viewport(), spot)
    table._hover(6)
    colors = [_background(table, row, 2) for row in (1, 3, 6, 8)]
    assert colors[0] == colors[1] == theme.color("selection").name()
    assert colors[2] == theme.color("surface_2").name()
    assert colors[3] == theme.color("surface").name()


def test_that_the_keyboard_shows_its_cell_and_the_mouse_does_not(table):
    click(table, 1, 2)
    assert table.cells.frame_cell == (-1, -1)
    QTest.keyClick(table, KEY.Key_Right)
    assert table.cells.frame_cell == (1, 3)
    click(table, 2, 2)
    assert table.cells.frame_cell == (-1, -1)


def test_that_cells_follow_the_theme(table, qapp):
    theme.apply(qapp, "dark")
    assert _background(table, 8, 2) == theme.color("surface").name()


def test_that_the_menu_key_and_right_click_tell_the_record(table):
    seen = heard(table.menu_requested)
    click(table, 2, 2)
    QTest.keyClick(table, KEY.Key_Menu)
    assert seen[0][0] == 3


def test_that_every_kind_of_cell_can_be_painted_at_every_width(table):
    for width in (36, 60, 120, 400):
        for at in range(len(table.model().columns)):
            table.setColumnWidth(at, width)
        assert not table.viewport().grab().isNull()
