"""A painter with one set of tokens: charts draw on it and never ask which theme the window has. So a dark window still
prints on white paper."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from app.core.i18n import language
from app.views.charts.colors import ink_on, series_color
from app.views.theme import fonts
from app.views.theme.tokens import Tokens
from app.views.widgets import painting

LEFT, RIGHT, CENTER = painting.LEFT, painting.RIGHT, painting.CENTER


def width_of(text: str, size: int = fonts.SMALL, *, bold: bool = False) -> float:
    """Pixels of a text in one line."""
    return QFontMetricsF(fonts.font(size, bold=bold)).horizontalAdvance(text)


class Canvas:
    """Where a chart is drawn. The painter is antialiased by this constructor; the caller begins and ends it."""

    def __init__(self, painter: QPainter, tokens: Tokens) -> None:
        self.painter, self.tokens = painter, tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)

    def hex(self, token: str) -> str:
        """`#RRGGBB` of a token or of a literal."""
        return token if token.startswith("#") else str(getattr(self.tokens, token))

    def series(self, at: int, tone: str = "") -> str:
        """`#RRGGBB` of a series, or of the tone it asks for."""
        return self.hex(tone) if tone else series_color(self.tokens, at)

    def text(
        self,
        rect: QRectF,
        text: str,
        ink: str = "text_3",
        size: int = fonts.SMALL,
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = LEFT,
    ) -> None:
        """One line, elided to `rect`."""
        self.painter.setFont(fonts.font(size, bold=bold))
        self.painter.setPen(QColor(self.hex(ink)))
        shown = text
        if width_of(text, size, bold=bold) > rect.width() + 0.5:
            shown = painting.elide(text, int(rect.width()), size, bold=bold)
        # wider than asked: a font of the paper may be a hair wider than the one of the screen it was measured with
        spare = 2.0 if align & Qt.AlignmentFlag.AlignLeft else 0.0
        self.painter.drawText(rect.adjusted(0, 0, spare, 0), align | Qt.TextFlag.TextSingleLine, shown)

    def paragraph(self, rect: QRectF, text: str, ink: str = "text_3", size: int = fonts.SMALL) -> None:
        """Several lines from the top, centred."""
        self.painter.setFont(fonts.font(size))
        self.painter.setPen(QColor(self.hex(ink)))
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        if language() == "zh":
            flags |= Qt.TextFlag.TextWrapAnywhere
        self.painter.drawText(rect, flags, text)

    def box(self, rect: QRectF, fill: str, radius: float = 0.0, edge: str = "", width: float = 1.0) -> None:
        """A filled rectangle; `edge` "" = none."""
        self.painter.setBrush(QColor(self.hex(fill)) if fill else Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(QColor(self.hex(edge)), width) if edge else Qt.PenStyle.NoPen)
        self.painter.drawRoundedRect(rect, radius, radius)

    def shape(self, path: QPainterPath, fill: str, edge: str = "", width: float = 1.0) -> None:
        """A filled path; `fill` and `edge` "" = none."""
        self.painter.setBrush(QBrush(QColor(self.hex(fill))) if fill else Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(QColor(self.hex(edge)), width) if edge else Qt.PenStyle.NoPen)
        self.painter.drawPath(path)

    def line(self, start: QPointF, end: QPointF, ink: str, width: float = 1.0, *, dashed: bool = False) -> None:
        """A straight line."""
        self.painter.setPen(
            QPen(QColor(self.hex(ink)), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
        )
        self.painter.drawLine(start, end)

    def dot(self, at: QPointF, radius: float, fill: str, edge: str = "surface", width: float = 2.0) -> None:
        """A round point with a rim."""
        self.painter.setBrush(QColor(self.hex(fill)))
        self.painter.setPen(QPen(QColor(self.hex(edge)), width) if width else Qt.PenStyle.NoPen)
        self.painter.drawEllipse(at, radius, radius)

    def hatch(self, rect: QRectF, ground: str, radius: float = 0.0, *, under_text: bool = False) -> None:
        """Slanted lines over a mark, painted in `ground`, whose period still runs. Drawn as lines: pattern brushes differ
        between formats."""
        ink = self.ink_on(ground)
        color = QColor(ink)
        color.setAlphaF((0.45 if ink == "#FFFFFF" else 0.25) * (0.5 if under_text else 1))
        self.painter.setPen(QPen(color, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        inner = rect.adjusted(radius * 0.3, radius * 0.3, -radius * 0.3, -radius * 0.3)
        at = inner.left() - inner.height() + 3
        while at < inner.right():  # cut by hand: the SVG writer knows no clipping
            low, high = max(at, inner.left()), min(at + inner.height(), inner.right())
            if high > low:
                self.painter.drawLine(
                    QPointF(low, inner.bottom() - (low - at)), QPointF(high, inner.bottom() - (high - at))
                )
            at += 6

    def ink_on(self, ground: str) -> str:
        """The text colour for a ground."""
        return ink_on(self.hex(ground))
