"""How many pairs are how likely, with the two limits as marks that are dragged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.i18n import t
from app.services.duplicates.records import Thresholds
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu

_BINS, _LEFT, _RIGHT, _TOP, _BOTTOM = 20, 12, 12, 30, 20
_LEAST, _STEP, _GRIP = 0.05, 0.01, 9


class Histogram(QWidget):
    """Left and right move the chosen mark by one percent, up and down choose the other one, Enter keeps it.

    Signals:
        changed(object): a person set other `Thresholds`.
        learned_wanted(): the limits shall follow from the decisions again.
    """

    changed = Signal(object)
    learned_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: Sequence[int] = (0,) * _BINS
        self._limits = self._stored = Thresholds()
        self._mark, self._dragging, self._may = "review", False, True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._say()

    def show_counts(self, counts: Sequence[int], limits: Thresholds, *, may_change: bool) -> None:
        """Pairs by probability in twentieths, and the limits in force."""
        self._counts, self._limits, self._stored, self._may = counts, limits, limits, may_change
        self._say()
        self.update()

    def limits(self) -> Thresholds:
        """The limits as the marks stand."""
        return self._limits

    def sizeHint(self) -> QSize:
        return QSize(420, 106)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 106)

    def _say(self) -> None:
        self.setAccessibleName(t("可能性分布"))
        facts = t(
            "自动线 {auto}，复核线 {review}", auto=_percent(self._limits.auto), review=_percent(self._limits.review)
        )
        self.setAccessibleDescription(facts)

    # ---- geometry -----------------------------------------------------------------------------------------------

    def _plot(self) -> QRectF:
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)

    def x_of(self, probability: float) -> float:
        """Where a probability stands."""
        plot = self._plot()
        return plot.left() + plot.width() * probability

    def _probability(self, x: float) -> float:
        plot = self._plot()
        return round(min(1.0, max(_LEAST, (x - plot.left()) / max(plot.width(), 1.0))), 2)

    def _near(self, x: float) -> str:
        away = {name: abs(self.x_of(getattr(self._limits, name)) - x) for name in ("auto", "review")}
        name = min(away, key=lambda key: away[key])
        return name if away[name] <= _GRIP else ""

    def _set(self, name: str, value: float) -> None:
        value = min(1.0, max(_LEAST, value))
        if name == "auto":
            self._limits = Thresholds(max(value, self._limits.review), self._limits.review)
        else:
            self._limits = Thresholds(self._limits.auto, min(value, self._limits.auto))
        self._say()
        self.update()

    def _keep(self) -> None:
        if self._limits != self._stored:
            self._stored = self._limits
            self.changed.emit(self._limits)

    # ---- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        plot = self._plot()
        most = max(self._counts) or 1
        width = plot.width() / _BINS
        for at, count in enumerate(self._counts):
            if not count:
                continue
            # logarithmic: a few likely pairs must be seen beside thousands of unlikely ones
            high = max(3.0, plot.height() * math.log1p(count) / math.log1p(most))
            bar = QRectF(plot.left() + at * width + 1.5, plot.bottom() - high, width - 3, high)
            for tone, start, end in self._zones():
                zone = QRectF(start, plot.top(), end - start, plot.height())
                if zone.width() > 0 and zone.intersects(bar):
                    painter.save()
                    painter.setClipRect(zone)
                    painting.rounded(painter, bar, 2, tone)
                    painter.restore()
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        for share in (0.05, 0.25, 0.5, 0.75, 1.0):
            room = QRectF(self.x_of(share) - 24, plot.bottom() + 3, 48, 16)
            room.moveLeft(min(max(room.left(), 0), self.width() - 48))
            painting.put_text(painter, room, f"{share:.0%}", "text_3", fonts.SMALL, align=painting.CENTER)
        for name, tone, words in (("review", "warn", t("复核")), ("auto", "ok", t("自动"))):
            self._paint_mark(painter, plot, name, tone, words)
        painter.end()

    def _zones(self) -> tuple[tuple[str, float, float], ...]:
        """(tone, left, right) of what is let go, looked at, merged by itself."""
        review, auto = self.x_of(self._limits.review), self.x_of(self._limits.auto)
        return ("disabled", 0.0, review), ("warn", review, auto), ("ok", auto, float(self.width()))

    def _paint_mark(self, painter: QPainter, plot: QRectF, name: str, tone: str, words: str) -> None:
        value = getattr(self._limits, name)
        x = self.x_of(value)
        painter.setPen(QPen(theme.color(tone), 1.6, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top() - 6), QPointF(x, plot.bottom()))
        text = f"{words} {_percent(value)}"
        wide = fonts.metrics(fonts.SMALL, bold=True).horizontalAdvance(text) + 14
        # the two labels stand side by side, whatever the marks do
        left = x - wide if name == "review" else x
        other = self.x_of(self._limits.auto)
        if name == "auto" and x + wide > self.width():
            left = self.width() - wide
        if name == "review":
            free = min(other, self.width() - wide)
            left = max(0.0, min(left, free - wide if other + wide > self.width() else left))
        pill = QRectF(left, 2, wide, 20)
        painting.rounded(painter, pill, 6, theme.soft(tone), tone if self.hasFocus() and self._mark == name else "")
        painting.put_text(painter, pill, text, tone, fonts.SMALL, bold=True, align=painting.CENTER)

    # ---- by mouse and keys --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and near and self._may:
            self._mark, self._dragging = near, True
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragging:
            self._set(self._mark, self._probability(x))
            return
        near = self._near(x) if self._may else ""
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
        plot = self._plot()
        at = int((x - plot.left()) / max(plot.width(), 1) * _BINS)
        if 0 <= at < _BINS:
            tip = t(
                "{low} – {high}：{n} 对",
                low=f"{at / _BINS:.0%}", high=f"{(at + 1) / _BINS:.0%}", n=f"{self._counts[at]:,}",
            )  # fmt: skip
            self.setToolTip(plain_tooltip(tip))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self._keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}.get(Qt.Key(event.key()))
        if step is not None and self._may:
            self._set(self._mark, round(getattr(self._limits, self._mark) + step, 2))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._mark = "auto" if self._mark == "review" else "review"
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._limits != self._stored:
            self._keep()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = MenuItem(t("按以往的决定重新估计两条线"), self.learned_wanted.emit, "rotate-ccw", enabled=self._may)
        build_menu(self, [item]).popup(event.globalPos())


def _percent(value: float) -> str:
    return f"{value * 100:.0f}%" if abs(value * 100 - round(value * 100)) < 0.05 else f"{value * 100:.1f}%"
