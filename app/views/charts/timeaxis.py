"""Days, months and years under an axis, in the language in force. Qt's and pyqtgraph's own are English or too long."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.core.i18n import language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: candidate steps, finest first: (unit, how many)
_STEPS: tuple[tuple[str, int], ...] = (
    ("day", 1), ("day", 2), ("day", 7), ("day", 14), ("month", 1), ("month", 2), ("month", 3), ("month", 6),
    ("year", 1), ("year", 2), ("year", 5), ("year", 10), ("year", 25), ("year", 100),
)  # fmt: skip
_GAP = 12.0
Tick = tuple[date, str]


def month_name(month: int) -> str:
    """3 → 3月 or Mar."""
    return f"{month}月" if language() == "zh" else _MONTHS[month - 1]


def month_text(day: date) -> str:
    """2026年3月 or Mar 2026."""
    return f"{day.year}年{day.month}月" if language() == "zh" else f"{_MONTHS[day.month - 1]} {day.year}"


def day_text(day: date) -> str:
    """2026年3月9日 or 9 Mar 2026."""
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def ticks(
    first: date, last: date, room: float, width_of: Callable[[str], float], *, months: bool = False
) -> list[Tick]:
    """Where to write what between two days (inclusive) on `room` pixels: the finest step whose labels do not touch.

    `months`: the data are months, so days are never named.
    """
    span = max(1, (last - first).days)
    for unit, step in _STEPS:
        if (unit == "day" and (months or span / step > room / 12)) or (
            unit == "month" and span / 28 / step > room / 12
        ):
            continue
        found = _labelled(first, last, unit, step)
        if found and _apart([(at - first).days / span * room for at, _ in found], [width_of(s) for _, s in found]):
            return found
    return []


def _apart(places: list[float], widths: list[float]) -> bool:
    ends = [(place - width / 2, place + width / 2) for place, width in zip(places, widths, strict=True)]
    return all(right + _GAP <= left for (_, right), (left, _) in itertools.pairwise(ends))


def _labelled(first: date, last: date, unit: str, step: int) -> list[Tick]:
    days = list(_days(first, last, unit, step))
    named_year = any(day.month == 1 for day in days)
    found: list[Tick] = []
    for day in days:
        if unit == "year":
            text = f"{day.year}年" if language() == "zh" else str(day.year)
        elif unit == "month":
            text = _month_label(day, first_tick=not found and not named_year)
        else:
            text = _day_label(day, named=not found or day.month != found[-1][0].month)
        found.append((day, text))
    return found


def _month_label(day: date, *, first_tick: bool) -> str:
    if day.month == 1:
        return f"{day.year}年" if language() == "zh" else str(day.year)
    return month_text(day) if first_tick else month_name(day.month)


def _day_label(day: date, *, named: bool) -> str:
    if language() == "zh":
        return f"{day.month}月{day.day}日" if named else f"{day.day}日"
    return f"{_MONTHS[day.month - 1]} {day.day}" if named else str(day.day)


def _days(first: date, last: date, unit: str, step: int) -> Iterator[date]:
    if unit == "day":
        # weeks begin on Monday: 2001-01-01 was one
        day = first if step < 7 else first + timedelta(days=(-(first - date(2001, 1, 1)).days) % step)
        while day <= last:
            yield day
            day += timedelta(days=step)
        return
    months = step if unit == "month" else 12 * step
    index = first.year * 12 + first.month - 1 + (1 if first.day > 1 else 0)
    index += -index % months
    while index // 12 <= last.year and (day := date(index // 12, index % 12 + 1, 1)) <= last:
        yield day
        index += months
