"""Working time: the golden values of the metrics, and what must hold for any moments and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.services.tickets.worktime import (
    FIVE_DAYS,
    OFFICE_HOURS,
    WorkingCalendar,
    due,
    holidays,
    known_years,
    worked,
    worked_minutes,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar(zone=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-09-26 17:00", "2025-09-29 10:00", 9.5),  # Sunday 28th is worked
        ("2025-09-30 17:00", "2025-10-09 10:00", 2.0),  # National Day and Mid-autumn
        ("2025-09-26 17:00", "2025-09-26 17:00", 0.0),
        ("2025-09-26 17:00", "2025-09-25 10:00", 0.0),
        ("2026-03-04 07:00", "2026-03-04 08:59", 0.0),  # answered before opening hours
        ("2026-03-04 11:30", "2026-03-04 14:00", 1.0),  # over lunch
        ("2026-03-07 09:00", "2026-03-08 18:00", 0.0),  # an ordinary weekend
    ],
)
def test_that_working_time_between_two_moments_is_exact(start: str, end: str, hours: float) -> None:
    assert worked_minutes(OFFICE, at(start), at(end)) == hours * 60


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2025-09-30 17:00", 4, "2025-10-09 12:00"),
        ("2026-02-14 16:00", 8, "2026-02-24 16:30"),  # a Saturday that is worked, then Spring Festival
        ("2026-03-07 10:00", 0, "2026-03-07 10:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 10:00"),
        ("2026-03-06 17:00", 1, "2026-03-06 18:00"),  # the last minute of a day belongs to it
    ],
)
def test_that_a_deadline_falls_into_working_hours(start: str, hours: float, expected: str) -> None:
    assert due(OFFICE, at(start), hours * 60) == at(expected)


def test_that_an_office_that_never_works_has_no_deadline() -> None:
    closed = WorkingCalendar(week=((),) * 7, zone=SHANGHAI)
    assert due(closed, at("2026-03-04 10:00"), 1) is None
    assert worked(closed, at("2026-03-04 10:00"), at("2027-03-04 10:00")) == timedelta(0)


def test_that_the_offices_own_exceptions_win() -> None:
    own = WorkingCalendar(
        exceptions={date(2026, 3, 4): (), date(2026, 10, 1): ((600, 720),), date(2026, 3, 7): OFFICE_HOURS},
        zone=SHANGHAI,
    )
    assert worked_minutes(own, at("2026-03-04 00:00"), at("2026-03-05 00:00")) == 0
    assert worked_minutes(own, at("2026-10-01 00:00"), at("2026-10-02 00:00")) == 120
    assert worked_minutes(own, at("2026-03-07 00:00"), at("2026-03-08 00:00")) == 450


def test_that_public_holidays_can_be_left_out() -> None:
    plain = WorkingCalendar(public_holidays=False, zone=SHANGHAI)
    assert worked_minutes(plain, at("2025-10-01 00:00"), at("2025-10-02 00:00")) == 450
    assert worked_minutes(plain, at("2025-09-28 00:00"), at("2025-09-29 00:00")) == 0


def test_that_a_year_without_an_announcement_counts_by_the_week_and_says_so() -> None:
    future = max(known_years()) + 1
    assert not OFFICE.knows(future)
    assert OFFICE.knows(2025)
    assert WorkingCalendar(public_holidays=False).knows(future)
    monday = next(date(future, 10, d) for d in range(1, 8) if date(future, 10, d).weekday() == 0)
    assert OFFICE.hours(monday) == OFFICE_HOURS


def test_that_a_working_day_may_reach_midnight() -> None:
    night = WorkingCalendar(week=(((22 * 60, 24 * 60),),) * 7, public_holidays=False, zone=SHANGHAI)
    assert worked_minutes(night, at("2026-03-04 00:00"), at("2026-03-06 00:00")) == 240


def test_that_an_hour_lost_to_summer_time_is_not_worked() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = WorkingCalendar(week=(((0, 24 * 60),),) * 7, public_holidays=False, zone=berlin)
    start = datetime(2026, 3, 29, tzinfo=berlin)
    assert worked_minutes(night, start, datetime(2026, 3, 30, tzinfo=berlin)) == 23 * 60


def test_that_the_holiday_table_is_the_one_of_the_chinese_calendar() -> None:
    constants = pytest.importorskip("chinese_calendar.constants")
    assert {d for d, h in holidays().items() if not h.work} == set(constants.holidays)
    assert {d for d, h in holidays().items() if h.work} == set(constants.workdays)


# within and after the years whose holidays are known, and not so many that summing up their days takes all the time
moments = st.datetimes(datetime(2023, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(0, 60 * 24 * 60)
spans = st.lists(st.integers(0, 1440), min_size=0, max_size=4, unique=True).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)
weeks = st.tuples(*[spans] * 7)
calendars = st.builds(
    WorkingCalendar,
    week=st.one_of(st.just(FIVE_DAYS), weeks),
    public_holidays=st.booleans(),
    exceptions=st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), spans, max_size=5),
    zone=st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin")]),
)


@given(calendars, moments, moments, moments)
@example(
    WorkingCalendar(),
    datetime(2003, 6, 1, tzinfo=UTC),
    datetime(2004, 2, 3, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
)
def test_that_working_time_adds_up(calendar: WorkingCalendar, a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert worked(calendar, a, b) + worked(calendar, b, c) == worked(calendar, a, c)


@given(calendars, moments, moments)
def test_that_working_time_is_never_more_than_time(calendar: WorkingCalendar, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    assert timedelta(0) <= worked(calendar, a, b) <= b - a


@given(calendars, moments, minutes)
def test_that_a_deadline_is_the_first_moment_with_so_much_work(
    calendar: WorkingCalendar, start: datetime, amount: int
) -> None:
    end = due(calendar, start, amount)
    if end is None:
        assert worked_minutes(calendar, start, start + timedelta(days=3600)) < amount
        return
    assert end >= start
    assert worked_minutes(calendar, start, end) == amount
    if amount:
        assert worked_minutes(calendar, start, end - timedelta(seconds=1)) < amount


@given(calendars, moments, moments)
def test_that_the_order_of_questions_does_not_matter(calendar: WorkingCalendar, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    fresh = WorkingCalendar(calendar.week, calendar.exceptions, calendar.public_holidays, calendar.zone)
    worked(calendar, datetime(2029, 3, 1, tzinfo=UTC), datetime(2029, 6, 1, tzinfo=UTC))
    worked(calendar, datetime(2022, 6, 1, tzinfo=UTC), datetime(2022, 9, 1, tzinfo=UTC))
    assert worked(calendar, a, b) == worked(fresh, a, b)
