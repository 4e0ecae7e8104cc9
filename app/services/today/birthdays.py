"""When a birthday is next kept: by the solar calendar, or every year on its lunar day.

A birthday in a leap month is kept in the plain month of that number; the 30th in a month of 29 days on the 29th; 29 February
in common years on the 28th.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache


def next_birthday(born: date, today: date, *, lunar: bool = False) -> date:
    """The first day from `today` on when somebody born on this (solar) date has his birthday."""
    if not lunar:
        return next(day for year in (today.year, today.year + 1) if (day := _in_year(born, year)) >= today)
    month, of_month = lunar_day(born)
    found = (solar_of(year, month, of_month) for year in range(today.year - 1, today.year + 2))
    return next(kept for kept in found if kept >= today)


def _in_year(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> tuple[int, int]:
    """(month, day) of the lunar calendar; a leap month counts as the plain one."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return abs(lunar.getMonth()), lunar.getDay()


@lru_cache(maxsize=4096)
def solar_of(year: int, month: int, day: int) -> date:
    """The solar date of a lunar day; the last day of the month where the month is too short."""
    from lunar_python import Lunar, LunarMonth

    longest = LunarMonth.fromYm(year, month).getDayCount()
    solar = Lunar.fromYmd(year, month, min(day, longest)).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def lunar_words(born: date) -> str:
    """八月初三."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(born.year, born.month, born.day).getLunar()
    return f"{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"


def days_from(today: date, days: int) -> Iterator[str]:
    """MM-DD of the next days, today among them; on 28 February of a common year also 02-29."""
    for i in range(days):
        day = today + timedelta(days=i)
        yield day.strftime("%m-%d")
        if day.month == 2 and day.day == 28 and (day + timedelta(days=1)).month == 3:
            yield "02-29"
