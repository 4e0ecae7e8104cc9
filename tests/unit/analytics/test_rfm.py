"""RFM: equal values score equally, whatever the order of rows; groups, cut-points, thresholds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.analytics.rules import rfm

VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=60)


def by_hand(values: list[int]) -> list[int]:
    """The definition, word by word."""
    n = len(values)
    if n == 1:
        return [3]
    return [min(5, int(5 * sum(o < v for o in values) / (n - 1) + 1e-12) + 1) for v in values]


@given(VALUES)
def test_that_scores_are_the_definition(values: list[int]) -> None:
    assert rfm.quintiles(np.array(values)).tolist() == by_hand(values)


@given(VALUES, st.randoms(use_true_random=False))
def test_that_the_order_of_rows_changes_no_score(values: list[int], random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = rfm.quintiles(np.array(values))
    assert rfm.quintiles(np.array(values)[order]).tolist() == straight[order].tolist()


def test_that_one_customer_scores_three() -> None:
    found = rfm.score(np.array([10]), np.array([1]), np.array([500]))
    assert (found.r[0], found.f[0], found.m[0]) == (3, 3, 3)


def test_that_nobody_scores_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(rfm.score(none, none, none).group) == 0


def test_that_the_most_recent_score_five() -> None:
    assert rfm.days_score(np.array([1, 10, 20, 30, 40, 50]), None).tolist() == [5, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("r", "f", "m", "group"),
    [
        (5, 5, 5, "important_value"),
        (5, 1, 5, "important_develop"),
        (1, 5, 5, "important_keep"),
        (1, 1, 5, "important_win_back"),
        (5, 5, 1, "general_value"),
        (4, 3, 3, "general_develop"),
        (3, 4, 1, "general_keep"),
        (1, 1, 1, "general_win_back"),
    ],
)
def test_that_three_scores_give_the_group(r: int, f: int, m: int, group: str) -> None:
    """By thresholds that leave the values as they are."""
    found = rfm.score(
        np.array([6 - r]),
        np.array([f]),
        np.array([m]),
        thresholds=((1, 2, 3, 4), (2, 3, 4, 5), (2, 3, 4, 5)),
    )
    assert (found.r[0], found.f[0], found.m[0]) == (r, f, m)
    assert rfm.NAMES[found.group[0]] == group


def test_that_thresholds_do_not_move_with_other_customers() -> None:
    few = rfm.by_thresholds(np.array([3]), (2, 4, 6, 8))
    many = rfm.by_thresholds(np.array([3, 100, 200, 300]), (2, 4, 6, 8))
    assert few[0] == many[0] == 2


@given(VALUES)
def test_that_cut_points_hold_every_value_of_their_score(values: list[int]) -> None:
    column = np.array(values)
    scores = rfm.quintiles(column)
    found = rfm.cuts(column, scores)
    assert [c.score for c in found] == [5, 4, 3, 2, 1]
    assert sum(c.n for c in found) == len(values)
    bounds = [(c.low, c.high) for c in reversed(found) if c.low is not None and c.high is not None]
    assert all(a[1] < b[0] for a, b in pairwise(bounds))
