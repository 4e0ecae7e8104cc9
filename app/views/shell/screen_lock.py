"""The system's own screen lock, where it can be heard.

Windows: WTSRegisterSessionNotification and WM_WTSSESSION_CHANGE through a native event filter; hears Win+L, the time-out
and remote sessions.
Linux, BSD: D-Bus. `ActiveChanged` of the screen savers, `Lock` and `PrepareForSleep` of org.freedesktop.login1; silent on
desktops that have neither.
macOS: Qt passes no such signal on; the idle time locks instead, and counts sleep.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)
_SCREEN_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
)
_LOGIN, _LOGIN_MANAGER, _SESSION = (
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "/org/freedesktop/login1/session/auto",
)
WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK = 0x02B1, 0x7


class ScreenLock(QObject):
    """Signals:
    locked(): the screen was locked, or the computer goes to sleep.
    """

    locked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._filter: _SessionFilter | None = None
        self._handle = 0
        if sys.platform == "win32":
            self._listen_on_windows(window)
        elif sys.platform != "darwin":
            self._listen_on_bus()

    def stop(self) -> None:
        """No more signals."""
        application = QCoreApplication.instance()
        if self._filter is not None and application is not None:
            application.removeNativeEventFilter(self._filter)
            self._filter = None
        if self._handle and sys.platform == "win32":
            import ctypes

            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(self._handle)
            self._handle = 0

    # ---- Linux --------------------------------------------------------------------------------------------------

    def _listen_on_bus(self) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            return
        session, system = QDBusConnection.sessionBus(), QDBusConnection.systemBus()
        if session.isConnected():
            for service, path, interface in _SCREEN_SAVERS:
                session.connect(service, path, interface, "ActiveChanged", self, b"1_on_active(bool)")
        if system.isConnected():
            manager = f"{_LOGIN}.Manager"
            system.connect(_LOGIN, _LOGIN_MANAGER, manager, "PrepareForSleep", self, b"1_on_active(bool)")
            system.connect(_LOGIN, _SESSION, f"{_LOGIN}.Session", "Lock", self, b"1_on_lock()")

    @Slot(bool)
    def _on_active(self, active: bool) -> None:
        if active:
            self.locked.emit()

    @Slot()
    def _on_lock(self) -> None:
        self.locked.emit()

    # ---- Windows ------------------------------------------------------------------------------------------------

    def _listen_on_windows(self, window: QWidget) -> None:
        import ctypes

        self._filter = _SessionFilter(self)
        application = QCoreApplication.instance()
        assert application is not None
        application.installNativeEventFilter(self._filter)
        try:
            handle = int(window.winId())
            if ctypes.windll.wtsapi32.WTSRegisterSessionNotification(handle, 0):  # type: ignore[attr-defined,unused-ignore]
                self._handle = handle
        except (OSError, AttributeError):
            log.warning("no session notifications on this system")


class _SessionFilter(QAbstractNativeEventFilter):
    """Sees the window messages that Windows sends about the session."""

    def __init__(self, owner: ScreenLock) -> None:
        super().__init__()
        self._owner = owner

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: Any) -> tuple[bool, int]:
        if bytes(QByteArray(kind).data()) in (b"windows_generic_MSG", b"windows_dispatcher_MSG") and is_lock(
            int(message)
        ):
            self._owner.locked.emit()
        return False, 0


def is_lock(address: int) -> bool:
    """Whether the Windows message structure at `address` says that the session was locked."""
    import ctypes

    class Message(ctypes.Structure):
        _fields_ = (
            ("window", ctypes.c_void_p),
            ("message", ctypes.c_uint),
            ("wparam", ctypes.c_size_t),
        )

    found = Message.from_address(address)
    return bool(found.message == WM_WTSSESSION_CHANGE and found.wparam == WTS_SESSION_LOCK)
