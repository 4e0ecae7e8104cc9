"""Clusters, checked against comparing every pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler, Levenshtein  # noqa: TID253 - the oracle

from app.errors import UserError
from app.services.workbench.clusters import METHODS, Limits, Method, cluster, merge_map
from app.services.workbench.facets import facets_of, rows_of
from app.services.workbench.keyers import keyer
from app.services.workbench.operations import run_step
from app.services.workbench.steps import Step
from app.services.workbench.table import table_of

NAMES = [
    "恒力科技有限公司",
    "恒力科技",
    "苏州恒力科技有限公司",
    "恒力",
    "华信",
    "华鑫",
    "Tom Cruise",
    "cruise, tom",
    "Tom  Cruise",
    "Tim Cruise",
    "",
]


def _clusters(cells: list[str], method: str, **more: float) -> list[set[str]]:
    found = cluster(table_of(["a"], [(c,) for c in cells]).column("a"), Method(method, **more))  # type: ignore[arg-type]
    return [{m.value for m in c.members} for c in found.clusters]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("fingerprint", [{"Tom Cruise", "cruise, tom", "Tom  Cruise"}]),
        ("core", [{"恒力科技有限公司", "恒力科技", "苏州恒力科技有限公司"}]),
        ("pinyin", [{"华信", "华鑫"}]),
    ],
)
def test_that_a_method_finds_what_it_is_for(method: str, expected: list[set[str]]) -> None:
    found = _clusters(NAMES, method)
    assert all(one in found for one in expected)


@given(
    st.lists(st.sampled_from(NAMES), max_size=30),
    st.sampled_from([m for m in METHODS if m not in ("levenshtein", "jaro-winkler")]),
)
def test_that_clusters_are_exactly_the_colliding_keys(cells: list[str], method: str) -> None:
    key_of = keyer(method)
    groups: dict[str, set[str]] = {}
    for cell in set(cells) - {""}:
        if key_of(cell):
            groups.setdefault(key_of(cell), set()).add(cell)
    expected = sorted(sorted(g) for g in groups.values() if len(g) > 1)
    assert sorted(sorted(g) for g in _clusters(cells, method)) == expected


@given(st.lists(st.text(alphabet="abc恒力", min_size=1, max_size=6), max_size=25, unique=True))
def test_that_neighbours_are_within_the_radius_and_none_is_missed(cells: list[str]) -> None:
    texts = {cell: cell.casefold() for cell in cells}
    for found in _clusters(cells, "levenshtein", radius=1, block=1):
        assert any(all(Levenshtein.distance(texts[a], texts[b]) <= 1 for b in found) for a in found)
    alone = set(cells) - set().union(*_clusters(cells, "levenshtein", radius=1, block=1), set())
    for a in alone:  # no two values left over share a character and are one edit apart
        for b in alone - {a}:
            assert Levenshtein.distance(texts[a], texts[b]) > 1 or not set(texts[a]) & set(texts[b])


def test_that_jaro_winkler_finds_misspelt_names() -> None:
    found = _clusters(
        ["恒力科技有限公司", "恒力科技有限公", "完全不同", "MARTHA", "MARHTA"], "jaro-winkler", radius=0.1
    )
    assert {"MARTHA", "MARHTA"} in found
    assert {"恒力科技有限公司", "恒力科技有限公"} in found
    assert JaroWinkler.distance("martha", "marhta") <= 0.1


def test_that_full_blocks_are_told_and_near_ones_found_all_the_same() -> None:
    cells = [f"{i:011b}".replace("0", "a").replace("1", "b") for i in range(2048)]
    found = cluster(table_of(["a"], [(c,) for c in cells]).column("a"), Method("levenshtein", radius=1, block=1))
    assert found.crowded == 2048
    assert len(found.clusters) > 100
    spread = [f"客户{i:05d}" for i in range(2000)]  # 客户 is in all of them, but no text has that block alone
    column = table_of(["a"], [(c,) for c in spread]).column("a")
    assert cluster(column, Method("levenshtein", radius=1, block=2)).crowded == 0


def test_that_the_most_frequent_then_the_most_complete_value_is_suggested() -> None:
    cells = ["恒力科技", "恒力科技", "恒力科技有限公司", "华信科技", "华信科技有限公司"]
    found = cluster(table_of(["a"], [(c,) for c in cells]).column("a"), Method("core"))
    assert [c.suggested for c in found.clusters] == ["恒力科技", "华信科技有限公司"]
    assert [c.rows for c in found.clusters] == [3, 2]


def test_that_clusters_come_by_size_and_keep_to_the_limits() -> None:
    cells = ["a b", "b a", "b, a", "c d", "d c", "c d", "c d"]
    found = cluster(table_of(["a"], [(c,) for c in cells]).column("a"), Method("fingerprint")).clusters
    assert [(c.size, c.rows) for c in found] == [(3, 3), (2, 4)]
    assert [Limits(rows=(4, None)).allow(c) for c in found] == [False, True]
    assert [Limits(size=(None, 2)).allow(c) for c in found] == [False, True]
    assert [Limits(variance=(0.1, None)).allow(c) for c in found] == [True, False]
    assert [Limits(average_length=(None, 3)).allow(c) for c in found] == [False, True]


def test_that_clusters_look_only_at_the_chosen_rows() -> None:
    table = table_of(["a", "b"], [("x y", "1"), ("y x", "2"), ("x y", "2")])
    mask = rows_of(table, facets_of([{"column": "b", "kind": "values", "values": ["2"]}]))
    found = cluster(table.column("a"), Method("fingerprint"), mask)
    assert [(m.value, m.count) for m in found.clusters[0].members] == [("x y", 1), ("y x", 1)]
    assert not cluster(table.column("a"), Method("fingerprint"), np.array([True, False, True])).clusters


def test_that_merging_what_was_found_leaves_nothing_to_find() -> None:
    table = table_of(["a"], [(c,) for c in NAMES])
    found = cluster(table.column("a"), Method("core"))
    merged, effect = run_step(
        table, Step("map", "a", {"map": merge_map(found.clusters, {found.clusters[0].key: "恒力"})})
    )
    assert effect.changed == 4
    assert merged.column("a").cells().count("恒力") == 4
    assert not cluster(merged.column("a"), Method("core")).clusters


@pytest.mark.parametrize(
    "method",
    [
        Method("magic"),
        Method("ngram", n=0),
        Method("levenshtein", radius=99),
        Method("jaro-winkler", radius=2),
        Method("core", block=-1),
    ],
)
def test_that_methods_that_cannot_be_are_refused(method: Method) -> None:
    with pytest.raises(UserError):
        method.settled()
