"""What long work sees of the world."""

from __future__ import annotations

import math
import threading

import pytest

from app.core.jobs import Job, Progress
from app.errors import Cancelled


def test_that_a_silent_job_never_stops_the_work() -> None:
    job = Job()
    job.progress("x", 1, 2)
    job.check()
    assert not job.cancelled


@pytest.mark.parametrize("total", [0, 10_000])
def test_that_reports_are_throttled_whether_or_not_the_total_is_known(total: int) -> None:
    seen: list[Progress] = []
    job = Job(seen.append, every=math.inf)
    for i in range(5000):
        job.progress("a", i, total)
    assert len(seen) == 1


def test_that_the_end_and_a_new_phase_are_always_reported() -> None:
    seen: list[Progress] = []
    job = Job(seen.append, every=math.inf)
    job.progress("a", 1, 2)
    job.progress("a", 2, 2)
    job.progress("b", 0, 5)
    assert [(p.text, p.done, p.total) for p in seen] == [("a", 1, 2), ("a", 2, 2), ("b", 0, 5)]
    assert seen[-1].left is None


def test_that_rate_and_time_left_belong_to_the_phase() -> None:
    seen: list[Progress] = []
    job = Job(seen.append, every=0)
    job.progress("a", 0, 10)
    job.progress("a", 5, 10)
    last = seen[-1]
    assert last.rate > 0
    assert last.left == pytest.approx(5 / last.rate)


def test_that_a_cancelled_job_raises_at_the_next_report() -> None:
    job = Job()
    job.cancel()
    assert job.cancelled
    with pytest.raises(Cancelled):
        job.progress("x", 0)
    with pytest.raises(Cancelled):
        job.check()


def test_that_cancelling_interrupts_what_is_registered_and_nothing_else() -> None:
    job = Job()
    calls: list[str] = []
    forget = job.on_cancel(lambda: calls.append("over"))
    job.on_cancel(lambda: calls.append("running"))
    forget()
    forget()
    job.cancel()
    assert calls == ["running"]


def test_that_a_call_registered_after_cancelling_runs_at_once() -> None:
    job = Job()
    job.cancel()
    calls: list[int] = []
    job.on_cancel(lambda: calls.append(1))
    assert calls == [1]


def test_that_nothing_is_called_any_more_once_forgotten() -> None:
    job = Job()
    entered, go_on, order = threading.Event(), threading.Event(), []

    def slow() -> None:
        entered.set()
        go_on.wait(5)
        order.append("interrupted")

    forget = job.on_cancel(slow)
    cancelling = threading.Thread(target=job.cancel)
    cancelling.start()
    entered.wait(5)
    forgetting = threading.Thread(target=lambda: (forget(), order.append("forgotten")))
    forgetting.start()
    go_on.set()
    cancelling.join()
    forgetting.join()
    assert order == ["interrupted", "forgotten"]
