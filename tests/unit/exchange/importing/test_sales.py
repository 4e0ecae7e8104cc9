"""Deals, orders and payments of other systems come in by mapping alone, with their customers, and the sums stay exact."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import

SUPERSTORE = Path(__file__).parents[3] / "data" / "orders" / "superstore.csv.gz"


def test_that_the_superstore_comes_out_to_the_cent(workspace: Workspace, import_rows: Import) -> None:
    rows = list(csv.reader(io.StringIO(gzip.decompress(SUPERSTORE.read_bytes()).decode())))
    report = import_rows(rows, "orders")
    assert (report.rows, report.created, report.lines, report.customers) == (9994, 5009, 9994, 793)
    assert (report.rejected, report.duplicates, report.ambiguous) == (0, 0, 0)
    total, orders = workspace.orders.list(limit=10_000)
    assert total == 5009
    assert sum(o.get("amount") for o in orders) == 229_720_086
    assert sum(o.get("profit") for o in orders) == 28_639_702
    lines = workspace.records("order_lines").list(limit=10_000)[1]
    assert sum(line.get("amount") for line in lines) == 229_720_086
    header = rows[0]
    written = Decimal(rows[1][header.index("Sales")])
    first = workspace.orders.find_by("external_id", rows[1][header.index("Order ID")])
    assert first is not None
    assert first.get("ordered_on") == date.fromisoformat(rows[1][header.index("Order Date")])
    assert written in {Decimal(line.get("amount")) / 100 for line in workspace.orders.lines(first.id)}
    workspace.history.undo(report.operation)  # type: ignore[arg-type]
    assert (workspace.orders.count(), workspace.customers.count(), workspace.records("products").count()) == (0, 0, 0)


ORDER = ["订单号", "客户名称", "下单日期", "订单金额"]


def test_that_rows_of_one_order_are_its_items(workspace: Workspace, import_rows: Import) -> None:
    rows = [
        ["A1", "甲公司", "2026-01-02", "100"],
        ["A1", "甲公司", "2026-01-02", "50"],
        ["A2", "甲公司", "2026-01-03", "7"],
    ]
    report = import_rows([ORDER, *rows, rows[2]], "orders")
    assert (report.created, report.customers, report.duplicates) == (2, 1, 1)
    order = workspace.orders.find_by("external_id", "A1")
    assert order is not None
    assert order.get("amount") == 150_00
    assert [line.get("amount") for line in workspace.orders.lines(order.id)] == [100_00, 50_00]


def test_that_an_order_needs_its_day(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([ORDER, ["A1", "甲公司", "", "100"]], "orders")
    assert (report.created, report.rejected) == (0, 1)
    assert "下单日期" in report.issues[0].text
    assert workspace.customers.count() == 0


def test_that_a_customer_is_found_by_his_number_and_by_his_name(workspace: Workspace, import_rows: Import) -> None:
    one, _ = workspace.customers.create({"name": "甲公司", "external_id": "K1"})
    two, _ = workspace.customers.create({"name": "乙公司"})
    header = ["客户编号", "客户名称", "下单日期", "订单金额"]
    rows = [["K1", "甲公司（旧名）", "2026-01-02", "1"], ["", "乙公司", "2026-01-03", "2"], ["K9", "丙公司", "2026-01-04", "3"],
            [str(two.get("number")), "", "2026-01-05", "4"]]  # fmt: skip
    report = import_rows([header, *rows], "orders")
    assert (report.created, report.customers) == (4, 1)
    assert [len(workspace.orders.of_customer(c.id)) for c in (one, two)] == [1, 2]
    made = workspace.customers.find_by("external_id", "K9")
    assert made is not None
    assert made.get("name") == "丙公司"


def test_that_a_shared_name_stays_with_the_customer_it_was(workspace: Workspace, import_rows: Import) -> None:
    one, _ = workspace.customers.create({"name": "同名公司", "external_id": "K1"})
    header = ["订单号", "客户编号", "下单日期", "订单金额"]
    import_rows([header, ["A1", "K1", "2026-01-02", "1"]], "orders")
    workspace.customers.create({"name": "同名公司"})
    again = import_rows([ORDER, ["A1", "同名公司", "2026-01-02", "2"]], "orders", mode="upsert")
    assert (again.updated, again.ambiguous) == (1, 0)
    order = workspace.orders.find_by("external_id", "A1")
    assert order is not None
    assert order.get("customer")[0].id == one.id
    new = import_rows([ORDER, ["A2", "同名公司", "2026-01-02", "2"]], "orders")
    assert (new.created, new.ambiguous) == (0, 1)


DEAL = ["opportunity_id", "account", "deal_stage", "engage_date", "close_date", "close_value"]
DEALS = [
    ["1C1", "Cancity", "Won", "2016-10-20", "2017-03-01", "1054"],
    ["EC4", "Isdom", "Lost", "2016-10-25", "2017-03-07", "0"],
    ["MV1", "Codehow", "Engaging", "2016-10-25", "", ""],
]


def test_that_closed_deals_keep_day_and_outcome(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([DEAL, *DEALS], "deals")
    assert (report.created, report.customers, report.rejected) == (3, 3, 0)
    found: list[Any] = [workspace.deals.find_by("external_id", key) for key in ("1C1", "EC4", "MV1")]
    assert [d.get("outcome") for d in found] == ["won", "lost", "open"]
    assert [d.get("closed_on") for d in found] == [date(2017, 3, 1), date(2017, 3, 7), None]
    assert [d.get("stage")[0].title for d in found] == ["赢单", "输单", "Engaging"]
    assert [s.name for s in workspace.deals.stages()][-3:] == ["Engaging", "赢单", "输单"]
    again = import_rows([DEAL, *DEALS], "deals", mode="upsert")
    assert (again.unchanged, again.updated, again.customers) == (3, 0, 0)
    changed = import_rows([DEAL, ["MV1", "Codehow", "Won", "2016-10-25", "2017-05-01", "99"]], "deals", mode="upsert")
    assert changed.updated == 1
    deal = workspace.deals.find_by("external_id", "MV1")
    assert deal is not None
    assert (deal.get("outcome"), deal.get("closed_on"), deal.get("amount")) == ("won", date(2017, 5, 1), 99_00)


def test_that_payments_find_their_orders(workspace: Workspace, import_rows: Import) -> None:
    import_rows([ORDER, ["A1", "甲公司", "2026-01-02", "100"]], "orders")
    header = ["流水号", "订单号", "到账日期", "回款金额"]
    rows = [["P1", "A1", "2026-02-01", "60"], ["P2", "A1", "2026-02-03", "-10"], ["P3", "A9", "2026-02-03", "5"]]
    report = import_rows([header, *rows], "payments")
    assert (report.created, report.rejected) == (2, 1)
    assert "A9" in report.issues[0].text
    order = workspace.orders.find_by("external_id", "A1")
    assert order is not None
    assert (order.get("received"), order.get("owed")) == (50_00, 50_00)
    paid = workspace.orders.payments(order.id)
    assert [p.get("customer")[0].title for p in paid] == ["甲公司", "甲公司"]


@pytest.mark.parametrize("entity", ["leads", "products", "stages", "pipelines", "lost_reasons"])
def test_that_every_entity_comes_in(workspace: Workspace, import_rows: Import, entity: str) -> None:
    label = workspace.context.registry.entity(entity).field("name").zh
    rows = [[label, "外部编号"], ["甲", "x1"], ["乙", "x2"]]
    report = import_rows(rows, entity, targets={label: "name"})
    assert (report.created, report.rejected) == (2, 0)
    assert {"甲", "乙"} <= {r.get("name") for r in workspace.records(entity).list()[1]}


def test_that_tickets_without_a_state_keep_their_times(workspace: Workspace, import_rows: Import) -> None:
    header = ["工单ID", "标题", "客户名称", "创建时间", "首次响应时间", "解决时间", "关闭时间"]
    rows = [
        ["K1", "打印机坏了", "甲公司", "2026-01-05 09:00", "2026-01-05 10:00", "2026-01-06 09:00", "2026-01-07 09:00"],
        ["K2", "网络慢", "乙公司", "2026-01-05 09:00", "2026-01-05 09:30", "2026-01-05 15:00", ""],
        ["K3", "新问题", "乙公司", "2026-01-05 09:00", "", "", ""],
    ]
    report = import_rows([header, *rows], "tickets")
    assert (report.created, report.customers) == (3, 2)
    found = [workspace.tickets.find_by("external_id", key) for key in ("K1", "K2", "K3")]
    assert [x and x.get("status") for x in found] == ["closed", "resolved", "new"]
    assert [bool(x and x.get("resolved_at")) for x in found] == [True, True, False]
