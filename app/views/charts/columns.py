"""Upright bars, side by side or on top of each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.core.i18n import t
from app.views.charts.canvas import CENTER, Canvas, width_of
from app.views.charts.chart import Cell, Chart, LegendEntry, Spot, Tip, TipLine, colors_of, draw_legend
from app.views.charts.colors import mix
from app.views.charts.data import Mark, Series, Unit, measured
from app.views.charts.figures import full, short
from app.views.charts.frame import Plot, draw_frame, draw_grid, draw_names, extremes
from app.views.charts.scale import Bands


class ColumnChart(Chart):
    """`names` of the categories in order; each series has one mark a category. `stacked`: on top of each other, faint
    series stay out of the stack."""

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        series: Sequence[Series],
        unit: Unit = Unit.COUNT,
        *,
        stacked: bool = False,
        reason: str = "",
    ) -> None:
        super().__init__(title, reason)
        self.kind = t("堆叠柱形图") if stacked else t("柱形图")
        self.names, self.series, self.unit, self.stacked = tuple(names), tuple(series), unit, stacked
        if any(len(one.marks) != len(self.names) for one in self.series):
            raise ValueError("a mark for each category")

    def is_empty(self) -> bool:
        if self.stacked and not any(mark.value for one in self.series for mark in one.marks):
            return True  # a stack of nothing is nothing
        return not self.names or not measured(*self.series)

    def spoken_values(self) -> list[str]:
        several = len(self.series) > 1
        return [
            t("{mark}：{value}", mark=f"{name} {one.name}" if several else name, value=full(mark.value, self.unit))
            for at, name in enumerate(self.names)
            for one, mark in ((one, one.marks[at]) for one in self.series)
        ]

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        if len(self.series) > 1 and rect.height() >= 130:
            rect = rect.adjusted(0, draw_legend(canvas, rect, self._legend(canvas)), 0, 0)
        plot = draw_frame(canvas, rect, *self._extent(), self.unit)
        draw_grid(canvas, plot)
        bands = Bands(len(self.names), plot.area.left(), plot.area.width(), 0.62 if self._lanes() == 1 else 0.78)
        draw_names(canvas, plot, [bands.middle(at) for at in range(bands.count)], self.names, bands.width)
        spots = []
        for at in range(bands.count):
            for row, box in self._boxes(plot, bands, at):
                spots.append(self._draw_bar(canvas, box, (row, at), hot))
        if len(self.series) == 1:
            self._draw_values(canvas, plot, bands, spots)
        return spots

    def _fills(self, canvas: Canvas) -> list[str]:
        colors = zip(colors_of(canvas, self.series), self.series, strict=True)
        return [mix(color, canvas.tokens.surface, 0.34) if one.faint else color for color, one in colors]

    def _legend(self, canvas: Canvas) -> list[LegendEntry]:
        return [LegendEntry(one.name, fill) for one, fill in zip(self.series, self._fills(canvas), strict=True)]

    def _lanes(self) -> int:
        return 1 if self.stacked else max(1, len(self.series))

    def _extent(self) -> tuple[float, float]:
        if not self.stacked:
            return extremes(self.series)
        low = high = 0.0
        for at in range(len(self.names)):
            values = [one.marks[at].value or 0.0 for one in self.series]
            high = max(high, sum(value for value in values if value > 0))
            low = min(low, sum(value for value in values if value < 0))
        return low, high

    def _boxes(self, plot: Plot, bands: Bands, at: int) -> list[tuple[int, QRectF]]:
        left, width = bands.inner(at, 64.0 if self.stacked else 40.0 * self._lanes())
        lane = width / self._lanes()
        up = down = 0.0
        boxes = []
        for row, one in enumerate(self.series):
            value = one.marks[at].value
            if value is None:
                continue
            if self.stacked:
                base = up if value >= 0 else down
                up, down = (up + value, down) if value >= 0 else (up, down + value)
                x, w = left, width
            else:
                base, x, w = 0.0, left + row * lane, lane - (2 if self._lanes() > 1 else 0)
            top, bottom = sorted((plot.y.at(base), plot.y.at(base + value)))
            boxes.append((row, QRectF(x, top, max(w, 1.0), bottom - top)))
        return boxes

    def _draw_bar(self, canvas: Canvas, box: QRectF, cell: Cell, hot: Cell | None) -> Spot:
        row, at = cell
        mark = self.series[row].marks[at]
        fill = canvas.hex(mark.tone) if mark.tone else self._fills(canvas)[row]
        if hot is not None and cell != hot:
            fill = mix(fill, canvas.tokens.surface, 0.72)
        shown = box.adjusted(0, 1, 0, 0) if self.stacked and box.height() > 3 else box
        canvas.box(shown, fill, min(3.0, shown.width() / 4) if not self.stacked else 0.0)
        if mark.unfinished:
            canvas.hatch(shown, fill)
        if cell == hot:
            canvas.box(shown.adjusted(-1, -1, 1, 1), "", 3, "text", 1.6)
        path = QPainterPath()
        path.addRect(box.adjusted(0, min(0.0, box.height() - 6), 0, 0))  # a bar of no height can still be pointed at
        return Spot(cell, mark, path, QPointF(box.center().x(), box.top()), self._tip(canvas, cell))

    def _draw_values(self, canvas: Canvas, plot: Plot, bands: Bands, spots: list[Spot]) -> None:
        texts = [short(spot.mark.value, self.unit) for spot in spots]
        if not texts or max(width_of(text) for text in texts) + 4 > bands.width:
            return
        for spot, text in zip(spots, texts, strict=True):
            above = spot.anchor.y() - 17
            if above >= plot.area.top() - 9 and (spot.mark.value or 0) >= 0:
                place = QRectF(spot.anchor.x() - bands.width / 2, above, bands.width, 16)
                canvas.text(place, text, "text_2", align=CENTER)

    def _tip(self, canvas: Canvas, cell: Cell) -> Tip:
        row, at = cell
        fills = self._fills(canvas)
        lines = [
            TipLine(one.name, full(one.marks[at].value, self.unit), fills[other], strong=other == row)
            for other, one in enumerate(self.series)
        ]
        if self.stacked and len(self.series) > 1:
            total = sum(one.marks[at].value or 0.0 for one in self.series)
            lines.append(TipLine(t("合计"), full(total, self.unit)))
        mark: Mark = self.series[row].marks[at]
        if mark.note:
            lines.append(TipLine("", mark.note))
        return Tip(self.names[at] + (t("（未结束）") if mark.unfinished else ""), tuple(lines))
