"""A small filled dot in a tone, before a word of judgement."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.views.theme import theme
from app.views.widgets import painting


class ToneDot(QWidget):
    """The words beside it say the same, so it needs no name of its own."""

    def __init__(self, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(10, 10)

    def set_tone(self, tone: str) -> None:
        """Another tone."""
        self._tone = tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(theme.ink(self._tone)))
        painter.drawEllipse(QRectF(1, 1, 8, 8))
        painter.end()
