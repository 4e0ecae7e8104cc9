"""Parts of a whole as a ring, with the legend that says their names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from app.core.i18n import t
from app.views.charts.canvas import CENTER, LEFT, RIGHT, Canvas, width_of
from app.views.charts.chart import Cell, Chart, Spot, Tip, TipLine
from app.views.charts.data import Mark, Unit
from app.views.charts.figures import full, share, short
from app.views.charts.scale import fitting
from app.views.theme import fonts

_ROW = 23.0


class DonutChart(Chart):
    """`marks` with values above 0; others are in the legend only. `center`: what the sum in the middle counts."""

    def __init__(
        self, title: str, marks: Sequence[Mark], unit: Unit = Unit.COUNT, *, center: str = "", reason: str = ""
    ) -> None:
        super().__init__(title, reason)
        self.kind = t("环形图")
        self.marks, self.unit, self.center = tuple(marks), unit, center
        self.total = sum(max(0.0, mark.value or 0.0) for mark in self.marks)

    def is_empty(self) -> bool:
        return self.total <= 0

    def spoken_values(self) -> list[str]:
        return [
            t("{mark}：{value}，占 {share}", mark=m.label, value=full(m.value, self.unit), share=self._share(m))
            for m in self.marks
        ]

    def _share(self, mark: Mark) -> str:
        return share(max(0.0, mark.value or 0.0), self.total)

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        ring, legend = self._places(rect)
        spots, angle = [], 90.0
        for at, mark in enumerate(self.marks):
            span = 360.0 * max(0.0, mark.value or 0.0) / self.total
            path = _slice(ring, angle, span, grow=3.0 if hot == (at, 0) else 0.0)
            color = canvas.series(at, mark.tone)
            canvas.shape(path, color, "surface", 1.6)
            if hot == (at, 0):
                canvas.shape(path, "", "text", 1.8)
            middle = _slice_middle(path)
            angle -= span
            spots.append(Spot((at, 0), mark, path, middle, self._tip(mark, color)))
        self._draw_middle(canvas, ring)
        if legend is not None:
            self._draw_legend(canvas, legend, spots, hot)
        return spots

    def _places(self, rect: QRectF) -> tuple[QRectF, QRectF | None]:
        """The ring, and where the legend stands: at the right of a wide chart, below a tall one, nowhere in a tiny one."""
        rows = len(self.marks) * _ROW
        if rect.width() >= rect.height() * 1.25 and rect.width() >= 230:
            side = min(rect.height() - 8, rect.width() * 0.46, 300)
            words = min(360.0, rect.width() - side - 24)
            left = rect.x() + 2 + max(0.0, (rect.width() - side - words - 24) / 2)
            ring = QRectF(left, rect.center().y() - side / 2, side, side)
            return ring, QRectF(ring.right() + 18, rect.y(), words, rect.height())
        below = min(rows, rect.height() * 0.5)
        if rect.height() < 170:
            below = 0.0
        side = max(10.0, min(rect.height() - below - 16, rect.width() - 12, 280))
        ring = QRectF(rect.center().x() - side / 2, rect.y() + 4, side, side)
        legend = QRectF(rect.x() + 2, ring.bottom() + 10, rect.width() - 4, rect.bottom() - ring.bottom() - 10)
        return ring, legend if below else None

    def _draw_middle(self, canvas: Canvas, ring: QRectF) -> None:
        inside = ring.width() * 0.62
        size = next(
            (s for s in (22, 18, 15, 12) if width_of(short(self.total, self.unit), s, bold=True) < inside * 0.86), 11
        )
        has_name = bool(self.center) and inside > 70
        middle = ring.center().y() - (9 if has_name else 0)
        canvas.text(
            QRectF(ring.center().x() - inside / 2, middle - 16, inside, 32), short(self.total, self.unit), "text", size,
            bold=True, align=CENTER,
        )  # fmt: skip
        if has_name:
            canvas.text(QRectF(ring.center().x() - inside / 2, middle + 12, inside, 18), self.center, align=CENTER)

    def _draw_legend(self, canvas: Canvas, place: QRectF, spots: list[Spot], hot: Cell | None) -> None:
        room = max(1, int(place.height() / _ROW))
        shown = spots if len(spots) <= room else spots[: max(1, room - 1)]
        values = fitting([short(s.mark.value, self.unit) for s in shown], lambda s: width_of(s, fonts.CAPTION)) + 8
        shares = fitting([self._share(s.mark) for s in shown], lambda s: width_of(s, fonts.CAPTION)) + 10
        if place.width() - values - shares < 60:
            values = 0.0  # the share says more
        lines = len(shown) + (1 if len(shown) < len(spots) else 0)
        y = place.y() + max(0.0, (place.height() - lines * _ROW) / 2 if place.height() > 200 else 0.0)
        for at, spot in enumerate(shown):
            line = QRectF(place.x(), y + at * _ROW, place.width(), _ROW)
            if hot == spot.cell:
                canvas.box(line.adjusted(-4, 1, 0, -1), "hover", 5)
            canvas.box(
                QRectF(line.x(), line.center().y() - 4.5, 9, 9), canvas.series(spot.cell[0], spot.mark.tone), 2.5
            )
            name = QRectF(line.x() + 16, line.y(), line.width() - 16 - values - shares, _ROW)
            canvas.text(name, spot.mark.label, "text_2", fonts.CAPTION, align=LEFT)
            if values:
                figure = QRectF(line.right() - shares - values, line.y(), values, _ROW)
                canvas.text(figure, short(spot.mark.value, self.unit), "text", fonts.CAPTION, align=RIGHT)
            part = QRectF(line.right() - shares, line.y(), shares, _ROW)
            canvas.text(part, self._share(spot.mark), "text_3", fonts.CAPTION, align=RIGHT)
            spot.path.addRect(line)
            spot.path.setFillRule(Qt.FillRule.WindingFill)
        if len(shown) < len(spots):
            rest = QRectF(place.x() + 16, y + len(shown) * _ROW, place.width() - 16, _ROW)
            canvas.text(rest, t("另有 {n} 项，见明细", n=len(spots) - len(shown)), "text_3")

    def _tip(self, mark: Mark, color: str) -> Tip:
        lines = [TipLine(self._share(mark), full(mark.value, self.unit), color, strong=True)]
        if mark.note:
            lines.append(TipLine("", mark.note))
        return Tip(mark.label, tuple(lines))


def _slice(ring: QRectF, start: float, span: float, grow: float) -> QPainterPath:
    outer = ring.adjusted(-grow, -grow, grow, grow)
    width = ring.width() * 0.18
    inner = ring.adjusted(width, width, -width, -width)
    path = QPainterPath()
    if span <= 0:
        return path
    path.arcMoveTo(outer, start)
    path.arcTo(outer, start, -span)
    path.arcTo(inner, start - span, span)
    path.closeSubpath()
    return path


def _slice_middle(path: QPainterPath) -> QPointF:
    return path.pointAtPercent(0.25) if not path.isEmpty() else QPointF()
