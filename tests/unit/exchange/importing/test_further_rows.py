"""Rows that say more of a record above: people of a customer, items of an order. Nothing that is filled is lost untold."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.filters import Search
from app.services.exchange.cells.people import name_and_phone
from app.services.exchange.importing import importer
from app.services.exchange.importing.report import ImportReport
from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import

HEAD = ["客户名称", "联系人", "手机"]


@pytest.fixture(params=[4_000, 1, 2])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Where one batch ends and the next begins is nobody's business."""
    monkeypatch.setattr(importer, "BATCH_ROWS", request.param)
    return int(request.param)


def people(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Contact → his phones, each with the customers he is tied to."""
    return {
        f"{c.get('name')}@{'、'.join(link.title for link in c.get('customers') or ())}": tuple(
            p.normal for p in c.get("phones") or ()
        )
        for c in workspace.contacts.list()[1]
    }


def customers(workspace: Workspace, *keys: str) -> dict[str, tuple[Any, ...]]:
    return {c.get("name"): tuple(c.get(k) for k in keys) for c in workspace.customers.list()[1]}


def adds_up(report: ImportReport) -> bool:
    parts = ("created", "updated", "unchanged", "duplicates", "ambiguous", "rejected", "further")
    return report.rows == sum(getattr(report, part) for part in parts)


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize("again", ["甲贸易有限公司", " 甲贸易有限公司 ", "甲贸易（有限公司）", ""], ids=repr)
def test_that_rows_of_one_company_are_one_customer_with_its_people(
    workspace: Workspace, import_rows: Import, again: str
) -> None:
    report = import_rows([HEAD, ["甲贸易有限公司", "王小雨", "13800138001"], [again, "李一帆", "13800138002"],
                          ["乙机电有限公司", "赵可", "13800138003"], ["乙机电有限公司", "孙立", "13800138004"]])  # fmt: skip
    assert (report.created, report.contacts, report.further, report.rejected) == (2, 4, 2, 0)
    assert adds_up(report)
    assert set(customers(workspace)) == {"甲贸易有限公司", "乙机电有限公司"}
    assert [workspace.customers.count(Search(f"138 0013 800{n}")) for n in range(1, 5)] == [1, 1, 1, 1]
    assert people(workspace) == {
        "王小雨@甲贸易有限公司": ("+8613800138001",), "李一帆@甲贸易有限公司": ("+8613800138002",),
        "赵可@乙机电有限公司": ("+8613800138003",), "孙立@乙机电有限公司": ("+8613800138004",),
    }  # fmt: skip


@pytest.mark.usefixtures("batch")
def test_that_a_further_row_fills_what_is_empty_and_tells_what_differs(
    workspace: Workspace, import_rows: Import
) -> None:
    report = import_rows(
        [["客户名称", "联系人", "手机", "微信", "城市", "行业", "累计金额", "标签", "合同号"],
         ["甲贸易有限公司", "王小雨", "13800138001", "wx1", "", "机械", "100", "老客户", "HT1"],
         ["", "李一帆", "13800138002", "wx2", "杭州市", "机械", "200", "展会", "HT2"]],
        targets={"合同号": "new:合同号:text"},
    )  # fmt: skip
    assert customers(workspace, "city", "amount", "tags") == {"甲贸易有限公司": ("杭州市", 100_00, ("老客户", "展会"))}
    told = {(issue.row, issue.cell) for issue in report.issues if issue.code == "further.clash"}
    assert told == {(3, "200"), (3, "HT2")}
    assert {c.get("name"): [w.value for w in c.get("wechats")] for c in workspace.contacts.list()[1]} == {
        "王小雨": ["wx1"], "李一帆": ["wx2"],
    }  # fmt: skip


def test_that_another_number_is_another_customer_whatever_its_name(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([["客户编号", *HEAD], ["K1", "甲公司", "王小雨", "13800138001"], ["K2", "甲公司", "李一帆", "13800138002"],
                          ["K1", "甲公司", "赵可", "13800138003"]])  # fmt: skip
    assert (report.created, report.further) == (2, 1)
    assert len(workspace.contacts.list()[1]) == 3


def test_that_the_same_person_twice_has_both_phones(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([HEAD, ["甲公司", "王小雨", "13800138001"], ["甲公司", "王小雨", "13800138002"],
                          ["甲公司", "王小雨", "13800138002"]])  # fmt: skip
    assert (report.contacts, report.duplicates) == (1, 1)
    assert people(workspace) == {"王小雨@甲公司": ("+8613800138001", "+8613800138002")}


def test_that_a_known_contact_is_told_where_his_cells_do_not_come_in(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEAD, ["甲公司", "王小雨", "13800138001"]])
    report = import_rows([HEAD, ["甲公司", "王小雨", "13800138009"]], mode="upsert")
    assert [(i.row, i.code, i.cell) for i in report.issues] == [(2, "contact.known", "13800138009")]


@pytest.mark.parametrize(
    ("header", "mine"),
    [("手机", True), ("移动电话", True), ("公司电话", False), ("总机", False), ("联系人手机", True)],
)
def test_that_a_phone_beside_a_person_is_his_unless_it_says_whose_it_is(
    workspace: Workspace, import_rows: Import, header: str, mine: bool
) -> None:
    import_rows([["客户名称", "联系人", header], ["甲公司", "王小雨", "13800138001"]])
    assert bool(people(workspace)["王小雨@甲公司"]) is mine
    assert bool(customers(workspace, "phones")["甲公司"][0]) is not mine


def test_that_a_phone_beside_the_company_stays_the_companys(workspace: Workspace, import_rows: Import) -> None:
    import_rows(
        [["客户名称", "手机", "联系人", "城市", "电话"], ["甲公司", "13800138001", "王小雨", "杭州", "0571-88886666"]]
    )
    assert len(customers(workspace, "phones")["甲公司"][0]) == 2
    assert people(workspace) == {"王小雨@甲公司": ()}


def test_that_a_persons_cells_without_his_name_are_the_companys_or_told(
    workspace: Workspace, import_rows: Import
) -> None:
    report = import_rows([["客户名称", "联系人", "手机", "职务"], ["甲公司", "王小雨", "13800138001", "采购"],
                          ["乙公司", "", "13800138009", "经理"]])  # fmt: skip
    assert [p.normal for p in customers(workspace, "phones")["乙公司"][0]] == ["+8613800138009"]
    assert [(i.row, i.cell) for i in report.issues] == [(3, "经理")]
    assert "经理" in customers(workspace, "remark")["乙公司"][0]


@pytest.mark.usefixtures("batch")
def test_that_what_could_not_be_read_in_a_further_row_stands_in_the_remarks(
    workspace: Workspace, import_rows: Import
) -> None:
    rows = [["客户名称", "联系人", "首次合作"], ["甲公司", "王小雨", "2024-01-02"], ["", "李一帆", "开春后"]]
    import_rows(rows, bad_cells="keep")
    assert "开春后" in customers(workspace, "remark")["甲公司"][0]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [("王小雨 13800138001", ("王小雨", "13800138001")), ("李一帆13800138002", ("李一帆", "13800138002")),
     ("赵可,13800138003", ("赵可", "13800138003")), ("孙立（0571-88886666）", ("孙立", "0571-88886666")),
     ("Rose Gonzalez: +1 415 555 2671", ("Rose Gonzalez", "+1 415 555 2671")), ("王小雨", None), ("13800138001", None),
     ("3M公司", None), ("张三 2 号楼", None)],
)  # fmt: skip
def test_that_a_name_and_a_phone_in_one_cell_are_told_apart(cell: str, parts: tuple[str, str] | None) -> None:
    assert name_and_phone(cell) == parts


def test_that_a_person_brings_his_phone_in_his_own_cell(workspace: Workspace, import_rows: Import) -> None:
    import_rows(
        [
            ["客户名称", "联系人", "城市"],
            ["甲公司", "王小雨 13800138001", "杭州"],
            ["乙公司", "赵可,13800138003", "苏州"],
        ]
    )
    assert people(workspace) == {"王小雨@甲公司": ("+8613800138001",), "赵可@乙公司": ("+8613800138003",)}


def test_that_contacts_bring_the_company_they_name_along(workspace: Workspace, import_rows: Import) -> None:
    rows = [
        ["姓名", "公司", "手机"],
        ["王小雨", "甲贸易有限公司", "13800138001"],
        ["李一帆", "甲贸易有限公司", "13800138002"],
    ]
    report = import_rows(rows, "contacts")
    assert (report.created, report.customers) == (2, 1)
    assert set(people(workspace)) == {"王小雨@甲贸易有限公司", "李一帆@甲贸易有限公司"}
    assert [workspace.customers.count(Search(text)) for text in ("李一帆", "0013 8002")] == [1, 1]
    left = import_rows([rows[0], ["赵可", "乙公司", "13800138003"]], "contacts", links="open")
    assert [i.cell for i in left.issues] == ["乙公司"]


# ---- items of orders -----------------------------------------------------------------------------------------------

ITEMS = ["订单号", "客户", "下单日期", "产品", "数量", "单价"]


def orders(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Number in the file → (amount, items)."""
    lines = workspace.records("order_lines").list()[1]
    return {
        order.get("external_id"): (
            order.get("amount"),
            sum(line.get("order")[0].id == order.id for line in lines),
        )
        for order in workspace.orders.list()[1]
    }


@pytest.mark.usefixtures("batch")
def test_that_a_line_may_stand_twice_in_an_order_and_an_order_only_once(
    workspace: Workspace, import_rows: Import
) -> None:
    first = [["O1", "甲公司", "2026-01-05", "螺丝", "10", "5"], ["O1", "甲公司", "2026-01-05", "螺丝", "10", "5"],
             ["O1", "甲公司", "2026-01-05", "垫片", "1", "7"]]  # fmt: skip
    other = ["O2", "乙公司", "2026-01-06", "螺丝", "1", "5"]
    report = import_rows([ITEMS, *first, other, *first], "orders")
    assert orders(workspace) == {"O1": (107_00, 3), "O2": (5_00, 1)}
    assert report.duplicates == 3
    assert adds_up(report)


@pytest.mark.usefixtures("batch")
def test_that_a_row_without_an_order_goes_on_with_the_one_above(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows(
        [ITEMS, ["XS1", "甲公司", "2026-01-05", "轴承", "10", "12.5"], ["", "", "", "油封", "4", "3"],
         ["", "", "", "垫片", "100", "0.2"], ["XS2", "乙公司", "2026-01-06", "轴承", "2", "12.5"], ["", "", "", "螺母", "50", "0.1"]],
        "orders",
    )  # fmt: skip
    assert orders(workspace) == {"XS1": (157_00, 3), "XS2": (30_00, 2)}
    assert (report.created, report.further, report.rejected) == (2, 3, 0)


def test_that_what_varies_within_an_order_is_the_items_and_the_rest_is_told(
    workspace: Workspace, import_rows: Import
) -> None:
    rows = [["订单号", "客户", "下单日期", "产品编码", "说明", "数量", "单价", "渠道"],
            ["1001", "甲公司", "2026-01-05", "A1", "红灯", "2", "3.5", "门店"],
            ["1001", "甲公司", "2026-01-05", "B2", "蓝椅", "1", "9", "电话"]]  # fmt: skip
    report = import_rows(rows, "orders")
    assert {(p.get("code"), p.get("name")) for p in workspace.records("products").list()[1]} == {
        ("A1", "红灯"),
        ("B2", "蓝椅"),
    }
    assert [(i.row, i.cell) for i in report.issues] == [(3, "电话")]
    assert orders(workspace) == {"1001": (16_00, 2)}
