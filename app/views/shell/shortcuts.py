"""The keys of the window: its own, and over them those of the page in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.views.shell.page import Command, Page


class Shortcuts:
    """Two shortcuts on one key are ambiguous to Qt and do nothing: a page's key switches the window's own one off."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._own: dict[str, QShortcut] = {}
        self._of_page: list[QShortcut] = []

    def add(self, keys: str, run: Callable[[], object]) -> None:
        """A key of the window."""
        self._own[_canonical(keys)] = self._make(keys, run)

    def add_commands(self, commands: Sequence[Command]) -> None:
        """The keys of these commands of the window."""
        for command in commands:
            if command.shortcut:
                self.add(command.shortcut, command.run)

    def show_page(self, page: Page) -> None:
        """The keys of the page in front; a command that is not offered any more when its key is pressed does nothing."""
        for shortcut in self._of_page:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        wanted = {command.shortcut: command.key for command in page.commands() if command.shortcut}
        self._of_page = [self._make(keys, lambda key=key: _run(page, key)) for keys, key in wanted.items()]  # type: ignore[misc]
        taken = {_canonical(keys) for keys in wanted}
        for keys, own in self._own.items():
            own.setEnabled(keys not in taken)

    def _make(self, keys: str, run: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self._window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(run)
        return shortcut


def _run(page: Page, key: str) -> None:
    for command in page.commands():
        if command.key == key:
            command.run()
            return


def _canonical(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)
