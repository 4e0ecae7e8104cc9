"""The verbs on tickets, over a real archive: what they do, who may, and that undo takes all of it back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.fields import Link, Point
from app.core.filters import Condition
from app.core.records import Record
from app.errors import NotPermitted, UserError
from app.services.files import copies as opened_files
from app.services.tickets.mail.parsing import Mail, MailFile, Person
from app.services.tickets.sla import ClockKind, Standing
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.unit.tickets.mail_samples import simple

pytestmark = pytest.mark.usefixtures("clock")


def mail(subject: str = "送货单数量", **more: Any) -> Mail:
    values: dict[str, Any] = {
        "subject": subject, "sender": Person("刘敏", "min@example.cn"), "to": (Person("", "support@x.cn"),), "cc": (),
        "sent_at": None, "message_id": "m1@example.cn", "references": (), "text": "少了 8 台\n\n> 旧内容\n> 旧内容二", "files": (),
        "automatic": False,
    }  # fmt: skip
    return Mail(**(values | more))


def ticket(workspace: Workspace, **values: Any) -> Record:
    return workspace.tickets.create({"subject": "主轴异响", **values})[0]


def fresh(workspace: Workspace, record: Record) -> Record:
    return workspace.tickets.get(record.id)


def kinds(workspace: Workspace, record: Record) -> list[str]:
    return [m.get("kind") for m in workspace.tickets.conversation(record.id).messages]


def snapshot(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Everything live, without version and time of change."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entity in ("tickets", "ticket_messages", "attachments"):
        _, records = workspace.records(entity).list(limit=1000)
        found[entity] = sorted(
            ({k: v for k, v in r.values.items() if k != "updated_at"} | {"id": r.id} for r in records),
            key=lambda values: str(values["id"]),
        )
    return found


# ---- creating ----------------------------------------------------------------------------------------------------


def test_that_a_new_archive_has_a_promise_categories_and_templates(workspace: Workspace) -> None:
    assert workspace.records("sla_policies").count() == 1
    assert workspace.records("ticket_categories").count() > 5
    assert len(workspace.tickets.desktop.templates()) == 3


def test_that_a_new_ticket_has_number_status_times_and_promises(workspace: Workspace, clock: Clock) -> None:
    record = ticket(workspace)
    assert record.get("number") == "T000001"
    assert (record.get("status"), record.get("priority")) == ("new", "normal")
    assert record.get("opened_at") == clock()
    assert record.get("response_due_at") is not None
    assert record.get("next_due_at") == record.get("response_due_at")
    assert record.get("sla_policy")[0].title == "标准时限"
    assert record.get("owner") == workspace.actor.user_id


def test_that_the_promise_stays_as_it_was_when_the_policy_changes(workspace: Workspace) -> None:
    before = ticket(workspace)
    policy = workspace.records("sla_policies").list()[1][0]
    terms = json.loads(policy.get("terms"))
    terms["targets"]["normal"]["first_response"] = [10, False]
    workspace.records("sla_policies").update(policy.id, {"terms": json.dumps(terms)})
    workspace.tickets.note(before.id, "看一下")
    assert fresh(workspace, before).get("response_due_at") == before.get("response_due_at")
    after = ticket(workspace)
    assert after.get("response_due_at") == after.get("opened_at") + timedelta(minutes=10)


def test_that_a_ticket_from_a_telephone_call_keeps_what_was_said(workspace: Workspace) -> None:
    record, _ = workspace.tickets.create_with(
        {"subject": "来电", "channel": "phone", "requester": "周涛"}, "想延保半年"
    )
    (message,) = workspace.tickets.conversation(record.id).messages
    assert (message.get("kind"), message.get("author"), message.get("body")) == ("inbound", "周涛", "想延保半年")
    assert record.get("unanswered") is True
    assert record.get("snippet") == "想延保半年"


# ---- answering ---------------------------------------------------------------------------------------------------


def test_that_the_first_answer_of_a_person_is_the_first_response(workspace: Workspace, clock: Clock) -> None:
    record = workspace.tickets.receive(mail()).ticket
    clock.forward(minutes=5)
    workspace.tickets.receive(mail("自动回复", message_id="auto@x", references=("m1@example.cn",), automatic=True))
    workspace.tickets.note(record.id, "内部看一下")
    assert fresh(workspace, record).get("first_responded_at") is None
    clock.forward(minutes=25)
    workspace.tickets.reply(record.id, "马上处理")
    answered = fresh(workspace, record)
    assert answered.get("first_responded_at") == clock()
    assert answered.get("status") == "waiting"
    assert answered.get("unanswered") in (None, False)
    clock.forward(minutes=25)
    workspace.tickets.reply(record.id, "已发货")
    assert fresh(workspace, record).get("first_responded_at") == answered.get("first_responded_at")


def test_that_an_answer_without_a_mailbox_is_recorded_only(workspace: Workspace) -> None:
    record = workspace.tickets.receive(mail()).ticket
    message, _ = workspace.tickets.reply(record.id, "好的", status=None)
    assert message.get("delivery") == "recorded"
    assert fresh(workspace, record).get("status") == "open"


def test_that_nothing_cannot_be_sent(workspace: Workspace) -> None:
    record = ticket(workspace)
    for verb in (workspace.tickets.reply, workspace.tickets.note):
        with pytest.raises(UserError, match="请先写下"):
            verb(record.id, "  \n")


def test_that_undo_takes_an_answer_back_whole(workspace: Workspace) -> None:
    record = workspace.tickets.receive(mail()).ticket
    before = snapshot(workspace)
    _, changes = workspace.tickets.reply(record.id, "好的", files=(MailFile("a.txt", "text/plain", b"x"),))
    assert snapshot(workspace) != before
    result = workspace.history.undo(changes.operation_id)
    assert result.kept == ()
    assert snapshot(workspace) == before


# ---- status, priority, assignee --------------------------------------------------------------------------------------


def test_that_waiting_pauses_the_promise_and_going_on_moves_it(workspace: Workspace, clock: Clock) -> None:
    record = ticket(workspace)
    due = record.get("resolution_due_at")
    workspace.tickets.set_status([record.id], "waiting")
    paused = fresh(workspace, record)
    assert (paused.get("resolution_due_at"), paused.get("sla_paused")) == (None, True)
    clock.forward(days=1)
    workspace.tickets.set_status([record.id], "open")
    assert fresh(workspace, record).get("resolution_due_at") > due


def test_that_resolving_and_reopening_are_timed_and_counted(workspace: Workspace, clock: Clock) -> None:
    record = ticket(workspace)
    workspace.tickets.set_status([record.id], "resolved")
    done = fresh(workspace, record)
    assert (done.get("resolved_at"), done.get("next_due_at")) == (clock(), None)
    clock.forward(hours=1)
    workspace.tickets.set_status([record.id], "open")
    again = fresh(workspace, record)
    assert (again.get("resolved_at"), again.get("reopened")) == (None, 1)
    clock.forward(hours=1)
    workspace.tickets.set_status([record.id], "closed")
    closed = fresh(workspace, record)
    assert (closed.get("closed_at"), closed.get("resolved_at"), closed.get("reopened")) == (clock(), clock(), 1)


def test_that_a_new_priority_moves_the_deadlines(workspace: Workspace) -> None:
    record = ticket(workspace)
    workspace.tickets.set_priority([record.id], "urgent")
    assert fresh(workspace, record).get("response_due_at") < record.get("response_due_at")


def test_that_an_ordinary_edit_leaves_the_same_marks_as_a_verb(workspace: Workspace) -> None:
    record = ticket(workspace)
    workspace.tickets.update(record.id, {"status": "resolved", "priority": "high"})
    (event,) = workspace.tickets.conversation(record.id).messages
    assert (event.get("kind"), event.get("status"), event.get("priority")) == ("event", "resolved", "high")
    assert fresh(workspace, record).get("resolved_at") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "waiting"},
        {"status": "closed"},
        {"priority": "urgent"},
        {"owner": None},
        {"status": "resolved", "priority": "low"},
    ],
)
def test_that_undo_takes_a_change_of_many_back_whole(workspace: Workspace, changes: dict[str, Any]) -> None:
    records = [ticket(workspace) for _ in range(3)]
    before = snapshot(workspace)
    result = workspace.tickets.change([r.id for r in records], changes)
    assert result.changed == 3
    workspace.history.undo(result.changes.operation_id)
    assert snapshot(workspace) == before


def test_that_customer_service_answers_anybodys_ticket_and_a_reader_none(staff: dict[str, Workspace]) -> None:
    record = ticket(staff["boss"])
    staff["service"].tickets.reply(record.id, "我来处理")
    assert staff["service"].tickets.assign([record.id], staff["service"].actor.user_id).changed == 1
    with pytest.raises(NotPermitted):
        staff["reader"].tickets.reply(record.id, "不行")
    with pytest.raises(NotPermitted):
        staff["reader"].tickets.receive(mail())


def test_that_messages_of_a_ticket_one_does_not_see_are_not_seen(staff: dict[str, Workspace]) -> None:
    record = ticket(staff["boss"])
    staff["boss"].tickets.note(record.id, "机密")
    assert staff["east"].records("ticket_messages").count() == 0
    assert staff["service"].records("ticket_messages").count() == 1


# ---- mails ---------------------------------------------------------------------------------------------------------


def test_that_a_mail_opens_a_ticket_of_the_customer_it_comes_from(workspace: Workspace, clock: Clock) -> None:
    customer, _ = workspace.customers.create(
        {"name": "苏州恒力", "emails": (Point("min@example.cn", "min@example.cn"),)}
    )
    sent = clock() - timedelta(minutes=20)
    found = workspace.tickets.receive(mail("回复：送货单数量", sent_at=sent))
    assert found.new
    record = found.ticket
    assert record.get("subject") == "送货单数量"
    assert [x.id for x in record.get("customer")] == [customer.id]
    assert (record.get("requester"), record.get("channel"), record.get("owner")) == ("刘敏", "email", None)
    assert record.get("opened_at") == sent
    assert record.get("snippet") == "少了 8 台"


def test_that_a_contacts_mail_belongs_to_the_contacts_customer(workspace: Workspace) -> None:
    customer, _ = workspace.customers.create({"name": "苏州恒力"})
    contact, _ = workspace.customers.add_contact(
        customer.id, {"name": "刘敏", "emails": (Point("min@example.cn", "min@example.cn"),)}
    )
    record = workspace.tickets.receive(mail()).ticket
    assert [x.id for x in record.get("customer")] == [customer.id]
    assert [x.id for x in record.get("contact")] == [contact.id]


def test_that_an_address_of_two_customers_links_to_neither(workspace: Workspace) -> None:
    for name in ("甲", "乙"):
        workspace.customers.create({"name": name, "emails": (Point("min@example.cn", "min@example.cn"),)})
    assert workspace.tickets.receive(mail()).ticket.get("customer") in (None, ())


@pytest.mark.parametrize(
    ("second", "same"),
    [
        (mail("x", message_id="m2@x", references=("m1@example.cn",)), True),
        (mail("Re: x [T000001]", message_id="m2@x"), True),
        (mail("送货单数量", message_id="m2@x"), False),
        (mail("x", message_id="m2@x", references=("unknown@x",)), False),
    ],
)
def test_that_a_mail_finds_its_conversation(workspace: Workspace, second: Mail, same: bool) -> None:
    first = workspace.tickets.receive(mail())
    found = workspace.tickets.receive(second)
    assert found.new is not same
    assert (found.ticket.id == first.ticket.id) is same


def test_that_the_same_mail_twice_changes_nothing(workspace: Workspace) -> None:
    first = workspace.tickets.receive(mail())
    before = snapshot(workspace)
    again = workspace.tickets.receive(mail())
    assert (again.known, again.ticket.id) == (True, first.ticket.id)
    assert snapshot(workspace) == before


@pytest.mark.parametrize(
    ("status", "automatic", "after"),
    [
        ("resolved", False, "open"), ("closed", False, "open"), ("waiting", False, "open"), ("hold", False, "hold"),
        ("resolved", True, "resolved"), ("waiting", True, "waiting"),
    ],
)  # fmt: skip
def test_that_a_persons_answer_opens_the_ticket_again(
    workspace: Workspace, status: str, automatic: bool, after: str
) -> None:
    record = workspace.tickets.receive(mail()).ticket
    workspace.tickets.set_status([record.id], status)
    workspace.tickets.receive(mail(message_id="m2@x", references=("m1@example.cn",), automatic=automatic))
    assert fresh(workspace, record).get("status") == after


def test_that_undo_takes_a_received_mail_back(workspace: Workspace) -> None:
    workspace.tickets.receive(mail())
    before = snapshot(workspace)
    found = workspace.tickets.receive(
        mail(message_id="m2@x", references=("m1@example.cn",), files=(MailFile("a.jpg", "image/jpeg", b"JPG"),))
    )
    workspace.history.undo(found.changes.operation_id)
    assert snapshot(workspace) == before


def test_that_mail_files_come_in_and_bad_ones_are_named(workspace: Workspace, tmp_path: Path) -> None:
    from app.core.jobs import Job

    good, bad = tmp_path / "a.eml", tmp_path / "b.eml"
    good.write_bytes(simple("少了八台", "gbk", label="gb2312"))
    bad.write_bytes(b"PK\x03\x04 no mail")
    found = workspace.tickets.import_mails([good, bad, tmp_path / "gone.eml"], Job())
    assert found.opened == 1
    assert [name for name, _ in found.failed] == ["b.eml", "gone.eml"]
    record = workspace.tickets.get(found.tickets[0])
    assert (record.get("snippet"), record.get("requester_email")) == ("少了八台", "min.liu@example.cn")


# ---- attachments -----------------------------------------------------------------------------------------------------


def test_that_attachments_are_kept_once_and_come_out_as_they_went_in(workspace: Workspace, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000  # three chunks
    held = (
        MailFile("送货单.jpg", "image/jpeg", data),
        MailFile("copy.jpg", "image/jpeg", data),
        MailFile("空.txt", "text/plain", b""),
    )
    record = workspace.tickets.receive(mail(files=held)).ticket
    conversation = workspace.tickets.conversation(record.id)
    stored = conversation.attachments[conversation.messages[0].id]
    assert [(f.get("name"), f.get("size")) for f in stored] == [
        ("送货单.jpg", len(data)),
        ("copy.jpg", len(data)),
        ("空.txt", 0),
    ]
    with workspace.archive.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment_content").scalar_one() == 2
        assert connection.exec_driver_sql("SELECT max(length(data)) FROM attachment_chunk").scalar_one() <= 256 * 1024
    target = workspace.tickets.save_file(stored[0].id, tmp_path / "out.jpg")
    assert target.read_bytes() == data
    copy = workspace.tickets.open_file(stored[0].id)
    assert (copy.name, copy.read_bytes()) == ("送货单.jpg", data)
    opened_files.sweep(all_of_them=True)
    assert not copy.exists()
    assert [p for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_that_a_damaged_attachment_is_not_handed_out(workspace: Workspace, tmp_path: Path) -> None:
    from app.errors import EnvironmentProblem

    record = workspace.tickets.receive(mail(files=(MailFile("a.bin", "", b"12345"),))).ticket
    conversation = workspace.tickets.conversation(record.id)
    (stored,) = conversation.attachments[conversation.messages[0].id]
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE attachment_chunk SET data=x'00'")
    with pytest.raises(EnvironmentProblem, match="不完整"):
        workspace.tickets.save_file(stored.id, tmp_path / "out.bin")
    assert list(tmp_path.glob("*out.bin*")) == []


def test_that_a_file_too_big_leaves_nothing_behind(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.db.attachments.MAX_SIZE", 300_000)
    with pytest.raises(UserError, match="附件超过"):
        workspace.tickets.receive(mail(files=(MailFile("big", "", bytes(300_001)),)))
    assert workspace.tickets.count() == 0
    with workspace.archive.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment_chunk").scalar_one() == 0


# ---- merging ---------------------------------------------------------------------------------------------------------


def test_that_merging_moves_everything_and_leaves_a_closed_alias(workspace: Workspace) -> None:
    keeper = workspace.tickets.receive(mail()).ticket
    loser = workspace.tickets.receive(
        mail("又问一次", message_id="other@x", files=(MailFile("a.txt", "text/plain", b"1"),))
    ).ticket
    before = snapshot(workspace)
    changes = workspace.tickets.merge(keeper.id, [loser.id, keeper.id])
    conversation = workspace.tickets.conversation(keeper.id)
    assert [m.get("kind") for m in conversation.messages] == ["inbound", "inbound", "event"]
    assert len(conversation.attachments) == 1
    alias = fresh(workspace, loser)
    assert (alias.get("status"), alias.get("merged_into")[0].id) == ("closed", keeper.id)
    assert workspace.tickets.conversation(loser.id).messages == ()
    # what answers the loser's mail arrives at the keeper
    later = workspace.tickets.receive(mail("x", message_id="late@x", references=("other@x",)))
    assert later.ticket.id == keeper.id
    by_tag = workspace.tickets.receive(mail(f"Re: [{loser.get('number')}]", message_id="late2@x"))
    assert by_tag.ticket.id == keeper.id
    for found in (by_tag, later):
        workspace.history.undo(found.changes.operation_id)
    workspace.history.undo(changes.operation_id)
    assert snapshot(workspace) == before


def test_that_a_merged_ticket_takes_no_answer_and_no_further_merge(workspace: Workspace) -> None:
    keeper, loser = ticket(workspace), ticket(workspace)
    workspace.tickets.merge(keeper.id, [loser.id])
    with pytest.raises(UserError, match="已并入"):
        workspace.tickets.reply(loser.id, "x")
    with pytest.raises(UserError, match="已并入"):
        workspace.tickets.merge(loser.id, [keeper.id])
    with pytest.raises(UserError, match="请选择"):
        workspace.tickets.merge(keeper.id, [keeper.id])


# ---- promises, templates, context ------------------------------------------------------------------------------------


def test_that_the_conversation_says_how_the_promises_stand(workspace: Workspace, clock: Clock) -> None:
    record = workspace.tickets.receive(mail()).ticket
    clock.forward(days=30)
    found = workspace.tickets.conversation(record.id)
    assert [(c.kind, c.standing) for c in found.clocks] == [
        (ClockKind.FIRST, Standing.LATE),
        (ClockKind.RESOLUTION, Standing.LATE),
    ]


def test_that_a_day_off_of_the_office_moves_the_deadline(workspace: Workspace, clock: Clock) -> None:
    before = ticket(workspace)
    day = before.get("resolution_due_at").astimezone().date()
    workspace.records("calendar_days").create({"name": "厂庆", "day": day})
    assert ticket(workspace).get("resolution_due_at") > before.get("resolution_due_at")
    assert clock() == before.get("opened_at")


def test_that_a_template_is_filled_with_the_ticket(workspace: Workspace) -> None:
    customer, _ = workspace.customers.create({"name": "苏州恒力"})
    record = ticket(workspace, customer=(Link(customer.id),), requester="刘敏")
    found = workspace.tickets.desktop.fill(
        "{{contact.name}}您好，{{customer.name}} {{ticket.number}} {{x.y}} {{me.name}}", record.id
    )
    assert found.text == "刘敏您好，苏州恒力 T000001 {{x.y}} 钱总"
    assert found.unknown == ("x.y",)


def test_that_every_placeholder_offered_can_be_filled(workspace: Workspace) -> None:
    record = ticket(workspace)
    for name, _label in workspace.tickets.desktop.names():
        assert workspace.tickets.desktop.fill("{{" + name + "}}", record.id).unknown == ()


def test_that_the_customer_beside_a_ticket_is_summed_up(workspace: Workspace) -> None:
    customer, _ = workspace.customers.create({"name": "苏州恒力"})
    link = (Link(customer.id),)
    workspace.deals.create({"name": "扩建", "customer": link})
    old = ticket(workspace, customer=link, opened_at=datetime(2020, 1, 1, tzinfo=UTC))
    record = ticket(workspace, customer=link)
    found = workspace.tickets.desktop.glance(record.id)
    assert found is not None
    assert (found.customer.id, found.recent, found.deals) == (customer.id, 1, 1)
    assert [r.id for r in found.others] == [old.id]
    assert workspace.tickets.desktop.glance(ticket(workspace).id) is None


def test_that_tickets_are_found_by_what_was_said(workspace: Workspace) -> None:
    from app.core.filters import Search

    record = workspace.tickets.receive(mail()).ticket
    for text in ("送货单", "T000001", "min@example"):
        assert workspace.tickets.count(Search(text)) == 1, text
    assert workspace.tickets.count(Condition("status", "in", ["new"])) == 1
    assert record.get("unanswered") is True


def test_that_tickets_stand_on_the_customers_timeline(workspace: Workspace) -> None:
    customer, _ = workspace.customers.create({"name": "苏州恒力"})
    record = ticket(workspace, customer=(Link(customer.id),))
    assert record.id in {item.record.id for item in workspace.customers.timeline(customer.id) if item.record}
