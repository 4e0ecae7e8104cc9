"""Response and resolution, promises kept, volume and backlog of tickets."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from app.core import clock
from app.core.filters import Condition, Filter, Listed, both
from app.core.i18n import t
from app.db.figures import tickets as source
from app.db.figures.tickets import TicketRow
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Period, Report, Row
from app.services.analytics.reports.common import report
from app.services.analytics.reports.money import between, bucket_label, step_of
from app.services.analytics.rules import service as rules
from app.services.analytics.rules.arrays import Ints, rate
from app.services.analytics.rules.series import buckets, is_cut, sums
from app.services.analytics.rules.service import Ticket, Times
from app.services.analytics.run import Run, midnight
from app.services.tickets.office import calendar_of
from app.services.tickets.worktime import worked

NOT_MERGED = Condition("merged_into", "is_empty")
_HOUR = timedelta(hours=1)


def _tickets(run: Run) -> tuple[list[TicketRow], list[TicketRow], Period]:
    """(all asked for that were opened by `as_of`, those of them opened in the period, the period)."""
    end = midnight(run.as_of + timedelta(days=1))
    rows = run.kept(("tickets",), lambda: source.tickets(run.reader, run.condition("tickets")))
    found = [row for row in rows if row.opened_at < end]
    first = min((row.opened_at for row in found), default=None)
    window = Period(run.since(first.astimezone().date() if first else None), run.until)
    low, high = midnight(window.start), midnight(window.end)
    return found, [row for row in found if low <= row.opened_at < high], window


def _rule(row: TicketRow, moment: datetime) -> Ticket:
    """As the rules need it; what happened after `moment` has not happened yet."""

    def known(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= moment else None

    return Ticket(
        row.handle, row.opened_at, known(row.first_responded_at), known(row.resolved_at), row.response_due_at,
        row.resolution_due_at, row.paused, row.replies, row.reopened > 0,
    )  # fmt: skip


def _moment(run: Run) -> datetime:
    """The end of `as_of`, at the latest now."""
    return min(midnight(run.as_of + timedelta(days=1)), max(clock.now(), midnight(run.as_of)))


def service_report(run: Run) -> Report:
    """Rows: volume by day, week, month. Parts: channels, backlog."""
    everything, opened, window = _tickets(run)
    moment = _moment(run)
    found = [_rule(row, moment) for row in opened]
    calendar = calendar_of(run.reader)

    def business(start: datetime, end: datetime) -> float:
        return worked(calendar, start, end) / _HOUR

    responses = _timed(found, lambda ticket: ticket.responded, business)
    resolutions = _timed(found, lambda ticket: ticket.resolved, business)
    once, resolved = rules.first_contact_resolved(found)
    demanded = run.drill("tickets", NOT_MERGED)
    backlog = [row for row in everything if _open_at(row, moment)]
    return report(
        run,
        Formula(
            t("响应与解决时长"),
            t(
                "首次响应 = 提交到第一次由人公开回复，自动回复不算；解决 = 提交到解决。取中位数和第 90 百分位，"
                "日历时间和工作时间都给出。期间按提交时间；合并到别处的工单不算。"
                "一次解决率 = 只回复一次就解决且没有重开 ÷ 已解决。"
            ),
        ),
        n=len(found), window=window,
        columns=(
            Column("label", t("期间")), Column("opened", t("新工单"), Kind.INTEGER),
            Column("resolved", t("已解决"), Kind.INTEGER),
        ),
        rows=_volume(run, everything, window),
        measures=(
            *_measures("first_response", t("首次响应"), *responses),
            *_measures("resolution", t("解决"), *resolutions),
            Measure("fcr", t("一次解决率"), Kind.RATE, rate(once, resolved), n=resolved),
            Measure("opened", t("新工单"), Kind.INTEGER, len(found)),
            Measure("backlog", t("未解决"), Kind.INTEGER, len(backlog)),
        ),
        detail={"first_response": _hours(*responses), "resolution": _hours(*resolutions)},
        parts=(_by_channel(run, opened, moment, demanded), _backlog(backlog, moment)),
        of_row=lambda row: _between(demanded, row),
        of_all=_and(demanded, between("opened_at", window.start, window.end)),
    )  # fmt: skip


def _timed(
    found: list[Ticket], end: Callable[[Ticket], datetime | None], business: Callable[[datetime, datetime], float]
) -> tuple[Times, Times]:
    """(by the calendar, in business hours)."""
    return (
        rules.times(rules.spans(found, end, rules.calendar_hours)),
        rules.times(rules.spans(found, end, business)),
    )


def _hours(calendar: Times, business: Times) -> dict[str, Any]:
    return {
        "n": calendar.n,
        "median_hours": calendar.median,
        "p90_hours": calendar.p90,
        "business_median_hours": business.median,
        "business_p90_hours": business.p90,
    }


def _measures(key: str, title: str, calendar: Times, business: Times) -> tuple[Measure, ...]:
    return (
        Measure(f"{key}_median", t("{what}中位数", what=title), Kind.HOURS, calendar.median, n=calendar.n),
        Measure(f"{key}_p90", t("{what} P90", what=title), Kind.HOURS, calendar.p90, n=calendar.n),
        Measure(f"{key}_business_median", t("{what}中位数（工作时间）", what=title), Kind.HOURS, business.median, n=business.n),
        Measure(f"{key}_business_p90", t("{what} P90（工作时间）", what=title), Kind.HOURS, business.p90, n=business.n),
    )  # fmt: skip


def _volume(run: Run, everything: list[TicketRow], window: Period) -> tuple[Row, ...]:
    step = step_of(run, window)
    moment = _moment(run)
    steps = buckets(window.start, window.end, step)
    (opened,) = sums(_days(row.opened_at for row in everything), steps)
    (solved,) = sums(_days(r.resolved_at for r in everything if r.resolved_at and r.resolved_at <= moment), steps)
    return tuple(
        {
            "label": bucket_label(bucket, step), "start": bucket.start.isoformat(), "end": bucket.end.isoformat(),
            "opened": int(new), "resolved": int(done), "unfinished": is_cut(bucket, step),
        }
        for bucket, new, done in zip(steps, opened, solved, strict=True)
    )  # fmt: skip


def _days(moments: Iterable[datetime]) -> Ints:
    return np.array([moment.astimezone().toordinal() for moment in moments], dtype=np.int64)


def _and(drill: Drill, part: Filter) -> Drill:
    return Drill(drill.entity, both(drill.condition, part))


def _between(demanded: Drill, row: Row) -> Drill:
    start, end = (date.fromisoformat(str(row[k])) for k in ("start", "end"))
    return _and(demanded, between("opened_at", start, end))


def _open_at(row: TicketRow, moment: datetime) -> bool:
    return row.opened_at <= moment and (row.resolved_at is None or row.resolved_at > moment)


def _by_channel(run: Run, opened: list[TicketRow], moment: datetime, demanded: Drill) -> Part:
    rows: list[Row] = []
    for channel in sorted({row.channel for row in opened}):
        mine = [_rule(row, moment) for row in opened if row.channel == channel]
        timed = rules.times(rules.spans(mine, lambda ticket: ticket.responded, rules.calendar_hours))
        rows.append(
            {
                "channel": channel,
                "label": run.choice("tickets", "channel", channel),
                "n": len(mine),
                "first_response": timed.median,
            }
        )
    rows.sort(key=lambda row: -int(row["n"]))

    def drill(row: Row) -> Drill:
        value = str(row["channel"])
        return _and(demanded, Condition("channel", "in", [value]) if value else Condition("channel", "is_empty"))

    columns = (
        Column("label", t("渠道")), Column("n", t("新工单"), Kind.INTEGER),
        Column("first_response", t("首次响应中位数"), Kind.HOURS),
    )  # fmt: skip
    return Part("channels", t("按渠道"), columns, tuple(rows), drill)


def _backlog(backlog: list[TicketRow], moment: datetime) -> Part:
    labels = {
        "0-1": t("1 天以内"), "2-3": t("2–3 天"), "4-7": t("4–7 天"), "8-30": t("8–30 天"), "30+": t("30 天以上"),
    }  # fmt: skip
    found: dict[str, list[bytes]] = {name: [] for name, _ in rules.AGES}
    for row in backlog:
        found[rules.age_bucket(max(0, (moment - row.opened_at).days))].append(row.id)
    rows: tuple[Row, ...] = tuple(
        {"age": name, "label": labels[name], "n": len(ids), "share": rate(len(ids), len(backlog))}
        for name, ids in found.items()
    )

    def drill(row: Row) -> Drill:
        return Drill("tickets", _listed(found[str(row["age"])], t("未解决 {age} 的工单", age=row["label"])))

    columns = (
        Column("label", t("已等待")),
        Column("n", t("工单数"), Kind.INTEGER),
        Column("share", t("占比"), Kind.RATE),
    )
    return Part("backlog", t("未解决工单的时长"), columns, rows, drill)


def _listed(ids: Iterable[bytes], label: str) -> Listed:
    return Listed(tuple(uuid.UUID(bytes=key) for key in ids), label)


def sla_report(run: Run) -> Report:
    """Rows: first response and resolution. Part: by priority."""
    _, opened, window = _tickets(run)
    moment = _moment(run)
    found = [(_rule(row, moment), row.priority) for row in opened]
    labels = {"response": t("首次响应"), "resolution": t("解决")}

    def verdict(ticket: Ticket, clock_: str) -> str | None:
        due = ticket.response_due if clock_ == "response" else ticket.resolution_due
        done = ticket.responded if clock_ == "response" else ticket.resolved
        return rules.verdict(due, done, moment, paused=ticket.paused and clock_ == "resolution")

    by_clock = {name: [verdict(ticket, name) for ticket, _ in found] for name in labels}
    whole = rules.attainment(v for verdicts in by_clock.values() for v in verdicts)
    rows = tuple(_sla_row({"clock": name, "label": labels[name]}, by_clock[name]) for name in labels)
    there = {own for _, own in found}
    parts: list[Row] = []
    for choice in reversed(run.reader.registry.entity("tickets").field("priority").choices):
        if choice.retired and choice.code not in there:
            continue
        priority, label = choice.code, choice.label
        mine = [verdict(ticket, name) for name in labels for ticket, own in found if own == priority]
        parts.append(_sla_row({"priority": priority, "label": label}, mine))
    violated = {
        name: [row.id for row, v in zip(opened, by_clock[name], strict=True) if v == "violated"] for name in labels
    }

    def drill(row: Row) -> Drill:
        name = str(row["clock"])
        return Drill("tickets", _listed(violated[name], t("{what}超时的工单", what=labels[name])))

    columns = (
        Column("label", t("时限")), Column("met", t("按时"), Kind.INTEGER), Column("violated", t("超时"), Kind.INTEGER),
        Column("pending", t("未到期"), Kind.INTEGER), Column("rate", t("达成率"), Kind.RATE),
    )  # fmt: skip
    return report(
        run,
        Formula(
            t("服务时限达成率"),
            t(
                "达成率 = 按时 ÷（按时 + 超时）；过了时限仍没有完成算超时，还没有到期的不算，等待客户时停表。"
                "期间按提交时间，时限以建立工单时的约定为准。"
            ),
        ),
        n=whole.met + whole.violated, window=window, columns=columns, rows=rows,
        measures=(
            Measure("rate", t("达成率"), Kind.RATE, whole.rate, n=whole.met + whole.violated),
            *(
                Measure(name, t("{what}达成率", what=labels[name]), Kind.RATE, row["rate"], n=row["met"] + row["violated"])
                for name, row in zip(labels, rows, strict=True)
            ),
            Measure("violated", t("超时"), Kind.INTEGER, whole.violated),
            Measure("pending", t("未到期"), Kind.INTEGER, whole.pending),
        ),
        parts=(Part("priorities", t("按优先级"), columns, tuple(parts)),),
        of_row=drill,
    )  # fmt: skip


def _sla_row(head: dict[str, Any], verdicts: list[str | None]) -> dict[str, Any]:
    found = rules.attainment(verdicts)
    return {**head, "met": found.met, "violated": found.violated, "pending": found.pending, "rate": found.rate}
