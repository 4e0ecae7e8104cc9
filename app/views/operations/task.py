"""One piece of background work as the window sees it: a QObject that never leaves the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from app.core.jobs import Job, Progress
from app.errors import Cancelled

DoneCallback = Callable[[Any], object]
ProgressCallback = Callable[[Progress], object]
FailedCallback = Callable[[Exception], object]
CancelledCallback = Callable[[], object]
Report = Callable[["Task", str, object], None]


class Task(QObject):
    """A running or waiting job. Created by a runner only; every signal and callback comes in the GUI thread.

    Signals:
        progress(Progress), done(object), failed(Exception), cancelled(): what happened;
        finished(): always the last one, after any of done, failed and cancelled.
    """

    progress = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(
        self,
        work: Callable[..., Any],
        args: tuple[Any, ...],
        *,
        title: str,
        report: Report,
        on_done: DoneCallback | None,
        on_progress: ProgressCallback | None,
        on_failed: FailedCallback | None,
        on_cancelled: CancelledCallback | None,
    ) -> None:
        super().__init__()
        self.title = title
        self.latest: Progress | None = None
        self.over = False
        self.job = Job(self._report_progress)
        self.on_done, self.on_progress = on_done, on_progress
        self.on_failed, self.on_cancelled = on_failed, on_cancelled
        self._work, self._args = work, args
        self._report = report
        self._owner: QObject | None = None
        self._orphan = False

    def cancel(self) -> None:
        """Ask the work to stop. Work that is already past its last check still ends as done."""
        if not self.over:
            self.job.cancel()

    @property
    def orphan(self) -> bool:
        """The owner is gone: nobody is told any more."""
        return self._orphan or (self._owner is not None and not shiboken6.isValid(self._owner))

    def belong_to(self, owner: QObject) -> None:
        """Cancel with the owner's destruction."""
        self._owner = owner
        owner.destroyed.connect(self._on_owner_destroyed)

    def release(self) -> None:
        """After the end: let go of owner, work and callbacks, so that nothing is kept alive by a finished task."""
        if self._owner is not None and not self.orphan:
            self._owner.destroyed.disconnect(self._on_owner_destroyed)
        self._owner = self.on_done = self.on_progress = self.on_failed = self.on_cancelled = None

    def run(self) -> None:
        """Do the work in the calling thread and report how it ended. Never raises."""
        try:
            self.job.check()
            result = self._work(self.job, *self._args)
        except Cancelled:
            self._report(self, "cancelled", None)
        except Exception as error:  # noqa: BLE001 - the one place where every failure of background work ends up
            # An interrupted query raises its driver's own error: after a cancel that is a cancel.
            self._report(self, "cancelled" if self.job.cancelled else "failed", error)
        else:
            self._report(self, "done", result)
        finally:
            self._work, self._args = _nothing, ()

    def _report_progress(self, progress: Progress) -> None:
        self._report(self, "progress", progress)

    def _on_owner_destroyed(self) -> None:
        self._orphan = True
        self.job.cancel()


def _nothing(_job: Job) -> None:
    """Stands for work that has been done."""
