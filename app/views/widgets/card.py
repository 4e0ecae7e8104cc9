"""A white card with a title row and a body."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views.widgets import painting
from app.views.widgets.labels import DataLabel


class Card(QWidget):
    """Put content into `body`, small buttons at the right of the title into `head_actions`."""

    def __init__(self, title: str = "", subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 16)
        outer.setSpacing(12)
        self.head_actions = QHBoxLayout()
        self.head_actions.setSpacing(4)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self._title = DataLabel(title, "h2", self)
        self._subtitle = DataLabel(subtitle, "muted", self)
        self._title.setVisible(bool(title))
        self._subtitle.setVisible(bool(title))
        if title:
            head = QHBoxLayout()
            head.setSpacing(8)
            head.addWidget(self._title)
            head.addWidget(self._subtitle)
            head.addStretch()
            head.addLayout(self.head_actions)
            outer.addLayout(head)
            self.setAccessibleName(title)
        outer.addLayout(self.body, 1)

    def set_subtitle(self, text: str) -> None:
        """Change the small text beside the title."""
        self._subtitle.setText(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 10, "surface", "border")
        painter.end()
