"""Whether anybody is at the keyboard: asks nothing of the event loop but a look every few seconds."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QWindow

_TICK = 5_000
_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """Only windows are watched, not every widget: a filter on the whole application would be called for each paint.

    Signals:
        idle(): nothing was typed, clicked or moved for the set time, sleep of the computer included. Once.
    """

    idle = Signal()

    def __init__(self, parent: QObject | None = None, *, tick: int = _TICK) -> None:
        super().__init__(parent)
        self._limit = 0.0
        self._mouse = QPoint()
        self._windows: list[QWindow] = []
        self._timer = QTimer(self)
        self._timer.setInterval(tick)
        self._timer.timeout.connect(self._look)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        self._touch()

    def set_minutes(self, minutes: float) -> None:
        """After so many minutes; 0 = never."""
        self._limit = minutes * 60
        self._touch()
        if minutes > 0:
            self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        """No more signals."""
        self._timer.stop()

    def seconds(self) -> float:
        """Since the last input. The larger of two clocks: one of them stands still while the computer sleeps, and the
        other may be put back by hand."""
        return max(time.monotonic() - self._steady, time.time() - self._wall)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._touch()
        return False

    def _touch(self) -> None:
        self._steady, self._wall = time.monotonic(), time.time()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window not in self._windows:
            self._windows.append(window)
            window.installEventFilter(self)
            window.destroyed.connect(lambda *_gone: self._forget(window))

    def _forget(self, window: QWindow) -> None:
        if window in self._windows:
            self._windows.remove(window)

    def _look(self) -> None:
        mouse = QCursor.pos()
        waited = self.seconds()
        if mouse != self._mouse and waited < self._limit:
            self._mouse = mouse
            self._touch()
        elif waited >= self._limit > 0:
            self._timer.stop()
            self.idle.emit()
