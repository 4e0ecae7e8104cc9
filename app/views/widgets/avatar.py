"""Initials in a soft circle, its colour chosen by the name."""

from __future__ import annotations

from zlib import crc32

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.views.theme import fonts, theme
from app.views.theme.tokens import TONES
from app.views.widgets import painting

_AVATAR_TONES = tuple(tone for tone in TONES if tone != "gray")


def tone_of(name: str) -> str:
    """The same tone for the same name, on every machine and in every run."""
    return _AVATAR_TONES[crc32(name.encode()) % len(_AVATAR_TONES)] if name else "gray"


def initial_of(name: str) -> str:
    """The character in the circle: the first letter or Han character, "?" if there is none."""
    first = next((char for char in name if char.isalnum()), "?")
    return first.upper()


def paint_avatar(painter: QPainter, rect: QRectF, name: str, tone: str = "") -> None:
    """Paint into `rect` (square); the painter is antialiased already."""
    tone = tone or tone_of(name)
    painting.rounded(painter, rect, rect.width() / 2, theme.soft(tone))
    painter.setFont(fonts.font(max(9, int(rect.width() * 0.44)), bold=True))
    painter.setPen(theme.color(theme.ink(tone)))
    painter.drawText(rect, painting.CENTER, initial_of(name))


class Avatar(QWidget):
    """A person or company as a circle of `size` pixels."""

    def __init__(self, name: str = "", size: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setFixedSize(size, size)

    def set_name(self, name: str) -> None:
        """Show another name."""
        self._name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        paint_avatar(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._name)
        painter.end()
