"""The side bar: mark and archive, pages, favourite views, at the bottom settings and lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.shell.pages import PageEntry
from app.views.widgets.brand import Brand
from app.views.widgets.labels import DataLabel, ElidedLabel, caption
from app.views.widgets.nav_button import NavButton

WIDTH = 204


@dataclass(frozen=True)
class Favourite:
    """A saved view: `page` and the payload that shows it; `tone` colours its dot."""

    text: str
    page: str
    payload: object
    tone: str = "primary"


class Sidebar(QWidget):
    """Signals:
    page_chosen(str): key of a page.
    favourite_chosen(Favourite): a saved view.
    lock_chosen(): 锁定.
    """

    page_chosen = Signal(str)
    favourite_chosen = Signal(object)
    lock_chosen = Signal()

    def __init__(self, archive: str, person: str, pages: Sequence[PageEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(t("导航"))
        self._buttons: dict[str, NavButton] = {}
        self._favourites: list[NavButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 12, 10)
        column.setSpacing(2)
        column.addLayout(self._build_head(archive, person))
        column.addSpacing(12)
        shortcuts = {entry.key: f"Ctrl+{number}" for number, entry in enumerate(pages, 1) if number <= 9}
        self._add_pages(column, [p for p in pages if p.place == "main"], shortcuts)
        column.addWidget(self._build_favourites(), 1)
        self._add_pages(column, [p for p in pages if p.place == "bottom"], shortcuts)
        lock = NavButton(t("锁定"), "lock", shortcut="Ctrl+L")
        lock.clicked.connect(self.lock_chosen)
        column.addWidget(lock)

    def _build_head(self, archive: str, person: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Brand(32))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(archive, "strong"))
        words.addWidget(ElidedLabel(person, "muted"))
        row.addLayout(words, 1)
        return row

    def _add_pages(self, column: QVBoxLayout, pages: Sequence[PageEntry], shortcuts: dict[str, str]) -> None:
        for entry in pages:
            button = NavButton(entry.title, entry.icon, shortcut=shortcuts.get(entry.key, ""))
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, key=entry.key: self._choose(key))
            self._buttons[entry.key] = button
            column.addWidget(button)

    def _build_favourites(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("ground", "side")
        self._favourite_column = QVBoxLayout(holder)
        self._favourite_column.setContentsMargins(0, 10, 0, 4)
        self._favourite_column.setSpacing(2)
        self._favourite_title: DataLabel = caption(t("收藏的视图"))
        self._favourite_title.setContentsMargins(6, 0, 0, 2)
        self._favourite_title.hide()
        self._favourite_column.addWidget(self._favourite_title)
        self._favourite_column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        return scroll

    def set_current(self, key: str) -> None:
        """Mark the page that is shown."""
        for name, button in self._buttons.items():
            button.setChecked(name == key)

    def set_badge(self, key: str, text: str) -> None:
        """A number beside a page; unknown keys are ignored (that page is not in this build)."""
        if key in self._buttons:
            self._buttons[key].set_badge(text)

    def set_favourites(self, favourites: Sequence[Favourite]) -> None:
        """Replace the list of saved views."""
        for button in self._favourites:
            button.hide()
            button.deleteLater()
        self._favourites = []
        for at, favourite in enumerate(favourites, 1):
            button = NavButton(favourite.text, tone=favourite.tone)
            button.clicked.connect(lambda _on=False, one=favourite: self.favourite_chosen.emit(one))
            self._favourite_column.insertWidget(at, button)
            self._favourites.append(button)
        self._favourite_title.setVisible(bool(favourites))

    def _choose(self, key: str) -> None:
        self.set_current(key)
        self.page_chosen.emit(key)
