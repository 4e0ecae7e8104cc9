"""What long work sees of the world: report progress, ask whether to stop.

No Qt here: the window and the command line each give a job its face.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import Cancelled

#: the unit of progress that is told in sizes
BYTES = "bytes"


@dataclass(frozen=True)
class Progress:
    """One report. `total` 0 = unknown. `rate`: items a second in this phase; `left`: seconds to go, or None. `unit`: BYTES, or
    "" for things that are counted."""

    text: str
    done: int
    total: int
    rate: float
    left: float | None
    unit: str = ""


class Job:
    """Handed to every long function. Thread-safe. `Job()` alone is silent and never cancelled."""

    def __init__(self, report: Callable[[Progress], None] | None = None, *, every: float = 0.1) -> None:
        self._report = report
        self._every = every
        self._stop = threading.Event()
        self._lock = threading.RLock()
        self._on_cancel: list[Callable[[], None]] = []
        self._text = ""
        self._started, self._last = 0.0, -math.inf  # the clock counts from the start of the machine: 0 may be just now

    def cancel(self) -> None:
        """Ask the work to stop; interrupts registered calls at once."""
        with self._lock:
            self._stop.set()
            for call in self._on_cancel:
                call()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Raise `Cancelled` when asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def on_cancel(self, call: Callable[[], None]) -> Callable[[], None]:
        """`call` runs in the cancelling thread, e.g. a database connection's `interrupt`; at once when already cancelled.

        Returns what takes it back: once that has returned, `call` runs no more (its connection may serve others).
        """
        with self._lock:
            self._on_cancel.append(call)
            if self._stop.is_set():
                call()

        def forget() -> None:
            with self._lock:
                if call in self._on_cancel:
                    self._on_cancel.remove(call)

        return forget

    def progress(self, text: str, done: int, total: int = 0, *, unit: str = "") -> None:
        """Report `done` of `total` items of the phase `text`; raises `Cancelled` when asked to stop."""
        self.check()
        if self._report is None:
            return
        now = time.monotonic()
        if text != self._text:
            self._text, self._started, self._last = text, now, -math.inf
        if not 0 < total <= done and now - self._last < self._every:
            return
        self._last = now
        spent = now - self._started
        rate = done / spent if spent > 0 else 0.0
        left = (total - done) / rate if total and rate > 0 else None
        self._report(Progress(text, done, total, rate, left, unit))
