"""Reports made by hand as charts, and what the person's machine remembers."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.filters import Condition, Group, Listed
from app.core.i18n import set_language
from app.services.analytics.records import Column, Drill, Formula, Kind, Measure, Part, Period, Report
from app.views.charts.data import Unit
from app.views.dashboards import pictures, planes
from app.views.dashboards.filter_bar import Wish
from app.views.dashboards.formula import footnotes
from app.views.dashboards.keys import WHOLE, RowKey, drill_of, openable
from app.views.dashboards.periods import Span
from app.views.dashboards.words import month_name, shown

AS_OF = date(2026, 11, 22)


def report(rows=(), columns=(), **more) -> Report:
    given = {
        "name": "sales", "title": "销售", "formula": Formula("净额", "金额 − 退款"), "parameters": {}, "as_of": AS_OF,
        "window": Period(date(2026, 9, 1), date(2026, 11, 23)), "filter": None, "n": len(rows),
    }  # fmt: skip
    return Report(**given, rows=tuple(rows), columns=tuple(columns), **more)


def by_time(labels, **more) -> Report:
    rows = [{"label": label, "start": start, "revenue": value} for label, start, value in labels]
    return report(rows, [Column("label", "期间"), Column("revenue", "净额", Kind.MONEY)], **more)


MONTHS = [("2026-09", "2026-09-01", 100_00), ("2026-10", "2026-10-01", None), ("2026-11", "2026-11-01", 300_00)]


@pytest.mark.parametrize(
    ("rows", "unfinished"),
    [
        (MONTHS, [False, False, True]),
        ([("2026 Q3", "2026-07-01", 1), ("2026 Q4", "2026-10-01", 1)], [False, True]),
        ([("2025", "2025-01-01", 1), ("2026", "2026-01-01", 1)], [False, True]),
        ([("2026-11-21", "2026-11-21", 1), ("2026-11-22", "2026-11-22", 1)], [False, False]),
        ([("2026-12", "2026-12-01", 1)], [True]),
    ],
)
def test_that_the_month_quarter_or_year_that_runs_is_marked(qapp, rows, unfinished):
    chart = pictures.over_time(["revenue"])(by_time(rows), "净额")
    assert [mark.unfinished for mark in chart.series[0].marks] == unfinished


def test_that_a_month_that_ended_today_is_over(qapp):
    ended = by_time([("2026-11", "2026-11-01", 1)])
    object.__setattr__(ended, "as_of", date(2026, 11, 30))
    chart = pictures.over_time(["revenue"])(ended, "净额")
    assert not chart.series[0].marks[0].unfinished


def test_that_the_period_before_lies_under_this_one(qapp):
    before = by_time([("2026-06", "2026-06-01", 5_00), ("2026-07", "2026-07-01", 6_00)])
    chart = pictures.over_time(["revenue"])(by_time(MONTHS, previous=before), "净额")
    faint = chart.series[1]
    assert faint.faint
    assert [mark.label for mark in faint.marks] == ["2026年6月", "2026年7月"]
    assert [mark.at for mark in faint.marks] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert chart.unit is Unit.MONEY


def test_that_the_smallest_parts_are_one(qapp):
    rows = [{"label": str(n), "n": n} for n in range(1, 11)]
    found = report(rows, [Column("label", ""), Column("n", "个数", Kind.INTEGER)])
    chart = pictures.parts_of("n")(found, "来源")
    assert [mark.label for mark in chart.marks] == ["10", "9", "8", "7", "6", "其他 5 项"]
    assert chart.total == sum(range(1, 11))
    assert chart.marks[5].key is None


def test_that_bars_stand_beside_those_of_the_same_name_before(qapp):
    columns = [Column("label", ""), Column("n", "个数", Kind.INTEGER)]
    before = report([{"label": "高", "n": 4}, {"label": "没有了", "n": 9}], columns)
    now = report([{"label": "高", "n": 5}, {"label": "低", "n": 6}], columns, previous=before)
    chart = pictures.columns("n")(now, "优先级")
    assert [one.faint for one in chart.series] == [True, False]
    assert [mark.value for mark in chart.series[0].marks] == [4, None]
    assert [mark.previous for mark in pictures.ranking("n")(now, "优先级").marks] == [4, None]
    alone = pictures.columns("n")(report([{"label": "高", "n": 5}], columns, previous=report([], columns)), "优先级")
    assert len(alone.series) == 1


def test_that_a_figure_takes_what_it_was_from_the_report_before(qapp):
    before = report(measures=(Measure("rate", "率", Kind.RATE, 0.4),))
    now = report(measures=(Measure("rate", "率", Kind.RATE, 0.5, n=8),), previous=before)
    chart = pictures.figure(now, "率", "rate", compared="较上月")
    assert "增加 10 个百分点" in chart.describe()
    assert chart.mark.note == "n = 8"


def test_that_only_tables_with_records_are_offered_to_open(qapp):
    rows = [{"label": "甲", "n": 1}]
    columns = [Column("label", ""), Column("n", "", Kind.INTEGER)]
    closed = report(rows, columns)
    assert openable(closed, RowKey(0)) is None
    assert openable(closed, WHOLE) is None
    assert openable(closed, RowKey(0, before=True)) is None
    drill = Drill("orders", Condition("channel", "in", ["甲"]))
    opened = report(rows, columns, of_row=lambda row: drill, of_all=drill, previous=closed)
    assert openable(opened, RowKey(0)) == RowKey(0)
    assert openable(opened, WHOLE) == WHOLE
    assert openable(opened, RowKey(0, before=True)) is None
    assert drill_of(opened, RowKey(7)) is None
    part = Part("p", "", tuple(columns), ({"label": "乙", "n": 2},), lambda row: Drill("orders", Listed((), str(row))))
    parted = report(rows, columns, parts=(part,))
    assert "'k': 3" in drill_of(parted, RowKey(0, "p", (("k", 3),))).condition.label


def test_that_picked_points_become_one_list(qapp):
    keys = [uuid.uuid4() for _ in range(3)]
    rows = [{"label": str(key), "id": key} for key in keys]
    listed = report(rows, [Column("label", "")], of_row=lambda row: Drill("customers", Listed((row["id"],))))
    drill = planes.together(listed, [RowKey(0), RowKey(2), RowKey(0), "x"])
    assert drill.condition.ids == (keys[0], keys[2])
    days = report(
        rows, [Column("label", "")], of_row=lambda row: Drill("orders", Condition("ordered_on", "eq", row["label"]))
    )
    assert isinstance(planes.together(days, [RowKey(0), RowKey(1)]).condition, Group)
    assert planes.together(days, [RowKey(1)]).condition == Condition("ordered_on", "eq", str(keys[1]))
    assert planes.together(report(rows, [Column("label", "")]), [RowKey(0)]) is None
    everything = report(rows, [Column("label", "")], of_row=lambda row: Drill("orders", None))
    assert planes.together(everything, [RowKey(0), RowKey(1)]) == Drill("orders", None)


@pytest.mark.parametrize(
    ("value", "kind", "zh", "en"),
    [
        (None, Kind.MONEY, "—", "—"), (12_345_60, Kind.MONEY, "¥12,345.60", "¥12,345.60"), (0.5, Kind.RATE, "50%", "50%"),
        ("2026-03", Kind.MONTH, "2026年3月", "Mar 2026"), (True, Kind.TEXT, "是", "Yes"), (3, Kind.DAYS, "3 天", "3 days"),
        ([1, 0.5], Kind.LIST, "1、50%", "1, 50%"), (1.5, Kind.NUMBER, "1.5", "1.5"), ("x", Kind.TEXT, "x", "x"),
    ],
)  # fmt: skip
def test_that_cells_are_written_for_people(value, kind, zh, en):
    assert shown(value, kind) == zh
    set_language("en")
    assert shown(value, kind) == en


def test_that_labels_that_are_no_month_stay():
    assert month_name("2026 Q4") == "2026 Q4"
    assert month_name("门店") == "门店"


def test_that_paper_says_formula_window_and_n():
    lines = footnotes(report(MONTHS and [{"label": "a"}], [], notes=("注意一",)), "负责人：李建国")
    assert lines[0] == "净额：金额 − 退款"
    assert "n = 1" in lines[1]
    assert "2026-11-22" in lines[1]
    assert lines[2:] == ("统计范围：负责人：李建国", "注意一")


@given(
    st.sampled_from(["month", "last_month", "quarter", "year", "last_12", "custom"]),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.booleans(),
)
def test_that_a_wish_survives_the_settings_file(key, first, last, compare):
    span = Span(key, first, last) if key == "custom" else Span(key)
    wish = Wish(span, compare)
    assert Wish.restored(json.loads(json.dumps(wish.stored()))) == wish


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda s: (
            st.lists(s, max_size=3) | st.dictionaries(st.sampled_from(["period", "days", "compare"]), s, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_that_anything_else_in_the_file_is_the_usual_wish(stored):
    found = Wish.restored(stored)
    assert found.span.period(AS_OF).days > 0
    assert isinstance(found.compare, bool)
