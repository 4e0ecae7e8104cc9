"""Menus from plain descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.views.theme import icons


@dataclass(frozen=True)
class MenuItem:
    """One entry; `checked` None = no tick. `items` make it a submenu. `shortcut` is shown, not registered."""

    text: str
    on_chosen: Callable[[], object] | None = None
    icon: str = ""
    shortcut: str = ""
    checked: bool | None = None
    enabled: bool = True
    danger: bool = False
    items: Sequence[MenuItem | None] = ()


def fill_menu(menu: QMenu, items: Sequence[MenuItem | None]) -> None:
    """Append `items` to `menu`; None is a separator. Text is shown literally (an & is no shortcut)."""
    for item in items:
        if item is None:
            menu.addSeparator()
            continue
        text = item.text.replace("&", "&&")
        if item.items:
            submenu = menu.addMenu(text)
            fill_menu(submenu, item.items)
            action = submenu.menuAction()
        else:
            action = _leaf(menu, item, text)
        if item.icon:
            action.setIcon(icons.icon(item.icon, "bad" if item.danger else "text_2"))
        action.setEnabled(item.enabled)


def _leaf(menu: QMenu, item: MenuItem, text: str) -> QAction:
    # A tab puts the shortcut into the right column without claiming the key.
    shown = f"{text}\t{QKeySequence(item.shortcut).toString(QKeySequence.SequenceFormat.NativeText)}"
    action = menu.addAction(shown if item.shortcut else text)
    if item.checked is not None:
        action.setCheckable(True)
        action.setChecked(item.checked)
    if item.on_chosen is not None:
        chosen = item.on_chosen
        action.triggered.connect(lambda _checked=False: chosen())
    return action


def build_menu(parent: QWidget, items: Sequence[MenuItem | None]) -> QMenu:
    """A menu that deletes itself when it closes; show it with `popup(global_position)`."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    fill_menu(menu, items)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
