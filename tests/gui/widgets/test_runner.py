from __future__ import annotations

import sqlite3
import sys
import threading
import time
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QProgressBar

from app.errors import UserError
from app.views.operations.runner import InlineRunner, Runner

MAIN = threading.main_thread()


def wait_for_cancel(job):
    while True:
        job.check()
        time.sleep(0.005)


@pytest.mark.gui_budget(200)
def test_that_answers_of_lambdas_partials_and_functions_come_in_the_gui_thread(qtbot, runner):
    seen = []

    def note(tag, value):
        seen.append((tag, value, threading.current_thread() is MAIN))

    work_threads = []

    def work(_job, value):
        work_threads.append(threading.current_thread() is MAIN)
        return value * 2

    runner.start(work, 21, on_done=lambda value: note("lambda", value))
    runner.start(work, 1, on_done=partial(note, "partial"))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert sorted(seen) == [("lambda", 42, True), ("partial", 2, True)]
    assert work_threads == [False, False]


def test_that_progress_arrives_before_the_end_and_is_remembered(qtbot, runner):
    bar, order = QProgressBar(), []
    qtbot.addWidget(bar)

    def work(job):
        for n in range(1, 51):
            job.progress("行", n, 50)
            time.sleep(0.004)

    def on_progress(progress):
        assert threading.current_thread() is MAIN
        bar.setRange(0, progress.total)
        bar.setValue(progress.done)
        order.append(progress.done)

    task = runner.start(work, on_progress=on_progress, on_done=lambda _: order.append("end"), title="导入")
    qtbot.waitUntil(lambda: order[-1:] == ["end"])
    assert order == [*sorted(order[:-1]), "end"]
    assert bar.value() == 50
    assert task.latest.done == 50


def test_that_cancel_stops_the_loop_and_only_the_cancel_callback_hears(qtbot, runner):
    heard = []
    task = runner.start(
        wait_for_cancel,
        on_done=lambda _: heard.append("done"),
        on_failed=lambda _: heard.append("failed"),
        on_cancelled=lambda: heard.append("cancelled"),
    )
    with qtbot.waitSignal(task.finished, timeout=2000):
        task.cancel()
    assert heard == ["cancelled"]


def test_that_a_running_query_is_interrupted(qtbot, runner):
    started = threading.Event()

    def work(job):
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        job.on_cancel(connection.interrupt)
        connection.set_progress_handler(started.set, 1000)  # called by the running statement itself
        sql = "with recursive x(i) as (select 1 union all select i+1 from x where i<2000000000) select sum(i) from x"
        try:
            return connection.execute(sql).fetchone()
        finally:
            connection.close()

    task = runner.start(work)
    qtbot.waitUntil(started.is_set)
    with qtbot.waitSignal(task.cancelled, timeout=20_000):  # uninterrupted it takes minutes
        task.cancel()


def test_that_work_done_despite_a_late_cancel_is_reported_as_done(qtbot, runner):
    """A write that was committed must refresh the screen, whatever was pressed meanwhile."""
    inside, go = threading.Event(), threading.Event()
    heard = []

    def work(_job):
        inside.set()
        go.wait(2)
        return "written"

    task = runner.start(work, on_done=heard.append, on_cancelled=lambda: heard.append("cancelled"), pool="write")
    qtbot.waitUntil(inside.is_set)
    task.cancel()
    with qtbot.waitSignal(task.finished, timeout=2000):
        go.set()
    assert heard == ["written"]


def test_that_a_failure_without_a_handler_ends_in_the_one_failure_signal(qtbot, runner):
    def work(_job):
        raise UserError("文件第 3 行缺少电话")

    with qtbot.waitSignal(runner.failed, timeout=2000) as caught:
        task = runner.start(work)
    assert caught.args[0] is task
    assert "第 3 行" in str(caught.args[1])


def test_that_a_failure_with_a_handler_does_not_reach_the_signal(qtbot, runner):
    own, common = [], []
    runner.failed.connect(lambda *_: common.append(1))
    task = runner.start(lambda _job: 1 // 0, on_failed=own.append)
    qtbot.waitUntil(lambda: task.over)
    assert [type(error) for error in own] == [ZeroDivisionError]
    assert common == []


def test_that_a_destroyed_owner_cancels_and_hears_nothing(qtbot, runner):
    owner, heard, started, stopped = QObject(), [], threading.Event(), threading.Event()

    def work(job):
        started.set()
        try:
            wait_for_cancel(job)
        finally:
            stopped.set()

    task = runner.start(work, owner=owner, on_done=heard.append, on_cancelled=lambda: heard.append("c"))
    qtbot.waitUntil(started.is_set)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(stopped.is_set)
    qtbot.waitUntil(lambda: task.over)
    assert heard == []


def test_that_an_owner_destroyed_after_the_work_but_before_the_answer_hears_nothing(qtbot, runner):
    owner, heard, done = QObject(), [], threading.Event()
    task = runner.start(lambda _job: done.set(), owner=owner, on_done=heard.append)
    done.wait(2)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: task.over)
    assert heard == []


def test_that_writes_never_overlap_and_keep_their_order(qtbot, runner):
    order, busy, overlaps = [], [], []

    def work(_job, number):
        overlaps.extend(busy)
        busy.append(number)
        time.sleep(0.01)
        busy.remove(number)
        order.append(number)

    for number in range(8):
        runner.start(work, number, pool="write")
    qtbot.waitUntil(lambda: len(order) == 8)
    assert order == list(range(8))
    assert overlaps == []


def test_that_reads_go_on_while_a_write_runs(qtbot, runner):
    gate, read = threading.Event(), []
    runner.start(lambda _job: gate.wait(3), pool="write")
    runner.start(lambda _job: "row", on_done=read.append)
    qtbot.waitUntil(lambda: read == ["row"])
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy())


def test_that_only_titled_tasks_are_listed_for_the_tray(qtbot, runner):
    gate, changes = threading.Event(), []
    runner.tasks_changed.connect(lambda: changes.append(len(runner.tasks())))
    runner.start(lambda _job: gate.wait(3))
    titled = runner.start(lambda _job: gate.wait(3), title="导出")
    assert runner.tasks() == [titled]
    gate.set()
    qtbot.waitUntil(lambda: changes == [1, 0])


def test_that_a_callback_that_raises_does_not_swallow_the_next_one(qtbot, runner, monkeypatch):
    raised, heard = [], []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: raised.append(kind))

    def bad(_value):
        raise KeyError("defect")

    runner.start(lambda _job: 1, on_done=bad, pool="write")
    runner.start(lambda _job: 2, on_done=heard.append, pool="write")
    qtbot.waitUntil(lambda: heard == [2])
    assert raised == [KeyError]
    assert not runner.busy()


def test_that_shutdown_cancels_waits_and_is_final(qtbot):
    runner, heard = Runner(), []
    for _ in range(6):
        runner.start(wait_for_cancel, on_cancelled=lambda: heard.append(1))
    assert runner.shutdown(3000)
    assert len(heard) == 6
    late = runner.start(wait_for_cancel)  # a window going away may still ask
    assert late.over
    assert not runner.busy()


def test_that_shutdown_says_when_something_does_not_stop(qtbot):
    runner, inside, gate = Runner(), threading.Event(), threading.Event()
    runner.start(lambda _job: inside.set() or gate.wait(5))
    qtbot.waitUntil(inside.is_set)
    assert not runner.shutdown(50)
    gate.set()
    assert runner.shutdown(3000)


def test_that_finished_tasks_keep_nothing_alive(qtbot, runner):
    class Big:
        pass

    import gc
    import weakref

    big, owner = Big(), QObject()
    watch = weakref.ref(big)
    task = runner.start(lambda _job, _big: None, big, owner=owner, on_done=lambda _r, held=big: held)
    del big
    qtbot.waitUntil(lambda: task.over)
    gc.collect()
    assert watch() is None


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda _job: 5, ["done 5"]),
        (lambda _job: 1 // 0, ["failed ZeroDivisionError"]),
        (lambda job: job.cancel() or job.check(), ["cancelled"]),
    ],
)
def test_that_the_inline_runner_answers_before_start_returns(qapp, work, expected):
    heard = []
    task = InlineRunner().start(
        work,
        on_done=lambda value: heard.append(f"done {value}"),
        on_failed=lambda error: heard.append(f"failed {type(error).__name__}"),
        on_cancelled=lambda: heard.append("cancelled"),
    )
    assert heard == expected
    assert task.over
