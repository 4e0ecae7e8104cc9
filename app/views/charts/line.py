"""Values over time: lines, the first one with a soft area."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainterPath, QPen

from app.core.i18n import t
from app.views.charts import timeaxis
from app.views.charts.canvas import CENTER, Canvas, width_of
from app.views.charts.chart import Cell, Chart, LegendEntry, Spot, Tip, TipLine, colors_of, draw_legend
from app.views.charts.colors import mix
from app.views.charts.data import Mark, Series, Unit, measured
from app.views.charts.figures import full
from app.views.charts.frame import Plot, draw_frame, draw_grid, extremes
from app.views.charts.scale import Linear

#: below this height a legend would take the room of the lines
_TALL = 130


class LineChart(Chart):
    """`series`: marks with `at`, ascending; a comparison (`faint`) carries the days it is laid over, its labels say its
    own. `area`: fill under the first series. `months`: the marks are months."""

    kind = ""

    def __init__(
        self,
        title: str,
        series: Sequence[Series],
        unit: Unit = Unit.COUNT,
        *,
        area: bool = True,
        months: bool = True,
        reason: str = "",
    ) -> None:
        super().__init__(title, reason)
        self.kind = t("折线图")
        self.series, self.unit, self.area, self.months = tuple(series), unit, area, months
        self._days = sorted({mark.at for one in self.series for mark in one.marks if mark.at is not None})

    def is_empty(self) -> bool:
        return not self._days or not measured(*self.series)

    def spoken_values(self) -> list[str]:
        several = len(self.series) > 1
        return [
            t("{mark}：{value}", mark=f"{one.name} {mark.label}" if several else mark.label, value=full(mark.value, self.unit))
            for one in self.series
            for mark in one.marks
        ]  # fmt: skip

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        if len(self.series) > 1 and rect.height() >= _TALL:
            pairs = zip(self.series, colors_of(canvas, self.series), strict=True)
            used = draw_legend(canvas, rect, [LegendEntry(one.name, color, one.faint) for one, color in pairs])
            rect = rect.adjusted(0, used, 0, 0)
        plot = draw_frame(canvas, rect, *extremes(self.series), self.unit)
        pad = 0.0 if len(self._days) < 2 else min(18.0, plot.area.width() * 0.03)
        x = Linear(
            self._days[0].toordinal(), self._days[-1].toordinal(), plot.area.left() + pad, plot.area.right() - pad
        )
        if self.area:
            self._draw_areas(canvas, plot, x)
        draw_grid(canvas, plot)
        self._draw_days(canvas, plot, x)
        if hot is not None:
            at = self._mark(hot).at
            if at is not None:
                place = x.at(at.toordinal())
                canvas.line(QPointF(place, plot.area.top()), QPointF(place, plot.area.bottom()), "text_3", 1)
        for row in reversed(range(len(self.series))):
            self._draw_series(canvas, plot, x, row)
        if hot is not None:
            self._draw_hot(canvas, plot, x, hot)
        return self._spots(canvas, plot, x)

    def _mark(self, cell: Cell) -> Mark:
        row, column = cell
        marks = self.series[min(row, len(self.series) - 1)].marks
        return marks[min(column, len(marks) - 1)]

    def _draw_days(self, canvas: Canvas, plot: Plot, x: Linear) -> None:
        first, last = self._days[0], self._days[-1]
        for day, text in timeaxis.ticks(first, last, abs(x.end - x.start), width_of, months=self.months):
            width = width_of(text) + 4
            left = min(max(x.at(day.toordinal()) - width / 2, 0), plot.area.right() + 2 - width)
            canvas.text(QRectF(left, plot.area.bottom() + 5, width, 18), text, align=CENTER)

    def _points(self, plot: Plot, x: Linear, row: int) -> list[tuple[int, QPointF]]:
        return [
            (at, QPointF(x.at(mark.at.toordinal()), plot.y.at(mark.value)))
            for at, mark in enumerate(self.series[row].marks)
            if mark.at is not None and mark.value is not None
        ]

    def _runs(self, plot: Plot, x: Linear, row: int) -> list[list[tuple[int, QPointF]]]:
        """Points in a row without a gap between them."""
        runs: list[list[tuple[int, QPointF]]] = []
        for at, point in self._points(plot, x, row):
            if runs and runs[-1][-1][0] == at - 1:
                runs[-1].append((at, point))
            else:
                runs.append([(at, point)])
        return runs

    def _draw_areas(self, canvas: Canvas, plot: Plot, x: Linear) -> None:
        row = next((at for at, one in enumerate(self.series) if not one.faint), None)
        if row is None:
            return
        for run in self._runs(plot, x, row):
            self._draw_area(canvas, plot, [point for _at, point in run], colors_of(canvas, self.series)[row])

    def _draw_series(self, canvas: Canvas, plot: Plot, x: Linear, row: int) -> None:
        one, color = self.series[row], colors_of(canvas, self.series)[row]
        for run in self._runs(plot, x, row):
            self._draw_run(canvas, one, run, color)
        for at, point in self._points(plot, x, row):
            if one.marks[at].unfinished and not one.faint:
                canvas.dot(point, 3.4, "surface", color, 1.8)

    @staticmethod
    def _draw_area(canvas: Canvas, plot: Plot, points: list[QPointF], color: str) -> None:
        if len(points) < 2:
            return
        path = QPainterPath(QPointF(points[0].x(), plot.zero))
        for point in points:
            path.lineTo(point)
        path.lineTo(QPointF(points[-1].x(), plot.zero))
        ground = canvas.tokens.surface
        shade = QLinearGradient(0, min(point.y() for point in points), 0, plot.zero)
        strongest = 0.24 if canvas.tokens.name == "light" else 0.30
        # opaque steps: paper formats turn see-through gradients into solid ones
        for stop in (0.0, 0.5, 1.0):
            shade.setColorAt(stop, QColor(mix(color, ground, strongest * (1 - stop) + 0.01)))
        canvas.painter.fillPath(path, shade)

    @staticmethod
    def _draw_run(canvas: Canvas, one: Series, run: list[tuple[int, QPointF]], color: str) -> None:
        if len(run) == 1:
            canvas.dot(run[0][1], 3.2, color, width=0)
            return
        width = 1.6 if one.faint else 2.2
        for (_at, start), (at, end) in itertools.pairwise(run):
            dashed = one.faint or one.marks[at].unfinished
            pen = QPen(QColor(color), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            if one.faint:
                pen.setDashPattern([3, 3])
            elif dashed:
                pen.setDashPattern([1, 2.4])
            canvas.painter.setPen(pen)
            canvas.painter.drawLine(start, end)

    def _draw_hot(self, canvas: Canvas, plot: Plot, x: Linear, hot: Cell) -> None:
        day, colors = self._mark(hot).at, colors_of(canvas, self.series)
        for row in range(len(self.series)):
            for at, point in self._points(plot, x, row):
                if self.series[row].marks[at].at == day:
                    strong = row == hot[0]
                    canvas.dot(point, 5.0 if strong else 3.6, colors[row])

    def _spots(self, canvas: Canvas, plot: Plot, x: Linear) -> list[Spot]:
        places = [x.at(day.toordinal()) for day in self._days]
        edges = [plot.area.left(), *((a + b) / 2 for a, b in itertools.pairwise(places)), plot.area.right()]
        band = {day: (edges[at], edges[at + 1]) for at, day in enumerate(self._days)}
        spots = []
        for row in range(len(self.series)):
            for at, point in self._points(plot, x, row):
                mark = self.series[row].marks[at]
                assert mark.at is not None
                left, right = band[mark.at]
                path = QPainterPath()
                path.addRect(QRectF(left, plot.area.top(), max(right - left, 1), plot.area.height()))
                spots.append(Spot((row, at), mark, path, point, self._tip(canvas, row, mark)))
        return spots

    def _tip(self, canvas: Canvas, row: int, mark: Mark) -> Tip:
        lines, colors = [], colors_of(canvas, self.series)
        for other, one in enumerate(self.series):
            for its in one.marks:
                if its.at == mark.at:
                    name = one.name if not one.faint else f"{one.name} {its.label}"
                    lines.append(TipLine(name, full(its.value, self.unit), colors[other], strong=other == row))
        if mark.note:
            lines.append(TipLine("", mark.note))
        return Tip(mark.label + (t("（未结束）") if mark.unfinished else ""), tuple(lines))
