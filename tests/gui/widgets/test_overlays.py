from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.errors import EnvironmentProblem, UserError
from app.views.operations.runner import Runner
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.card import Card
from app.views.widgets.dialogs import WindowDialogs, describe, with_ending
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.job_tray import JobTray
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.message_dialog import Choice, MessageDialog
from app.views.widgets.palette import CommandPalette, PaletteGroup, PaletteItem
from app.views.widgets.popover import Popover
from app.views.widgets.toast import ToastStack
from tests.gui.accessibility import assert_accessible
from tests.gui.widgets.showing import collect, shown

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


# --- toasts


def host(qtbot):
    return shown(qtbot, QWidget(), 800, 500)


def test_that_three_toasts_at_most_are_stacked_in_the_middle_at_the_bottom(qtbot):
    window = host(qtbot)
    stack = ToastStack(window)
    for n in range(4):
        stack.show_toast(f"第 {n} 条")
    toasts = stack.toasts()
    assert [toast.accessibleName() for toast in toasts] == ["第 1 条", "第 2 条", "第 3 条"]
    tops = [toast.y() for toast in toasts]
    assert tops == sorted(tops)
    window.resize(1000, 600)
    assert all(abs(toast.geometry().center().x() - 500) <= 1 for toast in stack.toasts())


def test_that_undo_is_called_once_and_takes_the_toast_away(qtbot):
    window, undone = host(qtbot), []
    stack = ToastStack(window)
    toast = stack.show_toast("已删除 3 位客户", action="撤销", on_action=lambda: undone.append(1))
    button = toast.findChild(buttons.Button)
    button.click()
    assert undone == [1]
    assert stack.toasts() == []


def test_that_a_toast_goes_by_itself_but_not_under_the_mouse(qtbot):
    stack = ToastStack(host(qtbot))
    toast = stack.show_toast("x", milliseconds=30)
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()
    toast._timer.stop()
    toast.leaveEvent(QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: stack.toasts() == [])


def test_that_the_clock_stands_while_the_keyboard_is_on_a_toast(qtbot):
    stack = ToastStack(host(qtbot))
    toast = stack.show_toast("x", action="撤销", milliseconds=50)
    toast.findChild(buttons.Button).setFocus(Qt.FocusReason.TabFocusReason)
    assert not toast._timer.isActive()
    QTest.keyClick(toast, KEY.Key_Escape)
    assert stack.toasts() == []


def test_that_escape_in_the_window_closes_the_newest_toast(qtbot):
    window = host(qtbot)
    stack = ToastStack(window)
    stack.show_toast("旧")
    stack.show_toast("新")
    QTest.keyClick(window, KEY.Key_Escape)
    assert [toast.accessibleName() for toast in stack.toasts()] == ["旧"]


def test_that_a_toast_with_no_time_stays(qtbot):
    stack = ToastStack(host(qtbot))
    toast = stack.show_toast("x", milliseconds=0)
    assert not toast._timer.isActive()
    assert stack.dismiss_newest()
    assert not stack.dismiss_newest()


# --- palette


GROUPS = [
    PaletteGroup("客户", [PaletteItem(1, "苏州恒力"), PaletteItem(2, "杭州恒力")]),
    PaletteGroup("空", []),
    PaletteGroup("命令", [PaletteItem("new", "新建客户", shortcut="Ctrl+N")]),
]


@pytest.fixture
def palette(qtbot):
    window = host(qtbot)
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    made = CommandPalette(window)
    made.query_changed.connect(lambda query: made.set_results(GROUPS, query))
    made.open()
    made.before = field
    return made


def test_that_arrows_skip_headings_and_enter_chooses(palette):
    chosen, closed = collect(palette.chosen), collect(palette.closed)
    for key in (KEY.Key_Down, KEY.Key_Down, KEY.Key_Down, KEY.Key_Up, KEY.Key_Down, KEY.Key_Return):
        QTest.keyClick(palette.edit, key)
    assert (chosen, len(closed)) == (["new"], 1)
    assert not palette.isVisible()


def test_that_the_first_line_is_chosen_from_the_start_and_up_stays(palette):
    chosen = collect(palette.chosen)
    QTest.keyClick(palette.edit, KEY.Key_Up)
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert chosen == [1]


def test_that_escape_closes_and_gives_the_focus_back(palette):
    chosen = collect(palette.chosen)
    QTest.keyClick(palette.edit, KEY.Key_Escape)
    assert chosen == []
    assert palette.before.hasFocus()


def test_that_a_field_that_died_meanwhile_is_no_trouble(qtbot, palette):
    palette.before.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    palette.dismiss()
    assert not palette.isVisible()


def test_that_a_click_beside_the_panel_closes(palette):
    QTest.mouseClick(palette, LEFT, pos=QPoint(2, 2))
    assert not palette.isVisible()


def test_that_late_answers_to_a_former_text_are_ignored(palette):
    palette.edit.setText("恒力")
    assert not palette.set_results([], "恒")
    assert palette.model.rowCount() == 5
    assert palette.set_results([], "恒力")
    assert palette.model.data(palette.model.index(0)) == "没有匹配的客户或命令"
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert palette.isVisible()


def test_that_typing_asks_again_after_a_pause(qtbot, palette):
    asked = collect(palette.query_changed)
    QTest.keyClicks(palette.edit, "ab")
    qtbot.waitUntil(lambda: asked == ["ab"])


# --- dialogs, menus, popover, tray, the rest


def test_that_a_dangerous_question_has_no_as_its_default(qtbot, dialogs):
    dialogs.answers = ["yes", "no", ""]
    assert [dialogs.confirm("删除？", "删除", danger=True) for _ in range(3)] == [True, False, False]
    dialog = MessageDialog(
        None, "删除？", (Choice("no", "取消"), Choice("yes", "删除", "danger")), severity="warning", default="no"
    )
    shown(qtbot, dialog)
    QTest.keyClick(dialog, KEY.Key_Return)
    assert dialog.answer == "no"


def test_that_escape_answers_nothing(qtbot):
    dialog = shown(qtbot, MessageDialog(None, "保存？", (Choice("yes", "保存", "primary"),), default="yes"))
    QTest.keyClick(dialog, KEY.Key_Escape)
    assert dialog.answer == ""


@pytest.mark.parametrize(
    ("error", "message", "detail", "severity"),
    [
        (UserError("缺少电话", details=["第 3 行"]), "缺少电话", "第 3 行", "warning"),
        (EnvironmentProblem("磁盘已满"), "磁盘已满", "", "error"),
        (ZeroDivisionError("x"), "出现了意外错误", "ZeroDivisionError: x", "error"),
    ],
)
def test_that_errors_are_described_by_whose_move_it_is(error, message, detail, severity):
    shown_message, _text, details, shown_severity = describe(error)
    assert (shown_message, shown_severity) == (message, severity)
    assert detail in details


def test_that_showing_an_error_does_not_block(qtbot):
    window = host(qtbot)
    WindowDialogs(window).show_error(UserError("<b>缺少</b>电话", details=["第 3 行"]))
    dialog = window.findChild(MessageDialog)
    assert dialog.isVisible()
    assert_accessible(dialog)
    QTest.keyClick(dialog, KEY.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(MessageDialog) is None)


FILTERS = (("Excel", ("xlsx", "xls")), ("CSV", ("csv",)))


@pytest.mark.parametrize(
    ("typed", "saved"), [("名单", "名单.xlsx"), ("名单.csv", "名单.csv"), ("a.XLS", "a.XLS"), ("v1.2", "v1.2.xlsx")]
)
def test_that_a_file_gets_an_ending_unless_it_has_one_on_offer(typed, saved):
    assert with_ending(Path(typed), FILTERS) == Path(saved)


def test_that_a_menu_shows_ampersands_and_claims_no_keys(qtbot):
    window, chosen = host(qtbot), []
    menu = build_menu(
        window,
        [MenuItem("A&B", lambda: chosen.append(1), shortcut="Ctrl+N"), None, MenuItem("子", items=[MenuItem("x")])],
    )
    action = menu.actions()[0]
    assert action.text().startswith("A&&B\t")
    assert action.shortcut().isEmpty()
    action.trigger()
    assert chosen == [1]
    assert menu.actions()[1].isSeparator()
    assert menu.actions()[2].menu() is not None


def test_that_a_popover_closes_on_escape_and_stays_on_the_screen(qtbot):
    window = host(qtbot)
    anchor = buttons.plain("列")
    anchor.setParent(window)
    anchor.move(780, 480)
    anchor.show()
    content = QLineEdit()
    popover = Popover(content, window, "选择列")
    closed = collect(popover.closed)
    popover.show_under(anchor)
    room = popover.screen().availableGeometry()
    assert room.adjusted(-20, -20, 20, 20).contains(popover.geometry())
    QTest.keyClick(popover, KEY.Key_Escape)
    assert len(closed) == 1


def test_that_the_tray_follows_the_runner_and_cancels(qtbot, runner: Runner):
    tray = shown(qtbot, JobTray(runner))

    def work(job):
        n = 0
        while True:
            n += 1
            job.progress("写入", n % 100, 100)

    runner.start(work, title="导入 名单.xlsx")
    rows = tray._rows
    assert len(rows) == 1
    row = next(iter(rows.values()))
    qtbot.waitUntil(lambda: "写入" in row._line.text())
    assert_accessible(tray)
    QTest.mouseClick(row._cancel, LEFT)
    qtbot.waitUntil(lambda: not tray._rows)
    assert tray._nothing.isVisible()


def test_that_a_banner_speaks_and_acts(qtbot):
    banner = shown(qtbot, Banner("warning", "23 行不识别", "查看", closable=True), 600, 44)
    acted, closed = collect(banner.action_clicked), collect(banner.closed)
    banner.findChild(buttons.Button).click()
    banner.findChild(buttons.IconButton).click()
    assert (len(acted), len(closed)) == (1, 1)
    assert not banner.isVisible()
    assert banner.accessibleName() == "23 行不识别"


def test_that_an_empty_state_can_change_its_words(qtbot):
    state = shown(qtbot, EmptyState("users", "还没有客户", "导入名单", [buttons.primary("导入")]))
    state.set_message("没有匹配的客户", "换个条件试试")
    assert state.accessibleName() == "没有匹配的客户"


def test_that_a_card_is_named_after_its_title(qtbot):
    card = Card("成交额", "本月")
    qtbot.addWidget(card)
    card.set_subtitle("近 12 个月")
    assert card.accessibleName() == "成交额"
