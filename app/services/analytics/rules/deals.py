"""Deals: win rate, velocity, funnel with conversion and days per stage, weighted pipeline.

A deal has reached a stage when it stands or stood there or beyond it; a won deal has reached all of them. So the share
of closed deals won among those that reached a stage, P(won | stage), is the product of the advance rates and never falls
from stage to stage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from app.services.analytics.rules.arrays import rate

OPEN, WON, LOST = "open", "won", "lost"
#: fewer closed deals do not tell a probability
ENOUGH_CLOSED = 30


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline; `probability` is the office's own guess, 0…1. `rank` orders open stages from 0."""

    key: int
    name: str
    kind: str
    rank: int
    probability: float


@dataclass(frozen=True, slots=True)
class Deal:
    """What the figures need of a deal. `furthest`: the rank of the furthest open stage it ever stood in."""

    key: int
    outcome: str
    amount: int
    stage: int
    furthest: int
    opened: date | None
    closed: date | None
    expected: date | None

    def state_on(self, day: date) -> str | None:
        """open, won, lost, or None while it did not exist yet."""
        if self.opened is not None and self.opened > day:
            return None
        if self.outcome != OPEN and (self.closed is None or self.closed <= day):
            return self.outcome
        return OPEN


@dataclass(frozen=True, slots=True)
class WinRate:
    """Deals closed in a period, by count and by value (minor units)."""

    won: int
    lost: int
    won_value: int
    lost_value: int

    @property
    def rate(self) -> float | None:
        return rate(self.won, self.won + self.lost)

    @property
    def value_rate(self) -> float | None:
        return rate(self.won_value, self.won_value + self.lost_value)


def win_rate(deals: Iterable[Deal]) -> WinRate:
    """Of deals that are closed (others are not counted)."""
    won = lost = won_value = lost_value = 0
    for deal in deals:
        if deal.outcome == WON:
            won, won_value = won + 1, won_value + deal.amount
        elif deal.outcome == LOST:
            lost, lost_value = lost + 1, lost_value + deal.amount
    return WinRate(won, lost, won_value, lost_value)


@dataclass(frozen=True, slots=True)
class Velocity:
    """Money per day: open deals × mean won value × win rate / mean days from opening to winning; None where unknown."""

    open: int
    mean_won: float | None
    rate: float | None
    cycle_days: float | None

    @property
    def per_day(self) -> float | None:
        if self.mean_won is None or self.rate is None or not self.cycle_days:
            return None
        return self.open * self.mean_won * self.rate / self.cycle_days


def velocity(open_deals: int, closed: Sequence[Deal]) -> Velocity:
    """`closed`: the deals closed in the trailing window."""
    won = [d for d in closed if d.outcome == WON]
    cycles = [(d.closed - d.opened).days for d in won if d.closed and d.opened and d.closed >= d.opened]
    return Velocity(
        open_deals,
        fmean(d.amount for d in won) if won else None,
        win_rate(closed).rate,
        fmean(cycles) if cycles else None,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: how many and how much reached it, how many of these the next one (last stage: won)."""

    stage: Stage
    reached: int
    value: int
    onward: int

    @property
    def conversion(self) -> float | None:
        return rate(self.onward, self.reached)


def funnel(deals: Sequence[Deal], stages: Sequence[Stage]) -> tuple[Step, ...]:
    """The open stages in order, with the deals that reached each."""
    ranked = sorted((s for s in stages if s.kind == OPEN), key=lambda s: s.rank)
    counts, values = _reached(deals, len(ranked))
    won = sum(d.outcome == WON for d in deals)
    return tuple(
        Step(stage, counts[i], values[i], counts[i + 1] if i + 1 < len(ranked) else won)
        for i, stage in enumerate(ranked)
    )


def _reached(deals: Iterable[Deal], size: int) -> tuple[list[int], list[int]]:
    counts, values = [0] * size, [0] * size
    for deal in deals:
        rank = size - 1 if deal.outcome == WON else min(deal.furthest, size - 1)
        if rank >= 0:
            counts[rank] += 1
            values[rank] += deal.amount
    for i in range(size - 2, -1, -1):
        counts[i] += counts[i + 1]
        values[i] += values[i + 1]
    return counts, values


@dataclass(frozen=True, slots=True)
class Chances:
    """P(won | stage) by stage key. `learned` False: too few closed deals, the office's own table."""

    by_stage: Mapping[int, float]
    closed: int
    learned: bool


def chances(closed: Sequence[Deal], stages: Sequence[Stage]) -> Chances:
    """From the office's own closed deals; a stage no closed deal reached keeps the chance of the one before it."""
    ranked = sorted((s for s in stages if s.kind == OPEN), key=lambda s: s.rank)
    if len(closed) < ENOUGH_CLOSED:
        return Chances({s.key: s.probability for s in ranked}, len(closed), learned=False)
    counts, _ = _reached(closed, len(ranked))
    won = sum(d.outcome == WON for d in closed)
    found: dict[int, float] = {}
    last = won / len(closed)
    for stage, count in zip(ranked, counts, strict=True):
        last = max(last, won / count) if count else last
        found[stage.key] = last
    return Chances(found, len(closed), learned=True)


@dataclass(frozen=True, slots=True)
class Stay:
    """A deal's time in a stage, milliseconds since 1970; `until` None: it is still there."""

    deal: int
    stage: int
    since: int
    until: int | None


def stays(changes: Iterable[tuple[int, int | None, int, int]], born: Mapping[int, int]) -> list[Stay]:
    """Stays from (deal, from stage, to stage, when) in the order of time.

    The first change of a deal also ends its stay in the stage it came from, which began when the deal was opened.
    """
    at: dict[int, tuple[int, int]] = {}
    found: list[Stay] = []
    for deal, before, after, when in changes:
        if deal in at:
            stage, since = at[deal]
            found.append(Stay(deal, stage, since, when))
        elif before is not None and deal in born and born[deal] <= when:
            found.append(Stay(deal, before, born[deal], when))
        at[deal] = (after, when)
    found += [Stay(deal, stage, since, None) for deal, (stage, since) in at.items()]
    return found


def days_per_stage(found: Iterable[Stay]) -> dict[int, list[float]]:
    """Days of every finished stay by stage; several stays of a deal in one stage add up."""
    total: dict[tuple[int, int], float] = defaultdict(float)
    for stay in found:
        if stay.until is not None:
            total[stay.stage, stay.deal] += (stay.until - stay.since) / 86_400_000
    by_stage: dict[int, list[float]] = defaultdict(list)
    for (stage, _), days in total.items():
        by_stage[stage].append(days)
    return dict(by_stage)


@dataclass(frozen=True, slots=True)
class Expected:
    """Open deals expected to close in a month ("2025-03"; "" without a date), plain and weighted, minor units."""

    month: str
    n: int
    amount: int
    weighted: float
    overdue: int


def weighted_pipeline(open_deals: Iterable[Deal], found: Chances, as_of: date) -> tuple[Expected, ...]:
    """By expected month, oldest first, undated last. `overdue`: how many have an expected day before `as_of`."""
    rows: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0, 0])
    for deal in open_deals:
        row = rows[deal.expected.isoformat()[:7] if deal.expected else ""]
        row[0] += 1
        row[1] += deal.amount
        row[2] += deal.amount * found.by_stage.get(deal.stage, 0.0)
        row[3] += deal.expected is not None and deal.expected < as_of
    ordered = sorted(rows, key=lambda month: (not month, month))
    return tuple(Expected(m, int(rows[m][0]), int(rows[m][1]), float(rows[m][2]), int(rows[m][3])) for m in ordered)
