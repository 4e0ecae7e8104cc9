"""Answers on their way out, through a real server on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.core.records import Record
from app.errors import NotPermitted, UserError
from app.services.tickets.mail.parsing import MailFile, parse_mail
from app.services.tickets.mail.sending import MailAccount
from app.services.workspace import Workspace
from tests.unit.tickets.mail_server import Box, server
from tests.unit.tickets.test_service import fresh, mail


@pytest.fixture
def box(workspace: Workspace) -> Iterator[Box]:
    with server() as found:
        account = MailAccount("127.0.0.1", found.port, "none", "", "geheim-9", "support@kedang.example", "客档通客服")
        workspace.tickets.mailbox.save(account)
        yield found


@pytest.fixture
def asked(workspace: Workspace) -> Record:
    return workspace.tickets.receive(mail()).ticket


def test_that_an_answer_is_sent_and_the_next_mail_finds_its_way_back(
    workspace: Workspace, box: Box, asked: Record
) -> None:
    message, _ = workspace.tickets.reply(
        asked.id, "今天发出", files=(MailFile("单据.pdf", "application/pdf", b"%PDF"),)
    )
    assert message.get("delivery") == "queued"
    sent = workspace.tickets.outbox.send([message.id])
    assert (sent.sent, sent.failed) == (1, ())
    (arrived,) = [parse_mail(m.as_bytes()) for m in box.mails]
    assert arrived.subject == "Re: 送货单数量 [T000001]"
    assert arrived.references == ("m1@example.cn",)
    assert (arrived.sender.address, arrived.to[0].address) == ("support@kedang.example", "min@example.cn")
    assert [f.name for f in arrived.files] == ["单据.pdf"]
    assert workspace.records("ticket_messages").get(message.id).get("delivery") == "sent"
    back = workspace.tickets.receive(
        mail(f"回复：{arrived.subject}", message_id="m9@x", references=(arrived.message_id,))
    )
    assert back.ticket.id == asked.id
    # the second answer carries the whole thread
    second, _ = workspace.tickets.reply(asked.id, "不客气")
    workspace.tickets.outbox.send([second.id])
    assert parse_mail(box.mails[1].as_bytes()).references == ("m1@example.cn", arrived.message_id, "m9@x")


def test_that_nothing_is_sent_twice(workspace: Workspace, box: Box, asked: Record) -> None:
    message, _ = workspace.tickets.reply(asked.id, "今天发出")
    workspace.tickets.outbox.send([message.id])
    again = workspace.tickets.outbox.send([message.id])
    assert (again.sent, len(box.mails)) == (0, 1)


def test_that_a_failed_answer_waits_with_its_reason_and_goes_when_tried_again(
    workspace: Workspace, box: Box, asked: Record
) -> None:
    box.answer = "451 try again later"
    message, _ = workspace.tickets.reply(asked.id, "今天发出")
    found = workspace.tickets.outbox.send([message.id])
    assert found.sent == 0
    assert "try again later" in found.failed[0][1]
    stored = workspace.records("ticket_messages").get(message.id)
    assert stored.get("delivery") == "failed"
    assert "try again later" in stored.get("delivery_error")
    assert [r.id for r in workspace.tickets.outbox.waiting()] == [message.id]
    box.answer = "250 OK"
    assert workspace.tickets.outbox.send([message.id]).sent == 1
    after = workspace.records("ticket_messages").get(message.id)
    assert (after.get("delivery"), after.get("delivery_error")) == ("sent", None)
    assert workspace.tickets.outbox.waiting() == []


def test_that_an_answer_taken_back_in_time_is_not_sent(workspace: Workspace, box: Box, asked: Record) -> None:
    message, changes = workspace.tickets.reply(asked.id, "今天发出")
    workspace.history.undo(changes.operation_id)
    assert workspace.tickets.outbox.send([message.id]).sent == 0
    assert box.mails == []


def test_that_an_answer_that_left_stays_when_its_writing_is_undone(
    workspace: Workspace, box: Box, asked: Record
) -> None:
    message, changes = workspace.tickets.reply(asked.id, "今天发出")
    sent = workspace.tickets.outbox.send([message.id])
    result = workspace.history.undo(changes.operation_id)
    assert message.id in {k.id for k in result.kept}
    assert workspace.records("ticket_messages").get(message.id).deleted_at is None
    with pytest.raises(UserError, match="不能撤销"):
        workspace.history.undo(sent.changes.operation_id)


def test_that_only_administrators_change_the_mailbox_and_the_password_is_kept(
    staff: dict[str, Workspace], box: Box
) -> None:
    boss, service = staff["boss"].tickets.mailbox, staff["service"].tickets.mailbox
    account = boss.get()
    assert account is not None
    assert "geheim" not in repr(account)
    with pytest.raises(NotPermitted):
        service.save(account)
    with pytest.raises(NotPermitted):
        staff["reader"].tickets.mailbox.get()
    boss.save(replace(account, password="", name="新名字"))
    kept = boss.get()
    assert kept is not None
    assert (kept.password, kept.name) == ("geheim-9", "新名字")
    boss.try_out(replace(account, password=""))
    boss.remove()
    assert boss.get() is None
    assert box.mails == []


def test_that_an_answer_without_address_is_recorded(workspace: Workspace, box: Box) -> None:
    record, _ = workspace.tickets.create({"subject": "电话"})
    message, _ = workspace.tickets.reply(record.id, "已回电")
    assert message.get("delivery") == "recorded"
    assert fresh(workspace, record).get("first_responded_at") is not None
    assert box.mails == []


def test_that_a_queued_answer_without_a_mailbox_says_so(workspace: Workspace, box: Box, asked: Record) -> None:
    message, _ = workspace.tickets.reply(asked.id, "今天发出")
    workspace.tickets.mailbox.remove()
    assert "还没有设置发信邮箱" in workspace.tickets.outbox.send([message.id]).failed[0][1]
    assert box.mails == []
