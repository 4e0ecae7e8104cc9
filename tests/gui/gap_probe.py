"""How long the event loop could not run a timer that does nothing."""

from __future__ import annotations

import time
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer


class GapProbe(QObject):
    """A context manager; afterwards `worst` and `over(limit)` in milliseconds."""

    def __init__(self, every: int = 5) -> None:
        super().__init__()
        self._every = every
        self._last = 0.0
        self.gaps: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(every)
        self._timer.timeout.connect(self._tick)

    def __enter__(self) -> GapProbe:
        self.gaps = []
        self._last = time.perf_counter()
        self._timer.start()
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._tick()
        self._timer.stop()

    @property
    def worst(self) -> float:
        return max(self.gaps, default=0.0)

    def over(self, limit: float) -> list[float]:
        """Gaps longer than `limit` milliseconds."""
        return [gap for gap in self.gaps if gap > limit]

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000 - self._every)
        self._last = now
