"""A rounded popup with a shadow under a button: filter editors, column choosers."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views.widgets import painting

_MARGIN = 16


class Popover(QWidget):
    """Holds one content widget. Closes on Esc or a click outside; deleted by its parent.

    Signals:
        closed(): it went away.
    """

    closed = Signal()

    def __init__(self, content: QWidget, parent: QWidget, name: str) -> None:
        flags = Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName(name)
        self.content = content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN + 12, _MARGIN + 12, _MARGIN + 12, _MARGIN + 12)
        layout.addWidget(content)

    def show_under(self, anchor: QWidget, *, align_right: bool = False) -> None:
        """Open under `anchor`, moved so far that it stays on the screen, above it where there is no room below."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        left = corner.x() + (anchor.width() - self.width() + _MARGIN if align_right else -_MARGIN)
        spot = QRect(left, corner.y() - _MARGIN, self.width(), self.height())
        screen = QGuiApplication.screenAt(corner) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        if spot.bottom() - _MARGIN > room.bottom():
            above = anchor.mapToGlobal(QPoint(0, -4)).y() - self.height() + _MARGIN
            spot.moveTop(max(room.top() - _MARGIN, above))
        spot.moveLeft(max(room.left() - _MARGIN, min(spot.left(), room.right() - self.width() + _MARGIN)))
        self.move(spot.topLeft())
        self.show()
        self.content.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        body = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painting.soft_shadow(painter, body, 10, _MARGIN)
        painting.rounded(painter, body, 10, "surface", "border")
        painter.end()
