"""From many to few: widths are true to the counts, with the conversion from step to step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from app.core.i18n import t
from app.views.charts.canvas import CENTER, LEFT, RIGHT, Canvas, width_of
from app.views.charts.chart import Cell, Chart, Spot, Tip, TipLine
from app.views.charts.colors import mix
from app.views.charts.data import Mark, Unit
from app.views.charts.figures import NOTHING, full, share, short
from app.views.charts.scale import fitting
from app.views.theme import fonts

_LINE = 17.0


class FunnelChart(Chart):
    """`marks` from the top; `extra` of a mark: up to two short texts at the right, e.g. its sum and its days. The
    conversion is from the step above, "—" where that had none."""

    def __init__(self, title: str, marks: Sequence[Mark], unit: Unit = Unit.COUNT, *, reason: str = "") -> None:
        super().__init__(title, reason)
        self.kind = t("漏斗图")
        self.marks, self.unit = tuple(marks), unit

    def is_empty(self) -> bool:
        return all(not mark.value for mark in self.marks)

    def conversion(self, at: int) -> str:
        """Share of the step above that came this far; "" for the first step."""
        if at == 0:
            return ""
        above, here = self.marks[at - 1].value, self.marks[at].value
        return NOTHING if not above or here is None else share(here, above)

    def spoken_values(self) -> list[str]:
        said = []
        for at, mark in enumerate(self.marks):
            text = t("{mark}：{value}", mark=mark.label, value=full(mark.value, self.unit))
            rate = self.conversion(at)
            said.append(text + (t("，转化 {rate}", rate=rate) if rate else ""))
        return said

    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        count = len(self.marks)
        gap = min(5.0, rect.height() / count * 0.12)
        height = min(72.0, (rect.height() - gap * (count - 1)) / count)
        beside = [self._beside(at, height) for at in range(count)]
        right = min(
            fitting([s for texts in beside for s in texts], lambda s: width_of(s, fonts.CAPTION)) + 12,
            rect.width() * 0.38,
        )
        names = min(
            fitting([m.label for m in self.marks], lambda s: width_of(s, fonts.CAPTION)) + 12, rect.width() * 0.3
        )
        body = QRectF(rect.x() + names, rect.y(), max(10.0, rect.width() - names - right), rect.height())
        most = max((mark.value or 0.0) for mark in self.marks)
        widths = [max(3.0, (mark.value or 0.0) / most * body.width()) for mark in self.marks]
        spots = []
        for at in range(count):
            y = rect.y() + at * (height + gap)
            line = QRectF(rect.x(), y, rect.width(), height)
            below = widths[at + 1] if at + 1 < count else widths[at]
            shape = _slab(body.center().x(), y, height, widths[at], max(below, widths[at] * 0.55))
            spots.append(self._draw_step(canvas, line, body, shape, at, widths[at], beside[at], hot))
        return spots

    def _beside(self, at: int, height: float) -> list[str]:
        rate = self.conversion(at)
        said = t("转化 {rate}", rate=rate) if rate else ""
        first, *others = self.marks[at].extra or ("",)
        lines = [line for line in (first, fonts.join_facts(said, *others)) if line]
        if height < 2 * _LINE and len(lines) > 1:  # where room is short the conversion says most
            return [said or first]
        return lines

    def _draw_step(
        self, canvas: Canvas, line: QRectF, body: QRectF, shape: QPainterPath, at: int, width: float,
        beside: list[str], hot: Cell | None,
    ) -> Spot:  # fmt: skip
        mark, count = self.marks[at], len(self.marks)
        strength = 1.0 - 0.5 * at / max(1, count - 1)
        fill = mix(canvas.series(0, mark.tone), canvas.tokens.surface, strength)
        canvas.shape(shape, fill)
        if hot == (at, 0):
            canvas.shape(shape, "", "text", 1.8)
        canvas.text(
            QRectF(line.x(), line.y(), body.x() - line.x() - 8, line.height()), mark.label, "text_2", fonts.CAPTION
        )
        figure = short(mark.value, self.unit)
        room = width_of(figure, fonts.BODY, bold=True)
        middle = body.center().x()
        if room + 10 <= width:
            place = QRectF(middle - width / 2, line.y(), width, line.height())
            canvas.text(place, figure, canvas.ink_on(fill), fonts.BODY, bold=True, align=CENTER)
        else:  # outside, beside the slab
            place = QRectF(middle + width / 2 + 6, line.y(), room + 4, line.height())
            canvas.text(place, figure, "text", fonts.BODY, bold=True, align=LEFT)
        top = line.center().y() - len(beside) * _LINE / 2
        for n, text in enumerate(beside):
            last = n == 1 or (len(beside) == 1 and bool(self.conversion(at)))
            spot = QRectF(body.right() + 6, top + n * _LINE, line.right() - body.right() - 6, _LINE)
            canvas.text(spot, text, "text_3" if last else "text", fonts.SMALL if last else fonts.CAPTION, align=RIGHT)
        path = QPainterPath()
        path.addRect(line)
        return Spot((at, 0), mark, path, QPointF(middle + width / 4, line.center().y()), self._tip(at, fill))

    def _tip(self, at: int, fill: str) -> Tip:
        mark, rate = self.marks[at], self.conversion(at)
        lines = [TipLine("", full(mark.value, self.unit), fill, strong=True)]
        lines += [TipLine("", text) for text in mark.extra]
        if rate:
            lines.append(TipLine(t("转化"), rate))
        first = self.marks[0].value
        if at > 1 and first and mark.value is not None:
            lines.append(TipLine(t("占第一步"), share(mark.value, first)))
        if mark.note:
            lines.append(TipLine("", mark.note))
        return Tip(mark.label, tuple(lines))


def _slab(middle: float, top: float, height: float, upper: float, lower: float) -> QPainterPath:
    path = QPainterPath()
    corners = (
        (middle - upper / 2, top), (middle + upper / 2, top),
        (middle + lower / 2, top + height), (middle - lower / 2, top + height),
    )  # fmt: skip
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    path.closeSubpath()
    return path
