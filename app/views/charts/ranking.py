"""Lying bars, longest names first class: who or what, how much."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.core.i18n import t
from app.views.charts.canvas import LEFT, RIGHT, Canvas, width_of
from app.views.charts.chart import Cell, Chart, Spot, Tip, TipLine
from app.views.charts.colors import mix
from app.views.charts.data import Mark, Unit
from app.views.charts.figures import full, short
from app.views.charts.scale import fitting
from app.views.theme import fonts

_LEAST, _MOST = 22.0, 46.0


class RankingChart(Chart):
    """`marks` in the order of drawing. `previous` of a mark is a thin line on its bar. What does not fit is counted."""

    def __init__(self, title: str, marks: Sequence[Mark], unit: Unit = Unit.COUNT, *, reason: str = "") -> None:
        super().__init__(title, reason)
        self.kind = t("条形图")
        self.marks, self.unit = tuple(marks), unit

    def is_empty(self) -> bool:
        return all(mark.value is None for mark in self.marks)

    def spoken_values(self) -> list[str]:
        return [t("{mark}：{value}", mark=mark.label, value=full(mark.value, self.unit)) for mark in self.marks]

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        if rect.height() >= 120 and any(mark.previous is not None for mark in self.marks):
            rect = rect.adjusted(0, 0, 0, -18)
            self._draw_key(canvas, QRectF(rect.x(), rect.bottom() + 2, rect.width(), 16))
        shown, height = self._fitting(rect)
        names = min(fitting([m.label for m in shown], lambda s: width_of(s, fonts.CAPTION)) + 12, rect.width() * 0.45)
        figures = fitting([self._figure(m) for m in shown], lambda s: width_of(s, fonts.CAPTION)) + 10
        bar = QRectF(rect.x() + names, rect.y(), max(8.0, rect.width() - names - figures), rect.height())
        values = [0.0, *(v for m in shown for v in (m.value, m.previous) if v is not None)]
        low, high = min(values), max(*values, 1e-9)
        per = bar.width() / (high - low)
        zero = bar.x() - low * per
        spots = []
        for at, _mark in enumerate(shown):
            line = QRectF(rect.x(), rect.y() + at * height, rect.width(), height)
            spots.append(self._draw_line(canvas, line, bar, (at, 0), zero, per, hot))
        if len(shown) < len(self.marks):
            left = QRectF(rect.x(), rect.y() + len(shown) * height, rect.width(), 20)
            canvas.text(left, t("另有 {n} 项，见明细", n=len(self.marks) - len(shown)), "text_3")
        return spots

    @staticmethod
    def _draw_key(canvas: Canvas, place: QRectF) -> None:
        """What the thin line on a bar means."""
        word = t("上期")
        left = place.right() - width_of(word) - 4
        canvas.line(QPointF(left - 7, place.y() + 2), QPointF(left - 7, place.bottom() - 2), "text", 2)
        canvas.text(QRectF(left, place.y(), place.right() - left, place.height()), word, "text_3", align=LEFT)

    def _fitting(self, rect: QRectF) -> tuple[tuple[Mark, ...], float]:
        room = int(rect.height() / _LEAST)
        if len(self.marks) > room:
            shown = self.marks[: max(1, int((rect.height() - 20) / _LEAST))]
            return shown, (rect.height() - 20) / len(shown)
        return self.marks, min(_MOST, rect.height() / max(1, len(self.marks)))

    def _figure(self, mark: Mark) -> str:
        return " ".join((short(mark.value, self.unit), *mark.extra))

    def _draw_line(
        self, canvas: Canvas, line: QRectF, bar: QRectF, cell: Cell, zero: float, per: float, hot: Cell | None
    ) -> Spot:
        mark = self.marks[cell[0]]
        if cell == hot:
            canvas.box(line.adjusted(0, 1, 0, -1), "hover", 5)
        color = canvas.series(0, mark.tone)
        value = mark.value or 0.0
        thick = min(18.0, line.height() * 0.56)
        start, end = sorted((zero, zero + value * per))
        box = QRectF(start, line.center().y() - thick / 2, max(end - start, 1.5), thick)
        canvas.box(QRectF(bar.x(), box.y(), bar.width(), thick), mix(color, canvas.tokens.surface, 0.10), 3)
        if mark.value is not None:
            canvas.box(box, color, 3)
        if mark.unfinished:
            canvas.hatch(box, color, 3)
        if mark.previous is not None:
            x = zero + mark.previous * per
            canvas.line(QPointF(x, box.y() - 3), QPointF(x, box.bottom() + 3), "text", 2)
        if cell == hot:
            canvas.box(box.adjusted(-1, -1, 1, 1), "", 4, "text", 1.6)
        name = QRectF(line.x() + 2, line.y(), bar.x() - line.x() - 10, line.height())
        canvas.text(name, mark.label, "text_2", fonts.CAPTION, align=LEFT)
        figure = QRectF(bar.right() + 4, line.y(), line.right() - bar.right() - 6, line.height())
        canvas.text(figure, self._figure(mark), "text", fonts.CAPTION, align=RIGHT)
        path = QPainterPath()
        path.addRect(line)
        return Spot(cell, mark, path, QPointF(box.right(), box.center().y()), self._tip(mark, color))

    def _tip(self, mark: Mark, color: str) -> Tip:
        lines = [TipLine("", full(mark.value, self.unit), color, strong=True)]
        if mark.previous is not None:
            lines.append(TipLine(t("上期"), full(mark.previous, self.unit)))
        lines += [TipLine("", text) for text in (*mark.extra, mark.note) if text]
        return Tip(mark.label, tuple(lines))
