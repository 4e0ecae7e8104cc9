"""Positions between cards, what a stage requires, when a deal is stuck."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.deals import rules
from app.services.deals.rules import Stage

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)


def _stage(kind: str = "open", *, rot: int | None = 10, required: tuple[str, ...] = ()) -> Stage:
    return Stage(uuid.uuid4(), "阶段", uuid.uuid4(), "管道", kind, 50, rot, required, 1, kind)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_that_cards_placed_between_others_keep_their_order(places: list[int]) -> None:
    column: list[int] = []
    for place in places:
        at = min(place, len(column))
        above = column[at - 1] if at else None
        below = column[at] if at < len(column) else None
        position = rules.between(above, below)
        assert position is not None
        column.insert(at, position)
    assert column == sorted(column)
    assert len(set(column)) == len(column)


def test_that_no_room_is_told() -> None:
    assert rules.between(4, 5) is None
    assert rules.between(4, 6) == 5


@pytest.mark.parametrize(
    ("stage", "days", "expected"),
    [
        (_stage(), 10, None),
        (_stage(), 11, 1),
        (_stage(rot=None), 900, None),
        (_stage("won"), 900, None),
    ],
)
def test_when_a_deal_is_stuck(stage: Stage, days: int, expected: int | None) -> None:
    assert rules.days_stuck(stage, NOW - timedelta(days=days, hours=1), NOW) == expected
    assert rules.days_stuck(stage, None, NOW) is None


@pytest.mark.parametrize(
    ("stage", "values", "expected"),
    [
        (_stage(required=("amount", "expected_on")), {"amount": 1}, ("expected_on",)),
        (_stage(required=("amount",)), {"amount": 0}, ()),
        (_stage("lost"), {}, ("lost_reason",)),
        (_stage("lost"), {"lost_reason": ("x",)}, ()),
        (_stage("won"), {}, ()),
    ],
)
def test_what_is_missing_before_a_stage(stage: Stage, values: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert rules.missing(stage, values) == expected


def test_what_follows_from_a_stage() -> None:
    won = rules.entering(_stage("won"), NOW, date(2026, 3, 5), given={})
    assert (won["outcome"], won["closed_on"], won["lost_reason"]) == ("won", date(2026, 3, 5), None)
    earlier = rules.entering(_stage("lost"), NOW, date(2026, 3, 5), given={"closed_on": date(2025, 1, 1)})
    assert earlier["closed_on"] == date(2025, 1, 1)
    back = rules.entering(_stage("open"), NOW, date(2026, 3, 5), given={})
    assert (back["outcome"], back["closed_on"]) == ("open", None)
