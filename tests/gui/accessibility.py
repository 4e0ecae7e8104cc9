"""Can a screen reader name everything the keyboard reaches?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QMenu, QScrollBar, QWidget


def unnamed(root: QWidget) -> list[str]:
    """Focusable widgets under `root` without an accessible name; parts of Qt's own widgets are their owner's affair."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget, QMenu | QScrollBar) or _is_part(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parent()).__name__}")
    return found


def assert_accessible(root: QWidget) -> None:
    """Fail with the list of widgets that have no name."""
    names = unnamed(root)
    assert not names, "no accessible name: " + "; ".join(names)


def _is_part(widget: QWidget) -> bool:
    """The line inside a spin box, the list and line of a combo box."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractSpinBox | QComboBox):
            return True
        parent = parent.parentWidget()
    return False
