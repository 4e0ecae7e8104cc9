"""The sample office: the same for a seed, whole, one undo, nothing left when it is cancelled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.filters import Condition, Related
from app.core.jobs import Job
from app.core.paths import data_dir
from app.errors import Cancelled
from app.services.workspace import Workspace
from tests.factories import archives


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)  # other tests opened copies of the same archive
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


def test_that_it_is_whole_and_one_undo_takes_it_back(workspace: Workspace) -> None:
    made = workspace.samples.fill(300)
    counts = dict(made.counts)
    assert counts["customers"] == workspace.customers.count() == 300
    for entity in ("contacts", "deals", "orders", "payments", "tickets", "leads", "activities"):
        assert counts[entity] == workspace.records(entity).count() > 0
    assert workspace.vault.verify().ok
    order = workspace.orders.list(limit=1)[1][0]
    assert sum(line.get("amount") for line in workspace.orders.lines(order.id)) == order.get("amount")
    assert workspace.deals.count(Condition("stage", "is_empty")) == 0
    assert workspace.deals.count(Related("stage_changes", agg="none")) == 0
    assert workspace.tickets.count(Condition("first_responded_at", "not_empty")) > 0
    assert made.changes.operation_id is not None
    assert workspace.history.undo(made.changes.operation_id).kept == ()
    assert workspace.customers.count() == workspace.orders.count() == workspace.tickets.count() == 0


def test_that_a_seed_gives_the_same_office(workspace: Workspace, tmp_path: Path) -> None:
    template = archives.bare()
    folder = tmp_path / "other"
    folder.mkdir()
    with template.opened(template.copy(folder)) as other:
        for each in (workspace, other):
            each.samples.fill(120, seed=5)
        keys = ("name", "city", "level", "phones")
        one, two = ([[r.get(k) for k in keys] for r in w.customers.list(limit=500)[1]] for w in (workspace, other))
        assert one == two
        sums = [sum(o.get("amount") for o in w.orders.list(limit=5000)[1]) for w in (workspace, other)]
        assert sums[0] == sums[1] > 0


def test_that_cancelling_leaves_nothing(workspace: Workspace) -> None:
    job = Job()
    stop = Job.check

    calls = 0

    def progress(*_args: object, **_kw: object) -> None:
        nonlocal calls
        calls += 1
        job.cancel()
        stop(job)

    job.progress = progress  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        workspace.samples.fill(100, job=job)
    assert calls == 1
    assert workspace.customers.count() == workspace.customers.count(deleted=True) == 0
    assert workspace.records("products").count() == 0
