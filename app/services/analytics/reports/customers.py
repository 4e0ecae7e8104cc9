"""Cohorts and ABC of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.core.i18n import t
from app.db.figures import orders
from app.errors import UserError
from app.services.analytics.records import Column, Drill, Formula, Kind, Part, Report, Row
from app.services.analytics.reports.common import (
    customer_columns,
    of_customer,
    one_of,
    report,
    share_column,
    window_of,
)
from app.services.analytics.rules import classes
from app.services.analytics.rules.arrays import rate
from app.services.analytics.rules.cohort import cohorts, months
from app.services.analytics.run import Run, month_period, month_text

# ---- cohorts --------------------------------------------------------------------------------------------------------


def cohort_report(run: Run) -> Report:
    """Rows: months of first order. `drill({**row, "k": 3})` opens one cell; without k the whole cohort."""
    found = run.customer_orders()
    who = run.histories(found)
    as_of = run.as_of.toordinal()
    birth = months(who.first)
    last = int(months(np.array([as_of]))[0])
    finished = month_period(last).last == run.as_of
    period = run.period
    rows: list[Row] = []
    for cohort in cohorts(found, as_of):
        if period is not None and month_period(cohort.month).start not in period:
            continue
        size = len(cohort.active)
        rows.append(
            {
                "month": month_text(cohort.month), "size": cohort.size, "active": list(cohort.active),
                "rates": [a / cohort.size for a in cohort.active], "unfinished": None if finished else size - 1,
            }
        )  # fmt: skip

    listed = run.lister()

    def drill(row: Row) -> Drill:
        year, month = (int(v) for v in str(row["month"]).split("-"))
        mine = who.customer[birth == year * 12 + month - 1]
        label = t("{month} 首次下单的客户", month=row["month"])
        if "k" in row:
            cell = year * 12 + month - 1 + int(row["k"])
            mine = np.intersect1d(mine, found.customer[months(found.day) == cell])
            label = t("{month} 首次下单、第 {k} 个月有订单的客户", month=row["month"], k=row["k"])
        return Drill("customers", listed(mine, label))

    return report(
        run,
        Formula(
            t("按首单月份的留存"),
            t("第 k 个月留存 = 首单在该月的客户中，第 k 个日历月后的那个月里有订单的人数 ÷ 该月首单客户数。"),
        ),
        n=sum(int(row["size"]) for row in rows),
        window=period,
        columns=(
            Column("month", t("首单月份"), Kind.MONTH),
            Column("size", t("客户数"), Kind.INTEGER),
            Column("active", t("各月有订单的客户"), Kind.LIST),
            Column("rates", t("各月留存"), Kind.LIST),
        ),
        rows=tuple(rows),
        notes=() if finished else (t("{month} 还没有过完，最后一格会变。", month=month_text(last)),),
        of_row=drill,
    )


# ---- ABC ------------------------------------------------------------------------------------------------------------


def abc_report(run: Run) -> Report:
    """Rows: customers or products, most valuable first, with their class. Part: classes."""
    by = one_of(run.parameter("by"), ("customers", "products"))
    a, b = run.parameter("a"), run.parameter("b")
    if not a <= b <= 1:
        raise UserError(t("A 类占比不能大于 A、B 类占比，都不能超过 1。"))
    formula = Formula(
        t("ABC 累计占比"),
        t(
            "按净额从大到小排列；某行之前的累计占比不到 {a} 为 A，不到 {b} 为 B，其余为 C。净额不大于 0 的为 C。",
            a=f"{a:.0%}",
            b=f"{b:.0%}",
        ),
    )
    found = run.customer_orders(windowed=True)
    window = window_of(run, found)
    if by == "products":
        start = window.start.isoformat()
        lines = sorted(orders.products(run.reader, run.owners(), start, window.end.isoformat()))
        values, keys = np.array([v for _, v in lines], dtype=np.int64), np.arange(len(lines), dtype=np.int64)
        labels: dict[int, Mapping[str, Any]] = {i: {"product": name} for i, (name, _) in enumerate(lines)}
        columns: tuple[Column, ...] = (Column("product", t("产品")),)
    else:
        who = run.histories(found)
        values, keys, columns, labels = who.net, who.customer, customer_columns(), {}
    order, got, before = classes.abc(values, keys, a=a, b=b)
    total = int(np.maximum(values, 0).sum())
    shown = run.limited(order)
    if by == "customers":
        labels = run.names(keys[shown])
    rows: list[Row] = [
        {
            **labels[int(keys[i])], "value": int(values[i]), "share": rate(max(int(values[i]), 0), total),
            "cumulative": float(before[place]), "class": classes.CLASSES[got[place]],
        }
        for place, i in enumerate(shown)
    ]  # fmt: skip
    sorted_keys, sorted_values = keys[order], values[order]
    parts: list[Row] = [
        {
            "class": name, "n": int((got == i).sum()), "share": rate(int((got == i).sum()), len(values)),
            "value": int(sorted_values[got == i].sum()),
            "value_share": rate(int(np.maximum(sorted_values[got == i], 0).sum()), total),
        }
        for i, name in enumerate(classes.CLASSES)
    ]  # fmt: skip

    listed = run.lister()

    def drill(row: Row) -> Drill | None:
        if by == "products":
            return None
        mine = sorted_keys[got == classes.CLASSES.index(str(row["class"]))]
        return Drill("customers", listed(mine, t("{name} 类客户", name=row["class"])))

    return report(
        run, formula, n=len(values), window=window,
        columns=(
            *columns, Column("value", t("净额"), Kind.MONEY), share_column(),
            Column("cumulative", t("之前的累计占比"), Kind.RATE), Column("class", t("类别")),
        ),
        rows=tuple(rows),
        parts=(
            Part(
                "classes", t("三类"),
                (
                    Column("class", t("类别")), Column("n", t("个数"), Kind.INTEGER), share_column(),
                    Column("value", t("净额"), Kind.MONEY), Column("value_share", t("净额占比"), Kind.RATE),
                ),
                tuple(parts), drill,
            ),
        ),
        of_row=of_customer if by == "customers" else (lambda _row: None),
    )  # fmt: skip
