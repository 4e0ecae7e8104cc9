"""Cohorts, lifecycle, ABC, series, deals, receivables and ticket times by tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.analytics.records import Period
from app.services.analytics.rules import ageing, classes, cohort, deals, lifecycle, series, service
from app.services.analytics.rules.arrays import quantile
from app.services.analytics.rules.history import Orders, gaps, histories, histories_at, sorted_orders

START = date(2025, 1, 1).toordinal()
#: (customer, day of 2025 from 0, net)
LOG = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 400), st.integers(-50, 900)), max_size=40)


def orders(rows: list[tuple[int, int, int]]) -> Orders:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return sorted_orders(columns[:, 0], columns[:, 1] + START, columns[:, 2])


# ---- history --------------------------------------------------------------------------------------------------------


@given(LOG)
def test_that_histories_are_each_customer_s_own_sums(rows: list[tuple[int, int, int]]) -> None:
    found = histories(orders(rows))
    by_hand: dict[int, list[tuple[int, int]]] = {}
    for customer, day, net in rows:
        by_hand.setdefault(customer, []).append((day + START, net))
    assert found.customer.tolist() == sorted(by_hand)
    for i, customer in enumerate(found.customer.tolist()):
        days = sorted(day for day, _ in by_hand[customer])
        assert (found.first[i], found.last[i]) == (days[0], days[-1])
        assert found.orders[i] == len(days)
        assert found.purchase_days[i] == len(set(days))
        assert found.net[i] == sum(net for _, net in by_hand[customer])
        assert found.first_day_net[i] == sum(net for day, net in by_hand[customer] if day == days[0])


@given(LOG, st.lists(st.integers(-5, 420), min_size=1, max_size=5, unique=True))
def test_that_earlier_histories_are_those_of_the_orders_until_then(
    rows: list[tuple[int, int, int]], days: list[int]
) -> None:
    found = orders(rows)
    ends = sorted(day + START for day in days)
    for end, past in zip(ends, histories_at(found, ends), strict=True):
        wanted = histories(found.through(end))
        for name in ("customer", "first", "last", "orders", "purchase_days"):
            assert getattr(past, name).tolist() == getattr(wanted, name).tolist()


@given(LOG)
def test_that_gaps_are_between_purchase_days_of_one_customer(rows: list[tuple[int, int, int]]) -> None:
    wanted = []
    for customer in {row[0] for row in rows}:
        days = sorted({day for who, day, _ in rows if who == customer})
        wanted += [b - a for a, b in pairwise(days)]
    assert sorted(gaps(orders(rows)).tolist()) == sorted(wanted)


# ---- lifecycle and churn --------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 500), min_size=1, max_size=50), st.floats(0, 1))
def test_that_percentiles_are_those_of_numpy(values: list[int], share: float) -> None:
    column = np.array(values, dtype=np.float64)
    assert quantile(column, share) == pytest.approx(float(np.percentile(column, share * 100)))


def test_that_nothing_has_no_percentile() -> None:
    assert quantile(np.zeros(0), 0.5) is None


def test_that_the_window_is_the_ninetieth_percentile_of_the_gaps() -> None:
    rows = [(1, day, 1) for day in (0, 10, 30, 60, 100)]  # gaps 10 20 30 40
    assert lifecycle.churn_window(orders(rows)) == round(float(np.percentile([10, 20, 30, 40], 90)))
    assert lifecycle.churn_window(orders([(1, 0, 1), (2, 5, 1)])) == lifecycle.DEFAULT_WINDOW


@pytest.mark.parametrize(
    ("rows", "stage"),
    [
        ([(1, 300, 1)], "lost"),  # 100 days silent, window 90
        ([(1, 310, 1)], "new"),  # once, 90 days ago
        ([(1, 390, 1), (1, 390, 1)], "new"),  # twice on one day
        ([(1, 200, 1), (1, 395, 1)], "active"),
        ([(1, 100, 1), (1, 200, 1), (1, 395, 1)], "active"),  # alone: recency score 3
    ],
)
def test_that_the_first_fitting_stage_is_taken(rows: list[tuple[int, int, int]], stage: str) -> None:
    found = lifecycle.stages(histories(orders(rows)), START + 400, 90, loyal_orders=3)
    assert [lifecycle.STAGES[s] for s in found] == [stage]


def test_that_frequent_recent_customers_are_loyal() -> None:
    rows = [(1, d, 1) for d in (200, 300, 399)] + [(2, 350, 1), (2, 340, 1), (3, 330, 1), (3, 320, 1)]
    found = lifecycle.stages(histories(orders(rows)), START + 400, 90, loyal_orders=3)
    assert [lifecycle.STAGES[s] for s in found] == ["loyal", "active", "active"]


def test_that_churn_is_of_those_who_had_bought_before_the_window() -> None:
    rows = [(1, 0, 1), (1, 95, 1), (2, 10, 1), (3, 50, 1), (4, 51, 1), (5, 99, 1)]
    found = lifecycle.churn(orders(rows), START + 100, 50)
    assert (found.population, found.churned) == (3, 2)  # 1, 2 and 3 had bought by day 50; only 1 came back


@given(LOG, st.randoms(use_true_random=False))
def test_that_the_order_of_rows_changes_nothing(rows: list[tuple[int, int, int]], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = orders(rows), orders(mixed)
    as_of = START + 400
    assert lifecycle.churn_window(one) == lifecycle.churn_window(other)
    assert cohort.cohorts(one, as_of) == cohort.cohorts(other, as_of)
    stages = [lifecycle.stages(histories(o), as_of, 60, loyal_orders=2).tolist() for o in (one, other)]
    assert stages[0] == stages[1]


# ---- cohorts --------------------------------------------------------------------------------------------------------


@given(LOG)
def test_that_cohorts_are_counted_as_by_hand(rows: list[tuple[int, int, int]]) -> None:
    as_of = START + 400

    def month(day: int) -> int:
        at = date.fromordinal(day + START)
        return at.year * 12 + at.month - 1

    born: dict[int, int] = {}
    for customer, day, _ in rows:
        born[customer] = min(born.get(customer, 10**9), month(day))
    last = month(400)
    wanted = []
    for birth in sorted(set(born.values())):
        mine = {c for c, m in born.items() if m == birth}
        active = [len({c for c, d, _ in rows if c in mine and month(d) == birth + k}) for k in range(last - birth + 1)]
        wanted.append(cohort.Cohort(birth, len(mine), tuple(active)))
    assert list(cohort.cohorts(orders(rows), as_of)) == wanted


# ---- ABC ------------------------------------------------------------------------------------------------------------


def test_that_the_share_before_a_row_decides() -> None:
    order, got, before = classes.abc(np.array([5, 80, 10, 4, 1, 0, -3]), np.arange(7))
    assert order.tolist() == [1, 2, 0, 3, 4, 5, 6]
    assert [classes.CLASSES[c] for c in got] == ["A", "B", "B", "C", "C", "C", "C"]
    assert before[:3].tolist() == [0.0, 0.8, 0.9]


@given(st.lists(st.integers(-5, 100), max_size=40), st.randoms(use_true_random=False))
def test_that_classes_do_not_depend_on_the_order_of_rows(values: list[int], random: object) -> None:
    keys = list(range(len(values)))
    pairs = list(zip(values, keys, strict=True))
    random.shuffle(pairs)  # type: ignore[attr-defined]

    def classed(given_: list[tuple[int, int]]) -> dict[int, int]:
        columns = np.array(given_, dtype=np.int64).reshape(-1, 2)
        order, got, _ = classes.abc(columns[:, 0], columns[:, 1])
        return {int(columns[i, 1]): int(c) for i, c in zip(order, got, strict=True)}

    assert classed(pairs) == classed(list(zip(values, keys, strict=True)))


# ---- series ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        ("day", ["2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03"]),
        ("week", ["2025-01-30", "2025-02-03"]),
        ("month", ["2025-01-30", "2025-02-01"]),
        ("quarter", ["2025-01-30"]),
        ("year", ["2025-01-30"]),
    ],
)
def test_that_buckets_begin_where_the_calendar_does(step: str, starts: list[str]) -> None:
    found = series.buckets(date(2025, 1, 30), date(2025, 2, 4), step)
    assert [b.start.isoformat() for b in found] == starts
    assert found[-1].end == date(2025, 2, 4)


@given(st.lists(st.tuples(st.integers(-20, 420), st.integers(-(10**12), 10**12))), st.sampled_from(series.STEPS))
def test_that_bucket_sums_are_exact(rows: list[tuple[int, int]], step: str) -> None:
    first, end = date(2025, 1, 1), date(2026, 1, 10)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 2)
    found = series.buckets(first, end, step)
    counts, totals = series.sums(columns[:, 0] + START, found, columns[:, 1])
    for bucket, n, total in zip(found, counts, totals, strict=True):
        mine = [v for d, v in rows if bucket.start <= date.fromordinal(d + START) < bucket.end]
        assert (n, total) == (len(mine), sum(mine))


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        ((2025, 3, 1), (2025, 4, 1), (2025, 2, 1)),
        ((2025, 1, 1), (2026, 1, 1), (2024, 1, 1)),
        ((2025, 1, 1), (2025, 4, 1), (2024, 10, 1)),
        ((2025, 3, 10), (2025, 3, 17), (2025, 3, 3)),
    ],
)
def test_that_the_period_before_is_as_long(
    start: tuple[int, int, int], end: tuple[int, int, int], before: tuple[int, int, int]
) -> None:
    assert Period(date(*start), date(*end)).previous() == Period(date(*before), date(*start))


# ---- deals ----------------------------------------------------------------------------------------------------------

STAGES = tuple(deals.Stage(i, name, "open", i, p) for i, (name, p) in enumerate((("A", 0.1), ("B", 0.5), ("C", 0.8))))


def deal(outcome: str, furthest: int, amount: int = 100, key: int = 0, days: int = 10) -> deals.Deal:
    closed = date(2025, 6, 1) if outcome != "open" else None
    return deals.Deal(key, outcome, amount, furthest, furthest, date(2025, 6, 1) - timedelta(days), closed, None)


def test_that_the_win_rate_is_of_closed_deals() -> None:
    found = deals.win_rate([deal("won", 2, 300), deal("lost", 0, 100), deal("lost", 1, 100), deal("open", 1)])
    assert (found.won, found.lost, found.rate, found.value_rate) == (1, 2, 1 / 3, 0.6)
    assert deals.win_rate([deal("open", 0)]).rate is None


def test_that_velocity_is_the_product_of_its_factors() -> None:
    closed = [deal("won", 2, 300, days=20), deal("won", 2, 100, days=10), deal("lost", 0), deal("lost", 0)]
    found = deals.velocity(6, closed)
    assert found.per_day == pytest.approx(6 * 200 * 0.5 / 15)
    assert deals.velocity(6, []).per_day is None


def test_that_the_funnel_counts_who_came_that_far() -> None:
    rows = [deal("won", 0, 10), deal("open", 1, 20), deal("lost", 0, 30), deal("lost", 2, 40)]
    steps = deals.funnel(rows, STAGES)
    assert [s.reached for s in steps] == [4, 3, 2]
    assert [s.value for s in steps] == [100, 70, 50]
    assert [s.conversion for s in steps] == [0.75, 2 / 3, 0.5]


def test_that_chances_come_from_the_own_history_and_never_fall() -> None:
    closed = [deal("won", 0)] * 12 + [deal("lost", 0)] * 12 + [deal("lost", 1)] * 6
    found = deals.chances(closed, STAGES)
    assert found.learned
    assert [found.by_stage[s.key] for s in STAGES] == [12 / 30, 12 / 18, 1.0]
    few = deals.chances(closed[:29], STAGES)
    assert not few.learned
    assert [few.by_stage[s.key] for s in STAGES] == [0.1, 0.5, 0.8]


@given(st.lists(st.tuples(st.sampled_from(("won", "lost")), st.integers(0, 2)), min_size=30, max_size=80))
def test_that_a_later_stage_is_never_less_likely(rows: list[tuple[str, int]]) -> None:
    found = deals.chances([deal(outcome, furthest) for outcome, furthest in rows], STAGES)
    shares = [found.by_stage[s.key] for s in STAGES]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_that_the_pipeline_is_weighted_by_month() -> None:
    chances = deals.Chances({0: 0.1, 1: 0.5, 2: 0.8}, 0, learned=False)
    rows = [
        deals.Deal(1, "open", 1000, 1, 1, None, None, date(2025, 5, 10)),
        deals.Deal(2, "open", 500, 2, 2, None, None, date(2025, 5, 31)),
        deals.Deal(3, "open", 700, 0, 0, None, None, None),
    ]
    found = deals.weighted_pipeline(rows, chances, date(2025, 5, 20))
    assert [(m.month, m.n, m.amount, m.weighted, m.overdue) for m in found] == [
        ("2025-05", 2, 1500, 900.0, 1),
        ("", 1, 700, pytest.approx(70), 0),
    ]


def test_that_days_per_stage_come_from_the_moves() -> None:
    def at(day: int) -> int:
        return day * 86_400_000

    moves = [(1, 0, 1, at(5)), (2, None, 0, at(1)), (1, 1, 0, at(7)), (2, 0, 2, at(4)), (1, 0, 2, at(9))]
    found = deals.days_per_stage(deals.stays(sorted(moves, key=lambda m: m[3]), {1: at(2), 2: at(1)}))
    assert found == {0: [3.0, 5.0], 1: [2.0]}  # deal 1: 3 days, then 2 again; stage 2 is not left yet


def test_that_a_deal_is_what_it_was_on_that_day() -> None:
    won = deal("won", 2, days=10)
    assert [won.state_on(date(2025, 6, d)) for d in (1, 2)] == ["won", "won"]
    assert won.state_on(date(2025, 5, 31)) == "open"
    assert won.state_on(date(2025, 5, 1)) is None


# ---- receivables ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_that_days_overdue_give_the_bucket(days: int, bucket: str) -> None:
    as_of = date(2025, 6, 1).toordinal()
    found = ageing.aged(np.array([5, 7, 0, -5]), np.array([as_of - days, as_of - days, as_of, as_of]), as_of)
    assert [(b.name, b.n, b.owed) for b in found if b.n] == [(bucket, 2, 12)]


def test_that_an_order_without_any_day_is_due() -> None:
    assert [b.n for b in ageing.aged(np.array([5]), np.array([0]), START)] == [0, 1, 0, 0, 0]


# ---- tickets --------------------------------------------------------------------------------------------------------

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "done", "paused", "verdict"),
    [
        (None, 1, False, None),
        (2, 1, False, "met"),
        (2, 2, False, "met"),
        (2, 3, False, "violated"),
        (2, None, False, "violated"),
        (2, None, True, "pending"),
        (99, None, False, "pending"),
        (2, 99, False, "violated"),  # done later than we look
    ],
)
def test_that_a_promise_is_judged_at_the_moment(
    due: int | None, done: int | None, paused: bool, verdict: str | None
) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    assert service.verdict(at(due), at(done), NOON + timedelta(hours=10), paused=paused) == verdict


def test_that_attainment_is_of_what_is_due() -> None:
    found = service.attainment(["met", "met", "violated", "pending", None])
    assert (found.met, found.violated, found.pending, found.rate) == (2, 1, 1, 2 / 3)
    assert service.attainment(["pending"]).rate is None


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=60))
def test_that_times_are_percentiles(hours: list[float]) -> None:
    found = service.times(hours)
    assert found.median == float(np.percentile(hours, 50))
    assert found.p90 == float(np.percentile(hours, 90))
    assert service.times([]).median is None


@pytest.mark.parametrize(("days", "bucket"), [(0, "0-1"), (1, "0-1"), (2, "2-3"), (7, "4-7"), (8, "8-30"), (31, "30+")])
def test_that_the_backlog_is_sorted_by_age(days: int, bucket: str) -> None:
    assert service.age_bucket(days) == bucket
