"""One figure: its value, how it changed, and its way here as a small line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainterPath, QPen, QPolygonF

from app.core.i18n import t
from app.views.charts.canvas import Canvas, width_of
from app.views.charts.chart import Cell, Chart, Spot, Tip, TipLine
from app.views.charts.colors import mix
from app.views.charts.data import Mark, Unit
from app.views.charts.figures import NOTHING, change, direction, full, short
from app.views.charts.scale import Linear
from app.views.theme import fonts

Better = Literal["more", "less", ""]


class KpiChart(Chart):
    """`mark`: the value (None = "—") and, in `previous`, that of the period before. `better`: whether more is good, less
    is good, or neither. `spark`: values over time, oldest first. `compared`: e.g. 较上月. `subject`: drawn as a first
    line where the tile has no title of its own."""

    def __init__(
        self,
        title: str,
        mark: Mark,
        unit: Unit = Unit.COUNT,
        *,
        better: Better = "more",
        spark: Sequence[float | None] = (),
        compared: str = "",
        tone: str = "",
        subject: str = "",
        reason: str = "",
    ) -> None:
        super().__init__(title, reason)
        self.kind = t("指标")
        self.mark, self.unit, self.better = mark, unit, better
        self.spark, self.compared, self.tone = tuple(spark), compared, tone
        self.subject = subject

    def is_empty(self) -> bool:
        return False  # "—" is an answer

    def spoken_values(self) -> list[str]:
        changed = self._changed()
        said = t("{mark}：{value}", mark=self.mark.label, value=full(self.mark.value, self.unit))
        way = direction(self.mark.value, self.mark.previous)
        if changed and way:
            word = t("增加 {change}", change=changed) if way > 0 else t("减少 {change}", change=changed)
            said += t("，") + f"{self.compared} {word}".strip()
        if self.mark.value is None and self.reason:
            said += t("，") + self.reason
        return [said]

    def _changed(self) -> str:
        return change(self.mark.value, self.mark.previous, self.unit)

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        y = rect.y()
        if self.subject:
            canvas.text(QRectF(rect.x(), y, rect.width(), 18), self.subject, "text_2", fonts.CAPTION)
            y += 22
        figure = short(self.mark.value, self.unit)
        size = next(
            (s for s in (fonts.FIGURE, 20, 17, 14) if width_of(figure, s, bold=True) <= rect.width()), fonts.BODY
        )
        canvas.text(QRectF(rect.x(), y, rect.width(), 32), figure, "text", size, bold=True)
        color = canvas.series(0, self.tone)
        below = QRectF(rect.x(), y + 34, rect.width(), 20)
        used = self._draw_change(canvas, below)
        # beside the words where they leave room, below them where there is height
        if rect.bottom() - below.bottom() >= 34:
            room = QRectF(rect.x(), below.bottom() + 6, rect.width(), min(120.0, rect.bottom() - below.bottom() - 8))
        else:
            top = y + 4 if width_of(figure, size, bold=True) + 84 <= rect.width() else below.y()
            wide = rect.width() - max(used, width_of(figure, size, bold=True) if top < below.y() else used) - 14
            room = QRectF(rect.right() - min(96.0, wide), top, min(96.0, wide), below.bottom() - top - 2)
        if room.width() >= 40 and room.height() >= 14:
            self._draw_spark(canvas, room, color)
        path = QPainterPath()
        path.addRect(rect)
        anchor = QPointF(rect.x() + min(60.0, rect.width() / 2), below.y())
        return [Spot((0, 0), self.mark, path, anchor, self._tip())]

    def _draw_change(self, canvas: Canvas, place: QRectF) -> float:
        """Arrow, how much, against what; the width used."""
        text, way = self._changed(), direction(self.mark.value, self.mark.previous)
        if self.mark.value is None:
            canvas.text(place, self.reason, "text_3")
            return width_of(self.reason)
        if not text or not way:
            same = t("持平") if self.mark.previous is not None and not way else ""
            said = f"{same} {self.compared}".strip() if same else self.mark.note
            canvas.text(place, said, "text_3")
            return width_of(said)
        good = (way > 0) == (self.better == "more")
        ink = "text_2" if not self.better else "ok" if good else "bad"
        middle = place.center().y()
        tip, foot = (middle - 4, middle + 3.5) if way > 0 else (middle + 4, middle - 3.5)
        arrow = QPainterPath()
        left = place.x()
        arrow.addPolygon(QPolygonF([QPointF(left, foot), QPointF(left + 9, foot), QPointF(left + 4.5, tip)]))
        canvas.shape(arrow, ink)
        width = width_of(text, fonts.CAPTION, bold=True) + 2
        canvas.text(QRectF(left + 13, place.y(), width, place.height()), text, ink, fonts.CAPTION, bold=True)
        rest = QRectF(left + 13 + width + 4, place.y(), place.right() - left - 17 - width, place.height())
        canvas.text(rest, self.compared, "text_3", fonts.CAPTION)
        return min(place.width(), 17 + width + width_of(self.compared, fonts.CAPTION))

    def _draw_spark(self, canvas: Canvas, place: QRectF, color: str) -> None:
        known = [(at, value) for at, value in enumerate(self.spark) if value is not None]
        if len(known) < 2:
            return
        values = [value for _at, value in known]
        low, high = min(values), max(values)
        y = Linear(low, high, place.bottom() - 4, place.top() + 4)
        x = Linear(0, len(self.spark) - 1, place.left() + 2, place.right() - 4)
        points = [QPointF(x.at(at), y.at(value)) for at, value in known]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        under = QPainterPath(line)
        under.lineTo(QPointF(points[-1].x(), place.bottom()))
        under.lineTo(QPointF(points[0].x(), place.bottom()))
        shade = QLinearGradient(0, place.top(), 0, place.bottom())
        shade.setColorAt(0, QColor(mix(color, canvas.tokens.surface, 0.26)))
        shade.setColorAt(1, QColor(mix(color, canvas.tokens.surface, 0.01)))
        canvas.painter.fillPath(under, shade)
        pen = QPen(QColor(color), 1.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        canvas.painter.setPen(pen)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.drawPath(line)
        canvas.dot(points[-1], 3.0, color, "surface", 1.5)

    def _tip(self) -> Tip:
        lines = [TipLine("", full(self.mark.value, self.unit), strong=True)]
        if self.mark.previous is not None:
            lines.append(TipLine(t("上期"), full(self.mark.previous, self.unit)))
        if self.mark.note:
            lines.append(TipLine("", self.mark.note))
        if self.mark.value is None:
            lines.append(TipLine("", self.reason or NOTHING))
        return Tip(self.mark.label, tuple(lines))
