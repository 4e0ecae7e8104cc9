"""The parts: choosing a target, the small grid, tiles, remarks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton

from app.services.exchange.mapping.targets import targets_of
from app.views.exchange.notes_banner import NotesBanner
from app.views.exchange.result_tiles import ResultTiles, tile_words
from app.views.exchange.target_field import NEW, SKIP, TargetChoices, TargetField
from app.views.widgets.grid import Grid, GridCell, GridModel
from tests.gui.archives import type_text
from tests.gui.widgets.showing import collect, shown


@pytest.fixture
def field(qtbot, workspace):
    registry = workspace.context.registry
    choices = TargetChoices(targets_of(registry.entity("customers"), registry), QApplication.instance())
    made = TargetField(choices, "“电话”导入到")
    shown(qtbot, made, 220, 32)
    made.setFocus()
    made.set_key("name")
    yield made
    choices.deleteLater()


def typed(field, text):
    line = field.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, text)
    return line


@pytest.mark.parametrize(("text", "key"), [("youxiang", "emails"), ("beizhu", "remark"), ("chengshi", "city")])
def test_that_pinyin_finds_a_field(field, qtbot, text, key):
    seen = collect(field.chosen)
    typed(field, text)
    popup = field.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert seen == [key]
    assert field.key() == key


def test_that_the_full_name_chooses_without_the_list(field):
    seen = collect(field.chosen)
    line = field.lineEdit()
    line.selectAll()
    type_text(line, "备注")
    field.completer().popup().hide()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert seen == ["remark"]


def test_that_unknown_words_go_back(field):
    seen = collect(field.chosen)
    line = typed(field, "zzzz")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert field.currentText() == "客户名称"
    assert field.key() == "name"
    assert not seen


def test_that_enter_does_not_press_the_default_button(qtbot, field):
    dialog, pressed = QDialog(), []
    qtbot.addWidget(dialog)
    default = QPushButton("下一步", dialog)
    default.setDefault(True)
    default.clicked.connect(lambda: pressed.append(True))
    field.setParent(dialog)
    field.show()
    shown(qtbot, dialog)
    field.setFocus()
    QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert not pressed
    default.setFocus()
    QTest.keyClick(default, Qt.Key.Key_Return)
    assert pressed  # the dialog does have such a button
    field.setParent(None)


def test_that_the_wheel_does_nothing(field):
    spot = QPointF(20, 10)
    event = QWheelEvent(
        spot, field.mapToGlobal(spot), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert field.key() == "name"
    assert field.currentText() == "客户名称"


def test_that_a_field_that_is_still_to_be_made_shows_its_name(field):
    field.set_key("new:展位:text", "新字段：展位")
    assert field.currentText() == "新字段：展位"
    typed(field, "zzzz")
    field.lineEdit().editingFinished.emit()
    assert field.currentText() == "新字段：展位"
    field.set_key(None)
    assert field.key() == SKIP
    assert field.findData(NEW) > 0


# ---- grid -----------------------------------------------------------------------------------------------------------

ROWS = [[GridCell("甲", "bad", "原因"), "乙\n丙"], [GridCell("丁")]]


def test_that_the_model_keeps_its_promises(qtmodeltester):
    model = GridModel()
    model.show(["一", "二"], ROWS)
    qtmodeltester.check(model)
    assert model.data(model.index(0, 1)) == "乙 丙"
    assert model.data(model.index(1, 1)) == ""
    assert "原因" in model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)


def test_that_the_grid_shows_where_the_keyboard_is_and_copies(qtbot):
    grid = Grid("表")
    shown(qtbot, grid)
    grid.show_rows(["一", "二"], [["甲", "乙"], ["丙", "丁"]], ["7", "8"])
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    assert [i.row() for i in grid.selectionModel().selectedRows()] == [0]
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "8\t丙\t丁"


def test_that_very_long_headers_do_not_push_the_table_apart(qtbot):
    grid = Grid("表")
    shown(qtbot, grid)
    grid.show_rows(["很长的列名" * 30, "短"], [["是", "否"]])
    assert grid.columnWidth(0) <= 200


def test_that_html_in_a_cell_stays_text(qtbot):
    model = GridModel()
    model.show(["一"], [["<b>很长的一段没有意义的文字</b>"]])
    assert "&lt;b&gt;" in model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)


# ---- tiles and remarks ----------------------------------------------------------------------------------------------


def test_that_tiles_have_names_and_numbers(qtbot):
    tiles = ResultTiles(("rejected",))
    shown(qtbot, tiles, 700, 70)
    assert list(tiles.tiles) == list(tile_words())
    tiles.tiles["rejected"].set_count(12_345)
    assert "12,345" in tiles.tiles["rejected"].accessibleName()
    seen = collect(tiles.chosen)
    tiles.tiles["rejected"].setFocus()
    QTest.keyClick(tiles.tiles["rejected"], Qt.Key.Key_Space)
    QTest.keyClick(tiles.tiles["rejected"], Qt.Key.Key_Space)
    assert seen == ["rejected", ""]
    tiles.clear()
    assert not tiles.tiles["rejected"].isEnabled()


def test_that_remarks_fold(qtbot):
    banner = NotesBanner()
    qtbot.addWidget(banner)
    banner.show_notes([])
    assert banner.isHidden()
    banner.show_notes(["一", "二", "三"])
    assert banner.accessibleName() == "一\n二"
    banner.action_clicked.emit()
    assert banner.accessibleName() == "一\n二\n三"
