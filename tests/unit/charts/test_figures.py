"""Values in words, round axes, days under an axis."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import set_language
from app.views.charts import timeaxis
from app.views.charts.data import Mark, Series, Unit, measured
from app.views.charts.figures import NOTHING, axis_texts, change, direction, full, share, short
from app.views.charts.scale import Bands, Linear, every, round_ticks


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (None, Unit.MONEY, "—", "—"),
        (0, Unit.COUNT, "0", "0"),
        (0, Unit.MONEY, "¥0", "¥0"),
        (1_234_50, Unit.MONEY, "¥1,234", "¥1,234"),
        (99_50, Unit.MONEY, "¥99.5", "¥99.5"),
        (4_862_000_00, Unit.MONEY, "¥486.2万", "¥4.9M"),
        (-4_862_000_00, Unit.MONEY, "-¥486.2万", "-¥4.9M"),
        (312_000_000_00, Unit.MONEY, "¥3.1亿", "¥312M"),
        (32_000_000_00, Unit.MONEY, "¥3200万", "¥32M"),
        (99_999, Unit.COUNT, "99,999", "100K"),
        (1_234_567, Unit.COUNT, "123.5万", "1.2M"),
        (0.125, Unit.RATE, "12.5%", "12.5%"),
        (1, Unit.RATE, "100%", "100%"),
        (27.34, Unit.DAYS, "27.3 天", "27.3 days"),
        (1, Unit.HOURS, "1 小时", "1 hour"),
    ],
)
def test_that_short_figures_use_the_units_of_the_language(value, unit, zh, en):
    assert short(value, unit).replace("3,200", "3200") == zh
    set_language("en")
    assert short(value, unit) == en


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.COUNT, NOTHING),
        (1_234_50, Unit.MONEY, "¥1,234.50"),
        (-5_00, Unit.MONEY, "-¥5"),
        (1_234_567, Unit.COUNT, "1,234,567"),
        (0.3333, Unit.RATE, "33.3%"),
        (0.5, Unit.NUMBER, "0.5"),
        (12, Unit.DAYS, "12 天"),
    ],
)
def test_that_full_figures_lose_nothing(value, unit, text):
    assert full(value, unit) == text


@pytest.mark.parametrize(
    ("ticks", "unit", "zh", "en"),
    [
        ([0, 50_0000_00, 100_0000_00], Unit.MONEY, ["0", "50万", "100万"], ["0", "0.5M", "1.0M"]),
        ([0, 2500, 5000], Unit.COUNT, ["0", "2,500", "5,000"], ["0", "2.5K", "5.0K"]),
        ([-0.5, 0, 0.5], Unit.RATE, ["-50%", "0%", "50%"], ["-50%", "0%", "50%"]),
        ([0, 0.5, 1], Unit.NUMBER, ["0", "0.5", "1.0"], ["0", "0.5", "1.0"]),
        ([0, 2_0000_0000_00], Unit.MONEY, ["0", "2亿"], ["0", "200M"]),
    ],
)
def test_that_an_axis_speaks_in_one_unit(ticks, unit, zh, en):
    assert axis_texts(ticks, unit) == zh
    set_language("en")
    assert axis_texts(ticks, unit) == en


@pytest.mark.parametrize(
    ("now", "before", "unit", "text", "way"),
    [
        (110, 100, Unit.COUNT, "10%", 1),
        (90, 100, Unit.COUNT, "10%", -1),
        (100, 100, Unit.COUNT, "0%", 0),
        (5, 0, Unit.COUNT, "此前为 0", 1),
        (0, 0, Unit.COUNT, "", 0),
        (None, 3, Unit.COUNT, "", 0),
        (3, None, Unit.COUNT, "", 0),
        (0.55, 0.5, Unit.RATE, "5 个百分点", 1),
        (16.4, 12.1, Unit.HOURS, "4.3 小时", 1),
        (-50, -100, Unit.MONEY, "50%", 1),
    ],
)
def test_that_a_change_is_told_in_words(now, before, unit, text, way):
    assert change(now, before, unit) == text
    assert direction(now, before) == way


def test_that_a_share_of_nothing_is_a_dash():
    assert share(1, 0) == NOTHING
    assert share(1, 3) == "33%"
    assert share(1, 30) == "3.3%"


@given(
    st.floats(-1e12, 1e12, allow_nan=False),
    st.floats(-1e12, 1e12, allow_nan=False),
    st.integers(1, 8),
    st.booleans(),
)
def test_that_ticks_enclose_the_values_and_zero(first, second, count, whole):
    low, high = sorted((first, second))
    if 0 < max(abs(low), abs(high)) < 1e-6:
        return
    ticks = round_ticks(low, high, count, whole=whole)
    span = ticks[-1] - ticks[0]
    assert ticks[0] <= low + span * 1e-9
    assert ticks[-1] >= high - span * 1e-9
    assert any(abs(tick) <= span * 1e-9 for tick in ticks)
    assert 2 <= len(ticks) <= 2 * count + 3
    if whole:
        assert all(tick == int(tick) for tick in ticks)


@given(st.floats(-1e6, 1e6), st.floats(1, 1e6), st.floats(0, 1))
def test_that_a_scale_is_straight(low, span, part):
    scale = Linear(low, low + span, 300.0, 20.0)
    assert scale.at(low) == pytest.approx(300)
    assert scale.at(low + span) == pytest.approx(20)
    assert scale.at(low + span * part) == pytest.approx(300 - 280 * part, abs=0.01)


def test_that_bands_lie_side_by_side():
    bands = Bands(4, 10, 400)
    assert [bands.left(at) for at in range(4)] == [10, 110, 210, 310]
    left, width = bands.inner(1)
    assert left + width / 2 == bands.middle(1) == 160
    assert width == 62


def test_that_labels_are_thinned_so_that_none_touches():
    assert every([30, 40], 50) == 1
    assert every([30, 60], 50) == 2
    assert every([], 50) == 1


def _width(text: str) -> float:
    return 11.0 * len(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 9000), st.integers(120, 1600), st.booleans())
def test_that_days_under_an_axis_are_in_range_and_apart(first, days, room, months):
    last = first + timedelta(days=days)
    found = timeaxis.ticks(first, last, room, _width, months=months)
    assert all(first <= day <= last for day, _text in found)
    places = [(day - first).days / max(1, days) * room for day, _text in found]
    halves = [_width(text) / 2 for _day, text in found]
    for at in range(1, len(found)):
        assert places[at - 1] + halves[at - 1] < places[at] - halves[at]
    if months:
        assert all(day.day == 1 for day, _text in found)


def test_that_a_year_of_months_is_named_in_both_languages():
    first, last = date(2025, 12, 1), date(2026, 11, 1)
    zh = [text for _day, text in timeaxis.ticks(first, last, 900, _width, months=True)]
    assert zh == ["12月", "2026年", *(f"{n}月" for n in range(2, 12))]
    set_language("en")
    en = [text for _day, text in timeaxis.ticks(first, last, 900, _width, months=True)]
    assert en[:4] == ["Dec", "2026", "Feb", "Mar"]
    assert timeaxis.day_text(date(2026, 3, 9)) == "9 Mar 2026"
    assert timeaxis.month_name(9) == "Sep"


def test_that_months_within_a_year_say_which_year():
    found = timeaxis.ticks(date(2026, 2, 1), date(2026, 8, 1), 900, _width, months=True)
    assert found[0][1] == "2026年2月"
    assert found[1][1] == "3月"


def test_that_weeks_begin_on_monday():
    found = timeaxis.ticks(date(2026, 1, 1), date(2026, 3, 31), 700, _width)
    assert {day.weekday() for day, _text in found} == {0}


def test_that_a_series_without_any_value_is_not_measured():
    assert not measured(Series("a", (Mark("x", None),)))
    assert measured(Series("a", (Mark("x", None), Mark("y", 0))))
