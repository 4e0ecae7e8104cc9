"""Shared brushwork: rounded grounds, focus rings, soft shadows, elided text."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.core.i18n import language
from app.views.theme import fonts, theme

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
CENTER = Qt.AlignmentFlag.AlignCenter
_SHADOW_STEPS = 14


def painter_for(widget: QWidget) -> QPainter:
    """An antialiased painter on `widget`; the caller ends it."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def rounded(painter: QPainter, rect: QRectF, radius: float, fill: str = "", edge: str = "", width: float = 1.0) -> None:
    """A rounded rectangle; `fill` and `edge` are tokens, "" = none. The edge lies inside `rect`."""
    painter.setBrush(theme.color(fill) if fill else Qt.BrushStyle.NoBrush)
    if edge:
        painter.setPen(QPen(theme.color(edge), width))
        half = width / 2
        rect = rect.adjusted(half, half, -half, -half)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(rect, radius, radius)


def focus_ring(painter: QPainter, rect: QRectF, radius: float, *, on_fill: bool = False) -> None:
    """The frame that shows where the keyboard is; `on_fill`: on a primary ground, where blue on blue would vanish."""
    if on_fill:
        rounded(painter, rect.adjusted(2, 2, -2, -2), radius - 2, edge="on_primary", width=1.6)
    else:
        rounded(painter, rect, radius, edge="primary", width=2)


def soft_shadow(painter: QPainter, rect: QRectF, radius: float, margin: int) -> None:
    """A shadow around `rect` that fades over `margin` pixels (a quarter of it shifted downwards)."""
    strongest = 34 if theme.current().name == "light" else 110
    painter.setPen(Qt.PenStyle.NoPen)
    color = QColor(theme.color("shadow"))
    # Faint layers on top of each other: their sum falls off softly towards the outside.
    color.setAlpha(max(1, round(strongest / _SHADOW_STEPS)))
    painter.setBrush(color)
    shifted = rect.translated(0, margin / 5)
    for step in range(_SHADOW_STEPS):
        grow = margin * 0.8 * (1 - step / _SHADOW_STEPS) ** 1.6
        painter.drawRoundedRect(shifted.adjusted(-grow, -grow, grow, grow), radius + grow, radius + grow)


@lru_cache(16384)
def _elided(text: str, width: int, size: int, bold: bool, code: str) -> str:
    return fonts.metrics(size, bold=bold).elidedText(text, Qt.TextElideMode.ElideRight, width)


def elide(text: str, width: int, size: int = fonts.BODY, *, bold: bool = False) -> str:
    """One line of `text` cut with … to `width` pixels, remembered."""
    return _elided(" ".join(text.split("\n")), width, size, bold, language())


def put_text(
    painter: QPainter,
    rect: QRect | QRectF,
    text: str,
    ink: str = "text",
    size: int = fonts.BODY,
    *,
    bold: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """Plain text in one line, elided to `rect`."""
    painter.setFont(fonts.font(size, bold=bold))
    painter.setPen(theme.color(ink))
    painter.drawText(rect, align, elide(text, int(rect.width()), size, bold=bold))
