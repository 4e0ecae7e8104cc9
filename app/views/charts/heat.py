"""A grid of cells whose ground says how much: cohort retention, RFM."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.core.i18n import t
from app.views.charts.canvas import CENTER, RIGHT, Canvas, width_of
from app.views.charts.chart import Cell, Chart, Spot, Tip, TipLine
from app.views.charts.colors import heat_color
from app.views.charts.data import Mark, Unit
from app.views.charts.figures import full, short
from app.views.charts.scale import every, fitting

_HEAD = 20.0


class HeatChart(Chart):
    """`cells[row][column]`, None = no such cell (a month that has not come). `row_word` and `column_word` go before the
    names in tips."""

    def __init__(
        self,
        title: str,
        rows: Sequence[str],
        columns: Sequence[str],
        cells: Sequence[Sequence[Mark | None]],
        unit: Unit = Unit.COUNT,
        *,
        row_word: str = "",
        column_word: str = "",
        reason: str = "",
    ) -> None:
        super().__init__(title, reason)
        self.kind = t("热力图")
        self.rows, self.columns = tuple(rows), tuple(columns)
        self.cells, self.unit = tuple(tuple(row) for row in cells), unit
        self.row_word, self.column_word = row_word, column_word
        if len(self.cells) != len(self.rows) or any(len(row) > len(self.columns) for row in self.cells):
            raise ValueError("a line of cells for each row, none longer than the columns")

    def is_empty(self) -> bool:
        return not any(mark is not None and mark.value for row in self.cells for mark in row)

    def _name(self, row: int, column: int) -> str:
        words = (self.row_word, self.rows[row]), (self.column_word, self.columns[column])
        return " × ".join(" ".join(part for part in pair if part) for pair in words)

    def _text(self, mark: Mark) -> str:
        if self.unit is Unit.RATE and mark.value is not None:
            return f"{mark.value:.0%}"  # the tip has the decimals
        return short(mark.value, self.unit)

    def spoken_values(self) -> list[str]:
        return [
            t("{mark}：{value}", mark=self._name(i, j), value=full(mark.value, self.unit))
            for i, row in enumerate(self.cells)
            for j, mark in enumerate(row)
            if mark is not None
        ]

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        left = min(fitting(self.rows, width_of) + 10, rect.width() * 0.3)
        grid = QRectF(rect.x() + left, rect.y() + _HEAD, rect.width() - left, rect.height() - _HEAD)
        width, height = grid.width() / len(self.columns), min(56.0, grid.height() / len(self.rows))
        self._draw_heads(canvas, rect, grid, width, height)
        most = max((m.value for row in self.cells for m in row if m is not None and m.value), default=0.0) or 1.0
        texts = [self._text(m) for row in self.cells for m in row if m is not None]
        readable = fitting(texts, width_of) + 4 <= width and height >= 16
        pad = 1.5 if min(width, height) >= 14 else 0.5
        spots = []
        for i, row in enumerate(self.cells):
            for j, mark in enumerate(row):
                if mark is None:
                    continue
                whole = QRectF(grid.x() + j * width, grid.y() + i * height, width, height)
                box = whole.adjusted(pad, pad, -pad, -pad)
                spots.append(self._draw_cell(canvas, whole, box, (i, j), mark, most, hot, readable=readable))
        return spots

    def _draw_heads(self, canvas: Canvas, rect: QRectF, grid: QRectF, width: float, height: float) -> None:
        step = every([fitting(self.columns, width_of)], width, 4.0)
        for j in range(0, len(self.columns), step):
            room = width * step
            place = QRectF(grid.x() + (j + 0.5) * width - room / 2, rect.y(), room, _HEAD - 4)
            canvas.text(place, self.columns[j], align=CENTER)
        down = every([14.0], height, 0.0)
        for i in range(0, len(self.rows), down):
            place = QRectF(rect.x(), grid.y() + i * height, grid.x() - rect.x() - 8, max(height, 14.0))
            canvas.text(place, self.rows[i], align=RIGHT)

    def _draw_cell(
        self, canvas: Canvas, whole: QRectF, box: QRectF, cell: Cell, mark: Mark, most: float, hot: Cell | None,
        *, readable: bool,
    ) -> Spot:  # fmt: skip
        share = max(0.0, mark.value or 0.0) / most
        ground = heat_color(canvas.tokens, share) if mark.value is not None else canvas.tokens.surface_2
        canvas.box(box, ground, 4)
        if mark.unfinished:
            canvas.hatch(box, ground, 4, under_text=True)
        if readable:
            canvas.text(box, self._text(mark), canvas.ink_on(ground), align=CENTER)
        if cell == hot:
            canvas.box(box, "", 4, "text", 2)
        path = QPainterPath()
        path.addRect(whole)
        heading = mark.label or self._name(*cell)
        lines = [TipLine("", full(mark.value, self.unit), ground, strong=True)]
        if mark.note:
            lines.append(TipLine("", mark.note))
        heading += t("（未结束）") if mark.unfinished else ""
        return Spot(cell, mark, path, QPointF(box.center().x(), box.top()), Tip(heading, tuple(lines)))
