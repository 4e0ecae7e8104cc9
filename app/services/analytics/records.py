"""What a report is asked for and what it answers: frozen, without a database behind it.

Values inside a report are plain: str, int, float, bool, None, lists and mappings of these. Money is an integer in minor
units (分), dates are ISO text, a month is "2025-03", rates are fractions 0…1, and a rate of nothing is None, never 0.
`Column.kind` and `Measure.kind` say which is which, for formatting.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.core.filters import Filter

#: one line of a report: column key → plain value. Keys beyond the columns serve drilling (`id` of a record, as text)
Row = Mapping[str, Any]


class Kind(StrEnum):
    """How a figure is to be read."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # integer minor units
    RATE = "rate"  # fraction 0…1
    DATE = "date"  # ISO text
    MONTH = "month"  # "2025-03"
    DAYS = "days"
    HOURS = "hours"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days from `start` to the day before `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.start} … {self.end}")

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def previous(self) -> Period:
        """The period just before: whole months before whole months, else as many days."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        if self.start.day == self.end.day == 1 and months:
            return Period(month_shift(self.start, -months), self.start)
        return Period(self.start - timedelta(days=self.days), self.start)


def month_shift(day: date, months: int) -> date:
    """The first of the month `months` away from the day's own month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class ReportRequest:
    """What a report is asked for.

    `as_of` is the last day that counts. `period` None: everything up to `as_of`. `compare`: the same for the period
    before. `owners` and `team` (its name, sub-teams included) narrow to records of these people; empty = everybody.
    `condition` narrows the report's own entity (see `ReportSpec.entity`). `params` are the report's own parameters.
    `limit`: no more rows of single records than this (figures and parts are always whole); a screen wants few.
    """

    as_of: date
    period: Period | None = None
    compare: bool = False
    owners: frozenset[uuid.UUID] = frozenset()
    team: str | None = None
    condition: Filter | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """The formula's short name and the formula in words, in the language in force."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report's rows."""

    key: str
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Measure:
    """A headline figure. `value` None: there is nothing to measure ("—"). `previous`: of the period before, if asked.

    `n`: how many records stand behind it, where that differs from the report's n.
    """

    key: str
    title: str
    kind: Kind
    value: Any
    previous: Any = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """The records behind a figure, as an ordinary list: an entity key and a filter tree (None: all)."""

    entity: str
    condition: Filter | None


def _no_drill(_row: Row) -> Drill | None:
    return None


@dataclass(frozen=True)
class Part:
    """A further table of a report: groups, a grid, a history. Its rows open as those of the report do."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    of_row: Callable[[Row], Drill | None] = field(default=_no_drill, repr=False, compare=False)

    def drill(self, row: Row) -> Drill | None:
        """The records behind one row; None where there are none to open."""
        return self.of_row(row)


@dataclass(frozen=True)
class Report:
    """The answer. `n` is the number of records counted; `rows` are in their meaningful order.

    `detail` holds further structured figures of this report (plain values, no money). `notes` are sentences that must
    be shown beside the figures: guards, unfinished periods, what was left out. `previous` is the same report for the
    period before when `compare` was asked.
    """

    name: str
    title: str
    formula: Formula
    parameters: Mapping[str, Any]
    as_of: date
    window: Period | None
    filter: Mapping[str, Any] | None
    n: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    measures: tuple[Measure, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    previous: Report | None = None
    of_row: Callable[[Row], Drill | None] = field(default=_no_drill, repr=False, compare=False)
    of_all: Drill | None = None

    def drill(self, row: Row) -> Drill | None:
        """The records behind one row; None where there are none to open."""
        return self.of_row(row)

    def measure(self, key: str) -> Measure:
        """The headline figure `key`; raises KeyError."""
        for found in self.measures:
            if found.key == key:
                return found
        raise KeyError(key)

    def part(self, key: str) -> Part:
        """The further table `key`; raises KeyError."""
        for found in self.parts:
            if found.key == key:
                return found
        raise KeyError(key)
