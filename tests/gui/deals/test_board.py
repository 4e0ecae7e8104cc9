"""The board by mouse and by keyboard: what is on the screen is what stands in the archive."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit

from app.core.clock import today
from app.views.deals.card_model import CardModel
from app.views.deals.missing_dialog import MissingDialog
from app.views.widgets.buttons import Button
from app.views.widgets.toast import Toast
from tests.gui.accessibility import unnamed


def names(page, column):
    return [card.name for card in page.board.columns[column].model.cards()]


def choose(page, column, row):
    cards = page.board.columns[column].cards
    cards.setFocus()
    cards.choose(row)
    return cards


def dialog_of(qtbot, page):
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.board.findChildren(MissingDialog)), timeout=4000)
    return next(d for d in page.board.findChildren(MissingDialog) if d.isVisible())


def test_what_the_board_shows(page):
    assert [column.head.accessibleName()[:4] for column in page.board.columns[:3]] == [
        "初步接洽",
        "需求确认",
        "方案报价",
    ]
    assert [names(page, n) for n in range(3)] == [["甲", "乙", "丙"], [], ["丁"]]
    assert "¥100万" in page.sums.text()
    assert unnamed(page) == []


def test_the_model(page, qtbot):
    model = page.board.columns[0].model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_cards(list(model.cards())[:2])
    model.set_cards([])
    assert model.rowCount() == 0
    del tester


def test_moving_by_keyboard_and_taking_it_back(page, qtbot, workspace):
    cards = choose(page, 0, 1)
    QTest.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(page, 1) == ["乙"], timeout=4000)
    assert names(page, 0) == ["甲", "丙"]
    assert [c.name for c in page.board.chosen()] == ["乙"]
    toast = page.window().findChildren(Toast)[-1]
    QTest.mouseClick(toast.findChildren(Button)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page, 0) == ["甲", "乙", "丙"], timeout=4000)
    assert workspace.deals.count() == 4


def test_moving_up_and_down_in_a_column_stays(page, make_page, qtbot):
    cards = choose(page, 0, 2)
    QTest.keyClick(cards, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(page, 0) == ["甲", "丙", "乙"], timeout=4000)
    page.window().hide()
    other = make_page()
    assert names(other, 0) == ["甲", "丙", "乙"]


def test_several_cards_go_together(page, qtbot):
    cards = choose(page, 0, 0)
    QTest.keyClick(cards, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [c.name for c in cards.chosen()] == ["甲", "乙"]
    QTest.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(page, 1) == ["甲", "乙"], timeout=4000)


def test_a_drop(page, qtbot):
    source, target = page.board.columns[0].model, page.board.columns[2].model
    data = source.mimeData([source.index(0, 0), source.index(2, 0)])
    assert target.canDropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert not target.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    qtbot.waitUntil(lambda: names(page, 2) == ["甲", "丙", "丁"], timeout=4000)
    assert names(page, 0) == ["乙"]


def test_arrows_go_between_columns_and_choose_in_one_only(page):
    choose(page, 0, 1)
    QTest.keyClick(page.board.columns[0].cards, Qt.Key.Key_Right)
    QTest.keyClick(page.board.columns[1].cards, Qt.Key.Key_Right)
    assert page.window().focusWidget() is page.board.columns[2].cards
    assert [c.name for c in page.board.chosen()] == ["丁"]
    assert not page.board.columns[0].cards.chosen()


def test_that_what_a_stage_needs_is_asked_for_in_place(page, qtbot, workspace):
    cards = choose(page, 2, 0)
    QTest.keyClick(cards, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(qtbot, page)
    editor = dialog.form.editor("expected_on")
    dialog.submit()
    qtbot.waitUntil(lambda: dialog.form.row("expected_on").field.accessibleDescription() != "", timeout=3000)
    assert isinstance(editor, QLineEdit)
    editor.setText("2027-01-15")
    dialog.submit()
    qtbot.waitUntil(lambda: names(page, 3) == ["丁"], timeout=4000)
    assert str(workspace.deals.find_by("name", "丁").get("expected_on")) == "2027-01-15"


def test_losing_asks_for_the_reason_and_one_click_answers(page, qtbot, workspace):
    page.board.close_deal(page.board.columns[0].model.cards()[0].id, "lost")
    dialog = dialog_of(qtbot, page)
    qtbot.waitUntil(lambda: any(b.text() == "价格" for b in dialog.findChildren(type(dialog.go))), timeout=3000)
    reason = next(b for b in dialog.findChildren(type(dialog.go)) if b.text() == "价格")
    QTest.mouseClick(reason, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page, 5) == ["甲"], timeout=4000)
    deal = workspace.deals.find_by("name", "甲")
    assert (deal.get("outcome"), deal.get("lost_reason")[0].title, deal.get("closed_on")) == ("lost", "价格", today())


def test_winning_asks_nothing(page, qtbot, workspace):
    page.board.close_deal(page.board.columns[0].model.cards()[1].id, "won")
    qtbot.waitUntil(lambda: names(page, 4) == ["乙"], timeout=4000)
    assert workspace.deals.find_by("name", "乙").get("outcome") == "won"


def test_adding_in_a_column(page, qtbot, workspace):
    column = page.board.columns[1]
    column.begin_adding()
    line = column.findChild(QLineEdit)
    QTest.keyClicks(line, "new one")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(page, 1) == ["new one"], timeout=4000)
    assert workspace.deals.find_by("name", "new one").get("stage")[0].title == "需求确认"
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert not line.isVisible()


def test_folds_and_small_cards_are_remembered(page, make_page):
    QTest.mouseClick(page.board.columns[5].head, Qt.MouseButton.LeftButton)
    page.compact.setChecked(True)
    page.window().hide()
    other = make_page()
    assert other.board.columns[5].is_folded()
    assert not other.board.columns[4].is_folded()
    assert other.board.columns[0].delegate.compact


def test_filters(page, qtbot):
    page.bar.quick_changed.emit("丙")
    qtbot.waitUntil(lambda: names(page, 0) == ["丙"], timeout=4000)
    assert names(page, 2) == []
    page.bar.quick_changed.emit("")
    qtbot.waitUntil(lambda: len(names(page, 0)) == 3, timeout=4000)


def test_delete_asks_and_can_be_taken_back(page, qtbot, dialogs, workspace):
    dialogs.answers = ["yes"]
    cards = choose(page, 0, 0)
    QTest.keyClick(cards, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: workspace.deals.count() == 3, timeout=4000)
    qtbot.waitUntil(lambda: names(page, 0) == ["乙", "丙"], timeout=4000)


def test_enter_opens_the_deal_in_the_list(page, qtbot):
    cards = choose(page, 0, 0)
    QTest.keyClick(cards, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.is_board() and page.list.pane.record() is not None, timeout=5000)
    qtbot.waitUntil(lambda: page.list.pane.record().get("name") == "甲", timeout=5000)
    assert [a.title for a in page.list.pane_actions(page.list.pane.record())] == ["赢单", "输单"]


def test_the_menu_of_a_card(page):
    items = page.menu_items(page.board.columns[0].model.cards()[:1])
    assert [i.text for i in items if i is not None][:2] == ["打开", "编辑…"]
    assert any(i is not None and i.text == "输单…" for i in items)


def test_that_an_unknown_drop_is_refused(page):
    from PySide6.QtCore import QMimeData

    data = QMimeData()
    data.setText("hello")
    model = page.board.columns[0].model
    assert isinstance(model, CardModel)
    assert not model.canDropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert not model.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())


def test_that_a_closed_deal_is_never_late(page):
    assert [column.delegate.closed for column in page.board.columns] == [False, False, False, False, True, True]


def test_that_nothing_can_be_changed_in_an_archive_opened_for_reading(page, qtbot, workspace, dialogs, monkeypatch):
    cards = choose(page, 0, 0)
    monkeypatch.setattr(workspace.archive, "read_only", True)
    assert [i.text for i in page.menu_items(page.board.chosen()) if i is not None] == ["打开", "打开客户"]
    assert {"new", "edit"}.isdisjoint(command.key for command in page.commands())
    dialogs.answers = ["yes"]
    QTest.keyClick(cards, Qt.Key.Key_Delete)
    assert dialogs.answers == ["yes"]  # it was not even asked
    assert workspace.deals.count() == 4


def test_that_a_stage_of_another_kind_makes_new_columns(page, qtbot, workspace):
    stage = workspace.records("stages").get(page.board.columns[3].stage)
    workspace.records("stages").update(stage.id, {"kind": "won"})
    page.board.reload()
    qtbot.waitUntil(lambda: page.board.columns[3].kind == "won", timeout=4000)
    assert page.board.columns[3].delegate.closed


def test_a_drop_on_a_folded_stage(page, qtbot):
    source, folded = page.board.columns[0].model, page.board.columns[1]
    data = source.mimeData([source.index(1, 0)])
    where, move, left = QPoint(20, 200), Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(where, move, data, left, Qt.KeyboardModifier.NoModifier)
    entering.ignore()
    folded.dragEnterEvent(entering)
    assert not entering.isAccepted()  # unfolded: its cards take the drop
    folded.set_folded(True)
    folded.dragEnterEvent(entering)
    assert entering.isAccepted()
    folded.dropEvent(QDropEvent(QPointF(where), move, data, left, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: names(page, 1) == ["乙"], timeout=4000)
    assert names(page, 0) == ["甲", "丙"]


def test_that_the_board_shows_what_happened_while_the_list_was_in_front(page, qtbot, workspace):
    card = page.board.board.columns[0].cards[0]
    won = next(
        s
        for s in workspace.deals.stages()
        if s.kind == "won" and s.pipeline == page.board.board.columns[0].stage.pipeline
    )
    page._show_view("list")
    page.desk.operate(
        lambda _job: workspace.deals.update(card.id, {"amount": 500, "stage": won.link}), title="", owner=page
    )
    qtbot.waitUntil(lambda: page._stale, timeout=4000)
    page._show_view("board")

    def there():
        return {c.stage.id: {x.id for x in c.cards} for c in page.board.board.columns}

    qtbot.waitUntil(lambda: card.id in there()[won.id], timeout=4000)
