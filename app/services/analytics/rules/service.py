"""Tickets: how soon they are answered and solved, whether promises are kept, how old the backlog is.

First response = opened → first public answer by a person; resolution = opened → resolved. Medians and 90th percentiles,
because a few forgotten tickets pull every mean. SLA attainment = met / (met + violated): an open ticket past its deadline
is violated, one not yet due is not counted, and a waiting one has its clock stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from app.services.analytics.rules.arrays import quantile, rate

_HOUR = timedelta(hours=1)
#: age bucket of the backlog → the most days that still belong to it
AGES: tuple[tuple[str, int | None], ...] = (("0-1", 1), ("2-3", 3), ("4-7", 7), ("8-30", 30), ("30+", None))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the figures need of a ticket."""

    key: int
    opened: datetime
    responded: datetime | None
    resolved: datetime | None
    response_due: datetime | None
    resolution_due: datetime | None
    paused: bool
    agent_replies: int
    reopened: bool


@dataclass(frozen=True, slots=True)
class Times:
    """Hours of n tickets; None of none."""

    n: int
    median: float | None
    p90: float | None


def times(hours: Sequence[float]) -> Times:
    """Median and 90th percentile."""
    column = np.asarray(hours, dtype=np.float64)
    return Times(len(column), quantile(column, 0.5), quantile(column, 0.9))


def spans(
    tickets: Iterable[Ticket],
    end: Callable[[Ticket], datetime | None],
    measure: Callable[[datetime, datetime], float],
) -> list[float]:
    """Hours from opening to `end` of the tickets that have one; an end before the opening counts as no time."""
    found = []
    for ticket in tickets:
        done = end(ticket)
        if done is not None:
            found.append(measure(ticket.opened, done) if done > ticket.opened else 0.0)
    return found


def calendar_hours(start: datetime, end: datetime) -> float:
    """Hours by the clock on the wall."""
    return (end - start) / _HOUR


@dataclass(frozen=True, slots=True)
class Attainment:
    """Promises kept and broken; `pending` are not yet due."""

    met: int
    violated: int
    pending: int

    @property
    def rate(self) -> float | None:
        return rate(self.met, self.met + self.violated)


def verdict(due: datetime | None, done: datetime | None, moment: datetime, *, paused: bool) -> str | None:
    """met · violated · pending · None without a promise, as seen at `moment`."""
    if due is None:
        return None
    if done is not None and done <= moment:
        return "met" if done <= due else "violated"
    return "violated" if due < moment and not paused else "pending"


def attainment(verdicts: Iterable[str | None]) -> Attainment:
    """Counted."""
    found = list(verdicts)
    return Attainment(found.count("met"), found.count("violated"), found.count("pending"))


def first_contact_resolved(tickets: Iterable[Ticket]) -> tuple[int, int]:
    """(resolved with exactly one public answer and not reopened, resolved)."""
    done = [t for t in tickets if t.resolved is not None]
    return sum(t.agent_replies == 1 and not t.reopened for t in done), len(done)


def age_bucket(days: int) -> str:
    """The bucket of a ticket open for so many whole days."""
    return next(name for name, most in AGES if most is None or days <= most)
