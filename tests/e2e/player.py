"""Plays the program as a person does: real windows, real clicks and keys, found by the words on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QElapsedTimer, QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

W = TypeVar("W", bound=QWidget)


class NotSeen(AssertionError):
    """Something expected on the screen did not appear in time."""


def wait(condition: Callable[[], object], what: str = "", milliseconds: int = 30_000) -> None:
    """Let the program run until the condition holds; raises NotSeen."""
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.elapsed() > milliseconds:
            raise NotSeen(what or repr(condition))
        pause(20)


def pause(milliseconds: int) -> None:
    """Let the program run for a while (animations, layouts before a picture)."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def shown(root: QWidget, kind: type[W], fits: Callable[[W], bool]) -> W | None:
    """The first visible enabled widget of the kind that fits."""
    return next((w for w in root.findChildren(kind) if w.isVisible() and w.isEnabled() and fits(w)), None)


def button(root: QWidget, words: str) -> QAbstractButton:
    """The button with these words on it (or as its accessible name); waits for it."""

    def find() -> QAbstractButton | None:
        return shown(root, QAbstractButton, lambda b: words in (b.text(), b.accessibleName()))

    wait(find, f"button {words}")
    found = find()
    assert found is not None
    return found


def field(root: QWidget, name: str) -> QLineEdit:
    """The text field whose accessible name begins with `name`; waits for it."""

    def find() -> QLineEdit | None:
        return shown(root, QLineEdit, lambda e: e.accessibleName().startswith(name))

    wait(find, f"field {name}")
    found = find()
    assert found is not None
    return found


def click(widget: QWidget) -> None:
    """A left click in the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def press(root: QWidget, words: str) -> None:
    """Click the button with these words."""
    click(button(root, words))


def type_into(edit: QLineEdit, text: str) -> None:
    """Replace what a field holds, key by key."""
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    for character in text:
        QTest.keyClicks(edit, character) if character.isascii() else edit.insert(character)


def drop_file(widget: QWidget, path: Path) -> None:
    """Drag a file over the widget and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = widget.rect().center()
    entering = QDragEnterEvent(
        QPoint(at), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, entering)
    if not entering.isAccepted():
        raise NotSeen(f"{path.name} is not welcome here")
    dropping = QDropEvent(
        QPointF(at), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, dropping)


def bring_to_front(window: QWidget) -> None:
    """Make it the active window (a virtual screen has no window manager to do it)."""
    window.raise_()
    window.activateWindow()
    wait(window.isActiveWindow, "active window")


def top(kind: type[W]) -> W:
    """The visible top-level window (or dialog) of a kind; waits for it."""

    def find() -> W | None:
        return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)

    wait(find, f"window {kind.__name__}")
    found = find()
    assert found is not None
    return found
