"""The runner: work goes to a pool of threads, answers come back to the GUI thread, failures end in one place.

Workers never touch a QObject of a window. They put what happened into a queue and wake the GUI thread; there the queue
is drained, so that lambdas and partials too run in the GUI thread (a signal of a moved object would run them in the
worker's).
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Literal

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal

from app.core.jobs import Progress
from app.errors import AppError
from app.views.operations.task import CancelledCallback, DoneCallback, FailedCallback, ProgressCallback, Task

Pool = Literal["read", "write"]
log = logging.getLogger(__name__)


class BaseRunner(QObject):
    """What widgets depend on: `start` and `shutdown`.

    Signals:
        failed(Task, Exception): a task failed and had no `on_failed` of its own.
        tasks_changed(): a task with a title started or ended.
    """

    failed = Signal(object, object)
    tasks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live: dict[Task, Pool] = {}
        self._closed = False

    def start(
        self,
        work: Callable[..., Any],
        *args: Any,
        on_done: DoneCallback | None = None,
        on_progress: ProgressCallback | None = None,
        on_failed: FailedCallback | None = None,
        on_cancelled: CancelledCallback | None = None,
        owner: QObject | None = None,
        title: str = "",
        pool: Pool = "read",
    ) -> Task:
        """Run `work(job, *args)` in a pool; "write" has exactly one thread, so writes are done one after another.

        Callbacks run in the GUI thread: never after `owner` is destroyed (that also cancels the work). Without
        `on_failed` the signal `failed` is emitted. Tasks with a `title` are shown to the person. After `shutdown` nothing
        runs any more: a window that is going away may still ask, and gets a task that is over.
        """
        task = Task(
            work,
            args,
            title=title,
            report=self._report,
            on_done=on_done,
            on_progress=on_progress,
            on_failed=on_failed,
            on_cancelled=on_cancelled,
        )
        if self._closed:
            task.over = True
            return task
        if owner is not None:
            task.belong_to(owner)
        self._live[task] = pool
        if title:
            self.tasks_changed.emit()
        self._submit(task, pool)
        return task

    def tasks(self) -> list[Task]:
        """Tasks with a title that have not ended, oldest first."""
        return [task for task in self._live if task.title]

    def busy(self, pool: Pool | None = None) -> bool:
        """Is anything (in that pool) waiting or running?"""
        return any(pool in (None, where) for where in self._live.values())

    def cancel_all(self) -> None:
        """Ask everything, titled or not, to stop; new work may still be started."""
        for task in list(self._live):
            task.cancel()

    def shutdown(self, milliseconds: int = 3000) -> bool:
        """Cancel everything and wait; False if something is still running after `milliseconds`. Final."""
        self._closed = True
        for task in list(self._live):
            task.cancel()
        return self._wait(milliseconds)

    def _submit(self, task: Task, pool: Pool) -> None:
        raise NotImplementedError

    def _report(self, task: Task, kind: str, payload: object) -> None:
        raise NotImplementedError

    def _wait(self, _milliseconds: int) -> bool:
        return True

    def _deliver(self, task: Task, kind: str, payload: object) -> None:
        """In the GUI thread: tell callbacks and signals of one event."""
        if kind == "progress":
            assert isinstance(payload, Progress)
            task.latest = payload
            if not task.orphan and not task.over:
                task.progress.emit(payload)
                if task.on_progress is not None:
                    with _one_failure_path():
                        task.on_progress(payload)
            return
        task.over = True
        self._live.pop(task, None)
        if not task.orphan:
            self._deliver_end(task, kind, payload)
        task.release()
        task.finished.emit()
        if task.title:
            self.tasks_changed.emit()

    def _deliver_end(self, task: Task, kind: str, payload: object) -> None:
        with _one_failure_path():
            if kind == "done":
                task.done.emit(payload)
                if task.on_done is not None:
                    task.on_done(payload)
            elif kind == "cancelled":
                task.cancelled.emit()
                if task.on_cancelled is not None:
                    task.on_cancelled()
            else:
                assert isinstance(payload, Exception)
                if not isinstance(payload, AppError):
                    log.error("background work failed: %s", task.title, exc_info=payload)
                task.failed.emit(payload)
                if task.on_failed is not None:
                    task.on_failed(payload)
                else:
                    self.failed.emit(task, payload)


@contextmanager
def _one_failure_path() -> Iterator[None]:
    """A callback that raises must not swallow the events behind it: it goes where exceptions in slots go."""
    try:
        yield
    except Exception:  # noqa: BLE001 - handed on to the application's exception hook
        sys.excepthook(*sys.exc_info())


class _Run(QRunnable):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def run(self) -> None:
        self._task.run()


class _Bridge(QObject):
    """Lives in the GUI thread and outlives every worker: the only object that workers emit from."""

    wake = Signal()


class Runner(BaseRunner):
    """Runs work in threads: three for reading, exactly one for writing."""

    def __init__(self, parent: QObject | None = None, *, readers: int = 3) -> None:
        super().__init__(parent)
        self._events: SimpleQueue[tuple[Task, str, object]] = SimpleQueue()
        self._bridge = _Bridge(self)
        self._bridge.wake.connect(self._drain, Qt.ConnectionType.QueuedConnection)
        self._pools: dict[Pool, QThreadPool] = {"read": QThreadPool(self), "write": QThreadPool(self)}
        self._pools["read"].setMaxThreadCount(readers)
        self._pools["write"].setMaxThreadCount(1)

    def _submit(self, task: Task, pool: Pool) -> None:
        self._pools[pool].start(_Run(task))

    def _report(self, task: Task, kind: str, payload: object) -> None:
        self._events.put((task, kind, payload))
        self._bridge.wake.emit()

    def _drain(self) -> None:
        while True:
            try:
                event = self._events.get_nowait()
            except Empty:
                return
            self._deliver(*event)

    def _wait(self, milliseconds: int) -> bool:
        deadline = time.monotonic() + milliseconds / 1000
        quiet = True
        for pool in self._pools.values():
            quiet = pool.waitForDone(max(0, round((deadline - time.monotonic()) * 1000))) and quiet
        if QThread.currentThread() is self.thread():
            self._drain()
        return quiet


class InlineRunner(BaseRunner):
    """Does the work at once in the calling thread: for tests and for pages that are drawn into a file."""

    def _submit(self, task: Task, _pool: Pool) -> None:
        task.run()

    def _report(self, task: Task, kind: str, payload: object) -> None:
        self._deliver(task, kind, payload)
