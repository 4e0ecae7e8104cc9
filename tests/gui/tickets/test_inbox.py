"""The inbox in a window: by keyboard and by mouse, over a real archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog

from app.core.records import Record
from app.services.tickets.mail.sending import MailAccount
from app.views.tickets.bubble import Bubble
from app.views.tickets.find_dialog import FindDialog
from app.views.tickets.new_dialog import NewTicketDialog
from tests.gui.accessibility import unnamed
from tests.gui.archives import copy_of, opened
from tests.gui.tickets.conftest import settle
from tests.unit.tickets.mail_samples import simple
from tests.unit.tickets.mail_server import server

KEY = Qt.Key


def press(page, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(page.pane.list, key, modifier)


def choose(qtbot, runner, page, words: str) -> Record:
    """The ticket with this in its subject comes to the front."""
    record = next(r for r in page.service.list()[1] if words in str(r.get("subject")))
    page.open_record(record.id)
    qtbot.waitUntil(lambda: page.shown() is not None and page.shown().id == record.id, timeout=5000)
    settle(qtbot, runner, page)
    return record


def fresh(page, record: Record) -> Record:
    return page.service.get(record.id)


# ---- looking ----------------------------------------------------------------------------------------------------


def test_that_the_list_conversation_and_properties_show_the_ticket(qtbot, runner, page) -> None:
    choose(qtbot, runner, page, "送货单")
    assert page.talk.head.subject.text() == "送货单数量与合同不一致"
    kinds = [b.message.get("kind") for b in page.talk.bubbles if isinstance(b, Bubble)]
    assert kinds == ["inbound", "note", "reply"]
    assert page.side.status.key() == "open"
    assert page.side.priority.key() == "urgent"
    texts = page.pane.list.rows.index(page.pane.list.currentIndex().row(), 0).data()
    assert "送货单数量与合同不一致" in texts
    assert "苏州恒力机械" in texts


def test_that_j_and_k_move_and_the_conversation_follows(qtbot, runner, page) -> None:
    page.pane.list.select_first()
    settle(qtbot, runner, page)
    first = page.shown().id
    press(page, KEY.Key_J)
    qtbot.waitUntil(lambda: page.shown() is not None and page.shown().id != first)
    press(page, KEY.Key_K)
    qtbot.waitUntil(lambda: page.shown() is not None and page.shown().id == first)
    press(page, KEY.Key_K)
    assert page.pane.list.currentIndex().row() == 0


@pytest.mark.parametrize(("view", "number"), [("todo", 4), ("mine", 3), ("free", 2), ("all", 6)])
def test_that_the_tabs_show_what_they_say(qtbot, runner, page, view: str, number: int) -> None:
    page.pane.show_view(view)
    settle(qtbot, runner, page)
    assert page.pane.list.rows.rowCount() == number


def test_that_typing_narrows_the_list_and_escape_leads_back(qtbot, runner, page) -> None:
    press(page, KEY.Key_Slash)
    assert page.pane.search.hasFocus()
    QTest.keyClicks(page.pane.search, "T000001")
    qtbot.waitUntil(lambda: page.pane.list.rows.rowCount() == 1, timeout=5000)
    QTest.keyClick(page.pane.search, KEY.Key_Escape)
    qtbot.waitUntil(lambda: page.pane.list.rows.rowCount() == 6, timeout=5000)
    QTest.keyClick(page.pane.search, KEY.Key_Escape)
    assert page.pane.list.hasFocus()


def test_that_words_of_any_message_find_the_ticket(qtbot, runner, page) -> None:
    page.pane.search.setText("二期库位")
    page.pane.search.searched.emit("二期库位")
    qtbot.waitUntil(lambda: page.pane.list.rows.rowCount() == 1, timeout=5000)
    settle(qtbot, runner, page)
    assert "送货单" in page.pane.list.rows.index(0, 0).data()


def test_that_the_filter_narrows_and_can_be_kept_as_a_view(qtbot, runner, page, dialogs) -> None:
    narrowing = page.pane.open_narrowing()
    narrowing.statuses["resolved"].click()
    qtbot.waitUntil(lambda: page.pane.list.rows.rowCount() == 1, timeout=5000)
    dialogs.texts = ["已解决的"]
    narrowing.save_wanted.emit()
    qtbot.waitUntil(lambda: len(page.desk.workspace.views.list("tickets")) == 1, timeout=5000)
    settle(qtbot, runner, page)
    assert page.pane.list.rows.rowCount() == 1
    page.pane.show_view("all")
    settle(qtbot, runner, page)
    view = page.desk.workspace.views.list("tickets")[0]
    page.pane.show_view(str(view.id))
    settle(qtbot, runner, page)
    assert page.pane.list.rows.rowCount() == 1


def test_that_an_empty_view_says_so_and_an_empty_archive_offers_ways_to_begin(
    qtbot, runner, make_page, empty_archive: Path, tmp_path: Path
) -> None:
    over = opened(copy_of(empty_archive, tmp_path))
    try:
        page = make_page(over)
        qtbot.waitUntil(lambda: page.pane.stack.currentWidget() is page.pane.none, timeout=5000)
        qtbot.waitUntil(lambda: page.middle.currentWidget() is page.welcome, timeout=5000)
        offered = [b.text() for b in page.welcome.findChildren(QAbstractButton)]
        assert offered == ["新建工单", "收入邮件…", "导入表格…"]
        settle(qtbot, runner, page)
    finally:
        over.close()


def test_that_every_widget_that_takes_the_focus_has_a_name(qtbot, runner, page) -> None:
    choose(qtbot, runner, page, "送货单")
    assert unnamed(page) == []


def test_that_the_list_model_is_sound(qtbot, qtmodeltester, runner, page) -> None:
    qtmodeltester.check(page.pane.list.rows)
    settle(qtbot, runner, page)


# ---- answering --------------------------------------------------------------------------------------------------


def test_that_r_writes_an_answer_and_ctrl_enter_sends_it(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    press(page, KEY.Key_R)
    assert page.composer.words.hasFocus()
    QTest.keyClicks(page.composer.words, "e j k ok")  # letters are words here, not verbs
    QTest.keyClick(page.composer.words, KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: fresh(page, record).get("status") == "waiting", timeout=5000)
    settle(qtbot, runner, page)
    message = page.service.conversation(record.id).messages[-1]
    assert (message.get("kind"), message.get("body")) == ("reply", "e j k ok")
    assert page.composer.words.toPlainText() == ""
    assert page.pane.list.hasFocus()


def test_that_n_writes_a_note_that_changes_no_status(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    press(page, KEY.Key_N)
    QTest.keyClicks(page.composer.words, "ask finance")
    assert page.composer.after.isHidden()
    page.composer.go.click()
    qtbot.waitUntil(lambda: bool(page.service.conversation(record.id).messages[-1].get("kind") == "note"), timeout=5000)
    settle(qtbot, runner, page)
    assert fresh(page, record).get("status") == record.get("status")


def test_that_drafts_wait_on_their_ticket(qtbot, runner, page) -> None:
    choose(qtbot, runner, page, "发票抬头")
    page.composer.words.setPlainText("一半")
    choose(qtbot, runner, page, "送货单")
    assert page.composer.words.toPlainText() == ""
    choose(qtbot, runner, page, "发票抬头")
    assert page.composer.words.toPlainText() == "一半"


def test_that_a_template_is_filled_in_where_the_cursor_stands(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    page.write("reply")
    items = page.composer.template_items()
    items[0].on_chosen()
    qtbot.waitUntil(lambda: "王浩您好" in page.composer.words.toPlainText(), timeout=5000)
    assert str(record.get("number")) in page.composer.words.toPlainText()


def test_that_an_answer_leaves_through_the_mail_server(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    with server() as box:
        page.service.mailbox.save(MailAccount("127.0.0.1", box.port, "none", "", "", "support@kedang.example", "客服"))
        page.write("reply")
        page.composer.words.setPlainText("可以改")
        page.composer.send()
        qtbot.waitUntil(lambda: len(box.mails) == 1, timeout=8000)
        settle(qtbot, runner, page)
    assert page.service.conversation(record.id).messages[-1].get("delivery") == "sent"


def test_that_a_failed_answer_stays_with_its_reason_and_is_tried_again(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    with server() as box:
        page.service.mailbox.save(MailAccount("127.0.0.1", box.port, "none", "", "", "support@kedang.example", "客服"))
        box.answer = "451 later"
        page.write("reply")
        page.composer.words.setPlainText("可以改")
        page.composer.send()
        qtbot.waitUntil(
            lambda: page.service.conversation(record.id).messages[-1].get("delivery") == "failed", timeout=8000
        )
        settle(qtbot, runner, page)
        bubble = page.talk.bubbles[-1]
        assert bubble.retry.text() == "重试"
        box.answer = "250 OK"
        bubble.retry.click()
        qtbot.waitUntil(lambda: len(box.mails) == 1, timeout=8000)
        settle(qtbot, runner, page)
    assert page.service.conversation(record.id).messages[-1].get("delivery") == "sent"


def test_that_undo_within_the_delay_holds_the_mail_back(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    before = len(page.service.conversation(record.id).messages)
    with server() as box:
        page.service.mailbox.save(MailAccount("127.0.0.1", box.port, "none", "", "", "support@kedang.example", "客服"))
        page.hold_back = 3_600_000  # what it would do at its end is done below
        page.write("reply")
        page.composer.words.setPlainText("写错了")
        page.composer.send()
        qtbot.waitUntil(lambda: len(page.service.conversation(record.id).messages) > before, timeout=5000)
        written = page.service.conversation(record.id).messages[-1].id
        operation = next(o for o in page.desk.workspace.history.list()[1] if o.kind == "activity")
        page.desk.undo(operation.id)
        qtbot.waitUntil(lambda: len(page.service.conversation(record.id).messages) == before, timeout=5000)
        page.verbs.send([written])
        settle(qtbot, runner, page)
        assert box.mails == []
    assert len(page.service.conversation(record.id).messages) == before


# ---- triage -----------------------------------------------------------------------------------------------------


def test_that_e_resolves_goes_on_and_opens_again(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "送货单")
    row = page.pane.list.currentIndex().row()
    press(page, KEY.Key_E)
    qtbot.waitUntil(lambda: fresh(page, record).get("status") == "resolved", timeout=5000)
    settle(qtbot, runner, page)
    assert page.shown().id != record.id or row == page.pane.list.rows.rowCount() - 1
    choose(qtbot, runner, page, "送货单")
    press(page, KEY.Key_E)
    qtbot.waitUntil(lambda: fresh(page, record).get("status") == "open", timeout=5000)
    settle(qtbot, runner, page)


def test_that_hash_deletes_and_the_toast_takes_it_back(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "送货单")
    QTest.keyClick(page.pane.list, "#")
    qtbot.waitUntil(lambda: page.service.count() == 5, timeout=5000)
    settle(qtbot, runner, page)
    operation = page.desk.workspace.history.last_undoable()
    page.desk.undo(operation.id)
    qtbot.waitUntil(lambda: page.service.count() == 6, timeout=5000)
    settle(qtbot, runner, page)
    assert fresh(page, record).deleted_at is None


def test_that_the_properties_change_the_ticket(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    page.side.priority.setCurrentIndex(page.side.priority.findData("urgent"))
    qtbot.waitUntil(lambda: fresh(page, record).get("priority") == "urgent", timeout=5000)
    settle(qtbot, runner, page)
    page.side.owner.setCurrentIndex(1)
    qtbot.waitUntil(lambda: fresh(page, record).get("owner") == page.desk.workspace.actor.user_id, timeout=5000)
    settle(qtbot, runner, page)
    page.side.category.setCurrentIndex(1)
    qtbot.waitUntil(lambda: bool(fresh(page, record).get("category")), timeout=5000)
    settle(qtbot, runner, page)


def test_that_several_are_changed_as_one_operation(qtbot, runner, page) -> None:
    page.pane.list.selectAll()
    assert not page.pane.bulk.isHidden()
    assert "6" in page.pane.chosen.text()
    page.verbs.change({"priority": "low"})
    qtbot.waitUntil(lambda: {r.get("priority") for r in page.service.list()[1]} == {"low"}, timeout=5000)
    settle(qtbot, runner, page)
    operation = page.desk.workspace.history.last_undoable()
    page.desk.undo(operation.id)
    qtbot.waitUntil(lambda: "low" not in {r.get("priority") for r in page.service.list()[1]}, timeout=5000)
    settle(qtbot, runner, page)


def test_that_the_menu_offers_every_verb(qtbot, runner, page) -> None:
    choose(qtbot, runner, page, "送货单")
    items = [item for item in page.verbs.menu_items() if item is not None]
    assert [i.text for i in items] == [
        "回复", "内部备注", "改处理人", "改状态", "改优先级", "标记解决", "合并…", "关联客户…", "复制编号", "删除",
    ]  # fmt: skip
    assert all(i.enabled for i in items)
    next(i for i in items if i.text == "改状态").items[2].on_chosen()
    qtbot.waitUntil(lambda: page.service.get(page.verbs.ids()[0]).get("status") == "waiting", timeout=5000)
    settle(qtbot, runner, page)


def test_that_one_ticket_is_merged_into_the_one_found(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "发票抬头")
    page.verbs.merge()
    dialog = page.findChild(FindDialog)
    QTest.keyClicks(dialog.search, "T000006")
    qtbot.waitUntil(lambda: dialog.list.count() == 1, timeout=5000)
    dialog.go.click()
    qtbot.waitUntil(lambda: bool(fresh(page, record).get("merged_into")), timeout=5000)
    settle(qtbot, runner, page)
    assert page.shown().get("subject") == "送货单数量与合同不一致"
    choose(qtbot, runner, page, "发票抬头")
    assert page.composer_box.isHidden()
    assert not page.talk.merged.isHidden()


# ---- coming in --------------------------------------------------------------------------------------------------


def drop(page, paths: list[Path]) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.dropEvent(event)
    return event


def test_that_a_dropped_mail_becomes_a_ticket_in_front(qtbot, runner, page, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(simple("少了八台", "gbk", label="gb2312", subject="新的来信"))
    drop(page, [path])
    qtbot.waitUntil(lambda: page.service.count() == 7, timeout=15_000)
    settle(qtbot, runner, page)
    qtbot.waitUntil(lambda: page.shown() is not None and page.shown().get("subject") == "新的来信", timeout=5000)
    settle(qtbot, runner, page)


def test_that_a_pasted_text_becomes_a_ticket(qtbot, runner, page) -> None:
    page.verbs.new("主轴异响，请尽快处理\n电话里说的，联系 zhang@abc.cn")
    dialog = page.findChild(NewTicketDialog)
    assert dialog.subject.text() == "主轴异响，请尽快处理"
    assert dialog.email.text() == "zhang@abc.cn"
    dialog.go.click()
    qtbot.waitUntil(lambda: page.service.count() == 7, timeout=5000)
    settle(qtbot, runner, page)
    qtbot.waitUntil(
        lambda: page.shown() is not None and page.shown().get("subject") == "主轴异响，请尽快处理", timeout=5000
    )
    settle(qtbot, runner, page)


def test_that_ctrl_v_on_the_list_begins_a_ticket_with_what_was_copied(qtbot, runner, page) -> None:
    QGuiApplication.clipboard().setText("从微信复制的话")
    press(page, KEY.Key_V, Qt.KeyboardModifier.ControlModifier)
    dialog = page.findChild(NewTicketDialog)
    assert dialog.words.toPlainText() == "从微信复制的话"
    dialog.reject()
    settle(qtbot, runner, page)


def test_that_answers_left_behind_are_offered_for_sending(qtbot, runner, make_page, workspace) -> None:
    record = next(r for r in workspace.tickets.list()[1] if "发票抬头" in str(r.get("subject")))
    with server() as box:
        workspace.tickets.mailbox.save(
            MailAccount("127.0.0.1", box.port, "none", "", "", "support@kedang.example", "客服")
        )
        workspace.tickets.reply(record.id, "没来得及发出")
        page = make_page()
        qtbot.waitUntil(lambda: bool(page.desk.toasts.toasts()), timeout=5000)
        settle(qtbot, runner, page)
        page.desk.toasts.toasts()[0].findChild(QAbstractButton).click()
        qtbot.waitUntil(lambda: len(box.mails) == 1, timeout=8000)
        settle(qtbot, runner, page)


def test_that_a_ticket_without_subject_is_not_made(qtbot, runner, page) -> None:
    page.verbs.new()
    dialog = page.findChild(NewTicketDialog)
    dialog.go.click()
    assert dialog.form.row("subject").error() == "必填。"
    assert isinstance(dialog, QDialog)
    dialog.reject()
    settle(qtbot, runner, page)
    assert page.service.count() == 6


def test_that_an_attachment_is_saved_where_the_person_wants_it(qtbot, runner, page, dialogs, tmp_path: Path) -> None:
    record = choose(qtbot, runner, page, "送货单")
    conversation = page.service.conversation(record.id)
    (file,) = conversation.attachments[conversation.messages[0].id]
    target = tmp_path / "照片.jpg"
    dialogs.files = [target]
    page.verbs.save_file(file)
    qtbot.waitUntil(target.exists, timeout=5000)
    assert target.stat().st_size == 1_250_000
    settle(qtbot, runner, page)


def test_that_a_change_made_elsewhere_appears(qtbot, runner, page) -> None:
    record = choose(qtbot, runner, page, "送货单")
    _message, changes = page.service.note(record.id, "从别处来的备注")
    page.desk.changed.emit(changes, None)
    qtbot.waitUntil(
        lambda: any(isinstance(b, Bubble) and b.words.text() == "从别处来的备注" for b in page.talk.bubbles),
        timeout=5000,
    )
    settle(qtbot, runner, page)
