"""Customer lifetime value and churn risk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.core.i18n import t
from app.db.figures import orders
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Report, Row
from app.services.analytics.reports.common import customer_columns, of_customer, report, share_column
from app.services.analytics.reports.lifecycle import churn_window
from app.services.analytics.rules import clv, lifecycle
from app.services.analytics.rules.arrays import rate
from app.services.analytics.rules.history import DAYS_A_WEEK, model_inputs
from app.services.analytics.run import Run

MODEL = "bg/nbd"
#: risk up to … belongs to the band
_BANDS = (0.2, 0.4, 0.6, 0.8, 1.0)


def _margin(run: Run, notes: list[str]) -> float:
    given: float = run.parameter("margin")
    if given:
        return given
    net, cost = orders.margin(run.reader)
    if net <= 0 or cost <= 0:
        notes.append(t("订单没有成本，按净额计算，没有乘毛利率。"))
        return 1.0
    return max(0.0, (net - cost) / net)


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _params(model: clv.Model) -> dict[str, float | None]:
    """The parameters by their names in the papers; gamma in units of the currency."""
    r, alpha, a, b = model.purchases.params
    p, q, gamma = model.value.params
    named = {"r": r, "alpha": alpha, "a": a, "b": b, "p": p, "q": q, "gamma": gamma / 100}
    return {key: _number(value) for key, value in named.items()}


def _detail(model: clv.Model | None, n: int) -> dict[str, Any]:
    """What scripts read of the model."""
    if model is None:
        none = dict.fromkeys(("r", "alpha", "a", "b", "p", "q", "gamma"))
        return {"model": "data not enough: no orders", "params": none, "log_likelihood": None, "repeaters": 0}
    trusted = model.trusted
    reason = (
        f"only {model.repeaters} repeaters" if model.repeaters < clv.ENOUGH_REPEATERS else "parameter on its boundary"
    )
    return {
        "model": MODEL if trusted else f"data not enough: {reason}",
        "params": _params(model),
        "log_likelihood": _number(model.purchases.log_likelihood),
        "customers": n,
        "repeaters": model.repeaters,
        "correlation": _number(model.correlation) if model.correlation is not None else None,
        "trusted": trusted,
        "time_unit": "week",
    }


def _warnings(model: clv.Model | None) -> list[str]:
    if model is None:
        return [t("还没有订单。")]
    found = []
    if model.repeaters < clv.ENOUGH_REPEATERS:
        found.append(
            t(
                "数据不够：只有 {n} 位客户买过第二次（至少要 {least} 位），结果仅供参考。",
                n=model.repeaters,
                least=clv.ENOUGH_REPEATERS,
            )
        )
    elif not model.trusted:
        found.append(t("数据不足以确定流失的快慢（参数到了边界），已用稳健估计，结果仅供参考。"))
    if not model.value_known:
        found.append(t("重复购买的金额不足以估计平均客单价，不给出终身价值。"))
    if model.correlation is not None and abs(model.correlation) > 0.3:
        found.append(t("购买次数与金额的相关系数为 {r}，超出模型的假设。", r=f"{model.correlation:.2f}"))
    return found


def clv_report(run: Run) -> Report:
    """Rows: customers with orders, the most valuable to come first."""
    weeks, discount = float(run.parameter("weeks")), run.parameter("discount")
    found = run.customer_orders()
    who = run.histories(found)
    inputs = model_inputs(who, run.as_of.toordinal())
    model = run.value_model(found, inputs)
    notes = _warnings(model)
    rows: list[Row] = []
    total: int | None = None
    margin = 1.0
    if model is not None:
        margin = _margin(run, notes)
        coming = clv.purchases_to_come(model, weeks, inputs)
        alive = clv.alive(model, inputs)
        known = model.value_known
        worth = clv.residual(model, inputs, weeks=weeks, discount=discount, margin=margin) if known else coming
        order = run.limited(np.lexsort((who.customer, -worth)).astype(np.int64))
        names = run.names(who.customer[order])
        total = round(float(worth.sum())) if known else None
        rows = [
            {
                **names[int(who.customer[i])],
                "repeat_frequency": int(inputs.x[i]), "purchase_age": _number(float(inputs.tx[i])),
                "T": _number(float(inputs.age[i])), "mean_value": round(float(inputs.mean[i])),
                "alive": _number(float(alive[i])), "purchases": _number(float(coming[i])),
                "historic": round(margin * float(who.net[i])), "clv": round(float(worth[i])) if known else None,
            }
            for i in order
        ]  # fmt: skip
    return report(
        run,
        Formula(
            "BG/NBD + Gamma-Gamma",
            t(
                "未来 {weeks} 周的价值 = 毛利率 × 平均客单价 E[M] × 每四周预计购买次数按年折现率 {discount} 折现之和。"
                "重复购买次数 x = 购买日数 − 1，时间单位为周；模型参数用最大似然从全部客户得出"
                "（Fader、Hardie、Lee 2005；note 025）。",
                weeks=int(weeks),
                discount=f"{discount:.0%}",
            ),
        ),
        n=len(who), window=None,
        columns=(
            *customer_columns(),
            Column("repeat_frequency", t("重复购买"), Kind.INTEGER), Column("purchase_age", t("首末间隔（周）"), Kind.NUMBER),
            Column("T", t("客龄（周）"), Kind.NUMBER), Column("mean_value", t("平均客单价"), Kind.MONEY),
            Column("alive", t("仍会购买的概率"), Kind.RATE), Column("purchases", t("预计购买次数"), Kind.NUMBER),
            Column("historic", t("历史毛利"), Kind.MONEY), Column("clv", t("未来价值"), Kind.MONEY),
        ),
        rows=tuple(rows),
        measures=(
            Measure("total", t("未来价值合计"), Kind.MONEY, total),
            Measure("mean", t("人均未来价值"), Kind.MONEY, round(total / len(who)) if total is not None else None),
        ),
        detail=_detail(model, len(who)),
        notes=tuple(notes),
        parameters={**run.parameters(), "margin": round(margin, 6)},
        of_row=of_customer,
    )  # fmt: skip


def churn_report(run: Run) -> Report:
    """Rows: customers with orders, those not lost yet by risk, then the lost. Parts: bands."""
    found = run.customer_orders()
    who = run.histories(found)
    as_of = run.as_of.toordinal()
    window = churn_window(run, found)
    measured = lifecycle.churn(found, as_of, window)
    inputs = model_inputs(who, as_of)
    model = run.value_model(found, inputs)
    recency = as_of - who.last
    lost = recency > window
    weeks = window / DAYS_A_WEEK
    coming = clv.purchases_to_come(model, weeks, inputs) if model else np.zeros(0)
    risk = clv.no_purchase(model, weeks, inputs) if model else np.zeros(0)
    order = run.limited(np.lexsort((who.customer, coming, lost)).astype(np.int64))
    names = run.names(who.customer[order])
    rows: list[Row] = [
        {
            **names[int(who.customer[i])],
            "recency": int(recency[i]), "frequency": int(who.orders[i]), "expected": _number(float(coming[i])),
            "risk": _number(float(risk[i])), "lost": bool(lost[i]), "monetary": int(who.net[i]),
        }
        for i in order
    ]  # fmt: skip
    band = np.minimum(np.searchsorted(_BANDS, risk, side="left"), len(_BANDS) - 1)
    listed = run.lister()
    bands: list[Row] = []
    for i, top in enumerate(_BANDS):
        mine = ~lost & (band == i)
        low = _BANDS[i - 1] if i else 0.0
        bands.append(
            {"band": f"{low:.0%}–{top:.0%}", "n": int(mine.sum()), "share": rate(int(mine.sum()), int((~lost).sum()))}
        )

    def drill(row: Row) -> Drill:
        mine = ~lost & (band == [b["band"] for b in bands].index(row["band"]))
        return Drill("customers", listed(who.customer[mine], t("流失风险 {band}", band=row["band"])))

    return report(
        run,
        Formula(
            t("非合约流失率"),
            t(
                "流失率 = {w} 天前已买过、此后 {w} 天内没有再买的客户 ÷ {w} 天前已买过的客户。"
                "窗口 = 同一客户两次购买间隔天数的第 90 百分位。风险 = 未来一个窗口内不再购买的概率（BG/NBD），"
                "按预计购买次数从少到多排列。",
                w=window,
            ),
        ),
        n=measured.population, window=None,
        columns=(
            *customer_columns(), Column("recency", t("距今天数"), Kind.DAYS), Column("frequency", t("订单数"), Kind.INTEGER),
            Column("expected", t("预计购买次数"), Kind.NUMBER), Column("risk", t("流失风险"), Kind.RATE),
            Column("lost", t("已流失")), Column("monetary", t("净额"), Kind.MONEY),
        ),
        rows=tuple(rows),
        measures=(
            Measure("rate", t("流失率"), Kind.RATE, rate(measured.churned, measured.population), n=measured.population),
            Measure("window_days", t("流失窗口"), Kind.DAYS, window),
            Measure("population", t("窗口前已买过"), Kind.INTEGER, measured.population),
            Measure("churned", t("其中流失"), Kind.INTEGER, measured.churned),
        ),
        detail=_detail(model, len(who)),
        notes=tuple(_warnings(model)[:1]),
        parts=(
            Part(
                "bands", t("未流失客户的风险分布"),
                (Column("band", t("风险")), Column("n", t("客户数"), Kind.INTEGER), share_column()), tuple(bands), drill,
            ),
        ),
        parameters={**run.parameters(), "window": window},
        of_row=of_customer,
    )  # fmt: skip
