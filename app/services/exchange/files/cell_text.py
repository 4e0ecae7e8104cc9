"""The text of a workbook's cell, by the type the parser gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.services.exchange.files.records import Marked

EXACT = 10**15
"""From here on a number has 16 digits or more, of which Excel keeps 15."""


class CellTexts:
    """Converters by type. `long_numbers` counts the numbers too long to be trusted, all of them `Marked`."""

    def __init__(self) -> None:
        self.long_numbers = 0
        self.by_type: dict[type, Callable[[Any], str]] = {
            float: self.number,
            int: self.integer,
            bool: lambda value: "TRUE" if value else "FALSE",
            dt.date: dt.date.isoformat,
            dt.datetime: moment,
            dt.time: clock,
            dt.timedelta: duration,
        }

    def number(self, value: float) -> str:
        """Shortest text of a number as Excel shows it: at most 15 significant digits, no exponent."""
        if value.is_integer():
            if -EXACT < value < EXACT:
                return str(int(value))
            self.long_numbers += 1
            return Marked(format(Decimal(repr(value)), "f").removesuffix(".0"), "digits")
        text = format(value, ".15g")
        return format(Decimal(text), "f") if "e" in text else text

    def integer(self, value: int) -> str:
        """Digits of a whole number."""
        if -EXACT < value < EXACT:
            return str(value)
        self.long_numbers += 1
        return Marked(str(value), "digits")


def moment(value: dt.datetime) -> str:
    """ "2024-03-05 14:30:00", to the nearest second."""
    if value.microsecond:
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.isoformat(sep=" ")


def clock(value: dt.time) -> str:
    """ "14:30:00"."""
    return value.isoformat(timespec="seconds")


def duration(value: dt.timedelta) -> str:
    """ "36:00:00"; negative ones with a sign in front."""
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02}:{second:02}"
