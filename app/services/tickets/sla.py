"""Promises to the customer and how they stand: pure functions over a policy and a list of events.

Three clocks: the first response (opening → first public reply by a person), the next response (a message of the customer
→ the next public reply) and the resolution (opening → resolved, going on when the ticket is reopened). A clock stands
while the ticket waits for the customer. A new priority changes the target of clocks that still run; those that have
stopped keep theirs. The policy a ticket was opened under stays with the ticket (`Policy.dump`). Statuses and priorities are here what the office's
values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.core.dictionary import tickets
from app.services.tickets.worktime import WorkingCalendar, due, worked_minutes


class ClockKind(StrEnum):
    FIRST = "first_response"
    NEXT = "next_response"
    RESOLUTION = "resolution"


class EventKind(StrEnum):
    """What moves a clock. Notes and automatic answers do not."""

    INBOUND = "inbound"
    REPLY = "reply"
    STATUS = "status"
    PRIORITY = "priority"


class Standing(StrEnum):
    """How a promise stands: 进行中 / 已暂停 / 已超时 (still open) / 达成 / 未达成 / 不计."""

    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"


WAITING = frozenset({"waiting", "hold"})
ENDED = frozenset(tickets.ENDED)


@dataclass(frozen=True)
class Target:
    """So many minutes, of working time or of the calendar."""

    minutes: int
    working: bool = True


@dataclass(frozen=True)
class Policy:
    """Targets by what the priority means and clock; what is not named is not promised."""

    name: str
    targets: Mapping[str, Mapping[ClockKind, Target]]
    pauses: frozenset[str] = WAITING

    def target(self, priority: str, kind: ClockKind) -> Target | None:
        return self.targets.get(priority, {}).get(kind)

    def dump(self) -> dict[str, Any]:
        """As JSON data; `Policy.parse` is the inverse."""
        return {
            "name": self.name,
            "pauses": sorted(self.pauses),
            "targets": {
                priority: {kind.value: [x.minutes, x.working] for kind, x in clocks.items()}
                for priority, clocks in self.targets.items()
            },
        }

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Policy:
        """The policy that `dump` wrote; raises ValueError, KeyError or TypeError for anything else."""
        targets = {
            str(priority): {ClockKind(kind): Target(int(x[0]), bool(x[1])) for kind, x in clocks.items()}
            for priority, clocks in data["targets"].items()
        }
        return cls(str(data.get("name", "")), targets, frozenset(map(str, data.get("pauses", WAITING))))


def same_for_all(name: str, hours: Mapping[str, tuple[float, float, float]]) -> Policy:
    """A policy from {priority: (first, next, resolution) in working hours}."""
    kinds = (ClockKind.FIRST, ClockKind.NEXT, ClockKind.RESOLUTION)
    targets = {
        priority: {kind: Target(round(h * 60)) for kind, h in zip(kinds, three, strict=True) if h}
        for priority, three in hours.items()
    }
    return Policy(name, targets)


#: what a new archive starts with, in working hours
STANDARD = same_for_all(
    "标准",
    {"urgent": (1, 1, 8), "high": (2, 4, 16), "normal": (4, 8, 24), "low": (8, 16, 40)},
)


@dataclass(frozen=True)
class Event:
    """Something that happened to the ticket; `value` is what the new status or priority means."""

    at: datetime
    kind: EventKind
    value: str = ""


@dataclass(frozen=True)
class Clock:
    """One promise. `due_at` is None while it stands; `used`: minutes of the target's kind of time; `running`: the
    stretches [begin, end) it ran, the last one open (end None) while it does."""

    kind: ClockKind
    target: Target
    started_at: datetime
    running: tuple[tuple[datetime, datetime | None], ...]
    used: float
    standing: Standing
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def left(self) -> float:
        """Minutes to go, negative when late."""
        return self.target.minutes - self.used


@dataclass
class _Running:
    """A clock while the events are read."""

    kind: ClockKind
    target: Target
    started_at: datetime
    stretches: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    stopped_at: datetime | None = None
    dropped: bool = False

    def go(self, at: datetime) -> None:
        if not self.stretches or self.stretches[-1][1] is not None:
            self.stretches.append((at, None))

    def halt(self, at: datetime) -> None:
        if self.stretches and self.stretches[-1][1] is None:
            self.stretches[-1] = (self.stretches[-1][0], at)

    def stop(self, at: datetime, *, dropped: bool = False) -> None:
        self.halt(at)
        self.stopped_at, self.dropped = at, dropped

    @property
    def open(self) -> bool:
        return self.stopped_at is None


class _Reading:
    """The ticket's state while its events are read in order."""

    def __init__(self, policy: Policy, opened_at: datetime, priority: str, status: str) -> None:
        self.policy, self.priority, self.status = policy, priority, status
        self.clocks: list[_Running] = []
        self._start(ClockKind.FIRST, opened_at)
        self._start(ClockKind.RESOLUTION, opened_at)

    def _start(self, kind: ClockKind, at: datetime) -> None:
        target = self.policy.target(self.priority, kind)
        if target is None:
            return
        clock = _Running(kind, target, at)
        if self.status not in self.policy.pauses:
            clock.go(at)
        self.clocks.append(clock)

    def _open(self, *kinds: ClockKind) -> list[_Running]:
        return [c for c in self.clocks if c.open and c.kind in kinds]

    def read(self, event: Event) -> None:
        match event.kind:
            case EventKind.REPLY:
                for clock in self._open(ClockKind.FIRST, ClockKind.NEXT):
                    clock.stop(event.at)
            case EventKind.INBOUND:
                if not self._open(ClockKind.FIRST, ClockKind.NEXT):
                    self._start(ClockKind.NEXT, event.at)
            case EventKind.STATUS:
                self._moved(event.at, event.value)
            case EventKind.PRIORITY:
                self.priority = event.value
                for clock in [c for c in self.clocks if c.open]:
                    clock.target = self.policy.target(event.value, clock.kind) or clock.target

    def _moved(self, at: datetime, status: str) -> None:
        before, self.status = self.status, status
        if status in ENDED:
            for clock in self._open(ClockKind.FIRST, ClockKind.NEXT):
                clock.stop(at, dropped=True)
            for clock in self._open(ClockKind.RESOLUTION):
                clock.stop(at)
            return
        if before in ENDED:  # reopened: the resolution goes on where it was
            for clock in [c for c in self.clocks if c.kind is ClockKind.RESOLUTION]:
                clock.stopped_at = None
                clock.target = self.policy.target(self.priority, clock.kind) or clock.target
        waits = status in self.policy.pauses
        for clock in [c for c in self.clocks if c.open]:
            clock.halt(at) if waits else clock.go(at)


def clocks(
    policy: Policy,
    calendar: WorkingCalendar,
    events: Iterable[Event],
    *,
    opened_at: datetime,
    priority: str,
    now: datetime,
    status: str = "new",
) -> tuple[Clock, ...]:
    """How every promise on a ticket stands at `now`, in the order the clocks started.

    `priority` and `status` are those at the opening; events after `now` do not count, equal times keep their order.
    """
    reading = _Reading(policy, opened_at, priority, status)
    for event in sorted(events, key=lambda e: e.at):
        if event.at <= now:
            reading.read(replace(event, at=max(event.at, opened_at)))
    return tuple(_judged(clock, calendar, max(now, opened_at)) for clock in reading.clocks)


def _used(target: Target, calendar: WorkingCalendar, begin: datetime, end: datetime) -> float:
    return worked_minutes(calendar, begin, end) if target.working else (end - begin) / timedelta(minutes=1)


def _reached(target: Target, calendar: WorkingCalendar, begin: datetime, minutes: float) -> datetime | None:
    return due(calendar, begin, minutes) if target.working else begin + timedelta(minutes=minutes)


def _judged(clock: _Running, calendar: WorkingCalendar, now: datetime) -> Clock:
    used, breached = 0.0, None
    due_at: datetime | None = None
    for begin, end in clock.stretches:
        spent = _used(clock.target, calendar, begin, end or now)
        if breached is None:
            due_at = _reached(clock.target, calendar, begin, clock.target.minutes - used)
            last = end or now
            if due_at is not None and due_at < last:
                breached = due_at
            elif end is not None and clock.stopped_at is None:
                due_at = None
        used += spent
    standing = _standing(clock, breached is not None)
    return Clock(
        clock.kind, clock.target, clock.started_at, tuple(clock.stretches), used, standing,
        due_at=due_at, stopped_at=clock.stopped_at, breached_at=breached,
    )  # fmt: skip


def _standing(clock: _Running, breached: bool) -> Standing:
    if clock.stopped_at is not None:
        if breached:
            return Standing.MISSED
        return Standing.DROPPED if clock.dropped else Standing.MET
    if breached:
        return Standing.LATE
    return Standing.RUNNING if clock.stretches and clock.stretches[-1][1] is None else Standing.PAUSED


def latest(found: Sequence[Clock], kind: ClockKind) -> Clock | None:
    """The newest clock of a kind."""
    return next((c for c in reversed(found) if c.kind is kind), None)


def attainment(found: Iterable[Clock]) -> tuple[int, int]:
    """(met, missed): what is open and late is missed; what is not due yet or was dropped does not count."""
    met = missed = 0
    for clock in found:
        met += clock.standing is Standing.MET
        missed += clock.standing in (Standing.MISSED, Standing.LATE)
    return met, missed
