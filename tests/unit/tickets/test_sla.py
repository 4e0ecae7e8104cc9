"""The promises: started, paused, stopped, missed; every rule by a case, and what holds for any history."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.tickets.sla import (
    STANDARD,
    Clock,
    ClockKind,
    Event,
    EventKind,
    Policy,
    Standing,
    Target,
    attainment,
    clocks,
    latest,
)
from app.services.tickets.worktime import WorkingCalendar, worked_minutes

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar(zone=SHANGHAI)
OPENED = "2026-03-04 09:00"  # a Wednesday
POLICY = Policy(
    "p",
    {
        "normal": {ClockKind.FIRST: Target(120), ClockKind.NEXT: Target(240), ClockKind.RESOLUTION: Target(900)},
        "urgent": {
            ClockKind.FIRST: Target(30),
            ClockKind.NEXT: Target(30),
            ClockKind.RESOLUTION: Target(240, working=False),
        },
        "low": {},
    },
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text if len(text) > 5 else f"2026-03-04 {text}").replace(tzinfo=SHANGHAI)


def reply(text: str) -> Event:
    return Event(at(text), EventKind.REPLY)


def inbound(text: str) -> Event:
    return Event(at(text), EventKind.INBOUND)


def status(text: str, value: str) -> Event:
    return Event(at(text), EventKind.STATUS, value)


def stand(events: list[Event], now: str, *, priority: str = "normal") -> tuple[Clock, ...]:
    return clocks(POLICY, OFFICE, events, opened_at=at(OPENED), priority=priority, now=at(now))


def one(events: list[Event], now: str, kind: ClockKind, *, priority: str = "normal") -> Clock:
    found = latest(stand(events, now, priority=priority), kind)
    assert found is not None
    return found


def test_that_a_new_ticket_runs_towards_both_deadlines() -> None:
    first, resolution = stand([], "10:00")
    assert (first.kind, first.standing, first.due_at, first.used) == (
        ClockKind.FIRST, Standing.RUNNING, at("11:00"), 60,
    )  # fmt: skip
    assert resolution.due_at == at("2026-03-05 18:00")
    assert first.left == 60


def test_that_the_first_reply_in_time_meets_the_promise() -> None:
    first = one([reply("10:30")], "18:00", ClockKind.FIRST)
    assert (first.standing, first.stopped_at, first.used) == (Standing.MET, at("10:30"), 90)
    assert first.due_at == at("11:00")


def test_that_a_reply_after_the_deadline_misses_it() -> None:
    first = one([reply("11:01")], "18:00", ClockKind.FIRST)
    assert (first.standing, first.breached_at) == (Standing.MISSED, at("11:00"))


def test_that_a_deadline_passed_without_reply_is_late_already() -> None:
    assert one([], "11:00", ClockKind.FIRST).standing is Standing.RUNNING
    assert one([], "11:01", ClockKind.FIRST).standing is Standing.LATE


def test_that_waiting_for_the_customer_stops_the_clock_and_going_on_moves_the_deadline() -> None:
    paused = one([status("10:00", "waiting")], "17:00", ClockKind.RESOLUTION)
    assert (paused.standing, paused.due_at, paused.used) == (Standing.PAUSED, None, 60)
    going = one([status("10:00", "waiting"), status("11:00", "open")], "11:30", ClockKind.RESOLUTION)
    assert going.standing is Standing.RUNNING
    assert going.due_at == at("2026-03-06 10:00")  # one hour later than without the pause
    assert going.used == 90


def test_that_a_promise_broken_before_the_pause_stays_broken() -> None:
    found = one([status("11:30", "waiting")], "17:00", ClockKind.FIRST)
    assert (found.standing, found.breached_at) == (Standing.LATE, at("11:00"))


def test_that_reopening_goes_on_with_the_time_already_used() -> None:
    events = [reply("09:30"), status("10:00", "resolved"), status("14:00", "open")]
    found = one(events, "15:00", ClockKind.RESOLUTION)
    assert (found.standing, found.used, found.stopped_at) == (Standing.RUNNING, 120, None)
    assert one(events[:2], "15:00", ClockKind.RESOLUTION).standing is Standing.MET


def test_that_a_higher_priority_brings_the_deadline_forward() -> None:
    events = [Event(at("10:00"), EventKind.PRIORITY, "urgent")]
    first, resolution = stand(events, "10:00")
    assert (first.standing, first.breached_at) == (Standing.LATE, at("09:30"))
    assert resolution.due_at == at("13:00")  # four hours of the calendar since nine
    assert resolution.used == 60


def test_that_a_new_priority_leaves_stopped_clocks_alone() -> None:
    events = [reply("10:30"), Event(at("10:40"), EventKind.PRIORITY, "urgent")]
    assert one(events, "10:50", ClockKind.FIRST).standing is Standing.MET


def test_that_the_next_response_runs_from_the_customers_first_unanswered_message() -> None:
    events = [reply("09:10"), inbound("10:00"), inbound("11:00"), reply("14:00"), inbound("15:00")]
    found = [c for c in stand(events, "16:00") if c.kind is ClockKind.NEXT]
    assert [(c.started_at, c.standing) for c in found] == [
        (at("10:00"), Standing.MET),
        (at("15:00"), Standing.RUNNING),
    ]
    assert found[0].used == 150


def test_that_further_messages_before_the_first_reply_start_nothing_new() -> None:
    assert [c.kind for c in stand([inbound("09:05")], "10:00")] == [ClockKind.FIRST, ClockKind.RESOLUTION]


def test_that_resolving_without_an_answer_drops_the_first_response_unless_it_was_late() -> None:
    assert one([status("10:00", "resolved")], "12:00", ClockKind.FIRST).standing is Standing.DROPPED
    assert one([status("11:30", "resolved")], "12:00", ClockKind.FIRST).standing is Standing.MISSED


def test_that_a_reply_before_opening_hours_costs_no_time() -> None:
    found = clocks(
        POLICY, OFFICE, [reply("08:30")], opened_at=at("07:00"), priority="normal", now=at("09:00")
    )  # fmt: skip
    assert found[0].used == 0
    assert found[0].standing is Standing.MET


def test_that_what_is_not_promised_has_no_clock() -> None:
    assert stand([reply("10:00")], "11:00", priority="low") == ()


def test_that_attainment_counts_open_and_late_as_missed_and_not_yet_due_not_at_all() -> None:
    met = stand([reply("10:00"), status("11:00", "resolved")], "12:00")
    late = stand([], "2026-03-20 12:00")
    fresh = stand([], "09:10")
    assert attainment([*met, *late, *fresh]) == (2, 2)


@pytest.mark.parametrize("policy", [POLICY, STANDARD, Policy("", {}, frozenset({"hold"}))])
def test_that_a_policy_survives_storage(policy: Policy) -> None:
    assert Policy.parse(policy.dump()) == policy


moments = st.integers(0, 60 * 24 * 20).map(lambda m: at(OPENED) + timedelta(minutes=m))
events = st.lists(
    st.builds(
        lambda when, what: Event(when, what[0], what[1]),
        moments,
        st.sampled_from(
            [(EventKind.INBOUND, ""), (EventKind.REPLY, "")]
            + [(EventKind.STATUS, s) for s in ("open", "waiting", "hold", "resolved", "closed")]
            + [(EventKind.PRIORITY, p) for p in ("normal", "urgent", "low")]
        ),
    ),
    max_size=12,
)


@given(events, moments)
def test_that_what_happens_later_does_not_change_how_it_stands_now(history: list[Event], now: datetime) -> None:
    known = [e for e in history if e.at <= now]
    one_way = clocks(POLICY, OFFICE, history, opened_at=at(OPENED), priority="normal", now=now)
    assert one_way == clocks(POLICY, OFFICE, known, opened_at=at(OPENED), priority="normal", now=now)


@given(events, moments)
def test_that_every_clock_fits_its_stretches(history: list[Event], now: datetime) -> None:
    for clock in clocks(POLICY, OFFICE, history, opened_at=at(OPENED), priority="normal", now=now):
        previous = None
        for begin, end in clock.running:
            assert previous is None or previous <= begin
            assert end is None or begin <= end
            previous = end
        assert 0 <= clock.used <= max((now - at(OPENED)) / timedelta(minutes=1), 0)
        assert (clock.breached_at is not None) == (clock.standing in {Standing.LATE, Standing.MISSED})
        if clock.standing is Standing.RUNNING and clock.target.working:
            assert clock.due_at is not None
            assert worked_minutes(OFFICE, now, clock.due_at) == pytest.approx(clock.left)
        if clock.standing is Standing.PAUSED:
            assert clock.due_at is None


@given(events)
def test_that_without_pauses_time_used_never_falls(history: list[Event]) -> None:
    last = 0.0
    for hour in range(0, 24 * 20, 7):
        now = at(OPENED) + timedelta(hours=hour)
        calm = [e for e in history if e.kind is not EventKind.PRIORITY]
        found = latest(
            clocks(POLICY, OFFICE, calm, opened_at=at(OPENED), priority="normal", now=now), ClockKind.RESOLUTION
        )
        assert found is not None
        assert found.used >= last
        last = found.used
