"""When a birthday is next kept: by the solar calendar, or every year on its lunar day.

A birthday in a leap month is kept in the plain month of that number; the 30th in a month of 29 days on the 29th; 29 February
in common years on the 28th.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from app.core.fields import MonthDay


def next_birthday(born: MonthDay, today: date, *, lunar: bool = False) -> date:
    """The first day from `today` on when somebody born on this day has his birthday. A day with a year is a solar one, also of
    a `lunar` birthday; without a year, month and day of a lunar birthday are those of the lunar calendar."""
    if not lunar:
        return next(day for year in (today.year, today.year + 1) if (day := _in_year(born, year)) >= today)
    month, of_month = _lunar(born)
    found = (solar_of(year, month, of_month) for year in range(today.year - 1, today.year + 2))
    return next(kept for kept in found if kept >= today)


def _in_year(born: MonthDay, year: int) -> date:
    try:
        return date(year, born.month, born.day)
    except ValueError:
        return date(year, 2, 28)


def _lunar(born: MonthDay) -> tuple[int, int]:
    return lunar_day(born.whole) if born.whole else (born.month, born.day)


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


def lunar_words(born: MonthDay) -> str:
    """八月初三."""
    from lunar_python.util import LunarUtil

    month, day = _lunar(born)
    leap = "闰" if born.whole and _leap(born.whole) else ""
    return f"{leap}{LunarUtil.MONTH[month]}月{LunarUtil.DAY[min(day, _LONGEST_MONTH)]}"


def _leap(day: date) -> bool:
    from lunar_python import Solar

    return bool(Solar.fromYmd(day.year, day.month, day.day).getLunar().getMonth() < 0)


_LONGEST_MONTH = 30
