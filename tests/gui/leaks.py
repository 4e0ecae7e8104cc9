"""Watches for what outlives a test: threads, timers, pool work, windows; names the line that started it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

_HERE = str(Path(__file__).resolve())
_ROOT = str(Path(__file__).resolve().parents[2])


def _caller() -> str:
    """The innermost line of the project (not of this file) on the stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_ROOT) and file != _HERE and "/.venv/" not in file:
            return f"{Path(file).relative_to(_ROOT)}:{frame.f_lineno}"
        frame = frame.f_back
    return "?"


class LeakWatch:
    """Patches `start` and `show` for one test and remembers who called them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._started: WeakKeyDictionary[QObject, str] = WeakKeyDictionary()
        self._windows_before = set(map(id, QApplication.topLevelWidgets()))
        for kind, name in ((QTimer, "start"), (QThread, "start"), (QThreadPool, "start"), (QWidget, "show")):
            patch.setattr(kind, name, self._remembering(getattr(kind, name)))

    def _remembering(self, original: Callable[..., Any]) -> Callable[..., Any]:
        started = self._started

        def call(self: QObject, *args: Any, **kwargs: Any) -> Any:
            if self not in started:
                started[self] = _caller()
            return original(self, *args, **kwargs)

        return call

    def problems(self) -> list[str]:
        """One sentence for each leak."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        found = [
            f"{type(thing).__name__} started at {where} is still {state}"
            for thing, where in list(self._started.items())
            if shiboken6.isValid(thing) and (state := _still(thing))
        ]
        for window in QApplication.topLevelWidgets():
            if id(window) not in self._windows_before and window.parent() is None:
                where = self._started.get(window, "(never shown)")
                found.append(f"window {type(window).__name__} {window.objectName()!r} shown at {where} was not closed")
        return found


def _still(thing: QObject) -> str:
    if isinstance(thing, QTimer):
        return "running (stop it, or give it a parent that dies)" if thing.isActive() else ""
    if isinstance(thing, QThread):
        return "running (quit() and wait())" if thing.isRunning() else ""
    if isinstance(thing, QThreadPool):
        return "" if thing.activeThreadCount() == 0 or thing.waitForDone(200) else "busy (shut the runner down)"
    return ""
