"""Days that come again every year, as people write them: with a year, or with month and day alone."""

from __future__ import annotations

import re

from app.core.fields import MonthDay
from app.core.i18n import t
from app.services.cleaning.date_parts import Order, chinese_digits, cut_time, month_number
from app.services.cleaning.dates import parse_date
from app.services.cleaning.text import narrow
from app.services.cleaning.values import Cleaned, failed

_NUMBERS = re.compile(r"(?:--)?(\d{1,2})\s*(?:[-/.]\s*(\d{1,2})|月(?:份)?\s*(\d{1,2})\s*[日号號]?)")
_COMPACT = re.compile(r"--(\d\d)-?(\d\d)")
_NAMED = re.compile(
    r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\s*([a-z]{3,9})\.?", re.IGNORECASE
)
#: how an address book writes a day whose year nobody knows
_OMITTED = re.compile(r"1604([-/]?\d{1,2}[-/]?\d{1,2})")


def parse_month_day(
    text: str, *, order: Order = "ymd", certain: bool = False, date1904: bool = False
) -> Cleaned[MonthDay]:
    """The day in `text`, without a year where none is written (05-12, 5月12日, --0512, May 12; Apple's 1604). Options as of
    `parse_date`, which reads everything else."""
    day = _day_alone(text)
    found = _without_year(day, order) if day else None
    if found is not None:
        return found
    whole = parse_date(text, order=order, certain=certain, date1904=date1904)
    return Cleaned(MonthDay.of(whole.value) if whole.value else None, whole.problem)


def _day_alone(text: str) -> str:
    """The writing of the day, short enough to be one without a year; "" for any other text."""
    if len(text) > 40:
        return ""
    day = cut_time(narrow(text))[0]
    omitted = _OMITTED.fullmatch(day)
    return f"--{omitted[1].strip('-/').replace('/', '-')}" if omitted else chinese_digits(day)


def _without_year(day: str, order: Order) -> Cleaned[MonthDay] | None:
    if match := _COMPACT.fullmatch(day) or _NUMBERS.fullmatch(day):
        first, second = (int(n) for n in match.groups() if n)
        if "月" not in day and not day.startswith("--") and (order == "dmy" or first > 12):
            first, second = second, first
    elif match := _NAMED.fullmatch(day):
        first, second = month_number(match[1] or match[4]), int(match[2] or match[3])
        if not first:
            return None
    else:
        return None
    try:
        return Cleaned(MonthDay(first, second))
    except ValueError:
        return failed("date.no_such_day", t("“{text}”这一天不存在", text=day))
