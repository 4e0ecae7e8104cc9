"""Lifecycle: the five stages now, and at the end of each of the last months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.core.i18n import t
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Report, Row
from app.services.analytics.reports.common import customer_columns, of_customer, report, share_column
from app.services.analytics.rules import lifecycle
from app.services.analytics.rules.arrays import Ints, rate
from app.services.analytics.rules.cohort import months
from app.services.analytics.rules.history import Orders, histories_at
from app.services.analytics.run import Run, month_period, month_text


def stage_labels() -> dict[str, str]:
    """The five stages in words."""
    return {"potential": t("潜在"), "new": t("新"), "active": t("活跃"), "loyal": t("忠诚"), "lost": t("流失")}


def churn_window(run: Run, found: Orders) -> int:
    """W in days: given, or measured."""
    given: int = run.parameter("window")
    return given or lifecycle.churn_window(found)


def lifecycle_report(run: Run) -> Report:
    """Rows: the five stages. Parts: history by month, customers."""
    found = run.customer_orders()
    window, least = churn_window(run, found), run.parameter("loyal_orders")
    who = run.histories(found)
    stage = lifecycle.stages(who, run.as_of.toordinal(), window, loyal_orders=least)
    everybody = run.everybody()
    without = np.setdiff1d(everybody, who.customer, assume_unique=True)
    customers = np.concatenate((who.customer, without))
    stage = np.concatenate((stage, np.zeros(len(without), dtype=np.int64)))
    labels = stage_labels()
    counts = np.bincount(stage, minlength=len(lifecycle.STAGES))
    rows: tuple[Row, ...] = tuple(
        {"stage": name, "label": labels[name], "n": int(counts[i]), "share": rate(int(counts[i]), len(customers))}
        for i, name in enumerate(lifecycle.STAGES)
    )

    listed = run.lister()

    def drill(row: Row) -> Drill:
        mine = customers[stage == lifecycle.STAGES.index(str(row["stage"]))]
        return Drill("customers", listed(mine, t("生命周期：{stage}", stage=row["label"])))

    return report(
        run,
        Formula(
            t("生命周期五阶段"),
            t(
                "依次判断：没有订单为潜在；最近一次购买超过 {w} 天为流失；只在一天买过且未满 {w} 天为新；"
                "至少 {k} 个订单且 R 得分 4 分以上为忠诚；其余为活跃。"
                "流失窗口 = 同一客户两次购买间隔天数的第 90 百分位。",
                w=window,
                k=least,
            ),
        ),
        n=len(customers),
        window=None,
        columns=(Column("label", t("阶段")), Column("n", t("客户数"), Kind.INTEGER), share_column()),
        rows=rows,
        measures=tuple(
            Measure(name, labels[name], Kind.INTEGER, int(counts[i])) for i, name in enumerate(lifecycle.STAGES)
        ),
        detail={"window_days": window},
        parts=(_movement(run, found, window, least), _staged(run, customers, stage, labels)),
        parameters={**run.parameters(), "window": window},
        of_row=drill,
    )


def _movement(run: Run, found: Orders, window: int, least: int) -> Part:
    """The stages of customers with orders at the end of each of the last months; the last one is today."""
    last = int(months(np.array([run.as_of.toordinal()]))[0])
    rows: list[Row] = []
    span = range(last - run.parameter("months") + 1, last + 1)
    days = [min(month_period(month).last, run.as_of) for month in span]
    for month, day, who in zip(span, days, histories_at(found, [d.toordinal() for d in days]), strict=True):
        stage = lifecycle.stages(who, day.toordinal(), window, loyal_orders=least)
        counts = np.bincount(stage, minlength=len(lifecycle.STAGES))
        first = who.first >= month_period(month).start.toordinal()
        rows.append(
            {
                "month": month_text(month), "day": day.isoformat(), "joined": int(first.sum()),
                **{name: int(counts[i]) for i, name in enumerate(lifecycle.STAGES) if i},
            }
        )  # fmt: skip
    labels = stage_labels()
    columns = (
        Column("month", t("月份"), Kind.MONTH),
        Column("joined", t("首次下单"), Kind.INTEGER),
        *(Column(name, labels[name], Kind.INTEGER) for name in lifecycle.STAGES[1:]),
    )
    return Part("history", t("各月月底"), columns, tuple(rows))


def _staged(run: Run, customers: Ints, stage: Ints, labels: Mapping[str, str]) -> Part:
    order = run.limited(np.lexsort((customers, stage)).astype(np.int64))
    names = run.names(customers[order])
    rows: list[Row] = [
        {
            **names[int(customers[i])],
            "stage": lifecycle.STAGES[stage[i]],
            "stage_label": labels[lifecycle.STAGES[stage[i]]],
        }
        for i in order
    ]
    columns = (*customer_columns(), Column("stage_label", t("阶段")))
    return Part("customers", t("客户"), columns, tuple(rows), of_customer)
