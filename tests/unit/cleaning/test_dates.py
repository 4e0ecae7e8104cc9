"""Dates in the writings of real sheets, and nothing guessed silently."""

import datetime as dt
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.dates import Order, column_order, parse_date, parse_datetime

TODAY = dt.date(2026, 11, 21)
FIFTH = dt.date(2024, 3, 5)


def read(text: str, *, certain: bool = False) -> tuple[dt.date | None, str | None]:
    found = parse_date(text, today=TODAY, certain=certain)
    return found.value, found.problem.code if found.problem else None


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024.3.5",
        "2024/3/5",
        "24/3/5",
        "24.3.5",
        "20240305",
        "2024年3月5日",
        "2024年03月05号",
        "24年3月5日",
        "二〇二四年三月五日",
        "民国113年3月5日",
        "民國113年3月5日",
        "45356",
        "45356.5",
        "45356.0",
        "2024-03-05 14:30:00",
        "2024-03-05T14:30:00Z",
        "5-Mar-2024",
        "Mar 5 2024",
        "March 5, 2024",
        "5 Mar 24",
        "２０２４－０３－０５",
        "2024 03 05",
        "2024年3月5日 星期二",
        "2024-03-05(周二)",
        "2024年3月5日下午3点",
        "20240305.0",
        " 2024-3-5\u3000",
        "Tue Mar 5 2024",
        "2024年3月5日 14:30",
        "20240305143000",
        "2024-3/5",
    ],
)
def test_that_a_plain_date_is_read_without_a_word(text: str) -> None:
    assert read(text) == (FIFTH, None)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("2024年3月", dt.date(2024, 3, 1), "date.day_unknown"),
        ("2024.03", dt.date(2024, 3, 1), "date.day_unknown"),
        ("202403", dt.date(2024, 3, 1), "date.day_unknown"),
        ("Mar-24", dt.date(2024, 3, 1), "date.day_unknown"),
        ("2024年", dt.date(2024, 1, 1), "date.day_unknown"),
        ("2024", dt.date(2024, 1, 1), "date.day_unknown"),
        ("3/5/2024", FIFTH, "date.ambiguous"),
        ("5/3/2024", dt.date(2024, 5, 3), "date.ambiguous"),
        ("08/3/15", dt.date(2008, 3, 15), "date.ambiguous"),
        ("240305", FIFTH, "date.ambiguous"),
        ("201112", dt.date(2011, 12, 1), "date.ambiguous"),
        ("无", None, "blank.placeholder"),
        ("-", None, "blank.placeholder"),
        ("0000-00-00", None, "date.zero"),
        ("1900-01-00", None, "date.zero"),
        ("0", None, "date.zero"),
    ],
)
def test_that_a_doubtful_date_warns(text: str, value: dt.date | None, code: str) -> None:
    found = parse_date(text, today=TODAY)
    assert read(text) == (value, code)
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-13-01", "date.no_such_month"),
        ("2024-02-30", "date.no_such_day"),
        ("2023-02-29", "date.no_such_day"),
        ("20240230", "date.no_such_day"),
        ("13/13/2024", "date.no_such_month"),
        ("3月5日", "date.no_year"),
        ("3/5", "date.no_year"),
        ("三月五日", "date.no_year"),
        ("1850-01-01", "date.out_of_range"),
        ("17000", "date.not_date"),
        ("99999", "date.not_date"),
        ("昨天", "date.not_date"),
        ("去年", "date.not_date"),
        ("12:30", "date.not_date"),
        ("农历八月十五", "date.lunar"),
        ("13800138000", "date.not_date"),
    ],
)
def test_that_what_is_no_date_is_an_error_with_its_reason(text: str, code: str) -> None:
    assert read(text) == (None, code)
    assert parse_date(text, today=TODAY).failed


def test_that_one_number_above_twelve_settles_the_order() -> None:
    assert read("25/3/2024") == (dt.date(2024, 3, 25), None)
    assert read("3/25/2024") == (dt.date(2024, 3, 25), None)


def test_that_a_column_decides_the_order() -> None:
    order = column_order(["3/5/2024", "25/3/2024", "2024-01-01", "", "无"])
    assert (order.order, order.certain, order.evidence) == ("dmy", True, ("25/3/2024",))
    found = parse_date("3/5/2024", order=order.order, certain=order.certain)
    assert (found.value, found.problem) == (dt.date(2024, 5, 3), None)
    assert not column_order(["3/5/2024", "3/6/2024"]).certain
    assert not column_order(["25/3/2024", "3/25/2024"]).certain
    assert column_order(["2024-01-01"]).order == "ymd"


def test_that_a_settled_order_refuses_what_does_not_fit_it() -> None:
    found = parse_date("3/25/2024", order="dmy", certain=True)
    assert found.value is None
    assert found.problem is not None
    assert found.problem.code == "date.other_order"


def test_that_two_digit_years_follow_the_window_of_today() -> None:
    assert read("46/12/31")[0] == dt.date(2046, 12, 31)
    assert read("47/1/1")[0] == dt.date(1947, 1, 1)
    assert parse_date("99/1/13", today=dt.date(2085, 1, 1)).value == dt.date(2099, 1, 13)


def test_that_the_1904_system_shifts_serials() -> None:
    assert parse_date("43889", date1904=True).value == dt.date(2024, 2, 28) + dt.timedelta(days=1)
    assert parse_date("45351").value == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-03-05", (0, 0, 0)),
        ("2024-03-05 14:30:05", (14, 30, 5)),
        ("2024/3/5 9:05", (9, 5, 0)),
        ("2024年3月5日 下午3点", (15, 0, 0)),
        ("2024年3月5日下午3点半", (15, 30, 0)),
        ("2024年3月5日 上午12:10", (0, 10, 0)),
        ("2024-03-05 12:10 AM", (0, 10, 0)),
        ("2024-03-05 1:10 pm", (13, 10, 0)),
        ("45356.75", (18, 0, 0)),
        ("20240305143059", (14, 30, 59)),
    ],
)
def test_that_times_are_read(text: str, time: tuple[int, int, int]) -> None:
    assert parse_datetime(text, today=TODAY).value == dt.datetime.combine(FIFTH, dt.time(*time))


def test_that_an_impossible_time_is_told() -> None:
    assert parse_datetime("2024-03-05 25:00", today=TODAY).failed


@pytest.fixture
def in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(sys.platform == "win32", reason="the zone of a process cannot be set there")
@pytest.mark.usefixtures("in_shanghai")
@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("2024-03-04T16:00:00.000Z", "2024-03-05", "00:00"), ("2024-03-05T14:30:00+08:00", "2024-03-05", "14:30"),
        ("2024-03-05T14:30:00-0500", "2024-03-06", "03:30"), ("2024-03-05 14:30 UTC", "2024-03-05", "22:30"),
        ("1985-06-06T16:00:00.000Z", "1985-06-07", "00:00"), ("1987-06-06T15:00:00Z", "1987-06-07", "00:00"),
        ("2024-03-05 10:00-12:00", "2024-03-05", "10:00"), ("2024年3月5日 上午12:05", "2024-03-05", "00:05"),
        ("2024-03-05", "2024-03-05", "00:00"),
    ],
)  # fmt: skip
def test_that_a_written_zone_is_converted_before_the_day_is_cut(text: str, day: str, clock: str) -> None:
    assert str(parse_date(text, today=TODAY).value) == day
    moment = parse_datetime(text, today=TODAY).value
    assert moment is not None
    assert (str(moment.date()), moment.strftime("%H:%M")) == (day, clock)


SHAPES = [
    "{0:%Y-%m-%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0.year}/{0.month}/{0.day}",
]
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2100, 12, 31))


@given(DAYS, st.sampled_from(SHAPES))
def test_that_every_day_is_read_back_from_every_full_writing(day: dt.date, shape: str) -> None:
    assert parse_date(shape.format(day)).value == day


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)))
def test_that_serials_count_days_from_the_end_of_1899(day: dt.date) -> None:
    assert parse_date(str((day - dt.date(1899, 12, 30)).days)).value == day


@given(st.integers(1, 31), st.integers(1, 31), st.integers(1951, 2099), st.sampled_from(["ymd", "mdy", "dmy"]))
def test_that_a_date_with_two_readings_is_never_taken_silently(a: int, b: int, year: int, order: Order) -> None:
    found = parse_date(f"{a}/{b}/{year}", order=order)
    if a <= 12 and b <= 12 and a != b:
        assert found.problem is not None
        assert found.problem.code == "date.ambiguous"
    elif found.value is not None:
        assert found.problem is None
        assert {found.value.month, found.value.day} == {a, b}


@given(st.text(max_size=30) | st.text("0123456789年月日-/. 民国:上下午", max_size=20))
def test_that_a_value_read_back_from_its_text_is_the_same(text: str) -> None:
    found = parse_datetime(text, today=TODAY)
    assert parse_date(text, today=TODAY) is not None
    if found.value is not None:
        assert parse_datetime(found.value.isoformat(), today=TODAY).value == found.value
