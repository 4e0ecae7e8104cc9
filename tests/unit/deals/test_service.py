"""The board and its moves on a real archive: order, requirements, history, undo, rights."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.clock import now, today
from app.core.fields import Link
from app.core.filters import Condition, Listed, Related
from app.core.validation import InvalidFields
from app.errors import NotPermitted, UserError
from app.services.deals.records import Board, Line
from app.services.workspace import Workspace

Customer = tuple[Link, ...]


def _deal(workspace: Workspace, customer: Customer, name: str = "二期扩产", **values: Any) -> uuid.UUID:
    record, _ = workspace.deals.create({"name": name, "customer": customer, "amount": 100_000_00, **values})
    return record.id


def _board(workspace: Workspace) -> Board:
    return workspace.deals.board(workspace.deals.pipelines()[0].id)


def _names(workspace: Workspace) -> list[list[str]]:
    return [[card.name for card in column.cards] for column in _board(workspace).columns]


def _stage(workspace: Workspace, place: int) -> uuid.UUID:
    return workspace.deals.stages()[place].id


def test_that_a_new_deal_enters_the_first_stage_on_top(workspace: Workspace, customer: Customer) -> None:
    _deal(workspace, customer, "甲")
    deal = workspace.deals.get(_deal(workspace, customer, "乙"))
    assert _names(workspace)[0] == ["乙", "甲"]
    assert (deal.get("outcome"), deal.get("opened_on"), deal.get("pipeline")[0].title) == ("open", today(), "标准销售")
    assert [c.get("name") for c in workspace.deals.stage_changes(deal.id)] == ["初步接洽"]


def test_that_sums_are_those_of_the_cards(workspace: Workspace, customer: Customer) -> None:
    deals = [_deal(workspace, customer, n, amount=a) for n, a in (("甲", 300_00), ("乙", 500_00))]
    workspace.deals.move(deals[:1], _stage(workspace, 1))
    board = _board(workspace)
    assert [(c.total, c.weighted) for c in board.columns[:2]] == [(500_00, 50_00), (300_00, 75_00)]
    assert (board.open_total, board.weighted) == (800_00, 125_00)


def test_that_cards_stay_where_they_were_put(workspace: Workspace, customer: Customer) -> None:
    a, b, c, d = (_deal(workspace, customer, name) for name in "甲乙丙丁")
    first = _stage(workspace, 0)
    workspace.deals.move([a], first, before=c)
    assert _names(workspace)[0] == ["丁", "甲", "丙", "乙"]
    workspace.deals.move([d, b], _stage(workspace, 1))
    workspace.deals.move([c], _stage(workspace, 1), before=b)
    assert _names(workspace)[:2] == [["甲"], ["丁", "丙", "乙"]]


def test_that_a_crowded_column_makes_room(workspace: Workspace, customer: Customer) -> None:
    deals = [_deal(workspace, customer, f"{i}") for i in range(3)]
    first = _stage(workspace, 0)
    for _ in range(30):  # halves the room between the two upper cards each time
        top = [card.id for card in _board(workspace).columns[0].cards]
        workspace.deals.move([top[2]], first, before=top[1])
    assert sorted(c.id for c in _board(workspace).columns[0].cards) == sorted(deals)
    positions = [c.position for c in _board(workspace).columns[0].cards]
    assert len(set(positions)) == 3


def test_that_a_stage_says_what_it_needs(workspace: Workspace, customer: Customer) -> None:
    deal = _deal(workspace, customer, amount=None)
    with pytest.raises(InvalidFields) as caught:
        workspace.deals.move([deal], _stage(workspace, 3))
    assert set(caught.value.problems) == {"amount", "expected_on"}
    assert _names(workspace)[0] == ["二期扩产"]
    given = {"amount": 5_00, "expected_on": date(2026, 12, 1)}
    workspace.deals.move([deal], _stage(workspace, 3), values=given)
    assert workspace.deals.get(deal).get("expected_on") == date(2026, 12, 1)


def test_winning_and_losing(workspace: Workspace, customer: Customer) -> None:
    won, lost = (_deal(workspace, customer, name) for name in ("甲", "乙"))
    workspace.deals.win(won)
    assert (workspace.deals.get(won).get("outcome"), workspace.deals.get(won).get("closed_on")) == ("won", today())
    reason = workspace.records("lost_reasons").list()[1][0]
    with pytest.raises(InvalidFields):
        workspace.deals.update(lost, {"outcome": "lost"})
    workspace.deals.lose(lost, reason.id, "价格高了两成")
    record = workspace.deals.get(lost)
    assert (record.get("outcome"), record.get("lost_reason")[0].id) == ("lost", reason.id)
    workspace.deals.reopen(lost)
    record = workspace.deals.get(lost)
    assert (record.get("stage")[0].title, record.get("closed_on"), record.get("lost_reason")) == (
        "初步接洽",
        None,
        None,
    )


def test_that_a_move_is_undone_with_place_and_history(workspace: Workspace, customer: Customer) -> None:
    a, b = (_deal(workspace, customer, name) for name in "甲乙")
    before = _names(workspace)
    change = workspace.deals.move([a, b], _stage(workspace, 2))
    assert _names(workspace)[2] == ["甲", "乙"]
    assert change.operation_id is not None
    assert workspace.history.undo(change.operation_id).kept == ()
    assert _names(workspace) == before
    assert len(workspace.deals.stage_changes(a)) == 1


def test_that_undoing_keeps_the_history_of_a_deal_that_went_on(workspace: Workspace, customer: Customer) -> None:
    a, b = (_deal(workspace, customer, name) for name in "甲乙")
    change = workspace.deals.move([a, b], _stage(workspace, 2))
    workspace.deals.win(a)
    assert change.operation_id is not None
    result = workspace.history.undo(change.operation_id)
    assert [k.id for k in result.kept] == [a]
    assert [c.get("name") for c in workspace.deals.stage_changes(a)] == [
        "初步接洽",
        "初步接洽 → 方案报价",
        "方案报价 → 赢单",
    ]
    assert len(workspace.deals.stage_changes(b)) == 1


def test_the_dot_for_the_next_activity(workspace: Workspace, customer: Customer) -> None:
    _deal(workspace, customer, "没有")
    planned = _deal(workspace, customer, "有")
    tie = (Link(planned),)
    workspace.activities.create({"subject": "演示", "kind": "visit", "deal": tie, "due_at": now() + timedelta(days=2)})
    cards = {c.name: c for c in _board(workspace).columns[0].cards}
    assert cards["没有"].next_at is None
    assert cards["有"].next_at is not None
    workspace.activities.create({"subject": "电话", "customer": customer, "due_at": now() - timedelta(days=1)})
    late = {c.name: c.next_at for c in _board(workspace).columns[0].cards}["没有"]
    assert late is not None
    assert late < now()


def test_lists_and_relations_over_deals(workspace: Workspace, customer: Customer) -> None:
    a, b = (_deal(workspace, customer, name) for name in ("恒力二期", "恒力三期"))
    workspace.deals.win(b)
    assert workspace.deals.count(Condition("stage", "in", ["赢单"])) == 1
    assert workspace.deals.count(Condition("customer", "in", [{"id": str(customer[0].id), "title": "x"}])) == 2
    assert workspace.deals.count(Listed((a,), "一条")) == 1
    assert workspace.customers.count(Related("deals", Condition("outcome", "in", ["won"]))) == 1
    assert workspace.customers.count(Related("deals", agg="count", op="ge", value=3)) == 0
    assert workspace.deals.count(Related("stage_changes", agg="count", op="eq", value=2)) == 1


def test_sums_over_orders(workspace: Workspace, customer: Customer) -> None:
    workspace.customers.create({"name": "没有订单"})
    for amount in (3_000_00, 4_000_00):
        workspace.orders.create({"customer": customer, "amount": amount})
    big = Related("orders", Condition("status", "in", ["confirmed"]), "sum", "gt", 5000, "net")
    assert [r.get("name") for r in workspace.customers.list(big)[1]] == ["苏州恒力机械有限公司"]
    assert workspace.customers.count(Related("orders", None, "sum", "gt", 7000, "net")) == 0
    assert workspace.customers.count(Related("orders", None, "sum", "le", 7000, "net")) == 2
    with pytest.raises(UserError, match="金额"):
        workspace.customers.count(Related("orders", None, "sum", "gt", 1, "status"))


def test_conversion_of_a_lead(workspace: Workspace) -> None:
    values = {"name": "王小明", "company": "苏州恒力机械有限公司", "title": "采购经理", "budget": 8_000_00}
    lead, _ = workspace.leads.create(values)
    assert (lead.get("status"), lead.get("number")) == ("new", "L000001")
    made, change = workspace.leads.convert(lead.id, deal={})
    assert made.contact is not None
    assert made.deal is not None
    assert made.deal.get("amount") == 8_000_00
    assert workspace.leads.get(lead.id).get("customer")[0].title == "苏州恒力机械有限公司"
    assert [c.get("name") for c, _ in workspace.customers.contacts(made.customer.id)] == ["王小明"]
    with pytest.raises(UserError, match="已经转化"):
        workspace.leads.convert(lead.id)
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert workspace.leads.get(lead.id).get("status") == "new"
    assert (workspace.customers.count(), workspace.deals.count(), workspace.contacts.count()) == (0, 0, 0)


def test_that_conversion_can_take_a_customer_that_is_there(workspace: Workspace, customer: Customer) -> None:
    lead, _ = workspace.leads.create({"name": "李四", "company": "恒力机械"})
    found = workspace.leads.similar_customers(lead.id)
    assert [r.id for r in found] == [customer[0].id]
    made, _ = workspace.leads.convert(lead.id, customer=customer[0].id)
    assert made.customer.id == customer[0].id
    assert made.deal is None
    assert workspace.customers.count() == 1


def test_orders_and_what_is_owed(workspace: Workspace, customer: Customer) -> None:
    deal = _deal(workspace, customer)
    order, _ = workspace.orders.create({"deal": (Link(deal),), "amount": 1_000_00})
    assert order.get("customer")[0].id == customer[0].id
    workspace.orders.pay(order.id, {"amount": 400_00})
    workspace.orders.pay(order.id, {"amount": 100_00, "kind": "refund"})
    order = workspace.orders.get(order.id)
    assert (order.get("net"), order.get("received"), order.get("owed")) == (1_000_00, 300_00, 700_00)
    balance = workspace.orders.balance(workspace.orders.of_customer(customer[0].id))
    assert (balance.ordered, balance.received, balance.owed) == (1_000_00, 300_00, 700_00)
    workspace.orders.pay(order.id, {})
    assert workspace.orders.get(order.id).get("owed") == 0
    with pytest.raises(InvalidFields):
        workspace.orders.pay(order.id, {})
    assert workspace.orders.count(Condition("owed", "gt", 0)) == 0


def test_that_an_order_is_the_sum_of_its_items(workspace: Workspace, customer: Customer) -> None:
    order, _ = workspace.orders.create({"customer": customer, "amount": 5_00})
    from decimal import Decimal

    items: list[Any] = [
        {"name": "轴承", "quantity": Decimal("2.5"), "price": Decimal(10)},
        {"name": "运费", "amount": 30_00},
    ]
    updated, change = workspace.orders.set_lines(order.id, [Line(values) for values in items])
    assert updated.get("amount") == 55_00
    assert [line.get("name") for line in workspace.orders.lines(order.id)] == ["轴承", "运费"]
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert workspace.orders.get(order.id).get("amount") == 5_00
    assert workspace.orders.lines(order.id) == []


def test_that_items_edited_in_the_sheet_keep_what_it_does_not_show(workspace: Workspace) -> None:
    order, _ = workspace.orders.create({})
    lines = workspace.records("order_lines")
    tie = (Link(order.id),)
    pump, _ = lines.create({"name": "泵", "order": tie, "amount": 300_00, "cost": 200_00, "external_id": "L1"})
    valve, _ = lines.create({"name": "阀", "order": tie, "amount": 100_00, "cost": 60_00})
    sheet = [Line({"name": "泵", "amount": 330_00}, pump.id), Line({"name": "管", "amount": 20_00})]
    updated, change = workspace.orders.set_lines(order.id, sheet)
    assert (updated.get("amount"), updated.get("cost"), updated.get("profit")) == (350_00, 200_00, 150_00)
    assert lines.get(pump.id).get("external_id") == "L1"
    assert lines.get(valve.id).deleted_at is not None
    steps = [entry for entry in workspace.orders.history(order.id) if entry.operation_id == change.operation_id]
    assert len(steps) == 1, "no sums in between"
    same = [Line({"name": x.get("name"), "amount": x.get("amount")}, x.id) for x in workspace.orders.lines(order.id)]
    assert workspace.orders.set_lines(order.id, same)[1].operation_id is None, "nothing changed"
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert workspace.orders.get(order.id).get("cost") == 260_00


def test_that_everything_stands_on_the_timeline(workspace: Workspace, customer: Customer) -> None:
    deal = _deal(workspace, customer)
    order, _ = workspace.orders.create({"deal": (Link(deal),), "amount": 1_000_00})
    workspace.orders.pay(order.id, {"amount": 400_00})
    seen = [x.record.entity for x in workspace.customers.timeline(customer[0].id) if x.record is not None]
    assert sorted(seen) == ["deals", "orders", "payments"]


def test_that_pick_lists_are_the_administrators(workspace: Workspace, customer: Customer) -> None:
    from app.bootstrap import workspace_of
    from app.services.people.service import actor_of

    workspace.people.add("li", "李四", "correct horse 9", ["sales"])
    sales = workspace_of(workspace.archive, actor_of(workspace.archive, "li"), "test")
    with pytest.raises(NotPermitted):
        sales.records("stages").create({"name": "新阶段"})
    with pytest.raises(NotPermitted):
        sales.records("stages").update(sales.deals.stages()[0].id, {"name": "改名"})
    mine, _ = sales.deals.create({"name": "我的"})
    sales.deals.move([mine.id], sales.deals.stages()[1].id)
    theirs = _deal(workspace, customer, "别人的")
    assert [c.name for c in sales.deals.board(sales.deals.pipelines()[0].id).columns[1].cards] == ["我的"]
    assert sales.deals.count() == 1
    assert sales.records("stage_changes").count() == 2
    with pytest.raises(UserError):
        sales.deals.get(theirs)
