"""What a chart is fed: plain, frozen, without Qt."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    """How a value is written."""

    COUNT = "count"
    MONEY = "money"  # integer minor units (分)
    RATE = "rate"  # fraction, 1 = 100 %
    DAYS = "days"
    HOURS = "hours"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is drawn and can be pointed at.

    `key` is handed back by the chart's `drilled`, None = nothing to open. `value` None: nothing was measured ("—").
    `note`: one more line of the tip. `extra`: short texts beside the mark (funnel). `tone`: a token, "" = the colour of
    its series. `at`: its place on a time axis. `unfinished`: its period still runs. `previous`: the value of the period
    before, where the chart shows one.
    """

    label: str
    value: float | None
    key: Hashable | None = None
    note: str = ""
    extra: tuple[str, ...] = ()
    tone: str = ""
    at: date | None = None
    unfinished: bool = False
    previous: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Marks of one colour. `faint`: a comparison, drawn behind and weaker (the period before)."""

    name: str
    marks: tuple[Mark, ...]
    faint: bool = False
    tone: str = ""


def measured(*series: Series) -> bool:
    """Whether there is any value at all."""
    return any(mark.value is not None for one in series for mark in one.marks)
