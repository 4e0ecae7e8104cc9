"""What a file or a form says of records that are there: it changes what it speaks of and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import now, today
from app.core.fields import Link
from app.core.records import Record
from app.core.validation import InvalidFields
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.unit.doors.conftest import Take


def _tie(record: Record) -> tuple[Link, ...]:
    return (Link(record.id),)


def _stage(workspace: Workspace, kind: str) -> Any:
    return next(s for s in workspace.deals.stages() if s.kind == kind)


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ["customers", "contacts", "leads", "products", "deals"])
@pytest.mark.parametrize("mode", ["update", "upsert"])
@pytest.mark.parametrize("second", ["行业", "备注", "城市", "电话", "邮箱", "新的一列"])
def test_that_no_stand_in_ever_takes_a_names_place(
    workspace: Workspace, take: Take, entity: str, mode: str, second: str
) -> None:
    service = workspace.records(entity)
    made, _ = service.create({"name": "恒力机械", "external_id": "K1"})
    cell = {"电话": "13800138000", "邮箱": "a@example.com"}.get(second, "化工")
    take([["外部编号", second], ["K1", cell]], entity, whole=True, mode=mode)
    assert service.count() == 1
    assert service.get(made.id).get("name") == "恒力机械"


def test_that_given_and_family_name_are_a_name(workspace: Workspace, take: Take) -> None:
    made, _ = workspace.contacts.create({"name": "Rose Smith", "external_id": "K1"})
    take(
        [["External ID", "First Name", "Last Name"], ["K1", "Rose", "Gonzalez"]], "contacts", whole=True, mode="update"
    )
    assert workspace.contacts.get(made.id).get("name") == "Rose Gonzalez"


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("杭州市文三路2号", ("浙江省", "杭州市", None, "文三路2号")),
        ("浙江省杭州市西湖区文三路2号", ("浙江省", "杭州市", "西湖区", "文三路2号")),
        ("张杨路500号", ("上海市", "上海市", "浦东新区", "张杨路500号")),
    ],
)
def test_that_an_address_is_of_one_place(
    workspace: Workspace, take: Take, customer: Record, address: str, places: tuple[str, ...]
) -> None:
    workspace.customers.update(
        customer.id, {"province": "上海市", "city": "上海市", "district": "浦东新区", "address": "世纪大道1号"}
    )
    take([["外部编号", "地址"], ["K1", address]], "customers", mode="update")
    found = workspace.customers.get(customer.id)
    assert tuple(found.get(k) or None for k in ("province", "city", "district", "address")) == places


# ---- stage, outcome and pipeline ------------------------------------------------------------------------------------


@pytest.fixture
def channel(workspace: Workspace) -> dict[str, Record]:
    """A second pipeline, with a stage of each kind."""
    pipeline, _ = workspace.records("pipelines").create({"name": "渠道"})
    stages = workspace.records("stages")
    made = {
        kind: stages.create({"name": name, "pipeline": _tie(pipeline), "kind": kind, "position": place})[0]
        for place, (kind, name) in enumerate((("open", "试用"), ("won", "签约"), ("lost", "放弃")))
    }
    return {"pipeline": pipeline, **made}


def _won(workspace: Workspace, **more: Any) -> Record:
    deal, _ = workspace.deals.create({"name": "甲", "external_id": "D1", "amount": 100, **more})
    workspace.deals.win(deal.id)
    return workspace.deals.get(deal.id)


def test_that_a_file_taken_twice_changes_nothing(workspace: Workspace, take: Take) -> None:
    stage = next(s.name for s in workspace.deals.stages() if s.kind == "open")
    head = ["机会编号", "商机名称", "商机阶段", "结果", "结单日期", "输单原因"]
    reason = workspace.records("lost_reasons").list()[1][0].get("name")
    rows = [head, ["D1", "甲", stage, "赢单", "2026-01-02", ""], ["D2", "乙", stage, "输单", "2026-01-03", reason]]
    take(rows, "deals", mode="upsert")

    def state() -> list[Any]:
        found = sorted(workspace.deals.list()[1], key=lambda d: str(d.get("external_id")))
        return [[d.get(k) for k in ("outcome", "stage", "closed_on", "lost_reason")] for d in found]

    before = state()
    assert [row[0] for row in before] == ["won", "lost"]
    for _ in range(2):
        take(rows, "deals", mode="upsert")
        assert state() == before


def test_that_the_form_cannot_open_a_won_deal_by_saying_that_it_is_won(workspace: Workspace) -> None:
    deal, stage = _won(workspace), _stage(workspace, "open")
    _, changes = workspace.deals.update(deal.id, {"outcome": "won", "stage": stage.link})
    assert workspace.deals.get(deal.id).get("outcome") == "won"
    assert [note.words for note in changes.notes] == ["阶段：与这条记录的其他内容不符，没有用上。"]


@pytest.mark.parametrize(("word", "outcome"), [("试用", "open"), ("签约", "won"), ("赢单", "won")])
def test_that_a_stage_in_a_file_is_one_of_the_deals_own_pipeline(
    workspace: Workspace, take: Take, channel: dict[str, Record], word: str, outcome: str
) -> None:
    deal, _ = workspace.deals.create(
        {"name": "甲", "external_id": "D1", "stage": _tie(channel["lost"])}
        | {"lost_reason": _tie(workspace.records("lost_reasons").list()[1][0])}
    )
    count = workspace.records("stages").count()
    report = take([["机会编号", "商机阶段"], ["D1", word]], "deals", mode="update")
    found = workspace.deals.get(deal.id)
    assert (report.updated, workspace.records("stages").count()) == (1, count)
    assert (found.get("outcome"), found.get("pipeline")[0].id) == (outcome, channel["pipeline"].id)


def test_that_a_deal_keeps_its_outcome_in_another_pipeline(workspace: Workspace, channel: dict[str, Record]) -> None:
    deal = _won(workspace, closed_on=None)
    moved, _ = workspace.deals.update(deal.id, {"pipeline": _tie(channel["pipeline"])})
    assert (moved.get("outcome"), moved.get("stage")[0].id) == ("won", channel["won"].id)
    assert moved.get("closed_on") == deal.get("closed_on")


@pytest.mark.parametrize("asked", [{"stage": None}, {"outcome": None}, {"pipeline": None}])
def test_that_a_blank_does_not_open_a_deal_again(workspace: Workspace, asked: dict[str, None]) -> None:
    deal = _won(workspace)
    after, changes = workspace.deals.update(deal.id, asked)
    assert [after.get(k) for k in ("outcome", "stage", "pipeline")] == [
        deal.get(k) for k in ("outcome", "stage", "pipeline")
    ]
    assert len(changes.notes) == 1


def test_that_blank_cells_that_are_to_clear_do_not_open_a_deal_again(workspace: Workspace, take: Take) -> None:
    deal = _won(workspace)
    take([["机会编号", "商机阶段", "结果", "金额"], ["D1", "", "", "2"]], "deals", mode="update", empty="clear")
    after = workspace.deals.get(deal.id)
    assert (after.get("outcome"), after.get("closed_on"), after.get("amount")) == ("won", today(), 200)


def test_that_a_pipeline_without_stages_is_refused(workspace: Workspace) -> None:
    empty, _ = workspace.records("pipelines").create({"name": "空"})
    with pytest.raises(InvalidFields, match="还没有阶段"):
        workspace.deals.create({"name": "甲", "pipeline": _tie(empty)})
    deal, _ = workspace.deals.create({"name": "甲"})
    with pytest.raises(InvalidFields, match="还没有阶段"):
        workspace.deals.update(deal.id, {"pipeline": _tie(empty)})


# ---- orders, items, payments ----------------------------------------------------------------------------------------


def test_that_an_order_follows_its_items_again_after_the_last_one_went(workspace: Workspace) -> None:
    order, _ = workspace.orders.create({})
    lines = workspace.records("order_lines")

    def amount() -> Any:
        return workspace.orders.get(order.id).get("amount")

    first, _ = lines.create({"name": "泵", "order": _tie(order), "amount": 300})
    lines.delete(first.id)
    assert not amount()
    lines.create({"name": "阀", "order": _tie(order), "amount": 700})
    assert amount() == 700
    lines.restore_many([first.handle])
    assert amount() == 1000
    other, _ = workspace.orders.create({})
    for target, sums in ((other, (300, 700)), (order, (1000, None))):
        lines.update(first.id, {"order": _tie(target)})
        assert (amount(), workspace.orders.get(other.id).get("amount") or None) in (sums[::-1], sums)


def test_that_a_profit_is_that_of_the_order_that_is_there(workspace: Workspace, take: Take) -> None:
    order, _ = workspace.orders.create({"external_id": "O1", "amount": 20_000, "refund": 1_000})
    take([["外部编号", "毛利"], ["O1", "40"]], "orders", mode="update")
    found = workspace.orders.get(order.id)
    assert (found.get("cost"), found.get("profit")) == (15_000, 4_000)


@pytest.mark.parametrize(
    ("head", "row", "cost"),
    [
        (["订单号", "产品名称", "金额", "毛利"], ["O1", "泵", "100", "30"], 7_000),
        (["订单号", "产品名称", "数量", "单价", "毛利"], ["O1", "泵", "2.5", "0.01", "0.01"], 2),
    ],
)
def test_that_a_profit_of_an_item_is_kept(
    workspace: Workspace, take: Take, head: Sequence[str], row: Sequence[str], cost: int
) -> None:
    workspace.orders.create({"external_id": "O1"})
    take([head, row], "order_lines")
    (line,) = workspace.records("order_lines").list()[1]
    assert line.get("cost") == cost


def test_that_a_profit_of_nothing_known_is_told(workspace: Workspace, take: Take) -> None:
    workspace.orders.create({"external_id": "O1"})
    report = take([["订单号", "产品名称", "毛利"], ["O1", "泵", "30"]], "order_lines")
    assert any("毛利没有用上" in issue.text for issue in report.issues)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"), [("0.5", "0.01", 1), ("2.5", "0.01", 3), ("1.5", "0.03", 5), ("3", "0.35", 105)]
)
def test_that_half_a_cent_goes_up_through_every_door(
    workspace: Workspace, take: Take, quantity: str, price: str, amount: int
) -> None:
    row = ["泵", quantity, price]
    take([["订单号", "客户", "下单日期", "产品名称", "数量", "单价"], ["O1", "甲公司", "2026-01-02", *row]], "orders")
    order = workspace.orders.find_by("external_id", "O1") or workspace.orders.find_by("number", "O1")
    assert order is not None
    take([["订单号", "产品名称", "数量", "单价"], [str(order.get("number")), *row]], "order_lines")
    workspace.records("order_lines").create(
        {"name": "泵", "order": _tie(order), "quantity": Decimal(quantity), "price": Decimal(price)}
    )
    assert [line.get("amount") for line in workspace.records("order_lines").list()[1]] == [amount] * 3


@pytest.mark.parametrize("word", ["回款", "退款", ""])
def test_that_a_minus_is_a_refund_whatever_its_kind_is_called(
    workspace: Workspace, take: Take, customer: Record, word: str
) -> None:
    report = take([["客户", "类型", "金额", "到账日期"], ["恒力机械", word, "-80", "2026-01-02"]], "payments")
    (payment,) = workspace.records("payments").list()[1]
    assert (payment.get("kind"), payment.get("amount")) == ("refund", 8_000)
    assert any("记作退款" in issue.text for issue in report.issues) is (word == "回款")


def test_that_a_customer_that_is_named_stays(workspace: Workspace, customer: Record) -> None:
    other, _ = workspace.customers.create({"name": "别家"})
    deal, _ = workspace.deals.create({"name": "甲", "customer": _tie(other)})
    order, _ = workspace.orders.create({"customer": _tie(customer)})
    after, _ = workspace.orders.update(order.id, {"deal": _tie(deal), "customer": _tie(customer)})
    assert after.get("customer")[0].id == customer.id


# ---- ties into the recycle bin --------------------------------------------------------------------------------------


def test_that_a_tie_to_a_binned_record_is_not_lost(workspace: Workspace, customer: Record) -> None:
    other, _ = workspace.customers.create({"name": "别家"})
    order, _ = workspace.orders.create({"customer": _tie(customer)})
    workspace.customers.delete(customer.id)
    _, moved = workspace.orders.update(order.id, {"customer": _tie(other)})
    assert moved.operation_id is not None
    assert workspace.history.undo(moved.operation_id).kept == ()
    workspace.customers.restore_many([customer.handle])
    assert workspace.orders.get(order.id).get("customer")[0].id == customer.id


def test_that_an_order_in_the_bin_follows_its_items(workspace: Workspace) -> None:
    order, _ = workspace.orders.create({})
    lines = workspace.records("order_lines")
    line, _ = lines.create({"name": "泵", "order": _tie(order), "amount": 300})
    workspace.orders.delete(order.id)
    lines.update(line.id, {"amount": 500})
    workspace.orders.restore_many([order.handle])
    assert workspace.orders.get(order.id).get("amount") == 500


@pytest.mark.parametrize("door", ["create", "update", "bulk", "file"])
def test_that_nothing_is_tied_to_what_lies_in_the_bin(
    workspace: Workspace, take: Take, customer: Record, door: str
) -> None:
    order, _ = workspace.orders.create({"external_id": "O1"})
    workspace.customers.delete(customer.id)
    values = {"customer": _tie(customer)}
    if door == "file":
        report = take([["外部编号", "客户"], ["O1", "K1"]], "orders", mode="update")
        assert report.rejected == 1
    elif door == "bulk":
        (kept,) = workspace.orders.update_many([order.handle], values).kept
        assert "在回收站里" in kept.reason
    else:
        with pytest.raises(InvalidFields, match="在回收站里"):
            workspace.orders.create(values) if door == "create" else workspace.orders.update(order.id, values)
    assert not workspace.orders.get(order.id).get("customer")


# ---- last and next contact ------------------------------------------------------------------------------------------


def _days(workspace: Workspace, customer: Record) -> tuple[Any, Any]:
    found = workspace.customers.get(customer.id)
    return found.get("last_contact_on"), found.get("next_contact_on")


def _call(workspace: Workspace, customer: Record, days: int) -> Record:
    at = now() + timedelta(days=days)
    values = {"happened_at": at} if days <= 0 else {"due_at": at}
    return workspace.activities.create({"subject": "电话", "kind": "call", "customer": _tie(customer), **values})[0]


@pytest.mark.parametrize("said", [None, -40])
def test_that_no_day_stays_of_calls_that_are_gone(workspace: Workspace, customer: Record, said: int | None) -> None:
    day = None if said is None else today() + timedelta(days=said)
    if day:
        workspace.customers.update(customer.id, {"last_contact_on": day})
    calls = [_call(workspace, customer, -30), _call(workspace, customer, -3)]
    for call in calls:
        workspace.activities.delete(call.id)
    assert _days(workspace, customer) == (day, None)


def test_that_a_call_taken_back_goes_from_a_customer_in_the_bin_too(workspace: Workspace, customer: Record) -> None:
    call = _call(workspace, customer, -3)
    workspace.customers.delete(customer.id)
    workspace.activities.delete(call.id)
    workspace.customers.restore_many([customer.handle])
    assert _days(workspace, customer) == (None, None)


def test_that_a_plan_that_is_dropped_gives_the_day_back(workspace: Workspace, customer: Record) -> None:
    day = today() + timedelta(days=9)
    workspace.customers.update(customer.id, {"next_contact_on": day})
    plan = _call(workspace, customer, 5)
    assert _days(workspace, customer)[1] == today() + timedelta(days=5)
    workspace.activities.delete(plan.id)
    assert _days(workspace, customer)[1] == day


def test_that_a_plan_not_ticked_any_more_has_not_taken_place(workspace: Workspace, customer: Record) -> None:
    plan = _call(workspace, customer, 5)
    workspace.activities.update(plan.id, {"done": True})
    assert _days(workspace, customer)[0] == today()
    workspace.activities.update(plan.id, {"done": False})
    assert workspace.activities.get(plan.id).get("happened_at") is None
    assert _days(workspace, customer) == (None, today() + timedelta(days=5))


def test_that_merged_undone_and_done_again_is_the_same(workspace: Workspace, customer: Record) -> None:
    workspace.customers.update(customer.id, {"next_contact_on": today() + timedelta(days=9)})
    twin, _ = workspace.customers.create({"name": "恒力机械厂"})
    _call(workspace, twin, 2)
    merged = workspace.merging.merge("customers", [customer.id, twin.id], customer.id)
    before = _days(workspace, customer)
    assert before[1] == today() + timedelta(days=2)
    undone = workspace.history.undo(merged.operation_id)
    assert undone.changes.operation_id is not None
    workspace.history.undo(undone.changes.operation_id)
    assert _days(workspace, customer) == before


# ---- deals: what an end asks for, and where one comes back to -------------------------------------------------------


@pytest.mark.parametrize(("key", "kind"), [("closed_on", "won"), ("amount", "won"), ("lost_reason", "lost")])
def test_that_what_a_stage_requires_cannot_be_emptied_in_it(workspace: Workspace, key: str, kind: str) -> None:
    deal, _ = workspace.deals.create({"name": "甲", "amount": 100})
    reason = workspace.records("lost_reasons").list()[1][0]
    workspace.deals.win(deal.id) if kind == "won" else workspace.deals.lose(deal.id, reason.id)
    with pytest.raises(InvalidFields, match="不能为空"):
        workspace.deals.update(deal.id, {key: None})
    (kept,) = workspace.deals.update_many([deal.handle], {key: None}).kept
    assert "不能为空" in kept.reason


@pytest.mark.parametrize("door", ["reopen", "update", "bulk", "file"])
def test_that_an_ended_deal_comes_back_to_where_it_was(workspace: Workspace, take: Take, door: str) -> None:
    stages = [s for s in workspace.deals.stages() if s.kind == "open"]
    deal, _ = workspace.deals.create({"name": "甲", "external_id": "D1", "amount": 100})
    workspace.deals.update(deal.id, {"stage": stages[1].link, "amount": 200})
    workspace.deals.win(deal.id)
    if door == "reopen":
        workspace.deals.reopen(deal.id)
    elif door == "update":
        workspace.deals.update(deal.id, {"outcome": "open"})
    elif door == "bulk":
        workspace.deals.update_many([deal.handle], {"outcome": "open"})
    else:
        take([["机会编号", "结果"], ["D1", "进行中"]], "deals", mode="update")
    found = workspace.deals.get(deal.id)
    assert (found.get("outcome"), found.get("stage")[0].id, found.get("closed_on")) == ("open", stages[1].id, None)


@pytest.mark.parametrize(("days", "words"), [(-400, "早于立项日期"), (30, "还没有到")])
def test_that_a_day_of_closing_that_can_hardly_be_right_is_told(workspace: Workspace, days: int, words: str) -> None:
    day = today() + timedelta(days=days)
    values = {"name": "甲", "amount": 1, "stage": _stage(workspace, "won").link, "closed_on": day}
    _, changes = workspace.deals.create(values)
    assert words in "".join(note.words for note in changes.notes)


def test_that_the_past_of_another_system_does_not_happen_now(workspace: Workspace, take: Take) -> None:
    take([["机会编号", "商机名称", "商机阶段", "结单日期"], ["D1", "甲", "赢单", ""]], "deals", history=True)
    (deal,) = workspace.deals.list()[1]
    assert [deal.get(k) for k in ("outcome", "closed_on", "stage_since")] == ["won", None, None]
    assert workspace.deals.stage_changes(deal.id) == []


# ---- leads, contacts, tickets ---------------------------------------------------------------------------------------


def test_that_a_lead_is_not_converted_into_nobody(workspace: Workspace, take: Take, customer: Record) -> None:
    lead, _ = workspace.leads.create({"name": "王小明", "external_id": "L1"})
    with pytest.raises(InvalidFields, match="转成客户"):
        workspace.leads.update(lead.id, {"status": "converted"})
    assert take([["线索ID", "状态"], ["L1", "已转化"]], "leads", mode="update").rejected == 1
    done, _ = workspace.leads.update(lead.id, {"status": "converted", "customer": _tie(customer)})
    assert done.get("converted_at") is not None


@pytest.mark.parametrize("door", ["form", "update", "file", "tie"])
def test_that_a_contact_is_to_his_customer_what_his_title_says(
    workspace: Workspace, take: Take, customer: Record, door: str
) -> None:
    values: dict[str, Any] = {"name": "王小明", "title": "采购经理", "external_id": "P1"}
    if door == "form":
        workspace.contacts.create({**values, "customers": _tie(customer)})
    elif door == "file":
        take([["外部编号", "姓名", "职务", "公司"], ["P1", "王小明", "采购经理", "恒力机械"]], "contacts")
    else:
        contact, _ = workspace.contacts.create(values)
        if door == "update":
            workspace.contacts.update(contact.id, {"customers": _tie(customer)})
        else:
            take([["外部编号", "公司"], ["P1", "恒力机械"]], "contacts", mode="update")
    (found,) = workspace.contacts.list()[1]
    assert [(link.id, link.role) for link in found.get("customers")] == [(customer.id, "采购经理")]
    replaced, _ = workspace.contacts.update(found.id, {"customers": (Link(customer.id, "", "顾问"),)})
    assert replaced.get("customers")[0].role == "顾问"


@pytest.mark.parametrize(("status", "key"), [("resolved", "resolved_at"), ("closed", "closed_at")])
@pytest.mark.parametrize("door", ["form", "file", "history"])
def test_that_a_ticket_that_comes_in_ended_has_an_end_or_no_promise(
    workspace: Workspace, take: Take, clock: Clock, status: str, key: str, door: str
) -> None:
    opened = now() - timedelta(days=30)
    if door == "form":
        workspace.tickets.create({"subject": "漏油", "status": status, "opened_at": opened})
    else:
        label = workspace.tickets.entity.field("status").choice(status)
        assert label is not None
        head = ["工单标题", "状态", workspace.tickets.entity.field("opened_at").label]
        day = opened.astimezone().strftime("%Y-%m-%d %H:%M")
        report = take([head, ["漏油", label.label, day]], "tickets", history=door == "history")
        assert any("按现在记" in issue.text for issue in report.issues) is (door == "file")
    (ticket,) = workspace.tickets.list()[1]
    clock.forward(days=10)
    if door == "history":
        assert [ticket.get(k) for k in ("resolved_at", "closed_at", "next_due_at", "resolution_due_at")] == [None] * 4
    else:
        assert ticket.get(key) is not None
        assert ticket.get("next_due_at") is None


@pytest.mark.parametrize("door", ["status", "update", "bulk", "file", "message"])
def test_that_a_merged_ticket_is_left_alone_by_every_door(workspace: Workspace, take: Take, door: str) -> None:
    keeper, _ = workspace.tickets.create({"subject": "甲"})
    loser, _ = workspace.tickets.create({"subject": "乙", "external_id": "T2"})
    workspace.tickets.merge(keeper.id, [loser.id])
    before = workspace.tickets.get(loser.id)
    if door == "file":
        take([["外部编号", "优先级"], ["T2", "紧急"]], "tickets", mode="update")
        assert workspace.tickets.get(keeper.id).get("priority") == "urgent", "its number means the other one now"
    elif door in ("bulk", "status"):
        act = workspace.tickets.set_status if door == "status" else None
        done = act([loser.id], "open") if act else workspace.tickets.update_many([loser.handle], {"status": "open"})
        assert "已并入" in done.kept[0].reason
    else:
        with pytest.raises(InvalidFields, match="已并入"):
            if door == "update":
                workspace.tickets.update(loser.id, {"status": "open"})
            else:
                workspace.records("ticket_messages").create({"ticket": _tie(loser), "kind": "note", "body": "还在吗"})
    assert workspace.tickets.get(loser.id).values == before.values
