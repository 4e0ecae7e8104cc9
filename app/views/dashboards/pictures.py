"""Reports as charts. Each function takes a report and reads only its rows, parts and measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from app.core.i18n import language, t
from app.services.analytics import specification
from app.services.analytics.records import Column, Measure, Part, Report, Row, month_shift
from app.views.charts.chart import Chart
from app.views.charts.columns import ColumnChart
from app.views.charts.data import Mark, Series, Unit
from app.views.charts.donut import DonutChart
from app.views.charts.figures import full, short
from app.views.charts.funnel import FunnelChart
from app.views.charts.heat import HeatChart
from app.views.charts.kpi import Better, KpiChart
from app.views.charts.line import LineChart
from app.views.charts.ranking import RankingChart
from app.views.charts.timeaxis import day_text, month_name
from app.views.dashboards.keys import WHOLE, RowKey, openable, table_of
from app.views.dashboards.words import month_name as shown_month
from app.views.dashboards.words import month_start, unit_of

Picture = Callable[[Report, str], Chart]
"""(report, title) → chart."""


def column_of(table: Report | Part, key: str) -> Column:
    """A column by its key; raises KeyError."""
    for column in table.columns:
        if column.key == key:
            return column
    raise KeyError(key)


def reason_of(report: Report) -> str:
    """Why there may be nothing to see."""
    if report.notes:
        return report.notes[0]
    return t("所选时间和范围内没有记录。") if report.window is not None else t("还没有可以统计的记录。")


# ---- one figure -----------------------------------------------------------------------------------------------------


def figure(
    report: Report, title: str, measure: str, *, better: Better = "more", compared: str = "", tone: str = "",
    spark: Sequence[float | None] = (),
) -> Chart:  # fmt: skip
    """A measure as KPI, with the way it came if known."""
    found = measure_of(report, measure)
    n = found.n if found.n is not None else report.n
    mark = Mark(title, found.value, openable(report, WHOLE), note=f"n = {n:,}", previous=found.previous)
    shows = compared if found.previous is not None else ""
    return KpiChart(
        title,
        mark,
        unit_of(found.kind),
        better=better,
        compared=shows,
        tone=tone,
        spark=spark,
        reason=reason_of(report),
    )


def measure_of(report: Report, key: str) -> Measure:
    """The measure with the value of the period before, also where only the earlier report has it."""
    found = report.measure(key)
    if found.previous is None and report.previous is not None:
        before = next((m.value for m in report.previous.measures if m.key == key), None)
        return Measure(found.key, found.title, found.kind, found.value, before, found.n)
    return found


# ---- over time ------------------------------------------------------------------------------------------------------


def over_time(keys: Sequence[str], part: str = "", *, area: bool = True, compare: bool = True) -> Picture:
    """Columns of a table with a row per day, week, month, quarter or year; the first is laid over the period before."""

    def draw(report: Report, title: str) -> Chart:
        table = table_of(report, part)
        days = [_start(row) for row in table.rows]
        series = []
        for key in keys:
            column = column_of(table, key)
            marks = tuple(
                _time_mark(report, row, column.key, RowKey(at, part), days[at]) for at, row in enumerate(table.rows)
            )
            series.append(Series(column.title, marks))
        if compare and len(keys) == 1 and report.previous is not None:
            series.append(_before(report, keys[0], part, days))
        unit = unit_of(column_of(table, keys[0]).kind)
        months = all(day is None or day.day == 1 for day in days)
        return LineChart(title, series, unit, area=area and len(keys) == 1, months=months, reason=reason_of(report))

    return draw


def _time_mark(report: Report, row: Row, key: str, place: RowKey, day: date | None) -> Mark:
    return Mark(_time_label(row), row.get(key), openable(report, place), at=day, unfinished=_runs(report, row))


def _before(report: Report, key: str, part: str, days: Sequence[date | None]) -> Series:
    """The period before, row by row over the rows of this one."""
    assert report.previous is not None
    earlier = table_of(report.previous, part)
    marks = [
        Mark(_time_label(row), row.get(key), openable(report, RowKey(at, part, before=True)), at=days[at])
        for at, row in enumerate(earlier.rows[: len(days)])
    ]
    return Series(t("上期"), tuple(marks), faint=True)


def _start(row: Row) -> date | None:
    for key in ("start", "month", "day", "label"):
        if row.get(key):
            found = month_start(str(row[key]))
            if found is not None:
                return found
    return None


def _runs(report: Report, row: Row) -> bool:
    """Whether the month, quarter or year of a row is not over yet."""
    day = _start(row)
    if day is None:
        return False
    label = str(row.get("month") or row.get("label") or "")
    months = 12 if len(label) == 4 else 3 if "Q" in label else 1 if len(label) == 7 else 0
    return months > 0 and month_shift(day.replace(day=1), months) > report.as_of + timedelta(days=1)


def _time_label(row: Row) -> str:
    text = str(row.get("month") or row.get("label") or row.get("start") or "")
    day = month_start(text) if len(text) == 10 else None
    return day_text(day) if day is not None else shown_month(text)


# ---- compared with each other ---------------------------------------------------------------------------------------


def columns(value: str, part: str = "", *, name: str = "label") -> Picture:
    """One upright bar a row; the period before beside it where it has rows of the same names."""

    def draw(report: Report, title: str) -> Chart:
        table = table_of(report, part)
        column = column_of(table, value)
        names = [_short_name(row, name) for row in table.rows]
        marks = tuple(
            Mark(names[at], row.get(value), openable(report, RowKey(at, part)), note=_count_note(row, value))
            for at, row in enumerate(table.rows)
        )
        series = [Series(column.title, marks)]
        earlier = _earlier(report, part, name)
        before = tuple(_mark_before(report, row, value, earlier.get(row.get(name)), part) for row in table.rows)
        if any(mark.value for mark in before):
            series.insert(0, Series(t("上期"), before, faint=True))
        return ColumnChart(title, names, series, unit_of(column.kind), reason=reason_of(report))

    return draw


def _earlier(report: Report, part: str, name: str) -> dict[object, int]:
    """Name of a row → its position in the same table of the period before."""
    if report.previous is None:
        return {}
    return {row.get(name): at for at, row in enumerate(table_of(report.previous, part).rows)}


def _mark_before(report: Report, row: Row, value: str, at: int | None, part: str) -> Mark:
    if at is None or report.previous is None:
        return Mark("", None)
    before = table_of(report.previous, part).rows[at]
    return Mark("", before.get(value), openable(report, RowKey(at, part, before=True)), note=_count_note(before, value))


def stacked(keys: Sequence[str], part: str = "", *, name: str = "month", opens_row: bool = False) -> Picture:
    """Several columns of a table on top of each other, one bar a row. `opens_row`: a segment opens its row's records."""

    def draw(report: Report, title: str) -> Chart:
        table = table_of(report, part)
        names = [_short_name(row, name) for row in table.rows]
        series = []
        for key in keys:
            marks = tuple(
                Mark(
                    names[at],
                    row.get(key),
                    openable(report, RowKey(at, part)) if opens_row else None,
                    unfinished=name == "month" and opens_row and _runs(report, row),
                )
                for at, row in enumerate(table.rows)
            )
            series.append(Series(column_of(table, key).title, marks))
        unit = unit_of(column_of(table, keys[0]).kind)
        return ColumnChart(title, names, series, unit, stacked=True, reason=reason_of(report))

    return draw


def ranking(
    value: str,
    part: str = "",
    *,
    name: str = "label",
    most: int = 12,
    extra: str = "",
    tones: Sequence[str] = (),
    opened: bool = True,
) -> Picture:
    """Lying bars in the order of the rows; `extra`: a column written behind the value; `opened`: a bar opens its row's
    records."""

    def draw(report: Report, title: str) -> Chart:
        table = table_of(report, part)
        kind = column_of(table, value).kind
        marks = []
        earlier = _earlier(report, part, name)
        for at, row in enumerate(table.rows[:most]):
            beside = (str(row[extra]),) if extra and row.get(extra) is not None else ()
            marks.append(
                Mark(
                    str(row.get(name) or t("未填")), row.get(value), openable(report, RowKey(at, part)) if opened else None,
                    extra=beside,
                    note=_count_note(row, value), tone=tones[at] if at < len(tones) else "",
                    previous=_mark_before(report, row, value, earlier.get(row.get(name)), part).value,
                )
            )  # fmt: skip
        return RankingChart(title, marks, unit_of(kind), reason=reason_of(report))

    return draw


def parts_of(value: str, part: str = "", *, name: str = "label", center: str = "") -> Picture:
    """Rows as parts of a whole; the smallest beyond six are one part."""

    def draw(report: Report, title: str) -> Chart:
        table = table_of(report, part)
        column = column_of(table, value)
        rows = sorted(enumerate(table.rows), key=lambda pair: -(pair[1].get(value) or 0))
        marks = [
            Mark(str(row.get(name) or t("未填")), row.get(value), openable(report, RowKey(at, part)), note=_count_note(row, value))
            for at, row in rows
        ]  # fmt: skip
        if len(marks) > 6:
            rest = sum(mark.value or 0 for mark in marks[5:])
            marks = [*marks[:5], Mark(t("其他 {n} 项", n=len(marks) - 5), rest)]
        middle = center or column.title
        return DonutChart(title, marks, unit_of(column.kind), center=middle, reason=reason_of(report))

    return draw


def _count_note(row: Row, value: str) -> str:
    n = row.get("n")
    return f"n = {n:,}" if isinstance(n, int) and value != "n" else ""


def _short_name(row: Row, key: str) -> str:
    text = str(row.get(key) or t("未填"))
    day = month_start(text) if len(text) == 7 else None
    if day is None:
        return text
    if day.month > 1:
        return month_name(day.month)
    return f"{day.year}年" if language() == "zh" else str(day.year)


# ---- shapes of their own --------------------------------------------------------------------------------------------


def retention() -> Picture:
    """Months of first order by months since; the month that still runs is hatched."""

    def draw(report: Report, title: str) -> Chart:
        rows = report.rows[-12:]
        first = len(report.rows) - len(rows)
        width = max((len(row["rates"]) for row in rows), default=0)
        width = min(width, 13)
        cells = []
        for at, row in enumerate(rows):
            line = []
            for k, rate in enumerate(row["rates"][:width]):
                note = t("{n} 位客户", n=f"{row['active'][k]:,}")
                key = openable(report, RowKey(first + at, more=(("k", k),)))
                line.append(Mark("", rate, key, note=note, unfinished=row.get("unfinished") == k))
            cells.append(line)
        names = [_cohort_name(str(row["month"])) for row in rows]
        heads = [f"+{k}" for k in range(width)]
        return HeatChart(title, names, heads, cells, Unit.RATE, column_word=t("第几个月"), reason=reason_of(report))

    return draw


def _cohort_name(text: str) -> str:
    return text[2:] if len(text) == 7 else text


def rfm_grid() -> Picture:
    """R by F, how many customers; the most recent at the top."""

    def draw(report: Report, title: str) -> Chart:
        part = report.part("grid")
        at = {(int(row["r"]), int(row["f"])): (n, row) for n, row in enumerate(part.rows)}
        scores = sorted({r for r, _f in at}, reverse=True)
        cells = []
        for r in scores:
            line = []
            for f in sorted({f for _r, f in at}):
                n, row = at[r, f]
                line.append(
                    Mark("", row["n"], openable(report, RowKey(n, "grid")), note=full(row["monetary"], Unit.MONEY))
                )
            cells.append(line)
        names = [
            t("R{n} 近", n=r) if r == max(scores) else t("R{n} 远", n=r) if r == min(scores) else f"R{r}"
            for r in scores
        ]
        heads = [f"F{f}" for f in sorted({f for _r, f in at})]
        if not report.n:
            cells = [[] for _ in scores]
        return HeatChart(title, names, heads, cells, reason=reason_of(report))

    return draw


def funnel(value: str = "n", *, name: str = "label", amount: str = "amount", days: str = "days") -> Picture:
    """Steps from the top with the sum and the days of each."""

    def draw(report: Report, title: str) -> Chart:
        marks = []
        for at, row in enumerate(report.rows):
            extra: list[str] = []
            if row.get(amount) is not None:
                extra.append(short(row[amount], Unit.MONEY))
            if row.get(days) is not None:
                extra.append(full(row[days], Unit.DAYS))
            label = str(row.get(name) or row.get("stage") or "")
            marks.append(Mark(label, row.get(value), openable(report, RowKey(at)), extra=tuple(extra)))
        return FunnelChart(title, marks, reason=reason_of(report))

    return draw


_SHAPES: Mapping[str, Callable[..., Picture]] = {
    shape.__name__: shape for shape in (over_time, columns, stacked, ranking, parts_of, funnel, retention, rfm_grid)
}


def drawn(picture: specification.Picture) -> Picture:
    """What draws a picture of the catalogue; raises KeyError for a shape there is none of."""
    return _SHAPES[picture.shape](*picture.shown, **picture.settings)
