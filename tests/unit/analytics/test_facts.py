"""The columns in memory are brought up to date change by change, and always are what reading anew gives."""

from __future__ import annotations

import random

import pytest

from app.services.analytics.facts import Facts, FactsBook
from app.services.analytics.records import ReportRequest
from app.services.workspace import Workspace
from tests.unit.analytics.office import AS_OF, Office
from tests.unit.analytics.test_figures_equal_lists import edit


def content(found: Facts) -> tuple[object, object]:
    """What is known, whatever its order inside a day."""
    orders = found.orders
    ids = [bytes(key) for key in orders.customers]
    rows = sorted(
        (ids[g], int(d), int(h), int(n))
        for g, d, h, n in zip(orders.group, orders.day, orders.handle, orders.net, strict=True)
    )
    return rows, list(zip(map(bytes, found.people.ids), found.people.handles.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_that_changes_leave_what_reading_anew_gives(filled: Office, staff: dict[str, Workspace], seed: int) -> None:
    chance = random.Random(seed)
    books = {name: FactsBook() for name in ("boss", "east")}
    for _ in range(6):
        for _ in range(chance.randrange(0, 3)):
            edit(filled, chance)
        for name, book in books.items():
            with staff[name].context.reading() as work:
                kept, fresh = book.read(work.reader), FactsBook().read(work.reader)
            assert content(kept) == content(fresh)
            orders = kept.orders
            assert (orders.group[1:] >= orders.group[:-1]).all()
            same = orders.group[1:] == orders.group[:-1]
            assert (orders.day[1:] >= orders.day[:-1])[same].all()


def test_that_undo_and_a_cut_journal_are_noticed(filled: Office) -> None:
    book, workspace = FactsBook(), filled.workspace
    with workspace.context.reading() as work:
        before = content(book.read(work.reader))
    key = filled.orders[3]
    _, changes = workspace.orders.update(key, {"amount": 1, "status": "done"})
    assert changes.operation_id is not None
    with workspace.context.reading() as work:
        assert content(book.read(work.reader)) != before
    workspace.history.undo(changes.operation_id)
    with workspace.context.reading() as work:
        assert content(book.read(work.reader)) == before


def test_that_an_undone_creation_leaves_no_order_behind(filled: Office) -> None:
    book, workspace = FactsBook(), filled.workspace
    values = {**filled.order(), "status": "done"}
    with workspace.context.reading() as work:
        before = content(book.read(work.reader))
    _, changes = workspace.orders.create(values)
    with workspace.context.reading() as work:
        assert len(book.read(work.reader).orders.day) == len(before[0]) + 1  # type: ignore[arg-type]
    assert changes.operation_id is not None
    workspace.history.undo(changes.operation_id)
    with workspace.context.reading() as work:
        assert content(book.read(work.reader)) == before


def test_that_an_unchanged_archive_answers_from_memory(filled: Office) -> None:
    analytics = filled.workspace.analytics
    first = analytics.run("sales", ReportRequest(AS_OF))
    assert analytics.run("sales", ReportRequest(AS_OF)) is first
    filled.workspace.orders.update(filled.orders[0], {"amount": 123_456, "status": "done"})
    assert analytics.run("sales", ReportRequest(AS_OF)) is not first
    analytics.forget()
    assert analytics.run("sales", ReportRequest(AS_OF)).n > 0
