"""Win rate, velocity, funnel, weighted pipeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from app.core.filters import Condition, Filter, both
from app.core.i18n import t
from app.core.meanings import means
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Period, Report, Row, month_shift
from app.services.analytics.reports.common import report
from app.services.analytics.reports.deal_book import Book, book
from app.services.analytics.reports.money import between
from app.services.analytics.rules import deals as rules
from app.services.analytics.rules.arrays import rate
from app.services.analytics.rules.deals import LOST, OPEN, WON, Deal, Stage
from app.services.analytics.run import Run


def pipeline_columns() -> tuple[Column, ...]:
    return (Column("stage", t("阶段")), Column("n", t("商机数"), Kind.INTEGER), Column("value", t("金额"), Kind.MONEY))


def _closed_in(found: Book, period: Period) -> list[Deal]:
    return [d for d in found.deals if d.outcome in (WON, LOST) and d.closed is not None and d.closed in period]


def closed_window(run: Run, found: Book) -> Period:
    """The period asked for; else from the first closing on."""
    closed = [d.closed for d in found.deals if d.outcome in (WON, LOST) and d.closed is not None]
    return Period(run.since(min(closed, default=None)), run.until)


def _months(window: Period) -> list[Period]:
    found = []
    start = window.start
    while start < window.end:
        end = min(month_shift(start, 1), window.end)
        found.append(Period(start, end))
        start = end
    return found


def win_rate_report(run: Run) -> Report:
    """Rows: months of closing."""
    found = book(run)
    window = closed_window(run, found)
    closed = _closed_in(found, window)
    whole = rules.win_rate(closed)
    rows: list[Row] = []
    by_month: dict[str, list[Deal]] = defaultdict(list)
    for deal in closed:
        by_month[str(deal.closed)[:7]].append(deal)
    for month in _months(window):
        one = rules.win_rate(by_month.get(month.start.isoformat()[:7], ()))
        rows.append(
            {
                "month": month.start.isoformat()[:7], "start": month.start.isoformat(), "end": month.end.isoformat(),
                "won": one.won, "lost": one.lost, "rate": one.rate,
                "won_value": one.won_value, "lost_value": one.lost_value, "value_rate": one.value_rate,
            }
        )  # fmt: skip
    in_pipeline = _of_pipeline(run)
    demanded = run.drill("deals", *in_pipeline, means(run.reader.registry.entity("deals"), "outcome", WON, LOST))

    def drill(row: Row) -> Drill:
        start, end = (date.fromisoformat(str(row[k])) for k in ("start", "end"))
        return _with(demanded, between("closed_on", start, end))

    undated = sum(d.outcome in (WON, LOST) and d.closed is None for d in found.deals)
    return report(
        run,
        Formula(t("赢单率"), t("赢单率 = 赢单 ÷（赢单 + 输单），按结单日期；金额赢单率用商机金额计算。")),
        n=len(closed), window=window,
        columns=(
            Column("month", t("结单月份"), Kind.MONTH), Column("won", t("赢单"), Kind.INTEGER),
            Column("lost", t("输单"), Kind.INTEGER), Column("rate", t("赢单率"), Kind.RATE),
            Column("won_value", t("赢单金额"), Kind.MONEY), Column("lost_value", t("输单金额"), Kind.MONEY),
            Column("value_rate", t("金额赢单率"), Kind.RATE),
        ),
        rows=tuple(rows),
        measures=(
            Measure("rate", t("赢单率"), Kind.RATE, whole.rate, n=len(closed)),
            Measure("won", t("赢单"), Kind.INTEGER, whole.won), Measure("lost", t("输单"), Kind.INTEGER, whole.lost),
            Measure("won_value", t("赢单金额"), Kind.MONEY, whole.won_value),
            Measure("lost_value", t("输单金额"), Kind.MONEY, whole.lost_value),
            Measure("value_rate", t("金额赢单率"), Kind.RATE, whole.value_rate, n=len(closed)),
        ),
        notes=(t("另有 {n} 个已结商机没有结单日期，没有计入。", n=undated),) if undated else (),
        of_row=drill, of_all=_with(demanded, between("closed_on", window.start, window.end)),
    )  # fmt: skip


def _of_pipeline(run: Run) -> list[Filter]:
    wanted = str(run.parameter("pipeline")).strip()
    return [Condition("pipeline", "in", [wanted])] if wanted else []


def _with(drill: Drill, part: Filter) -> Drill:
    return Drill(drill.entity, both(drill.condition, part))


def velocity_report(run: Run) -> Report:
    """Rows: the four factors. Open deals are those of `as_of`, the rest of the twelve months before it."""
    found = book(run)
    year_ago = month_shift(run.as_of + timedelta(days=1), -12)
    start = year_ago + timedelta(days=(run.as_of + timedelta(days=1)).day - 1)
    trailing = Period(start, run.as_of + timedelta(days=1))
    open_deals = [d for d in found.deals if d.state_on(run.as_of) == OPEN]
    closed = _closed_in(found, trailing)
    speed = rules.velocity(len(open_deals), closed)
    per_day = speed.per_day
    mean_won = round(speed.mean_won) if speed.mean_won is not None else None
    measures = (
        Measure("per_day", t("每天可成交金额"), Kind.MONEY, round(per_day) if per_day is not None else None),
        Measure("open", t("进行中的商机"), Kind.INTEGER, len(open_deals)),
        Measure("mean_won", t("平均赢单金额"), Kind.MONEY, mean_won),
        Measure("rate", t("赢单率"), Kind.RATE, speed.rate, n=len(closed)),
        Measure("cycle_days", t("平均成交天数"), Kind.DAYS, speed.cycle_days),
    )
    return report(
        run,
        Formula(
            t("销售速度"),
            t("销售速度 = 统计日进行中的商机数 × 近 12 个月平均赢单金额 × 近 12 个月赢单率 ÷ 近 12 个月平均成交天数。"),
        ),
        n=len(open_deals) + len(closed), window=trailing,
        columns=(Column("label", t("项目")), Column("value", t("数值"), Kind.NUMBER)),
        rows=tuple(
            {"factor": m.key, "label": m.title, "value": _plain_value(m)} for m in measures
        ),
        measures=measures,
        of_all=found.listed(open_deals, t("进行中的商机")),
    )  # fmt: skip


def _plain_value(measure: Measure) -> float | None:
    if measure.value is None:
        return None
    return float(measure.value) / 100 if measure.kind is Kind.MONEY else float(measure.value)


def funnel_report(run: Run) -> Report:
    """Rows: the open stages in order; deals opened in the period."""
    found = book(run)
    end = run.as_of
    opened = [d for d in found.deals if d.opened is None or d.opened <= end]
    dates = [d.opened for d in opened if d.opened is not None]
    window = Period(run.since(min(dates, default=None)), run.until)
    cohort = [d for d in opened if (d.opened in window if d.opened else run.period is None)]
    inside = {d.key for d in cohort}
    days = rules.days_per_stage(s for s in found.stays if s.deal in inside)
    lanes = _lanes(found)
    steps = rules.funnel(cohort, lanes)
    won = sum(d.outcome == WON for d in cohort)
    rows: list[Row] = [
        {
            "stage": step.stage.name, "label": step.stage.name, "rank": step.stage.rank, "n": step.reached, "value": step.value,
            "onward": step.onward, "conversion": step.conversion, "share": rate(step.reached, len(cohort)),
            "days": median(days[step.stage.key]) if days.get(step.stage.key) else None,
            "days_n": len(days.get(step.stage.key, ())),
        }
        for step in steps
    ]  # fmt: skip
    rows.append(
        {
            "stage": t("赢单"), "label": t("赢单"), "rank": len(steps), "n": won,
            "value": sum(d.amount for d in cohort if d.outcome == WON), "onward": None, "conversion": None,
            "share": rate(won, len(cohort)), "days": None, "days_n": 0,
        }
    )  # fmt: skip
    top = len(steps) - 1

    def drill(row: Row) -> Drill:
        rank = int(row["rank"])
        mine = [d for d in cohort if d.outcome == WON or (rank <= top and d.furthest >= rank)]
        return found.listed(mine, t("到过“{stage}”的商机", stage=row["stage"]))

    return report(
        run,
        Formula(
            t("到达漏斗"),
            t(
                "期间内立项的商机；到过某阶段 = 曾在或现在该阶段及其后，赢单算到过全部阶段。"
                "转化率 = 到过下一阶段 ÷ 到过本阶段。停留天数取已离开该阶段的商机的中位数。"
            ),
        ),
        n=len(cohort), window=window,
        columns=(
            *pipeline_columns(), Column("share", t("占立项"), Kind.RATE), Column("conversion", t("转化率"), Kind.RATE),
            Column("days", t("停留天数（中位数）"), Kind.DAYS),
        ),
        rows=tuple(rows),
        measures=(
            Measure("opened", t("立项"), Kind.INTEGER, len(cohort)), Measure("won", t("赢单"), Kind.INTEGER, won),
            Measure("conversion", t("总转化率"), Kind.RATE, rate(won, len(cohort)), n=len(cohort)),
        ),
        of_row=drill, of_all=found.listed(cohort, t("期间内立项的商机")),
    )  # fmt: skip


def _lanes(found: Book) -> tuple[Stage, ...]:
    """One open stage per rank; with several pipelines the first one's names stand for the place."""
    first: dict[int, Stage] = {}
    for stage in found.stages:
        if stage.kind == OPEN:
            first.setdefault(stage.rank, stage)
    return tuple(first[rank] for rank in sorted(first))


def pipeline_report(run: Run) -> Report:
    """Rows: expected months. Part: stages with their chance."""
    found = book(run)
    open_deals = [d for d in found.deals if d.state_on(run.as_of) == OPEN]
    closed = [d for d in found.deals if d.state_on(run.as_of) in (WON, LOST)]
    lanes = _lanes(found)
    chances = rules.chances(closed, lanes)
    by_rank = {s.rank: chances.by_stage.get(s.key, 0.0) for s in lanes}
    by_stage = {
        s.key: (by_rank.get(s.rank, 0.0) if chances.learned else s.probability) for s in found.stages if s.kind == OPEN
    }
    known = rules.Chances(by_stage, chances.closed, chances.learned)
    months = rules.weighted_pipeline(open_deals, known, run.as_of)
    rows: tuple[Row, ...] = tuple(
        {
            "month": m.month or None, "label": m.month or t("没有预计日期"), "n": m.n, "amount": m.amount,
            "weighted": round(m.weighted), "overdue": m.overdue,
        }
        for m in months
    )  # fmt: skip

    def drill(row: Row) -> Drill:
        wanted = str(row["month"] or "")
        mine = [d for d in open_deals if (d.expected.isoformat()[:7] if d.expected else "") == wanted]
        return found.listed(mine, t("预计 {month} 成交的商机", month=row["label"]))

    total = sum(d.amount for d in open_deals)
    weighted = round(sum(m.weighted for m in months))
    overdue = sum(m.overdue for m in months)
    text = (
        t("按自己的历史：到过该阶段的已结商机中赢单的比例（{n} 个已结商机）。", n=chances.closed)
        if chances.learned
        else t("已结商机只有 {n} 个（不到 {least}），用各阶段设置的赢率。", n=chances.closed, least=rules.ENOUGH_CLOSED)
    )
    return report(
        run,
        Formula(t("加权预测"), t("加权金额 = Σ 金额 × 该阶段的赢单概率，按预计成交月份。") + text),
        n=len(open_deals), window=None,
        columns=(
            Column("label", t("预计成交月份")), Column("n", t("商机数"), Kind.INTEGER),
            Column("amount", t("金额"), Kind.MONEY), Column("weighted", t("加权金额"), Kind.MONEY),
            Column("overdue", t("已过预计日期"), Kind.INTEGER),
        ),
        rows=rows,
        measures=(
            Measure("weighted", t("加权金额"), Kind.MONEY, weighted), Measure("amount", t("金额"), Kind.MONEY, total),
            Measure("open", t("进行中的商机"), Kind.INTEGER, len(open_deals)),
            Measure("overdue", t("已过预计日期"), Kind.INTEGER, overdue),
        ),
        detail={"learned": chances.learned, "closed": chances.closed},
        notes=(t("{n} 个商机的预计成交日期已过，仍计在原来的月份里。", n=overdue),) if overdue else (),
        parts=(_stage_part(found, open_deals, by_stage),),
        of_row=drill, of_all=found.listed(open_deals, t("进行中的商机")),
    )  # fmt: skip


def _stage_part(found: Book, open_deals: Sequence[Deal], chance: dict[int, float]) -> Part:
    by_stage: dict[int, list[Deal]] = defaultdict(list)
    for deal in open_deals:
        by_stage[deal.stage].append(deal)
    rows: tuple[Row, ...] = tuple(
        {
            "stage": s.name, "label": s.name, "key": s.key, "n": len(by_stage[s.key]),
            "value": sum(d.amount for d in by_stage[s.key]), "chance": chance.get(s.key),
            "weighted": round(sum(d.amount for d in by_stage[s.key]) * chance.get(s.key, 0.0)),
        }
        for s in found.stages
        if s.kind == OPEN
    )  # fmt: skip
    columns = (
        *pipeline_columns(), Column("chance", t("赢单概率"), Kind.RATE), Column("weighted", t("加权金额"), Kind.MONEY),
    )  # fmt: skip
    return Part(
        "stages", t("按阶段"), columns, rows,
        lambda row: found.listed(by_stage[int(row["key"])], t("阶段“{stage}”的商机", stage=row["stage"])),
    )  # fmt: skip
