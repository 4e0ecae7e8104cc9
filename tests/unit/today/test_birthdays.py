"""When a birthday is next kept."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import MonthDay
from app.db.store.filter_dates import days_of_year
from app.services.today.birthdays import lunar_day, lunar_words, next_birthday, solar_of


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (date(1990, 3, 5), date(2026, 3, 5), date(2026, 3, 5)),
        (date(1990, 3, 5), date(2026, 3, 6), date(2027, 3, 5)),
        (date(1992, 2, 29), date(2026, 1, 1), date(2026, 2, 28)),
        (date(1992, 2, 29), date(2028, 1, 1), date(2028, 2, 29)),
        (date(1990, 12, 31), date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_next_solar_birthday(born: date, today: date, expected: date) -> None:
    assert next_birthday(MonthDay.of(born), today) == expected
    assert next_birthday(MonthDay(born.month, born.day), today) == expected


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        # 八月十五 (Mid-Autumn): 2026-09-25, 2027-09-15
        (date(1990, 10, 3), date(2026, 9, 1), date(2026, 9, 25)),
        (date(1990, 10, 3), date(2026, 9, 26), date(2027, 9, 15)),
        # 正月初一: 2026-02-17
        (date(1990, 1, 27), date(2026, 1, 1), date(2026, 2, 17)),
        # 腊月 of the lunar year 2025 falls into January and February 2026
        (date(1991, 2, 14), date(2026, 1, 1), date(2026, 2, 16)),
    ],
)
def test_the_next_lunar_birthday(born: date, today: date, expected: date) -> None:
    assert next_birthday(MonthDay.of(born), today, lunar=True) == expected


def test_that_a_leap_month_counts_as_the_plain_one_and_short_months_end_early() -> None:
    assert lunar_day(date(2020, 6, 1))[0] == 4  # 闰四月初十
    assert lunar_words(MonthDay(10, 3, 1990)) == "八月十五"
    assert {(solar_of(2026, m, 30) - solar_of(2026, m, 29)).days for m in range(1, 13)} == {0, 1}


@given(st.dates(date(1940, 1, 1), date(2020, 1, 1)), st.dates(date(2021, 1, 1), date(2035, 1, 1)), st.booleans())
def test_that_it_comes_within_a_year_or_thirteen_months(born: date, today: date, lunar: bool) -> None:
    kept = next_birthday(MonthDay.of(born), today, lunar=lunar)
    assert 0 <= (kept - today).days <= (385 if lunar else 366)
    if lunar:
        assert lunar_day(kept)[0] == lunar_day(born)[0]


def test_that_a_lunar_birthday_without_a_year_is_the_lunar_day_as_written() -> None:
    assert next_birthday(MonthDay(8, 15), date(2026, 9, 1), lunar=True) == date(2026, 9, 25)
    assert lunar_words(MonthDay(8, 15)) == "八月十五"
    assert lunar_words(MonthDay(12, 31)) == "腊月三十"


def test_the_days_asked_for() -> None:
    assert days_of_year(date(2026, 2, 27), date(2026, 3, 1)) == ["02-27", "02-28", "02-29", "03-01"]
    assert days_of_year(date(2028, 2, 28), date(2028, 2, 29)) == ["02-28", "02-29"]
    assert days_of_year(date(2026, 12, 31), date(2027, 1, 1)) == ["12-31", "01-01"]
    assert days_of_year(date(2026, 1, 1), date(2027, 1, 1)) is None
