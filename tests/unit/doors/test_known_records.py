"""What a file or a form says of records that are there: it changes what it speaks of and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.core.clock import today
from app.core.fields import Link
from app.core.records import Record
from app.core.validation import InvalidFields
from app.services.workspace import Workspace
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
    gone = lines.delete(first.id)
    assert not amount()
    lines.create({"name": "阀", "order": _tie(order), "amount": 700})
    assert amount() == 700
    assert gone.operation_id is not None
    workspace.history.undo(gone.operation_id)
    assert amount() == 1000
    other, _ = workspace.orders.create({})
    for target, sums in ((other, (300, 700)), (order, (1000, None))):
        lines.update(first.id, {"order": _tie(target)})
        assert (amount(), workspace.orders.get(other.id).get("amount") or None) in (sums[::-1], sums)


@pytest.mark.parametrize("mode", ["update", "upsert"])
def test_that_a_profit_is_that_of_the_order_that_is_there(workspace: Workspace, take: Take, mode: str) -> None:
    order, _ = workspace.orders.create({"external_id": "O1", "amount": 20_000, "refund": 1_000})
    take([["外部编号", "毛利"], ["O1", "40"]], "orders", mode=mode)
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
    take([["订单号", "客户", "产品名称", "数量", "单价"], ["O1", "甲公司", *row]], "orders")
    order = workspace.orders.find_by("external_id", "O1") or workspace.orders.find_by("number", "O1")
    assert order is not None
    take([["订单号", "产品名称", "数量", "单价"], [str(order.get("number")), *row]], "order_lines")
    workspace.records("order_lines").create(
        {"name": "泵", "order": _tie(order), "quantity": float(quantity), "price": round(float(price) * 100)}
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
