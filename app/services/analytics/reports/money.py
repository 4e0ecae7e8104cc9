"""Sales over time, receivables by age, where customers come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from app.core.dictionary import BUILT_IN
from app.core.filters import Condition, Filter, Group
from app.core.i18n import t
from app.core.meanings import means_not
from app.db.figures import customers, orders
from app.db.store.computed import NOT_COUNTED
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Period, Report, Row
from app.services.analytics.reports.common import one_of, report, share_column, window_of
from app.services.analytics.rules import ageing
from app.services.analytics.rules.arrays import Ints, rate
from app.services.analytics.rules.history import Orders
from app.services.analytics.rules.series import STEPS, Bucket, buckets, exact_sums, fitting_step, is_cut, sums
from app.services.analytics.run import Run, member


def _counted(run: Run) -> Condition:
    """Orders that are revenue."""
    return means_not(run.reader.registry.entity("orders"), "status", *NOT_COUNTED)


def between(field: str, start: date, end: date) -> Filter:
    """Days from `start` to the day before `end`."""
    return Condition(field, "between", [start.isoformat(), (end - timedelta(days=1)).isoformat()])


def step_of(run: Run, window: Period) -> str:
    """The step asked for, else the fitting one."""
    asked = str(run.parameter("step"))
    return one_of(asked, STEPS) if asked else fitting_step(window.days)


def bucket_label(bucket: Bucket, step: str) -> str:
    """A bucket's name: 2025, 2025-03, 2025 Q1, or its first day."""
    match step:
        case "year":
            return f"{bucket.start.year:04d}"
        case "quarter":
            return f"{bucket.start.year:04d} Q{(bucket.start.month - 1) // 3 + 1}"
        case "month":
            return bucket.start.isoformat()[:7]
    return bucket.start.isoformat()


# ---- sales ----------------------------------------------------------------------------------------------------------


def _orders(run: Run) -> tuple[Orders, Ints]:
    """(all counted orders asked for through `as_of`, also without a customer, in no particular order; their handles)."""
    columns = run.facts().orders
    mask = columns.day <= run.as_of.toordinal()
    chosen = run.chosen("orders")
    if chosen is not None:
        mask &= member(chosen, columns.handle)
    if mask.all():
        return Orders(columns.group, columns.day, columns.net), columns.handle
    return Orders(columns.group[mask], columns.day[mask], columns.net[mask]), columns.handle[mask]


def sales_report(run: Run) -> Report:
    """Rows: one a day, week, month, quarter or year. Parts: channels."""
    found, handles = _orders(run)
    window = window_of(run, found)
    step = step_of(run, window)
    steps = buckets(window.start, window.end, step)
    counts, net = sums(found.day, steps, found.net)
    rows: tuple[Row, ...] = tuple(
        {
            "label": bucket_label(b, step), "start": b.start.isoformat(), "end": b.end.isoformat(), "orders": int(n),
            "revenue": int(value), "average": round(int(value) / int(n)) if n else None, "unfinished": is_cut(b, step),
        }
        for b, n, value in zip(steps, counts, net, strict=True)
    )  # fmt: skip
    total, n = int(net.sum()), int(counts.sum())
    first, last = window.start.toordinal(), window.end.toordinal()
    inside = (found.day >= first) & (found.day < last) & (found.customer != run.facts().orders.nobody)
    buyers = np.unique(found.customer[inside]).size
    demanded = run.drill("orders", _counted(run))

    def drill(row: Row) -> Drill:
        days = between("ordered_on", date.fromisoformat(str(row["start"])), date.fromisoformat(str(row["end"])))
        return Drill("orders", _and(demanded.condition, days))

    return report(
        run,
        Formula(t("净额"), t("净额 = 订单金额 − 退款，按下单日期；草稿和已取消的订单不算。客单价 = 净额 ÷ 订单数。")),
        n=n, window=window,
        columns=(
            Column("label", t("期间")), Column("orders", t("订单数"), Kind.INTEGER), Column("revenue", t("净额"), Kind.MONEY),
            Column("average", t("客单价"), Kind.MONEY),
        ),
        rows=rows,
        measures=(
            Measure("revenue", t("净额"), Kind.MONEY, total),
            Measure("orders", t("订单数"), Kind.INTEGER, n),
            Measure("average", t("客单价"), Kind.MONEY, round(total / n) if n else None),
            Measure("customers", t("下单客户"), Kind.INTEGER, int(buyers)),
        ),
        detail={"step": step},
        parts=(_channels(run, found, handles, window, demanded.condition),),
        of_row=drill,
        of_all=Drill("orders", _and(demanded.condition, between("ordered_on", window.start, window.end))),
    )  # fmt: skip


def _and(*parts: Filter | None) -> Filter | None:
    found = [p for p in parts if p is not None]
    return None if not found else found[0] if len(found) == 1 else Group("and", tuple(found))


def _channels(run: Run, found: Orders, handles: Ints, window: Period, demanded: Filter | None) -> Part:
    inside = (found.day >= window.start.toordinal()) & (found.day < window.end.toordinal())
    channels = run.book.channels(run.reader)
    code = channels.codes[handles[inside]].astype(np.int64)
    counts = np.bincount(code, minlength=len(channels.names))
    nets = exact_sums(code, found.net[inside], len(channels.names))
    total = int(nets.sum())
    rows: list[Row] = [
        {
            "channel": name, "label": run.choice("orders", "channel", name), "orders": int(n), "revenue": int(net),
            "share": rate(int(net), total),
        }
        for name, n, net in sorted(zip(channels.names, counts, nets, strict=True), key=lambda row: (-row[2], row[0]))
        if n
    ]  # fmt: skip
    days = between("ordered_on", window.start, window.end)

    def drill(row: Row) -> Drill:
        return Drill("orders", _and(demanded, days, equals("channel", str(row["channel"]))))

    columns = (
        Column("label", t("渠道")), Column("orders", t("订单数"), Kind.INTEGER), Column("revenue", t("净额"), Kind.MONEY),
        share_column(),
    )  # fmt: skip
    return Part("channels", t("按渠道"), columns, tuple(rows), drill)


def equals(field: str, value: str) -> Filter:
    """The pick-list field has this value; "" means it is empty."""
    return Condition(field, "in", [value]) if value else Condition(field, "is_empty")


# ---- receivables ----------------------------------------------------------------------------------------------------


def receivables_report(run: Run) -> Report:
    """Rows: the buckets."""
    from app.core import clock

    until = None if run.as_of >= clock.today() else run.as_of.isoformat()
    owed, since = orders.owed(run.reader, run.condition("orders"), until)
    found = ageing.aged(owed, since, run.as_of.toordinal())
    labels = {
        "not_due": t("未到期"), "0-30": t("0–30 天"), "31-60": t("31–60 天"), "61-90": t("61–90 天"), "90+": t("90 天以上"),
    }  # fmt: skip
    total = sum(bucket.owed for bucket in found)
    rows: tuple[Row, ...] = tuple(
        {"bucket": b.name, "label": labels[b.name], "n": b.n, "amount": b.owed, "share": rate(b.owed, total)}
        for b in found
    )
    loose, loose_amount = orders.unassigned_payments(run.reader, until)
    late = total - found[0].owed
    demanded = run.drill("orders", _counted(run), Condition("owed", "gt", 0))

    def drill(row: Row) -> Drill:
        return Drill("orders", _and(demanded.condition, _due(run.as_of, str(row["bucket"]))))

    return report(
        run,
        Formula(
            t("应收账龄"),
            t(
                "未收 = 金额 − 退款 − 已收（收款减退回）；逾期天数 = 统计日 − 应收日期，没有应收日期的从下单日期算起。"
                "只算还有未收的订单，草稿和已取消的不算。"
            ),
        ),
        n=len(owed), window=None,
        columns=(
            Column("label", t("逾期")), Column("n", t("订单数"), Kind.INTEGER), Column("amount", t("未收"), Kind.MONEY),
            share_column(),
        ),
        rows=rows,
        measures=(
            Measure("owed", t("应收合计"), Kind.MONEY, total),
            Measure("overdue", t("其中逾期"), Kind.MONEY, late),
            Measure("unassigned", t("未对应订单的回款"), Kind.MONEY, loose_amount, n=loose),
        ),
        of_row=drill if until is None else (lambda _row: None),
        of_all=demanded if until is None else None,
    )  # fmt: skip


def _due(as_of: date, bucket: str) -> Filter:
    """Orders whose due day (without one: the day of the order) puts them into the bucket."""
    names = [name for name, _ in ageing.BUCKETS]
    place = names.index(bucket)
    most = ageing.BUCKETS[place][1]
    least = (ageing.BUCKETS[place - 1][1] or 0) + 1 if place else None

    def days(field: str) -> list[Filter]:
        found: list[Filter] = []
        if least is not None:  # overdue by at least so many days
            found.append(Condition(field, "le", (as_of - timedelta(days=least)).isoformat()))
        if most is not None:
            found.append(Condition(field, "ge", (as_of - timedelta(days=most)).isoformat()))
        return found

    missing = Condition("due_on", "is_empty")
    dated = Group("and", tuple(days("due_on")))
    undated = Group("and", (missing, *days("ordered_on")))
    return Group("or", (dated, undated))


# ---- sources --------------------------------------------------------------------------------------------------------

#: kinds of records that say where they came from → the field that does
_FIELDS = {e.key: e.origin for e in BUILT_IN if e.origin}


def sources_report(run: Run) -> Report:
    """Rows: sources, the most frequent first. `revenue` where customers or orders are counted."""
    entity = one_of(run.parameter("of"), _FIELDS)
    conditions: list[Filter | None] = [run.owners(), run.request.condition if entity == run.spec.entity else None]
    if run.period is not None:
        conditions.append(between(BUILT_IN.entity(entity).happened or "created_at", run.period.start, run.period.end))
    if entity == "orders":
        conditions.append(_counted(run))
    condition = _and(*conditions)
    counted = customers.by_source(run.reader, entity, condition, _FIELDS[entity])
    n = sum(count for _, count in counted)
    revenue = _revenue(run, condition) if entity == "customers" else {}
    rows: tuple[Row, ...] = tuple(
        {
            "source": key, "label": run.choice(entity, _FIELDS[entity], key), "n": count, "share": rate(count, n),
            **({"revenue": revenue.get(key, 0)} if entity == "customers" else {}),
        }
        for key, count in counted
    )  # fmt: skip
    money = (Column("revenue", t("净额"), Kind.MONEY),) if entity == "customers" else ()

    def drill(row: Row) -> Drill:
        return Drill(entity, _and(condition, equals(_FIELDS[entity], str(row["source"]))))

    return report(
        run,
        Formula(
            t("来源构成"),
            t("期间内新增的档案按来源计数；占比 = 该来源 ÷ 全部。净额是这些客户截至统计日的全部订单净额。"),
        ),
        n=n, window=run.period,
        columns=(Column("label", t("来源")), Column("n", t("个数"), Kind.INTEGER), share_column(), *money),
        rows=rows, of_row=drill, of_all=Drill(entity, condition),
    )  # fmt: skip


def _revenue(run: Run, condition: Filter | None) -> dict[str, int]:
    """Net revenue through `as_of` of the customers that fit, by source."""
    found, _ = run.facts().by_customer()
    found = found.through(run.as_of.toordinal())
    chosen = np.sort(run.reader.handles("customers", condition)).astype(np.int64)
    found = found.where(member(chosen, found.customer))
    who = run.histories(found)
    source = customers.sources(run.reader, _plain(who.customer))
    total: dict[str, int] = defaultdict(int)
    for handle, net in zip(who.customer.tolist(), who.net.tolist(), strict=True):
        total[source.get(handle, "")] += net
    return dict(total)


def _plain(handles: Iterable[int]) -> list[int]:
    return [int(h) for h in handles]
