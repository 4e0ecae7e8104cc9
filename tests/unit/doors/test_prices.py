"""Prices of more than two decimals: a line comes to price × quantity, rounded once, through every door."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.fields import Link
from app.core.records import Record
from app.services.deals.records import Line
from app.services.deals.rules import priced
from app.services.exchange.cells.typed import TypedValues, pairs_of
from app.services.workspace import Workspace
from tests.unit.doors.conftest import Take
from tests.unit.doors.doors import change_on_bench

#: (quantity, price) of each line, amounts of the lines in minor units
CASES = [
    ((("1198", "0.195"), ("766", "0.195")), [233_61, 149_37]),
    ((("10000", "0.0145"),), [145_00]),
    ((("3", "0.335"), ("1", "0.005"), ("-1", "0.005")), [1_01, 1, -1]),
    ((("0.333333", "0.000003"), ("1", "999999.999999")), [0, 1_000_000_00]),
]
Lines = tuple[tuple[str, str], ...]


def _order(workspace: Workspace) -> Record:
    return workspace.orders.create({"external_id": "SO1"})[0]


def by_form(workspace: Workspace, lines: Lines, _take: Take) -> None:
    tie = (Link(_order(workspace).id),)
    for quantity, price in lines:
        workspace.records("order_lines").create({"order": tie, "quantity": Decimal(quantity), "price": Decimal(price)})


def by_command(workspace: Workspace, lines: Lines, _take: Take) -> None:
    order = _order(workspace)
    typed = TypedValues(workspace.context, "order_lines", {})
    for quantity, price in lines:
        words = [f"订单={order.get('number')}", f"数量={quantity}", f"单价={price}"]
        workspace.records("order_lines").create(typed.values(pairs_of(typed.entity, words)))
    assert typed.warnings == []


def by_file(_workspace: Workspace, lines: Lines, take: Take) -> None:
    head = ["订单编号", "客户", "下单日期", "产品", "数量", "单价", "订单明细金额"]
    rows = [["SO1", "甲商贸", "2024-03-05", f"件{n}", *line, ""] for n, line in enumerate(lines)]
    assert take([head, *rows], "orders").warnings == 0


def by_file_of_lines(workspace: Workspace, lines: Lines, take: Take) -> None:
    number = str(_order(workspace).get("number"))
    take(
        [["订单号", "品名", "数量", "单价"], *([number, f"件{n}", *line] for n, line in enumerate(lines))],
        "order_lines",
    )


def by_set_lines(workspace: Workspace, lines: Lines, _take: Take) -> None:
    rows = [Line({"quantity": Decimal(quantity), "price": Decimal(price)}) for quantity, price in lines]
    workspace.orders.set_lines(_order(workspace).id, rows)


def by_bench(workspace: Workspace, lines: Lines, _take: Take) -> None:
    tie = (Link(_order(workspace).id),)
    for quantity, price in lines:
        made, _ = workspace.records("order_lines").create({"order": tie, "name": "件", "quantity": Decimal(quantity)})
        change_on_bench(workspace, "order_lines", made, {"price": Decimal(price)}, Path())


DOORS: list[Callable[[Workspace, Lines, Take], None]] = [
    by_form, by_command, by_file, by_file_of_lines, by_set_lines, by_bench,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)
@pytest.mark.parametrize(("lines", "amounts"), CASES, ids=[str(amounts) for _, amounts in CASES])
def test_that_a_line_is_price_times_quantity_and_an_order_the_sum_of_its_lines(
    workspace: Workspace, take: Take, door: Callable[..., None], lines: Lines, amounts: list[int]
) -> None:
    door(workspace, lines, take)
    made = sorted(workspace.records("order_lines").list()[1], key=lambda record: record.handle)
    assert [(line.get("quantity"), line.get("price")) for line in made] == [tuple(map(Decimal, line)) for line in lines]
    assert [line.get("amount") for line in made] == amounts
    (order,) = workspace.orders.list()[1]
    assert order.get("amount") == sum(amounts)


def test_that_half_a_cent_goes_up_away_from_zero() -> None:
    cases: list[tuple[Any, Any, int | None]] = [
        (Decimal(1), Decimal("0.005"), 1), (Decimal(-1), Decimal("0.005"), -1), (None, Decimal("2.345"), 235),
        (Decimal(2), None, None), (Decimal("999999999999.999999"), Decimal("999999999999.999999"), None),
    ]  # fmt: skip
    for quantity, price, amount in cases[:-1]:
        assert priced(quantity, price) == amount
    whole = Decimal("999999999999.999999")
    assert priced(whole, whole) == 99_999_999_999_999_999_800_000_000
