"""Each rule of a kind once, through the doors where it used to be forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import now, today
from app.core.fields import Link
from app.core.filters import Condition
from app.core.records import Record
from app.core.validation import InvalidFields
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.unit.doors.conftest import Take


def _tie(record: Record) -> tuple[Link, ...]:
    return (Link(record.id),)


def _stage(workspace: Workspace, kind: str) -> Any:
    return next(s for s in workspace.deals.stages() if s.kind == kind)


# ---- deals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["update", "upsert"])
def test_that_a_stage_reached_by_a_file_is_a_stage_change(
    workspace: Workspace, take: Take, customer: Record, clock: Clock, mode: str
) -> None:
    deal, _ = workspace.deals.create({"name": "扩产", "customer": _tie(customer), "external_id": "D1", "amount": 100})
    clock.forward(days=3)
    won = _stage(workspace, "won")
    report = take([["机会编号", "商机名称", "商机阶段"], ["D1", "扩产", won.name]], "deals", mode=mode)
    assert (report.updated, report.rejected) == (1, 0)
    record = workspace.deals.get(deal.id)
    assert (record.get("outcome"), record.get("closed_on"), record.get("stage_since")) == ("won", today(), now())
    ways = workspace.deals.stage_changes(deal.id)
    assert [w.get("to_stage")[0].id for w in ways] == [deal.get("stage")[0].id, won.id]
    assert ways[-1].get("changed_at") == now()
    assert report.operation is not None
    assert workspace.history.undo(report.operation).kept == ()
    assert workspace.deals.get(deal.id).get("outcome") == "open"
    assert len(workspace.deals.stage_changes(deal.id)) == 1


HEAD = ["机会编号", "商机名称", "商机阶段", "结单日期"]


@pytest.mark.parametrize(
    ("gaps", "row", "created", "rejected", "warnings"),
    [
        ("auto", ["D1", "甲", "输单", "2025-01-02"], 1, 0, 1),  # ended before it came: taken and told
        ("error", ["D1", "甲", "输单", "2025-01-02"], 0, 1, 0),
        ("warn", ["D1", "甲", "输单", "2025-01-02"], 1, 0, 1),
        ("auto", ["D1", "甲", "方案报价", ""], 0, 1, 0),  # what is going on needs what its stage asks for
        ("error", ["D1", "甲", "方案报价", ""], 0, 1, 0),
        ("warn", ["D1", "甲", "方案报价", ""], 1, 0, 1),
    ],
)
def test_that_rows_lacking_what_their_stage_requires_are_listed(
    workspace: Workspace, take: Take, gaps: str, row: list[str], created: int, rejected: int, warnings: int
) -> None:
    stages = workspace.records("stages")
    asking = stages.find_by("name", "方案报价") or stages.list()[1][1]
    stages.update(asking.id, {"name": "方案报价", "required": "amount"})
    report = take([HEAD, row], "deals", gaps=gaps)
    assert (report.created, report.rejected) == (created, rejected)
    told = [i for i in report.issues if "前要填好" in i.text]
    assert len(told) == rejected + warnings
    assert workspace.deals.count() == created


def test_that_a_day_nobody_gave_is_today_and_told_or_unknown_for_the_past(workspace: Workspace, take: Take) -> None:
    rows = [HEAD, ["D1", "甲", "赢单", ""]]
    report = take(rows, "deals")
    assert any("没有结单日期" in i.text for i in report.issues)
    assert workspace.deals.list()[1][0].get("closed_on") == today()
    report = take([HEAD, ["D2", "乙", "赢单", ""]], "deals", history=True)
    assert not report.issues
    past = workspace.deals.find_by("external_id", "D2")
    assert past is not None
    assert (past.get("closed_on"), past.get("opened_on"), past.get("outcome")) == (None, None, "won")


def test_that_the_bench_and_the_form_cannot_end_an_open_deal_by_its_day(workspace: Workspace) -> None:
    deal, _ = workspace.deals.create({"name": "甲"})
    updated, _ = workspace.deals.update(deal.id, {"closed_on": date(2026, 5, 1)})
    assert (updated.get("closed_on"), updated.get("expected_on")) == (None, date(2026, 5, 1))


ASKED: list[tuple[dict[str, Any], str]] = [
    ({"closed_on": date(2026, 5, 1)}, "结单日期：进行中的商机还没有结单，记作预计成交日期。"),
    (
        {"closed_on": date(2026, 5, 1), "expected_on": date(2026, 6, 1)},
        "结单日期：进行中的商机没有结单日期，2026-05-01 没有用上。",
    ),
    ({"lost_reason": "first"}, "输单原因：与这条记录的其他内容不符，没有用上。"),
]


@pytest.mark.parametrize("door", ["create", "update", "bulk", "file"])
@pytest.mark.parametrize(("asked", "words"), ASKED)
def test_that_what_is_not_written_as_asked_is_told_by_every_door(
    workspace: Workspace, take: Take, door: str, asked: dict[str, Any], words: str
) -> None:
    reason = workspace.records("lost_reasons").list()[1][0]
    values = {k: (Link(reason.id, ""),) if v == "first" else v for k, v in asked.items()}
    if door == "create":
        told = [n.words for n in workspace.deals.create({"name": "甲", **values})[1].notes]
    elif door == "file":
        labels = [workspace.deals.entity.field(key).label for key in asked]
        cells = [reason.get("name") if v == "first" else str(v) for v in asked.values()]
        told = [i.text for i in take([["机会编号", "商机名称", *labels], ["D1", "甲", *cells]], "deals").issues]
    else:
        deals = [workspace.deals.create({"name": name})[0] for name in "甲乙"]
        if door == "update":
            told = [n.words for n in workspace.deals.update(deals[0].id, values)[1].notes]
        else:
            done = workspace.deals.update_many([d.handle for d in deals], values)
            told = [n.text for n in done.changes.notes]
            assert [n.n for n in done.changes.notes] == [2]
    assert told == [words]
    deal = workspace.deals.list()[1][0]
    assert (deal.get("outcome"), deal.get("closed_on"), deal.get("lost_reason")) == ("open", None, None)


def test_that_undo_and_what_follows_tell_nothing(workspace: Workspace) -> None:
    deal, _ = workspace.deals.create({"name": "甲", "amount": 100})
    won = workspace.deals.win(deal.id)
    back = workspace.history.undo(won.operation_id) if won.operation_id else None
    assert (won.notes, back and back.changes.notes) == ((), ())


def test_that_a_stage_that_becomes_another_kind_takes_its_deals_along(workspace: Workspace) -> None:
    deal, _ = workspace.deals.create({"name": "甲"})
    change = workspace.records("stages").update(deal.get("stage")[0].id, {"kind": "won"})[1]
    record = workspace.deals.get(deal.id)
    assert (record.get("outcome"), record.get("closed_on")) == ("won", today())
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert (workspace.deals.get(deal.id).get("outcome"), workspace.deals.get(deal.id).get("closed_on")) == (
        "open",
        None,
    )


def test_that_earlier_steps_of_a_deal_take_the_place_of_its_beginning(workspace: Workspace, take: Take) -> None:
    names = [s.name for s in workspace.deals.stages()]
    won = _stage(workspace, "won").name
    take([HEAD, ["D1", "甲", won, "2025-03-01"]], "deals")
    (deal,) = workspace.deals.list()[1]
    assert [w.get("to_stage")[0].title for w in workspace.deals.stage_changes(deal.id)] == [won]
    head = ["商机", "原阶段", "新阶段", "变更时间"]
    steps = [["D1", "", names[0], "2025-01-05 09:00"], ["D1", names[0], won, "2025-03-01 15:00"]]
    report = take([head, *steps], "stage_changes")
    assert report.created == 2
    ways = workspace.deals.stage_changes(deal.id)
    assert [w.get("to_stage")[0].title for w in ways] == [names[0], won]
    assert report.operation is not None
    workspace.history.undo(report.operation)
    assert [w.get("to_stage")[0].title for w in workspace.deals.stage_changes(deal.id)] == [won]


# ---- money ----------------------------------------------------------------------------------------------------------


def test_that_an_order_takes_its_deals_customer_and_a_payment_its_orders(
    workspace: Workspace, take: Take, customer: Record
) -> None:
    deal, _ = workspace.deals.create({"name": "扩产", "customer": _tie(customer), "external_id": "D1"})
    take([["订单号", "商机", "下单日期", "订单金额"], ["O1", "D1", "2026-01-02", "100"]], "orders")
    order = workspace.orders.find_by("external_id", "O1")
    assert order is not None
    assert order.get("customer")[0].id == customer.id
    take([["回款单号", "订单编号", "金额", "到账日期"], ["R1", "O1", "40", "2026-01-03"]], "payments")
    paid = workspace.records("payments").find_by("external_id", "R1")
    assert paid is not None
    assert paid.get("customer")[0].id == customer.id
    other, _ = workspace.customers.create({"name": "大众电子"})
    workspace.orders.update(order.id, {"customer": _tie(other)})
    assert workspace.records("payments").get(paid.id).get("customer")[0].id == other.id
    assert deal.get("customer")[0].id == customer.id


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_that_nothing_is_no_payment(workspace: Workspace, take: Take, customer: Record, amount: str) -> None:
    payments = workspace.records("payments")
    with pytest.raises(InvalidFields):
        payments.create({"customer": _tie(customer), "amount": 0, "paid_on": today()})
    report = take([["客户名称", "金额", "到账日期"], ["恒力机械", amount, "2026-01-03"]], "payments")
    assert (report.created, report.rejected) == (0, 1)
    assert "大于零" in report.issues[0].text
    made, _ = payments.create({"customer": _tie(customer), "amount": 5, "paid_on": today()})
    assert len(payments.update_many([made.handle], {"amount": 0}).kept) == 1
    assert payments.get(made.id).get("amount") == 5


def test_that_a_minus_in_a_file_is_a_refund(workspace: Workspace, take: Take, customer: Record) -> None:
    head = ["回款单号", "客户名称", "金额", "到账日期"]
    take([head, ["R1", "恒力机械", "80", "2026-01-03"]], "payments")
    take([head, ["R1", "恒力机械", "-80", "2026-01-03"]], "payments", mode="upsert")
    (paid,) = workspace.records("payments").list()[1]
    assert (paid.get("kind"), paid.get("amount")) == ("refund", 80_00)


def test_that_an_order_follows_its_items_through_every_door(workspace: Workspace, customer: Record) -> None:
    order, _ = workspace.orders.create({"customer": _tie(customer), "ordered_on": today()})
    lines = workspace.records("order_lines")
    one, _ = lines.create({"order": _tie(order), "name": "灯", "quantity": Decimal(2), "price": Decimal(1)})
    assert (one.get("amount"), workspace.orders.get(order.id).get("amount")) == (200, 200)
    lines.update(one.id, {"price": Decimal("1.5")})
    assert workspace.orders.get(order.id).get("amount") == 300
    two, _ = lines.create({"order": _tie(order), "amount": 50})
    lines.delete(one.id)
    assert workspace.orders.get(order.id).get("amount") == 50
    workspace.orders.update(order.id, {"amount": 45})  # a discount that was given stays given
    lines.update(two.id, {"amount": 60})
    assert workspace.orders.get(order.id).get("amount") == 45


# ---- contact with customers -----------------------------------------------------------------------------------------


def _days(workspace: Workspace, customer: Record) -> tuple[date | None, date | None]:
    record = workspace.customers.get(customer.id)
    return record.get("last_contact_on"), record.get("next_contact_on")


def test_that_a_follow_up_log_moves_last_and_next_contact(
    workspace: Workspace, take: Take, customer: Record, clock: Clock
) -> None:
    workspace.customers.update(customer.id, {"next_contact_on": today() - timedelta(days=30)})
    rows = [["客户名称", "跟进时间", "方式", "跟进内容"], ["恒力机械", "2026-03-01 10:00", "电话", "谈价格\n明天再说"],
            ["恒力机械", "2026-02-01 10:00", "拜访", "看现场"]]  # fmt: skip
    report = take(rows, "activities")
    assert (report.created, report.rejected) == (2, 0)
    assert _days(workspace, customer) == (date(2026, 3, 1), None)
    assert {a.get("subject") for a in workspace.activities.list()[1]} == {"谈价格", "看现场"}
    assert report.operation is not None
    assert workspace.history.undo(report.operation).kept == ()
    assert _days(workspace, customer) == (None, today() - timedelta(days=30))


def test_that_a_ticked_visit_is_contact(workspace: Workspace, customer: Record, clock: Clock) -> None:
    due = now() + timedelta(days=2)
    visit, _ = workspace.activities.create(
        {"subject": "上门", "kind": "visit", "customer": _tie(customer), "due_at": due, "done": False}
    )
    assert _days(workspace, customer) == (None, due.astimezone().date())
    clock.forward(days=3)
    workspace.activities.update_many([visit.handle], {"done": True})
    assert _days(workspace, customer) == (today(), None)
    assert workspace.activities.get(visit.id).get("happened_at") == now()


@pytest.mark.parametrize("values", [{"kind": "task"}, {"happened_at": datetime(2027, 1, 1, tzinfo=UTC)}])
def test_that_a_task_or_what_is_still_to_come_is_no_contact(
    workspace: Workspace, customer: Record, values: dict[str, Any]
) -> None:
    workspace.activities.create({"subject": "甲", "customer": _tie(customer), **values})
    assert _days(workspace, customer)[0] is None


def test_that_a_contact_that_was_none_goes_back(workspace: Workspace, customer: Record, clock: Clock) -> None:
    early = date(2026, 1, 5)
    workspace.customers.update(customer.id, {"last_contact_on": early})
    mistake, _ = workspace.customers.log_activity(customer.id, {"subject": "打错了", "kind": "call"})
    assert _days(workspace, customer)[0] == today()
    workspace.activities.delete(mistake.id)
    assert _days(workspace, customer)[0] == early
    workspace.customers.log_activity(
        customer.id, {"subject": "甲", "kind": "call", "happened_at": now() - timedelta(days=9)}
    )
    again, _ = workspace.customers.log_activity(customer.id, {"subject": "乙", "kind": "call"})
    workspace.activities.update(again.id, {"happened_at": now() - timedelta(days=4)})
    assert _days(workspace, customer)[0] == today() - timedelta(days=4)


def test_that_an_answered_ticket_is_contact(workspace: Workspace, customer: Record) -> None:
    ticket, _ = workspace.tickets.create_with({"subject": "坏了", "customer": _tie(customer)}, "机器不转")
    assert _days(workspace, customer)[0] == today()
    other, _ = workspace.customers.create({"name": "大众电子"})
    workspace.tickets.update(ticket.id, {"customer": _tie(other)})
    assert (_days(workspace, customer)[0], _days(workspace, other)[0]) == (None, today())


def test_that_merged_customers_keep_the_latest_contact(workspace: Workspace, customer: Record) -> None:
    twin, _ = workspace.customers.create({"name": "恒力机械厂"})
    workspace.customers.log_activity(twin.id, {"subject": "甲", "kind": "call"})
    done = workspace.merging.merge("customers", [customer.id, twin.id], customer.id)
    assert _days(workspace, customer)[0] == today()
    workspace.history.undo(done.operation_id)
    assert (_days(workspace, customer)[0], _days(workspace, twin)[0]) == (None, today())


# ---- leads, links ---------------------------------------------------------------------------------------------------


def test_that_a_lead_with_a_day_of_conversion_is_converted(workspace: Workspace, take: Take) -> None:
    take([["线索ID", "姓名", "公司"], ["L1", "王小明", "恒力"]], "leads")
    assert workspace.leads.list()[1][0].get("status") == "new"
    take([["线索ID", "转化时间"], ["L1", "2026-02-01 10:00"]], "leads", mode="update")
    lead = workspace.leads.list()[1][0]
    assert (lead.get("status"), lead.get("converted_at") is not None) == ("converted", True)
    workspace.leads.update(lead.id, {"status": "working"})
    assert workspace.leads.get(lead.id).get("status") == "converted"


def test_that_a_file_ties_a_contact_that_is_there(workspace: Workspace, take: Take, customer: Record) -> None:
    workspace.contacts.create({"name": "王小明", "external_id": "P1"})
    report = take([["外部编号", "姓名", "所属客户"], ["P1", "王小明", "恒力机械"]], "contacts", mode="upsert")
    assert report.updated == 1
    assert [c.get("name") for c, _ in workspace.customers.contacts(customer.id)] == ["王小明"]


# ---- what else looks different --------------------------------------------------------------------------------------


def test_that_a_change_says_whose_figures_changed_with_it(workspace: Workspace, customer: Record) -> None:
    order, _ = workspace.orders.create({"customer": _tie(customer), "ordered_on": today(), "amount": 100})
    made, changes = workspace.orders.pay(order.id, {"amount": 40})
    assert changes.touched["orders"] == {order.id}
    payments = workspace.records("payments")
    assert payments.update(made.id, {"amount": 50})[1].touched["orders"] == {order.id}
    other, _ = workspace.orders.create({"customer": _tie(customer), "ordered_on": today(), "amount": 9})
    assert payments.update(made.id, {"order": _tie(other)})[1].touched["orders"] == {order.id, other.id}
    assert payments.delete(made.id).touched["orders"] == {other.id}
    renamed = workspace.customers.update(customer.id, {"name": "恒力机械有限公司"})[1]
    assert "orders" in renamed.touched
    assert renamed.touched["orders"] is None


def test_that_the_bench_cannot_do_what_the_form_cannot(workspace: Workspace) -> None:
    one, _ = workspace.records("products").create({"name": "灯", "code": "A1"})
    two, _ = workspace.records("products").create({"name": "椅", "code": "B1"})
    kept = workspace.records("products").update_many([one.handle, two.handle], {"code": "C1"}).kept
    assert [k.id for k in kept] == [two.id]
    assert workspace.deals.count(Condition("name", "not_empty")) == 0
