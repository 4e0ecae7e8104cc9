"""What single cells of usual files say."""

from __future__ import annotations

import pytest

from app.services.exchange.files.cell_forms import guarded, unguarded
from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("Wholesaler,Components Buyer", ("Wholesaler", "Components Buyer")), ("重点 客户，老客户", ("重点 客户", "老客户")),
        ("重点 老客户", ("重点", "老客户")), ("a/b c", ("a", "b", "c")), ("a、b c、d", ("a", "b c", "d")),
    ],
)  # fmt: skip
def test_that_commas_part_tags_before_blanks_do(
    workspace: Workspace, import_rows: Import, cell: str, tags: tuple[str, ...]
) -> None:
    import_rows([["客户名称", "标签"], ["甲公司", cell]])
    assert set(workspace.customers.list()[1][0].get("tags")) == set(tags)


def test_that_a_tag_that_is_too_long_is_told(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([["客户名称", "标签"], ["甲公司", "长" * 41]])
    assert [(i.row, i.code) for i in report.issues] == [(2, "text.too_long")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="00123"', "00123"), ('="say ""yes"""', 'say "yes"'), ('=""', ""), ('="a" & "b"', '="a" & "b"'), ("=1+1", "=1+1"),
     ("'=1+1", "=1+1")],
)  # fmt: skip
def test_that_a_text_kept_from_being_a_number_is_the_text(cell: str, text: str) -> None:
    assert unguarded(cell) == text


@pytest.mark.parametrize("text", ['="00123"', "=1+1", "-5", "@x", "00123"])
def test_that_what_is_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_that_codes_and_amounts_in_formulas_of_text_come_in(workspace: Workspace, import_rows: Import) -> None:
    import_rows([["客户编码", "客户名称", "手机", "累计金额"], ['="00123"', "甲公司", '="13800138000"', '="12.50"']],
                targets={"客户编码": "external_id"})  # fmt: skip
    customer = workspace.customers.list()[1][0]
    assert (customer.get("external_id"), customer.get("amount")) == ("00123", 12_50)
    assert customer.get("phones")[0].normal == "+8613800138000"


def test_that_what_a_form_prints_below_its_rows_makes_no_customers(workspace: Workspace, import_rows: Import) -> None:
    tail = [
        "合计",
        "制表人：王小雨",
        "审核：李一帆",
        "导出时间:2024-02-02 09:00:00",
        "共2条记录",
        "第1页/共1页",
        "-" * 16,
    ]
    rows = [["甲公司", "13800138000", "100"], ["乙公司", "13800138001", "200"]]
    report = import_rows([["客户名称", "手机", "累计金额"], *rows, *([line, "", ""] for line in tail)])
    assert (report.rows, report.created) == (2, 2)
