"""Periods, and where tiles stand."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.analytics.records import Period
from app.views.dashboards import arrangement
from app.views.dashboards.arrangement import (
    GAP,
    SIZES,
    Placed,
    changed,
    laid_out,
    landing,
    moved,
    restored,
    stepped,
    stored_form,
)
from app.views.dashboards.periods import KEYS, Span, compared_words, last_months, period_text, titles

DEFAULTS = tuple(Placed(key, "S") for key in "abcde")


@pytest.mark.parametrize(
    ("key", "today", "first", "after"),
    [
        ("month", date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1)),
        ("last_month", date(2026, 1, 5), date(2025, 12, 1), date(2026, 1, 1)),
        ("quarter", date(2026, 11, 22), date(2026, 10, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        ("year", date(2026, 11, 22), date(2026, 1, 1), date(2027, 1, 1)),
        ("last_12", date(2026, 11, 22), date(2025, 12, 1), date(2026, 12, 1)),
        ("no such key", date(2026, 12, 31), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_that_periods_are_whole_calendar_periods(key, today, first, after):
    assert Span(key).period(today) == Period(first, after)


def test_that_an_own_period_holds_both_days_whichever_came_first():
    day, later = date(2026, 3, 9), date(2026, 4, 1)
    wanted = Period(day, date(2026, 4, 2))
    assert Span("custom", day, later).period(date(2020, 1, 1)) == wanted
    assert Span("custom", later, day).period(date(2020, 1, 1)) == wanted
    assert Span("custom").period(date(2026, 11, 22)) == last_months(date(2026, 11, 22), 12)


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period(date(2026, 3, 1), date(2026, 4, 1)), "2026-03"),
        (Period(date(2025, 12, 1), date(2026, 12, 1)), "2025-12 – 2026-11"),
        (Period(date(2026, 3, 2), date(2026, 3, 10)), "2026-03-02 – 2026-03-09"),
    ],
)
def test_that_periods_are_named(period, text):
    assert period_text(period) == text


def test_that_every_period_has_words():
    assert [key for key, _text in titles()] == list(KEYS)
    assert len({compared_words(key) for key in KEYS}) == len(KEYS) - 1


def test_that_a_stored_arrangement_comes_back():
    mine = changed(moved(DEFAULTS, "e", "b"), "c", size="L", shown=False)
    assert restored(stored_form(mine), DEFAULTS) == mine


@pytest.mark.parametrize("broken", [None, 3, "x", [], [1, 2], [{"key": "nobody"}], [{"size": "S"}]])
def test_that_a_broken_arrangement_is_the_default(broken):
    assert restored(broken, DEFAULTS) == DEFAULTS


def test_that_a_new_tile_appears_behind_its_neighbour():
    old = stored_form(tuple(Placed(key, "M") for key in "edba"))
    assert [one.key for one in restored(old, DEFAULTS)] == ["e", "d", "b", "c", "a"]


def test_that_odd_values_in_the_file_are_mended():
    found = restored([{"key": "b", "size": "XXL"}, {"key": "b", "size": "L"}, {"key": "a", "shown": 0}], DEFAULTS)
    assert next(one for one in found if one.key == "b").size == "S"
    assert len(found) == 5


def test_that_tiles_step_past_visible_neighbours():
    hidden = changed(DEFAULTS, "b", shown=False)
    assert [one.key for one in stepped(hidden, "a", 1) if one.shown] == ["c", "a", "d", "e"]
    assert [one.key for one in stepped(hidden, "c", -1) if one.shown] == ["c", "a", "d", "e"]
    assert stepped(hidden, "a", -1) == hidden
    assert stepped(hidden, "e", 1) == hidden


@given(st.permutations("abcde"), st.sampled_from("abcde"), st.sampled_from(["", *"abcde"]))
def test_that_moving_loses_no_tile(order, key, before):
    start = tuple(Placed(one, "S") for one in order)
    after = moved(start, key, before)
    assert sorted(one.key for one in after) == list("abcde")
    if before and before != key:
        keys = [one.key for one in after]
        assert keys.index(key) + 1 == keys.index(before)


TILES = st.lists(st.tuples(st.sampled_from(SIZES), st.booleans()), min_size=1, max_size=20)


@given(TILES, st.integers(240, 2400))
def test_that_tiles_never_overlap_and_fill_their_rows(sizes, width):
    tiles = [(str(n), size, figure) for n, (size, figure) in enumerate(sizes)]
    boxes = laid_out(tiles, width)
    assert [box.key for box in boxes] == [key for key, _size, _figure in tiles]
    rows: dict[int, list[arrangement.Box]] = {}
    for box in boxes:
        rows.setdefault(box.y, []).append(box)
    bottom = 0
    for y, row in rows.items():
        assert y >= bottom
        bottom = y + max(box.height for box in row) + GAP
        assert row[0].x == 0
        assert all(b.x == a.x + a.width + GAP for a, b in itertools.pairwise(row))
        assert row[-1].x + row[-1].width <= width
        assert all(box.width > 0 for box in row)
        assert len({tiles[int(box.key)][2] for box in row}) == 1


def test_that_the_usual_window_shows_five_figures_and_then_charts():
    tiles = [(f"k{n}", "S", True) for n in range(5)] + [("line", "M", False), ("bars", "M", False)]
    boxes = laid_out(tiles, 1196)
    assert [box.y for box in boxes] == [0] * 5 + [116] * 2
    narrow = laid_out(tiles, 900)
    assert [sum(box.y == y for box in narrow[:5]) for y in (0, 116)] == [3, 2]


@given(TILES, st.integers(300, 1800), st.floats(0, 1), st.floats(0, 1))
def test_that_every_point_has_a_landing(sizes, width, right, down):
    boxes = laid_out([(str(n), size, figure) for n, (size, figure) in enumerate(sizes)], width)
    height = boxes[-1].y + boxes[-1].height
    assert landing(boxes, right * width, down * height) in {"", *(box.key for box in boxes)}


def test_that_a_tile_lands_where_it_is_dropped():
    boxes = laid_out([("a", "S", False), ("b", "S", False), ("c", "M", False), ("d", "L", False)], 1196)
    assert landing(boxes, 10, 10) == "a"
    assert landing(boxes, boxes[0].width - 5, 10) == "b"
    assert landing(boxes, 1190, 10) == "d"
    assert landing(boxes, 1190, boxes[3].y + 10) == ""
    assert landing([], 0, 0) == ""
