from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.core.i18n import set_language
from app.views.widgets import buttons
from app.views.widgets.chips import ChipRow, FilterChip
from app.views.widgets.fields import ChoiceField, DateField, NumberField
from app.views.widgets.form import Form
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.password_field import PasswordField
from app.views.widgets.search_box import SearchBox
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.stepper import Stepper
from app.views.widgets.tabs import TabItem, ViewTabs
from tests.gui.accessibility import assert_accessible
from tests.gui.widgets.gallery import PAGES
from tests.gui.widgets.showing import collect, shown

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


# --- buttons and labels


def test_that_icon_and_text_keep_a_gap_and_every_word_has_room(qtbot):
    with_icon, without = buttons.plain("导入", "upload"), buttons.plain("导入")
    for button in (with_icon, without):
        qtbot.addWidget(button)
    assert with_icon.sizeHint().width() - without.sizeHint().width() == 16 + 6


def test_that_icon_buttons_say_what_they_do(qtbot):
    button = buttons.IconButton("bell", "通知", shortcut="Ctrl+B")
    qtbot.addWidget(button)
    assert button.accessibleName() == "通知"
    assert button.toolTip() == "通知  Ctrl+B"


def test_that_the_focus_frame_comes_with_the_keyboard_only(qtbot):
    window = QWidget()
    column = QVBoxLayout(window)
    first, second = buttons.primary("一"), buttons.plain("二")
    column.addWidget(first)
    column.addWidget(second)
    shown(qtbot, window)
    QTest.mouseClick(first, LEFT)
    assert not first._ring
    second.setFocus(Qt.FocusReason.TabFocusReason)
    assert second._ring


@pytest.mark.parametrize("kind", [DataLabel, ElidedLabel])
def test_that_labels_with_data_never_read_markup(qtbot, kind):
    label = kind("<b>粗</b><img src='file:///etc/passwd'>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_that_no_label_of_the_widgets_is_rich_text(qtbot):
    for build in PAGES.values():
        window = build()
        qtbot.addWidget(window)
        rich = [label.text() for label in window.findChildren(QLabel) if label.textFormat() != Qt.TextFormat.PlainText]
        assert rich == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_that_everything_the_keyboard_reaches_has_a_name(qtbot, name):
    window = shown(qtbot, PAGES[name](), 1100, 800)
    assert_accessible(window)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_that_no_button_is_narrower_than_its_text(qtbot, code):
    set_language(code)
    window = shown(qtbot, PAGES["controls"](), 1200, 900)
    for button in window.findChildren(buttons.Button):
        assert button.width() >= button.sizeHint().width() or not button.isVisible(), button.text()


def test_that_a_cut_label_shows_all_of_itself_in_the_tip(qtbot):
    label = shown(qtbot, ElidedLabel("很长的公司名称" * 5), 100, 20)
    assert "很长的公司名称" in label.toolTip()
    label.resize(2000, 20)
    assert label.toolTip() == ""


# --- chips, tabs, stepper, segments


def test_that_a_filter_chip_is_removed_by_cross_and_key_and_edited_by_click(qtbot):
    chip = shown(qtbot, FilterChip("城市：苏州 & 上海"), 160, 28)
    removed, edited = collect(chip.removed), collect(chip.clicked)
    QTest.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 12, 14))
    QTest.keyClick(chip, KEY.Key_Delete)
    assert (len(removed), len(edited)) == (2, 0)
    QTest.mouseClick(chip, LEFT, pos=QPoint(20, 14))
    QTest.keyClick(chip, KEY.Key_Return)
    assert (len(removed), len(edited)) == (2, 2)
    assert "苏州 & 上海" in chip.accessibleName()


def test_that_tags_wrap_into_as_many_lines_as_they_need(qtbot):
    row = ChipRow(["重点客户", "转介绍", "展会", "老客户"])
    qtbot.addWidget(row)
    assert row.heightForWidth(1000) == 22
    assert row.heightForWidth(90) > 3 * 22
    row.set_items([])
    assert row.heightForWidth(90) == 0


def tabs_of(qtbot, width, count=9, current=""):
    tabs = ViewTabs("视图", "保存")
    tabs.set_tabs([TabItem(str(n), f"视图 {n}") for n in range(count)], current)
    return shown(qtbot, tabs, width, 41)


def test_that_tabs_that_do_not_fit_go_behind_the_arrow_and_the_chosen_one_stays(qtbot):
    tabs = tabs_of(qtbot, 320, current="7")
    assert "7" not in tabs.hidden_keys()
    assert tabs.hidden_keys()
    right = max(
        child.geometry().right() for child in tabs.children() if isinstance(child, QWidget) and child.isVisible()
    )
    assert right <= tabs.width()
    tabs.resize(2000, 41)
    assert tabs.hidden_keys() == []


def test_that_tabs_tell_only_what_the_person_does(qtbot):
    tabs = tabs_of(qtbot, 2000, 3)
    seen, wishes = collect(tabs.activated), collect(tabs.add_requested)
    tabs.set_current("1")
    tabs.set_count("1", 1200)
    assert seen == []
    QTest.keyClick(tabs, KEY.Key_Right)
    QTest.keyClick(tabs, KEY.Key_Right)
    QTest.mouseClick(tabs.findChildren(buttons.IconButton)[1], LEFT)
    assert (seen, len(wishes), tabs.current()) == (["2"], 1, "2")
    with pytest.raises(KeyError):
        tabs.set_current("no")


def test_that_tabs_keep_the_choice_when_the_list_changes(qtbot):
    tabs = tabs_of(qtbot, 2000, 3, "1")
    tabs.set_tabs([TabItem("1", "甲"), TabItem("5", "乙")])
    assert tabs.current() == "1"
    tabs.set_tabs([TabItem("5", "乙")])
    assert tabs.current() == "5"


def test_that_only_finished_steps_can_be_gone_back_to(qtbot):
    stepper = shown(qtbot, Stepper(["一", "二", "三"], 1), 700, 40)
    seen = collect(stepper.step_clicked)
    for step in stepper._steps:
        QTest.mouseClick(step, LEFT)
    assert seen == [0]
    assert "当前步骤" in stepper._steps[1].accessibleName()
    with pytest.raises(IndexError):
        stepper.set_current(3)


def test_that_segments_move_with_the_arrow_keys_and_stop_at_the_ends(qtbot):
    control = shown(qtbot, SegmentedControl([("a", "甲"), ("b", "乙")], "方式"), 200, 32)
    seen = collect(control.changed)
    control.set_current("b")
    for key in (KEY.Key_Right, KEY.Key_Left, KEY.Key_Left):
        QTest.keyClick(control, key)
    assert (seen, control.current()) == (["a"], "a")


# --- search


def test_that_a_search_waits_for_a_pause_and_is_told_once(qtbot):
    box = shown(qtbot, SearchBox("搜索客户…"), 300, 32)
    seen = collect(box.searched)
    QTest.keyClicks(box, "abc ")
    assert seen == []
    qtbot.waitUntil(lambda: seen == ["abc"])
    QTest.keyClick(box, KEY.Key_Return)
    assert seen == ["abc"]
    assert box.accessibleName() == "搜索客户"


def test_that_unfinished_pinyin_never_searches(qtbot):
    box = shown(qtbot, SearchBox(debounce=1), 300, 32)
    seen = collect(box.searched)
    QApplication.sendEvent(box, QInputMethodEvent("heng'li", []))
    assert not box._timer.isActive()
    commit = QInputMethodEvent()
    commit.setCommitString("恒力")
    QApplication.sendEvent(box, commit)
    qtbot.waitUntil(lambda: seen == ["恒力"])


def test_that_escape_clears_and_then_leaves(qtbot):
    box = shown(qtbot, SearchBox(), 300, 32)
    seen, left = collect(box.searched), collect(box.left)
    QTest.keyClicks(box, "x")
    QTest.keyClick(box, KEY.Key_Return)
    QTest.keyClick(box, KEY.Key_Escape)
    assert (seen, left) == (["x", ""], [])
    QTest.keyClick(box, KEY.Key_Escape)
    assert len(left) == 1


def test_that_a_search_put_in_by_program_is_not_told(qtbot):
    box = shown(qtbot, SearchBox(debounce=1), 300, 32)
    seen = collect(box.searched)
    box.set_search("恒力")
    QTest.keyClick(box, KEY.Key_Return)
    assert seen == []


# --- form and password


def test_that_errors_stand_under_their_field_and_the_first_gets_the_focus(qtbot):
    form = Form()
    fields = {key: QLineEdit() for key in ("name", "phone", "city")}
    form.add_row("name", "姓名", fields["name"], required=True)
    form.add_row("phone", "电话", fields["phone"], hint="11 位")
    form.add_row("city", "城市", fields["city"])
    shown(qtbot, form)
    assert not form.set_errors({"phone": "少一位", "city": "没有这个城市"})
    assert fields["phone"].hasFocus()
    assert form.row("phone").error() == "少一位"
    assert fields["phone"].accessibleDescription() == "少一位"
    assert fields["name"].accessibleName() == "姓名（必填）"
    assert form.set_errors({})
    assert form.row("phone").error() == ""
    assert fields["phone"].accessibleDescription() == "11 位"
    with pytest.raises(KeyError):
        form.set_errors({"typo": "x"})


def test_that_a_password_is_hidden_again_when_the_field_is_left(qtbot):
    window = QWidget()
    column = QVBoxLayout(window)
    field, other = PasswordField(), QLineEdit()
    column.addWidget(field)
    column.addWidget(other)
    shown(qtbot, window)
    field.setFocus()
    field.edit.actions()[0].trigger()
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    other.setFocus()
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize(
    ("typed", "shift", "hint"),
    [("a", False, False), ("A", True, False), ("A", False, True), ("a", True, True), ("1", True, False)],
)
def test_that_a_capital_without_shift_gives_caps_lock_away(qtbot, typed, shift, hint):
    field = shown(qtbot, PasswordField(), 300, 80)
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.sendKeyEvent(QTest.KeyAction.Click, field.edit, KEY.Key_A, typed, held)
    assert field._caps.isVisible() is hint
    QTest.keyClick(field.edit, KEY.Key_CapsLock)
    assert not field._caps.isVisible()


def test_that_strength_needs_words_and_a_score_in_range(qtbot):
    field = shown(qtbot, PasswordField(), 300, 80)
    QTest.keyClicks(field.edit, "abc")
    field.set_strength(1, "太弱")
    assert field._meter.isVisible()
    assert field._meter.accessibleName() == "太弱"
    with pytest.raises(ValueError, match="5"):
        field.set_strength(5, "x")
    field.clear()
    assert not field._meter.isVisible()


# --- fields


def wheel_over(widget):
    spot = QPointF(5, 5)
    event = QWheelEvent(
        spot,
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("make", "read"),
    [
        (lambda: NumberField(0, 9), lambda field: field.value()),
        (lambda: DateField(date(2026, 9, 1)), lambda field: field.day()),
        (lambda: ChoiceField([("a", "甲"), ("b", "乙")]), lambda field: field.key()),
    ],
    ids=["number", "date", "choice"],
)
def test_that_the_wheel_changes_a_field_only_when_it_has_the_focus(qtbot, make, read):
    window = QWidget()
    column = QVBoxLayout(window)
    other, field = QLineEdit(), make()
    column.addWidget(other)
    column.addWidget(field)
    shown(qtbot, window)
    if isinstance(field, NumberField):
        field.setValue(5)
    other.setFocus()
    before = read(field)
    wheel_over(field)
    assert read(field) == before
    field.setFocus()
    wheel_over(field)
    assert read(field) != before


def test_that_a_choice_survives_new_choices_without_a_signal(qtbot):
    field = ChoiceField([("a", "甲"), ("b", "乙")])
    qtbot.addWidget(field)
    field.set_key("b")
    field.set_choices([("c", "丙"), ("b", "乙")])
    assert field.key() == "b"
    field.set_choices([])
    assert field.key() == ""
    with pytest.raises(KeyError):
        field.set_key("b")
