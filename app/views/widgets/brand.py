"""The mark of the program: a blue square with the archive icon."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app.views.theme import icons
from app.views.widgets import painting


def paint_brand(painter: QPainter, rect: QRectF, dpr: float) -> None:
    """Paint the mark into `rect` (square); the painter is antialiased already."""
    painting.rounded(painter, rect, rect.width() * 0.25, "primary")
    side = round(rect.width() * 0.56)
    at = (rect.width() - side) / 2
    picture = icons.pixmap("archive", "on_primary", side, dpr=dpr, stroke=2)
    painter.drawPixmap(round(rect.x() + at), round(rect.y() + at), picture)


class Brand(QWidget):
    """The mark, `size` pixels square."""

    def __init__(self, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        paint_brand(painter, QRectF(self.rect()), self.devicePixelRatioF())
        painter.end()


def window_icon() -> QIcon:
    """The mark in the sizes that windows and task bars ask for."""
    icon = QIcon()
    for side in (16, 32, 48, 64, 128, 256):
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_brand(painter, QRectF(0, 0, side, side), 1.0)
        painter.end()
        icon.addPixmap(picture)
    return icon
