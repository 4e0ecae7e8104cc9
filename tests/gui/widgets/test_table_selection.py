from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.views.widgets.table.selection import CheckSelection


def ids_of(*handles):
    return np.array(handles, dtype=np.int64)


def made(*handles):
    selection = CheckSelection()
    selection.set_rows(ids_of(*handles), same_list=False)
    return selection


STEP = st.one_of(
    st.tuples(st.just("toggle"), st.integers(1, 12)),
    st.tuples(st.just("on"), st.lists(st.integers(1, 12))),
    st.tuples(st.just("off"), st.lists(st.integers(1, 12))),
    st.tuples(st.sampled_from(["all", "none", "header"]), st.none()),
    st.tuples(st.just("reread"), st.lists(st.integers(1, 15), unique=True)),
)


@given(st.lists(STEP, max_size=25))
@settings(max_examples=200, deadline=None)
def test_that_ticks_behave_like_a_plain_set_of_what_was_on_the_screen(steps):
    listed = list(range(1, 13))
    selection, truth = made(*listed), set()
    for name, value in steps:
        if name == "toggle" and value in listed:
            selection.toggle(value)
            truth ^= {value}
        elif name in ("on", "off"):
            known = [handle for handle in value if handle in listed]
            selection.set_many(known, name == "on")
            truth = truth | set(known) if name == "on" else truth - set(known)
        elif name == "all":
            selection.select_all()
            truth = set(listed)
        elif name == "none":
            selection.clear()
            truth = set()
        elif name == "header":
            selection.toggle_all()
            truth = set() if listed and truth == set(listed) else set(listed)
        elif name == "reread":
            listed = value
            selection.set_rows(ids_of(*value), same_list=True)
            truth &= set(value)
        assert selection.count() == len(truth)
        assert {handle for handle in listed if selection.contains(handle)} == truth
        assert selection.selected_handles().tolist() == [handle for handle in listed if handle in truth]


def test_that_a_record_that_joins_after_all_was_ticked_is_not_ticked():
    selection = made(1, 2, 3)
    selection.select_all()
    selection.set_rows(ids_of(1, 2, 3, 4), same_list=True)
    assert not selection.contains(4)
    assert selection.count() == 3
    assert selection.state() == "some"


def test_that_another_list_starts_without_ticks():
    selection = made(1, 2, 3)
    selection.select_all()
    selection.set_rows(ids_of(1, 2, 3), same_list=False)
    assert selection.state() == "none"


def test_that_ticking_a_million_rows_keeps_no_handle(qtbot):
    selection = CheckSelection()
    selection.set_rows(np.arange(1_000_000, dtype=np.int64), same_list=False)
    with qtbot.waitSignal(selection.changed, timeout=500):
        selection.select_all()
    assert selection.count() == 1_000_000
    assert selection._set == set()
    selection.toggle(5)
    assert (selection.count(), selection.state()) == (999_999, "some")


@pytest.mark.parametrize(("ticked", "state"), [([], "none"), ([1], "some"), ([1, 2], "all")])
def test_that_the_header_knows_three_states(ticked, state):
    selection = made(1, 2)
    selection.set_many(ticked, ticked=True)
    assert selection.state() == state


def test_that_an_empty_table_is_not_all_ticked():
    selection = made()
    selection.select_all()
    assert selection.state() == "none"
    assert selection.selected_handles().tolist() == []
