"""The whole search on labelled rows of our own making, and on the tables on which such searches break."""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.core.jobs import Job
from app.errors import Cancelled
from app.services.duplicates.matching.engine import Found, search
from app.services.duplicates.matching.features import Column
from app.services.duplicates.matching.groups import group
from benchmarks import duplicate_data

KINDS = (("name", "name"), ("contact", "name"), ("mobile", "phone"), ("email", "email"), ("address", "address"))
Pairs = set[tuple[int, int]]


def _columns(rows: list[tuple[str, ...]]) -> list[Column]:
    return [Column(key, key, [r[i] for r in rows], kind) for i, (key, kind) in enumerate(KINDS)]


def _pairs(found: Found, least: float = 0.9) -> Pairs:
    sure = found.probability >= least
    return set(zip(found.a[sure].tolist(), found.b[sure].tolist(), strict=True))


def _score(got: Pairs, truth: Pairs) -> tuple[float, float]:
    right = len(got & truth)
    return right / max(1, len(got)), right / len(truth)


def test_that_eight_kinds_of_damage_are_seen_through() -> None:
    data = duplicate_data.rows(2_500)
    truth = {(a, b) for a, b, _ in duplicate_data.pairs(data)}
    precision, recall = _score(_pairs(search(_columns([r.cells for r in data]), len(data))), truth)
    assert precision >= 0.99
    assert recall >= 0.88


def test_that_the_order_of_the_rows_does_not_matter() -> None:
    data = [r.cells for r in duplicate_data.rows(400)]
    order = list(range(len(data)))
    random.Random(3).shuffle(order)
    first = _pairs(search(_columns(data), len(data)))
    second = _pairs(search(_columns([data[i] for i in order]), len(data)))
    second = {(min(order[a], order[b]), max(order[a], order[b])) for a, b in second}
    assert len(first ^ second) <= 0.02 * len(first)


def test_that_a_placeholder_phone_on_every_tenth_row_ties_nothing_and_is_told() -> None:
    data = duplicate_data.rows(3_000)
    rows = [(*r.cells[:2], "13800000000" if i % 10 == 0 else r.cells[2], *r.cells[3:]) for i, r in enumerate(data)]
    truth = {(a, b) for a, b, _ in duplicate_data.pairs(data)}
    found = search(_columns(rows), len(rows))
    precision, recall = _score(_pairs(found), truth)
    assert precision >= 0.99
    assert recall >= 0.8
    assert [(c.value, c.records) for c in found.crowds] == [("13800000000", 300)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 12])
def test_that_tiny_tables_are_searched_without_a_hitch(count: int) -> None:
    rows = list({r.entity: r.cells for r in duplicate_data.rows(60)}.values())[:count]
    assert not _pairs(search(_columns(rows), count))
    if count:
        twice = [*rows, (*rows[0][:3], "", "")]
        assert _pairs(search(_columns(twice), len(twice)), 0.8) == {(0, count)}


def test_that_a_text_heavy_table_does_not_run_away() -> None:
    chance = random.Random(5)
    vocabulary = [f"word{i}" for i in range(400)]
    titles = [" ".join(chance.sample(vocabulary, 8)) for _ in range(500)]
    twins = [" ".join(t.split()[:7]) + " extra" for t in titles[:60]]
    columns = [
        Column("title", "title", titles + twins),
        Column("body", "body", [t + " " + " ".join(chance.sample(vocabulary, 25)) for t in titles + twins]),
    ]
    got = _pairs(search(columns, 560), 0.5)
    truth = {(i, 500 + i) for i in range(60)}
    precision, recall = _score(got, truth)
    assert precision >= 0.9
    assert recall >= 0.8


def test_that_one_giant_group_is_found_as_one_without_all_its_pairs() -> None:
    same = [("苏州恒力机械有限公司", "张伟", "13800138000", "a@b.cn", "苏州市人民路1号")] * 1_500
    others = [r.cells for r in duplicate_data.rows(1_500)]
    found = search(_columns([*same, *others]), 3_000)
    heads = group(found.a, found.b, found.probability, 3_000, 0.5, found.unlikely)
    assert np.bincount(heads[:1_500]).max() >= 1_450
    assert found.compared < 1_500 * 1_499 / 2


def test_that_only_new_rows_are_compared_when_asked() -> None:
    data = [r.cells for r in duplicate_data.rows(1_200)]
    new = np.zeros(len(data), dtype=bool)
    new[-100:] = True
    everything = _pairs(search(_columns(data), len(data)))
    part = _pairs(search(_columns(data), len(data), new=new))
    assert part
    assert all(b >= 1_100 for _, b in part)
    assert len(part & everything) >= 0.9 * len({p for p in everything if p[1] >= 1_100})


def test_that_decisions_move_the_weights() -> None:
    data = [r.cells for r in duplicate_data.rows(800)]
    plain = search(_columns(data), len(data))
    told = [({"address": "same", "name": "different"}, False)] * 400
    moved = search(_columns(data), len(data), told=told)
    assert moved.model.bits("address")[-1] < plain.model.bits("address")[-1] - 0.5


def test_that_a_search_can_be_cancelled() -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        search(_columns([r.cells for r in duplicate_data.rows(200)]), 200, job)


def test_that_a_chain_breaks_at_its_weakest_link() -> None:
    left = [(a, b, 0.99) for a in range(5) for b in range(a + 1, 5)]
    right = [(a, b, 0.99) for a in range(5, 10) for b in range(a + 1, 10)]
    bridge = [(4, 5, 0.7)]
    across = [(a, b, 0.01) for a in range(5) for b in range(5, 10) if (a, b) != (4, 5)]
    a, b, p = (np.asarray(x) for x in zip(*left, *right, *bridge, *across, strict=True))
    heads = group(a, b, p, 11, 0.5)
    assert heads.tolist() == [0] * 5 + [5] * 5 + [10]
