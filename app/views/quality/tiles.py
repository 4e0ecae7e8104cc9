"""The figures on top: one dial over all, one tile a dimension."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.core.i18n import t
from app.services.quality.records import DimensionHealth, dimension_label
from app.views.quality.words import percent, spoken, tone_of
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip


class Dial(QWidget):
    """The overall score in a ring."""

    def __init__(self) -> None:
        super().__init__()
        self._score: float | None = None
        self.setFixedSize(124, 124)
        self.show_score(None, "")

    def show_score(self, score: float | None, hint: str) -> None:
        """Another score; `hint`: how it is made."""
        self._score = score
        self.setAccessibleName(t("质量总分 {score}", score=percent(score)))
        self.setAccessibleDescription(hint)
        self.setToolTip(plain_tooltip(hint))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        ring = QRectF(9, 9, self.width() - 18, self.height() - 18)
        pen = QPen(theme.color("gray_soft"), 10)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(ring, 0, 360 * 16)
        if self._score is not None:
            pen.setColor(theme.color(theme_ink(tone_of(self._score))))
            painter.setPen(pen)
            painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(self._score, 99.99) / 100))
        middle = QRectF(0, self.height() / 2 - 24, self.width(), 32)
        painting.put_text(painter, middle, percent(self._score), "text", 28, bold=True, align=painting.CENTER)
        below = QRectF(0, self.height() / 2 + 10, self.width(), 18)
        painting.put_text(painter, below, t("总分"), "text_3", fonts.CAPTION, align=painting.CENTER)
        painter.end()


def theme_ink(tone: str) -> str:
    """The token of a tone's ink."""
    return "text_3" if tone == "gray" else tone


class DimensionTile(QAbstractButton):
    """One dimension: name, score, bar, numerator of n. Pressing opens what is not good."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self._shown: DimensionHealth | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(dimension_label(key))

    def show_dimension(self, shown: DimensionHealth | None) -> None:
        """Another figure, None while there is none."""
        self._shown = shown
        text = spoken(shown) if shown is not None else dimension_label(self.key)
        self.setAccessibleName(text.split("\n", 1)[0])
        self.setAccessibleDescription(shown.formula if shown is not None else "")
        self.setToolTip(plain_tooltip(text))
        self.setEnabled(shown is not None and shown.score is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(132, 124)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 124)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        hot = self.isEnabled() and (self.underMouse() or self.isDown())
        painting.rounded(painter, rect, 10, "hover" if hot else "surface_2", "border")
        left, width = 14.0, rect.width() - 28
        score = self._shown.score if self._shown is not None else None
        painting.put_text(painter, QRectF(left, 12, width, 18), dimension_label(self.key), "text_2", fonts.BODY)
        figure = percent(score)
        painting.put_text(
            painter, QRectF(left, 36, width, 32), figure, "text" if score is not None else "text_3", 26, bold=True
        )
        if score is not None:
            wide = fonts.metrics(26, bold=True).horizontalAdvance(figure)
            painting.put_text(painter, QRectF(left + wide + 3, 44, 20, 22), "%", "text_3", fonts.BODY)
        bar = QRectF(left, 78, width, 6)
        painting.rounded(painter, bar, 3, "gray_soft")
        if score:
            painting.rounded(painter, QRectF(left, 78, max(6.0, width * score / 100), 6), 3, theme_ink(tone_of(score)))
        facts = t("未检查") if score is None or self._shown is None else f"{self._shown.good:,} / {self._shown.n:,}"
        painting.put_text(painter, QRectF(left, 94, width, 18), facts, "text_3", fonts.SMALL)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 10)
        painter.end()
