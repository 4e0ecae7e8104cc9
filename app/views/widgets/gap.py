"""A splitter whose handle is nothing but the gap between two cards."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle

from app.views.theme import theme


class _Handle(QSplitterHandle):
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.underMouse():
            painter = QPainter(self)
            painter.fillRect(self.width() // 2 - 1, self.height() // 2 - 18, 3, 36, theme.color("control"))
            painter.end()


class Gap(QSplitter):
    """Shows a short grip only while the mouse is over the gap."""

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)
