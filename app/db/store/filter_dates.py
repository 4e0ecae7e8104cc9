"""The days a date operator means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core.i18n import t
from app.errors import UserError


def date_range(op: str, value: Any, today: date) -> tuple[date | None, date | None]:
    """The inclusive first and last day of a date operator; None = open. Weeks begin on Monday."""
    one = timedelta(days=1)
    match op:
        case "today":
            return today, today
        case "this_week":
            monday = today - timedelta(days=today.weekday())
            return monday, monday + timedelta(days=6)
        case "this_month":
            first = today.replace(day=1)
            return first, (first + timedelta(days=32)).replace(day=1) - one
        case "this_year":
            return date(today.year, 1, 1), date(today.year, 12, 31)
        case "last_days":
            return today - timedelta(days=int(value) - 1), today
        case "next_days":
            return today, today + timedelta(days=int(value) - 1)
    days = [_day(v) for v in (value if isinstance(value, list) else [value])]
    match op:
        case "eq" | "ne":
            return days[0], days[0]
        case "lt":
            return None, days[0] - one
        case "le":
            return None, days[0]
        case "gt":
            return days[0] + one, None
        case "ge":
            return days[0], None
        case "between":
            return days[0], days[-1]
    raise UserError(t("不认识的筛选方式“{op}”。", op=op))


def days_of_year(first: date, last: date) -> list[str] | None:
    """MM-DD of the days from first to last, whatever the year; None = every day of the year. Who was born on 29 February is
    found on the 28th where the year has no 29th."""
    if (last - first).days >= _YEAR:
        return None
    found: list[str] = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        found.append(day.strftime("%m-%d"))
        if day.month == 2 and day.day == 28 and (day + timedelta(days=1)).month == 3:
            found.append("02-29")
    return found


_YEAR = 365


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise UserError(t("“{value}”不是日期，请写成 2026-03-05。", value=value)) from None
