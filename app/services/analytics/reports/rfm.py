"""RFM: scores, eight groups, grid and cut-points."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.core.i18n import t
from app.errors import UserError
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Report, Row
from app.services.analytics.reports.common import customer_columns, of_customer, report, share_column, window_of
from app.services.analytics.rules import rfm
from app.services.analytics.rules.arrays import Ints, rate
from app.services.analytics.run import Run


def group_labels() -> dict[str, str]:
    """The eight groups in words."""
    return {
        "important_value": t("重要价值客户"),
        "important_develop": t("重要发展客户"),
        "important_keep": t("重要保持客户"),
        "important_win_back": t("重要挽留客户"),
        "general_value": t("一般价值客户"),
        "general_develop": t("一般发展客户"),
        "general_keep": t("一般保持客户"),
        "general_win_back": t("一般挽留客户"),
    }


def _thresholds(run: Run, key: str, *, scale: int = 1) -> tuple[float, ...] | None:
    text = str(run.parameter(key)).replace("，", ",").strip()
    if not text:
        return None
    try:
        values = tuple(float(word) * scale for word in text.split(","))
    except ValueError:
        values = ()
    if len(values) != 4 or list(values) != sorted(values):
        raise UserError(t("参数“{name}”要四个从小到大的数，用逗号分开。", name=key))
    return values


def rfm_report(run: Run) -> Report:
    """Rows: customers with an order in the window, most valuable first. Parts: groups, grid (R × F), cuts."""
    found = run.customer_orders(windowed=True)
    who = run.histories(found)
    recency = run.as_of.toordinal() - who.last
    scores = rfm.score(
        recency, who.orders, who.net,
        high=run.parameter("high"),
        thresholds=(_thresholds(run, "r"), _thresholds(run, "f"), _thresholds(run, "m", scale=100)),
    )  # fmt: skip
    labels = group_labels()
    order = run.limited(np.lexsort((who.customer, -who.net, -(scores.r + scores.f + scores.m))).astype(np.int64))
    names = run.names(who.customer[order])
    rows: list[Row] = [
        {
            **names[int(who.customer[i])],
            "recency": int(recency[i]), "frequency": int(who.orders[i]), "monetary": int(who.net[i]),
            "r": int(scores.r[i]), "f": int(scores.f[i]), "m": int(scores.m[i]),
            "group": rfm.NAMES[scores.group[i]], "group_label": labels[rfm.NAMES[scores.group[i]]],
        }
        for i in order
    ]  # fmt: skip
    return report(
        run,
        Formula(
            t("RFM 五分位"),
            t(
                "R = 统计日距最近一次下单的天数，F = 期间订单数，M = 期间净额（金额减退款；草稿和已取消不算）。"
                "得分 = ⌊5 × 百分位⌋ + 1，最高 5 分；数值相同得分相同；只有一位客户时得 3 分。"
                "{n} 分及以上为高，三项高低组成八类。",
                n=run.parameter("high"),
            ),
        ),
        n=len(who),
        window=window_of(run, found),
        columns=(
            *customer_columns(),
            Column("recency", t("距今天数"), Kind.DAYS),
            Column("frequency", t("订单数"), Kind.INTEGER),
            Column("monetary", t("净额"), Kind.MONEY),
            *(Column(key, key.upper(), Kind.INTEGER) for key in "rfm"),
            Column("group_label", t("分类")),
        ),
        rows=tuple(rows),
        measures=(
            Measure("customers", t("有订单的客户"), Kind.INTEGER, len(who)),
            Measure("monetary", t("净额"), Kind.MONEY, int(who.net.sum())),
        ),
        parts=(
            _groups(run, who.customer, who.net, scores, labels),
            _grid(run, who.customer, who.net, scores),
            _cuts(recency, who.orders, who.net, scores),
        ),
        of_row=of_customer,
    )


def _groups(run: Run, customer: Ints, net: Ints, scores: rfm.Scores, labels: Mapping[str, str]) -> Part:
    counts = np.bincount(scores.group, minlength=len(rfm.NAMES))
    rows: list[Row] = [
        {
            "group": name, "label": labels[name], "n": int(counts[i]), "share": rate(int(counts[i]), len(customer)),
            "monetary": int(net[scores.group == i].sum()),
        }
        for i, name in enumerate(rfm.NAMES)
    ]  # fmt: skip

    listed = run.lister()

    def drill(row: Row) -> Drill:
        mine = customer[scores.group == rfm.NAMES.index(str(row["group"]))]
        return Drill("customers", listed(mine, str(row["label"])))

    columns = (
        Column("label", t("分类")),
        Column("n", t("客户数"), Kind.INTEGER),
        share_column(),
        Column("monetary", t("净额"), Kind.MONEY),
    )
    return Part("groups", t("八类客户"), columns, tuple(rows), drill)


def _grid(run: Run, customer: Ints, net: Ints, scores: rfm.Scores) -> Part:
    rows: list[Row] = []
    for r in range(rfm.TOP, 0, -1):
        for f in range(1, rfm.TOP + 1):
            mine = (scores.r == r) & (scores.f == f)
            rows.append({"r": r, "f": f, "n": int(mine.sum()), "monetary": int(net[mine].sum())})

    listed = run.lister()

    def drill(row: Row) -> Drill:
        mine = customer[(scores.r == row["r"]) & (scores.f == row["f"])]
        return Drill("customers", listed(mine, t("R{r} F{f} 的客户", r=row["r"], f=row["f"])))

    columns = (
        Column("r", "R", Kind.INTEGER),
        Column("f", "F", Kind.INTEGER),
        Column("n", t("客户数"), Kind.INTEGER),
        Column("monetary", t("净额"), Kind.MONEY),
    )
    return Part("grid", t("R × F 分布"), columns, tuple(rows), drill)


def _cuts(recency: Ints, frequency: Ints, monetary: Ints, scores: rfm.Scores) -> Part:
    rows: list[Row] = []
    for name, values, got in (("r", recency, scores.r), ("f", frequency, scores.f)):
        rows += [
            {"score": name, "points": c.score, "low": c.low, "high": c.high, "low_money": None, "high_money": None, "n": c.n}
            for c in rfm.cuts(values, got)
        ]  # fmt: skip
    rows += [
        {"score": "m", "points": c.score, "low": None, "high": None, "low_money": c.low, "high_money": c.high, "n": c.n}
        for c in rfm.cuts(monetary, scores.m)
    ]
    columns = (
        Column("score", t("项目")),
        Column("points", t("得分"), Kind.INTEGER),
        Column("low", t("从"), Kind.INTEGER),
        Column("high", t("到"), Kind.INTEGER),
        Column("low_money", t("金额从"), Kind.MONEY),
        Column("high_money", t("金额到"), Kind.MONEY),
        Column("n", t("客户数"), Kind.INTEGER),
    )
    return Part("cuts", t("分界点"), columns, tuple(rows))
