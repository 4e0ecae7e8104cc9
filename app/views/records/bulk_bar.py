"""The bar that appears while rows are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import buttons, painting
from app.views.widgets.buttons import Button
from app.views.widgets.labels import DataLabel


@dataclass(frozen=True)
class BulkAction:
    """One button of the bar."""

    key: str
    text: str
    icon: str


class BulkBar(QWidget):
    """Signals:
    wanted(str): key of a pressed action.
    clear_wanted(): 取消选择.
    """

    wanted = Signal(str)
    clear_wanted = Signal()

    def __init__(self, actions: Sequence[BulkAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(t("批量操作"))
        self._label = DataLabel("", "strong")
        self._buttons: dict[str, Button] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 6, 12, 6)
        row.setSpacing(2)
        row.addWidget(self._label)
        row.addSpacing(12)
        for action in actions:
            button = buttons.ghost(action.text, action.icon)
            button.clicked.connect(lambda _on=False, key=action.key: self.wanted.emit(key))
            self._buttons[action.key] = button
            row.addWidget(button)
        row.addStretch()
        clear = buttons.ghost(t("取消选择"), "x")
        clear.clicked.connect(self.clear_wanted)
        row.addWidget(clear)
        self.hide()

    def show_count(self, count: int, text: str) -> None:
        """Say how many; hidden for none."""
        self._label.setText(text)
        self.setVisible(count > 0)

    def button(self, key: str) -> Button:
        """The button of an action: where its popover opens. KeyError for an unknown key."""
        return self._buttons[key]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 0, "primary_soft")
        painter.end()
