"""The system's own screen lock, where it can be heard.

Windows: WTSRegisterSessionNotification and WM_WTSSESSION_CHANGE through a native event filter; hears Win+L, the time-out
and remote sessions.
Linux, BSD: D-Bus, see `screen_lock_bus`.
macOS: Qt passes no such signal on; the idle time locks instead, and counts sleep.

Whatever the system answers: the window opens, and what cannot be heard is noted in the log once.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)
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
        try:
            if sys.platform == "win32":
                self._listen_on_windows(window)
            elif sys.platform != "darwin":
                self._listen_on_bus()
        except Exception:  # a listener is never worth a window; systems fail in ways of their own
            log.exception("the screen lock cannot be heard")

    def stop(self) -> None:
        """No more signals."""
        self.blockSignals(True)
        application = QCoreApplication.instance()
        if self._filter is not None and application is not None:
            application.removeNativeEventFilter(self._filter)
            self._filter = None
        if self._handle and sys.platform == "win32":
            import ctypes

            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(self._handle)
            self._handle = 0

    def _listen_on_bus(self) -> None:
        from app.views.shell.screen_lock_bus import BusLock

        BusLock(self).locked.connect(self.locked)

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
