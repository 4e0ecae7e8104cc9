"""Counts what the screen lock says: `python -m tests.e2e.lock_listener`. Says READY, then LOCKED 1, LOCKED 2 …"""

from __future__ import annotations

import sys
from itertools import count

from PySide6.QtCore import QTimer
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication, QWidget

from app.views.shell.screen_lock import ScreenLock
from app.views.shell.screen_lock_bus import BusLock
from tests.e2e.window_on_desktop import say


def main() -> int:
    """Until it is killed."""
    application = QApplication(sys.argv[:1])
    window = QWidget()
    lock, number = ScreenLock(window), count(1)
    lock.locked.connect(lambda: say("LOCKED", next(number)))
    bus = lock.findChild(BusLock)
    timer = QTimer()

    def look() -> None:
        if bus is not None and bus._session_path:
            timer.stop()
            QDBusConnection.systemBus().interface().isServiceRegistered(
                "org.freedesktop.login1"
            )  # all before is through
            QDBusConnection.sessionBus().interface().isServiceRegistered("org.freedesktop.login1")
            say("READY")

    timer.timeout.connect(look)
    timer.start(20)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
