"""Working time: how much of it lies between two moments, and when so much of it has passed.

A `WorkingCalendar` has hours per weekday, public holidays and make-up workdays (调休), and exceptions of the office's own.
The difference of two cumulative sums makes the time additive; sums are kept per day, so long spans cost no more than
short ones. Moments are aware; a working day begins and ends by the wall clock of `zone` (None: this machine's).
"""

from __future__ import annotations

import csv
import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

from app.core.paths import resource_dir

#: minutes since midnight: [begin, end)
Span = tuple[int, int]
Spans = tuple[Span, ...]

OFFICE_HOURS: Spans = ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))
FIVE_DAYS: tuple[Spans, ...] = (OFFICE_HOURS,) * 5 + ((), ())
#: beyond this many days ahead a deadline counts as never
HORIZON_DAYS = 3660
_NOTHING = timedelta(0)
_FIRST, _LAST = date(1900, 1, 1).toordinal(), date(2150, 1, 1).toordinal()
#: days known beyond the ones asked for
_CHUNK = 120


@dataclass(frozen=True)
class Holiday:
    """A day that the state declared: free (`work` False) or a make-up workday (调休)."""

    day: date
    work: bool
    name: str


@cache
def holidays() -> Mapping[date, Holiday]:
    """All declared days we know, from the announcements of the State Council (as kept by the chinesecalendar project)."""
    path = resource_dir() / "reference" / "holidays.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Holiday(date.fromisoformat(r["day"]), r["kind"] == "work", r["name"]) for r in csv.DictReader(file)]
    return {row.day: row for row in rows}


@cache
def known_years() -> frozenset[int]:
    """The years whose holidays and make-up days are known; for others only the week counts."""
    return frozenset(day.year for day in holidays())


@dataclass(frozen=True)
class WorkingCalendar:
    """When the office works. `week`: Monday first. `exceptions` win over everything; () is a day off.

    On a make-up workday the hours are those of the first weekday that has any.
    """

    week: tuple[Spans, ...] = FIVE_DAYS
    exceptions: Mapping[date, Spans] = field(default_factory=dict)
    public_holidays: bool = True
    zone: tzinfo | None = None
    _sums: _Sums = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sums", _Sums(self))

    def hours(self, day: date) -> Spans:
        """The working hours of a day."""
        given = self.exceptions.get(day)
        if given is not None:
            return given
        declared = holidays().get(day) if self.public_holidays else None
        if declared is None:
            return self.week[day.weekday()]
        return next((spans for spans in self.week if spans), ()) if declared.work else ()

    def knows(self, year: int) -> bool:
        """Whether this year's public holidays are known (always true where they do not matter)."""
        return not self.public_holidays or year in known_years()

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's working hours as UTC moments."""
        return [(self._moment(day, begin), self._moment(day, end)) for begin, end in self.hours(day) if begin < end]

    def _moment(self, day: date, minutes: int) -> datetime:
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)  # 24:00 is the next day's midnight
        return (wall.replace(tzinfo=self.zone) if self.zone else wall).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment."""
        return moment.astimezone(self.zone).date()

    def total(self, moment: datetime) -> timedelta:
        """Working time since a fixed day of this calendar object (negative before it); never falls as the moment grows."""
        return self._sums.until(moment)

    def reached(self, total: timedelta, start: datetime) -> datetime | None:
        """The first moment from `start` on with this total; None when it is not reached within HORIZON_DAYS."""
        return self._sums.reached(total, start)


class _Sums:
    """Working time from a fixed day to the beginning of each other day (negative before it), grown as days are asked for.

    Thread-safe: the known stretch is replaced as a whole, never changed.
    """

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._lock = threading.Lock()
        self._known: tuple[int, list[timedelta]] = (0, [])
        self._by_day: dict[int, list[tuple[datetime, datetime]]] = {}

    def _cover(self, first: int, last: int) -> tuple[int, list[timedelta]]:
        """(ordinal of the first known day, sums) where the days `first` … `last` + 1 are known."""
        start, sums = self._known
        if sums and start <= first and last + 1 < start + len(sums):
            return self._known
        with self._lock:
            start, sums = self._known
            if not sums:
                start, sums = first, [_NOTHING]
            if first < start:
                start, sums = self._earlier(start, sums, max(first - _CHUNK, _FIRST))
            if last + 1 >= start + len(sums):
                sums = self._later(start, sums, min(last + 1 + _CHUNK, _LAST + 1))
            self._known = (start, sums)
            return self._known

    def _spans(self, ordinal: int) -> list[tuple[datetime, datetime]]:
        found = self._by_day.get(ordinal)
        if found is None:
            found = self._by_day[ordinal] = self._calendar.spans(date.fromordinal(ordinal))
        return found

    def _worked(self, ordinal: int) -> timedelta:
        return sum((end - begin for begin, end in self._spans(ordinal)), _NOTHING)

    def _earlier(self, start: int, sums: list[timedelta], first: int) -> tuple[int, list[timedelta]]:
        more: list[timedelta] = []
        total = sums[0]
        for ordinal in range(start - 1, first - 1, -1):
            total -= self._worked(ordinal)
            more.append(total)
        return first, more[::-1] + sums

    def _later(self, start: int, sums: list[timedelta], last: int) -> list[timedelta]:
        grown = list(sums)
        for ordinal in range(start + len(sums), last + 1):
            grown.append(grown[-1] + self._worked(ordinal - 1))
        return grown

    def until(self, moment: datetime) -> timedelta:
        ordinal = min(max(self._calendar.day_of(moment).toordinal(), _FIRST), _LAST)
        start, sums = self._cover(ordinal, ordinal)
        total = sums[ordinal - start]
        for begin, end in self._spans(ordinal):
            if moment > begin:
                total += min(moment, end) - begin
        return total

    def reached(self, total: timedelta, start: datetime) -> datetime | None:
        day = min(max(self._calendar.day_of(start).toordinal(), _FIRST), _LAST)
        horizon = min(day + HORIZON_DAYS, _LAST)
        reach = day
        while True:
            first, sums = self._cover(day, reach)
            index = bisect_left(sums, total, lo=day - first + 1)
            if index < len(sums):
                return self._within(total - sums[index - 1], first + index - 1, start)
            if reach >= horizon:
                return None
            reach = min(first + len(sums) + _CHUNK, horizon)

    def _within(self, left: timedelta, ordinal: int, start: datetime) -> datetime:
        """The moment of a day by which `left` of its working time has passed."""
        for begin, end in self._spans(ordinal):
            if left <= end - begin:
                return max(begin + left, start)
            left -= end - begin
        return start


def worked(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """Working time between two moments; zero when `end` is not after `start`."""
    return max(calendar.total(end) - calendar.total(start), _NOTHING) if end > start else _NOTHING


def worked_minutes(calendar: WorkingCalendar, start: datetime, end: datetime) -> float:
    """As `worked`, in minutes."""
    return worked(calendar, start, end) / timedelta(minutes=1)


def due(calendar: WorkingCalendar, start: datetime, minutes: float) -> datetime | None:
    """The first moment by which `minutes` of working time have passed since `start`; None when there never are so many."""
    if minutes <= 0:
        return start
    return calendar.reached(calendar.total(start) + timedelta(minutes=minutes), start)
