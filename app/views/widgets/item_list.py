"""A short list of things with what can be done to each: users, tags, fields, backups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets.avatar import Avatar
from app.views.widgets.buttons import IconButton
from app.views.widgets.chips import ChipRow
from app.views.widgets.labels import DataLabel, ElidedLabel, IconLabel, Rule
from app.views.widgets.menus import MenuItem, build_menu


@dataclass(frozen=True)
class Item:
    """One line. `menu` is asked when it opens; `icon` "" = an avatar of the title's initial."""

    title: str
    subtitle: str = ""
    icon: str = ""
    chips: Sequence[str | tuple[str, str]] = ()
    right: str = ""
    menu: Callable[[], Sequence[MenuItem | None]] | None = None
    faded: bool = False


class _Line(QWidget):
    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 7, 0, 7)
        row.setSpacing(12)
        row.addWidget(IconLabel(item.icon, "text_2", 20) if item.icon else Avatar(item.title, 32))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(item.title, "secondary" if item.faded else "strong"))
        if item.subtitle:
            words.addWidget(ElidedLabel(item.subtitle, "muted"))
        row.addLayout(words, 1)
        if item.chips:
            row.addWidget(ChipRow(item.chips), 0, Qt.AlignmentFlag.AlignVCenter)
        if item.right:
            label = DataLabel(item.right, "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label)
        self.more: IconButton | None = None
        if item.menu is not None:
            self.more = IconButton("ellipsis", t("对“{name}”的操作", name=item.title), side=28)
            self.more.clicked.connect(self._open_under)
            row.addWidget(self.more)

    def _open_under(self) -> None:
        assert self.more is not None
        self.open_menu(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def open_menu(self, place: QPoint) -> None:
        """What can be done, at a global position."""
        if self.item.menu is not None:
            items = list(self.item.menu())
            if items:
                build_menu(self, items).popup(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())


class ItemList(QWidget):
    """Lines with hairlines between them; `nothing` stands there when there are none."""

    def __init__(self, name: str, nothing: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._nothing = nothing
        self._inside: list[QWidget] = []
        self.lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_items(self, items: Sequence[Item]) -> None:
        """Show these instead."""
        for widget in self._inside:
            widget.hide()
            widget.deleteLater()
        self._inside, self.lines = [], []
        for at, item in enumerate(items):
            if at:
                self._add(Rule())
            line = _Line(item)
            self.lines.append(line)
            self._add(line)
        if not items and self._nothing:
            self._add(DataLabel(self._nothing, "muted", wrap=True))

    def items(self) -> list[Item]:
        """What is shown."""
        return [line.item for line in self.lines]

    def _add(self, widget: QWidget) -> None:
        self._inside.append(widget)
        self._column.addWidget(widget)
