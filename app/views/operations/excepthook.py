"""Exceptions nobody caught: written to the log and shown, never the end of the application.

PySide6 hands exceptions in slots and in overridden events to `sys.excepthook`; without one they are printed to a
console that an installed application does not have.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

log = logging.getLogger(__name__)
_QUIET_SECONDS = 10.0


class ExceptionReporter(QObject):
    """Catches what reaches `sys.excepthook` and `threading.excepthook`.

    Signals:
        raised(object): the exception, in the GUI thread. The same fault (type and line) is reported at most once in
        ten seconds, so that a fault in a paint event cannot bury the screen in dialogs; the log has every one.
    """

    raised = Signal(object)
    _crossed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: dict[tuple[type[BaseException], str, int], float] = {}
        self._before = sys.excepthook
        self._before_thread = threading.excepthook
        self._crossed.connect(self._on_crossed, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Become the process's hook. Undo with `uninstall`."""
        self._before, self._before_thread = sys.excepthook, threading.excepthook
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    def uninstall(self) -> None:
        """Put the former hooks back."""
        sys.excepthook, threading.excepthook = self._before, self._before_thread

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            self._before(kind, error, trace)  # Ctrl+C and exit keep their meaning
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        self._crossed.emit(error)

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._hook(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_crossed(self, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        where = (type(error), frames[-1].filename if frames else "", (frames[-1].lineno or 0) if frames else 0)
        now = time.monotonic()
        last = self._seen.get(where)
        self._seen[where] = now
        if last is None or now - last > _QUIET_SECONDS:
            self.raised.emit(error)
