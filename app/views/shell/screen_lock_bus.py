"""The screen lock of Linux and BSD desktops, heard over D-Bus. Imported only there: elsewhere Qt may come without it.

`ActiveChanged` of the screen savers; of org.freedesktop.login1 `PrepareForSleep`, and for this session `Lock` and the
property `LockedHint`, which most desktops set whatever their screen saver is. Silent where nobody offers these.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_ACTIVE = tuple(
    (service, path, service, "ActiveChanged", "_on_active(bool)")
    for service, path in (
        ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
        ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
        ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
        ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
        ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
        ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
    )
)
#: (service, path, interface, signal, slot)
_SCREEN_SAVERS = (*_ACTIVE, ("org.ukui.ScreenSaver", "/", "org.ukui.ScreenSaver", "lock", "_on_lock()"))
_LOGIN, _LOGIN_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
_MANAGER, _SESSION, _PROPERTIES = f"{_LOGIN}.Manager", f"{_LOGIN}.Session", "org.freedesktop.DBus.Properties"


class BusLock(QObject):
    """Listens from its making on. Nothing here waits for an answer: a system service that hangs hangs alone.

    Signals:
        locked(): the screen was locked, or the computer goes to sleep.
    """

    locked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._session_path = ""
        session, self._system = QDBusConnection.sessionBus(), QDBusConnection.systemBus()
        if session.isConnected():
            for row in _SCREEN_SAVERS:
                self._listen(session, *row)
        if self._system.isConnected():
            self._listen(self._system, _LOGIN, _LOGIN_PATH, _MANAGER, "PrepareForSleep", "_on_active(bool)")
            wanted = os.environ.get("XDG_SESSION_ID") or "auto"
            self._ask(_LOGIN_PATH, _MANAGER, "GetSession", [wanted], self._on_session)

    def _listen(self, bus: QDBusConnection, service: str, path: str, interface: str, name: str, slot: str) -> None:
        # SLOT makes a string; the stub asks for bytes, which PySide6 refuses when it runs
        bus.connect(service, path, interface, name, self, cast("bytes", SLOT(slot)))

    def _ask(self, path: str, interface: str, method: str, words: list[str], then: Callable[[Any], None]) -> None:
        """Call the log-in manager; `then` gets the first value of its answer, and nothing where there is none."""
        message = QDBusMessage.createMethodCall(_LOGIN, path, interface, method)
        message.setArguments(words)
        watcher = QDBusPendingCallWatcher(self._system.asyncCall(message), self)

        def answered(done: QDBusPendingCallWatcher) -> None:
            values = [] if done.isError() else done.reply().arguments()
            done.deleteLater()
            if values:
                then(values[0])

        watcher.finished.connect(answered)

    def _on_session(self, path: Any) -> None:
        # The signals come from the session's own path, never from ".../session/auto".
        self._session_path = path.path()
        self._listen(self._system, _LOGIN, self._session_path, _SESSION, "Lock", "_on_lock()")
        self._listen(
            self._system, _LOGIN, self._session_path, _PROPERTIES, "PropertiesChanged", "_on_changed(QDBusMessage)"
        )

    @Slot(QDBusMessage)
    def _on_changed(self, _message: QDBusMessage) -> None:
        self._ask(self._session_path, _PROPERTIES, "Get", [_SESSION, "LockedHint"], self._on_hint)

    def _on_hint(self, hint: Any) -> None:
        if (hint.variant() if hasattr(hint, "variant") else hint) is True:
            self.locked.emit()

    @Slot(bool)
    def _on_active(self, active: bool) -> None:
        if active:
            self.locked.emit()

    @Slot()
    def _on_lock(self) -> None:
        self.locked.emit()
