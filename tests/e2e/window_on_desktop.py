"""The real program on a desktop, told what to do by words: `python -m tests.e2e.window_on_desktop ARCHIVE [PASSWORD]`.

Says START, OPEN, LOCKED, FAILED and CLOSED. Types the password when one is given and ticks "stay signed in" where that
is offered; a lock ends the program instead of replacing it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import entry
from app.program import Program
from app.views.shell.main_window import MainWindow
from app.views.vault.start_window import StartWindow
from app.views.widgets.message_dialog import MessageDialog

_begin = Program.begin


def say(*words: str) -> None:
    """One line for whoever started us."""
    print(*words, flush=True)  # noqa: T201 - the way this program speaks


class Driver:
    """Looks every 50 ms at what is on the screen and does the next thing."""

    def __init__(self, program: Program, password: str) -> None:
        self._program, self._password = program, password
        self._done: set[str] = set()
        program._replace = self._locked
        timer = QTimer(program)
        timer.timeout.connect(self._look)
        timer.start(50)

    def _look(self) -> None:
        for window in QApplication.topLevelWidgets():
            if not window.isVisible():
                continue
            if isinstance(window, MessageDialog) and "failed" not in self._done:
                self._done.add("failed")
                say("FAILED")
            elif isinstance(window, StartWindow) and "typed" not in self._done and self._asked(window):
                self._unlock(window)
            elif isinstance(window, MainWindow) and "open" not in self._done and not self._program.runner.busy():
                self._done.add("open")
                say("OPEN", QApplication.platformName())

    def _asked(self, window: StartWindow) -> bool:
        """Whether the users are there and the keychain has answered."""
        return bool(window.unlock._user.key()) and not self._program.runner.busy()

    def _unlock(self, window: StartWindow) -> None:
        self._done.add("typed")
        stay = window.unlock._stay
        say("START", "keychain" if stay.isVisible() else "none")
        if self._password:
            stay.setChecked(stay.isVisible())
            window.unlock._password.edit.setText(self._password)
            window.unlock.submit()

    def _locked(self, archive: Path, user: str) -> None:
        say("LOCKED", user, archive.name)
        QApplication.quit()


def main(archive: Path, password: str) -> int:
    """Run the program as its entry point does."""

    def begin(self: Program, *words: object) -> None:
        Driver(self, password)
        _begin(self, *words)  # type: ignore[arg-type]

    Program.begin = begin  # type: ignore[method-assign]
    return entry.run_window(archive)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
