"""Tables, facets and profiles, checked against plain counting."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.records import Marked
from app.services.workbench.facets import browse, facet_of, facets_of, rows_of
from app.services.workbench.masks import mask_of
from app.services.workbench.operations import run_step
from app.services.workbench.profile import profile
from app.services.workbench.steps import Step
from app.services.workbench.table import Table, table_of

CELLS = st.sampled_from(["", "苏州", "南京", "12", "3.5", "2024-03-05", " a ", "N/A"])
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=0, max_size=40)


def _table() -> Table:
    rows = [
        ("苏州", "1", "2024-01-01"), ("苏州", "2", "2024-06-30"), ("南京", "3", ""), ("", "100", "2023-12-31"),
        ("上海", "", "不详"), ("苏州", "x", "2024-01-01"),
    ]  # fmt: skip
    return table_of(["城市", "数", "日"], rows)


def _picked(table: Table, *facets: object) -> list[int]:
    return table.numbers[rows_of(table, facets_of(list(facets)))].tolist()


@pytest.mark.parametrize(
    ("facets", "rows"),
    [
        ([], [1, 2, 3, 4, 5, 6]),
        ([{"column": "城市", "kind": "values", "values": ["苏州"]}], [1, 2, 6]),
        ([{"column": "城市", "kind": "values", "values": ["苏州"], "invert": True}], [3, 4, 5]),
        ([{"column": "城市", "kind": "values", "values": [], "blank": True}], [4]),
        ([{"column": "城市", "kind": "values", "values": ["南京"], "blank": True}], [3, 4]),
        ([{"column": "数", "kind": "number", "from": 2, "to": 3}], [2, 3]),
        ([{"column": "数", "kind": "number", "from": 50}], [4]),
        ([{"column": "数", "kind": "number", "from": 50, "other": True}], [4, 6]),
        ([{"column": "数", "kind": "number", "blank": True}], [5]),
        ([{"column": "日", "kind": "date", "from": "2024-01-01", "to": "2024-03-01"}], [1, 6]),
        ([{"column": "日", "kind": "date", "other": True}], [5]),
        ([{"column": "数", "kind": "mask", "masks": ["a"]}], [6]),
        ([{"column": "城市", "kind": "text", "text": "州"}], [1, 2, 6]),
        ([{"column": "数", "kind": "text", "text": "^[0-9]$", "regex": True}], [1, 2, 3]),
        ([{"column": "数", "kind": "text", "text": "X"}], [6]),
        ([{"column": "数", "kind": "text", "text": "X", "case": True}], []),
        (
            [{"column": "城市", "kind": "values", "values": ["苏州"]}, {"column": "数", "kind": "number", "from": 2}],
            [2],
        ),
    ],
)
def test_that_facets_choose_the_rows_they_name(facets: list[object], rows: list[int]) -> None:
    assert _picked(_table(), *facets) == rows


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "nothing"}, "text", {"kind": "values"}, {"kind": "text", "column": "a", "text": "(", "regex": True},
        {"kind": "number", "column": "a", "from": "viel"}, {"kind": "date", "column": "a", "to": "2024-13-01"},
        {"kind": "values", "column": "a", "values": [1]},
    ],
)  # fmt: skip
def test_that_facets_that_make_no_sense_are_refused(data: object) -> None:
    with pytest.raises(UserError):
        facet_of(data)


@given(ROWS, st.sets(CELLS), st.sets(CELLS))
def test_that_every_facet_is_counted_under_the_others(
    rows: list[tuple[str, str]], first: set[str], second: set[str]
) -> None:
    table = table_of(["a", "b"], rows)
    facets = facets_of(
        [
            {"column": "a", "kind": "values", "values": sorted(first - {""}), "blank": "" in first},
            {"column": "b", "kind": "values", "values": sorted(second - {""}), "blank": "" in second},
        ]
    )
    found = browse(table, facets)
    under = [[r for r in rows if not second or r[1] in second], [r for r in rows if not first or r[0] in first]]
    for place, counts in enumerate(found.counts):
        expected = Counter(row[place] for row in under[place])
        assert {c.value: c.count for c in counts.choices if c.count} == {v: n for v, n in expected.items() if v}
        assert counts.blank == expected[""]
    both = [r for r in rows if (not first or r[0] in first) and (not second or r[1] in second)]
    assert found.rows == len(both)


def test_that_a_facet_shows_the_most_frequent_choices_and_those_chosen() -> None:
    rows = [(f"v{i}",) for i in range(50) for _ in range(i + 1)]
    facet = facet_of({"column": "a", "kind": "values", "values": ["v0"]})
    counts = browse(table_of(["a"], rows), [facet], limit=3).counts[0]
    assert [c.value for c in counts.choices] == ["v49", "v48", "v47", "v0"]
    assert counts.distinct == 50


@given(ROWS)
def test_that_a_table_gives_back_what_it_was_made_of(rows: list[tuple[str, str]]) -> None:
    table = table_of(["a", "b"], rows)
    assert table.row_lists(np.arange(table.size)) == [list(row) for row in rows]


def test_that_marked_cells_keep_their_mark() -> None:
    table = table_of(["a"], [("123",), (Marked("123", "digits"),), ("123",)])
    assert [getattr(cell, "mark", "") for cell in table.column("a").cells()] == ["", "digits", ""]


def test_that_steps_share_the_columns_they_leave_alone() -> None:
    table = _table()
    after, effect = run_step(table, Step("trim", "城市"))
    assert effect.nothing
    assert after is table
    after, _ = run_step(table, Step("edit", "数", {"from": "x", "to": "9"}))
    assert after.column("城市") is table.column("城市")
    assert table.column("数").cells() == ["1", "2", "3", "100", "", "x"]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("138-0013-8000", "9-9-9"), ("苏州Abc", "汉Aa"), ("", ""), ("A1b", "A9a"), ("（苏州）", "（汉）"), ("１２", "9"),
        ("..", ".."), ("a  b", "a a"), ("ア", "文"),
    ],
)  # fmt: skip
def test_that_shapes_collapse_runs(text: str, mask: str) -> None:
    assert mask_of(text) == mask


def test_that_a_profile_tells_what_a_column_holds() -> None:
    cells = ["10"] * 4 + ["11", "12", "13", "9", "1000", "", "", "N/A", " 10"]
    found = profile(table_of(["a"], [(c,) for c in cells]).column("a"))
    assert (found.rows, found.blanks, found.distinct) == (13, 2, 8)
    assert found.top[0].value == "10"
    assert found.untrimmed == 1
    assert [c.value for c in found.placeholders] == ["N/A"]
    assert found.numbers is not None
    numbers = [10.0] * 4 + [11, 12, 13, 9, 1000, 10]
    low, high = np.percentile(numbers, [25, 75])
    assert found.numbers.high_fence == pytest.approx(high + 1.5 * (high - low))
    assert found.numbers.median == pytest.approx(np.median(numbers))
    assert [c.value for c in found.numbers.outlier_values] == ["1000"]


def test_that_dates_of_a_column_have_a_span() -> None:
    found = profile(table_of(["a"], [("2024/3/5",), ("2023年1月2日",), ("",)]).column("a"))
    assert found.dates is not None
    assert (found.dates.first, found.dates.last) == ("2023-01-02", "2024-03-05")


@given(st.lists(CELLS, max_size=40))
def test_that_a_profile_counts_every_row_once(cells: list[str]) -> None:
    found = profile(table_of(["a"], [(c,) for c in cells]).column("a"))
    assert found.rows == len(cells)
    assert sum(c.count for c in found.top) + found.blanks == len(cells)
    assert sum(c.count for c in found.masks) == len(cells) - found.blanks
