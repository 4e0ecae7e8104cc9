"""What charts with a value axis share: grid, ticks, the plot inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from app.views.charts.canvas import CENTER, RIGHT, Canvas, width_of
from app.views.charts.data import Series, Unit
from app.views.charts.figures import axis_texts
from app.views.charts.scale import Linear, every, fitting, round_ticks

#: height of the labels under a plot
FOOT = 24.0


@dataclass(frozen=True, slots=True)
class Plot:
    """The inside of the axes and the value axis."""

    area: QRectF
    y: Linear
    ticks: tuple[float, ...] = ()

    @property
    def zero(self) -> float:
        """The pixel of 0."""
        return self.y.at(0)


def draw_frame(canvas: Canvas, rect: QRectF, low: float, high: float, unit: Unit, *, foot: float = FOOT) -> Plot:
    """The texts of the value axis at the left; `foot` pixels stay free below. `draw_grid` comes after areas."""
    height = rect.height() - foot - 8
    ticks = round_ticks(low, high, max(1, min(5, int(height / 34))), whole=unit is Unit.COUNT)
    texts = axis_texts(ticks, unit)
    left = fitting(texts, width_of) + 10
    if left > rect.width() * 0.4:  # too small for an axis: the tips still say every value
        texts, left = [""] * len(ticks), 2.0
    area = QRectF(rect.x() + left, rect.y() + 8, rect.width() - left - 2, height)
    scale = Linear(ticks[0], ticks[-1], area.bottom(), area.top())
    for tick, text in zip(ticks, texts, strict=True):
        y = scale.at(tick)
        if text:
            canvas.text(QRectF(rect.x(), y - 9, left - 9, 18), text, align=RIGHT)
    return Plot(area, scale, tuple(ticks))


def draw_grid(canvas: Canvas, plot: Plot) -> None:
    """A thin line at each tick, the one at 0 stronger."""
    for tick in plot.ticks:
        y = plot.y.at(tick)
        canvas.line(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y), "border" if tick == 0 else "line")


def draw_names(canvas: Canvas, plot: Plot, middles: Sequence[float], names: Sequence[str], band: float) -> None:
    """Names under equally spaced marks: all of them, elided while at least four characters fit, else each n-th."""
    top = plot.area.bottom() + 5
    widest = fitting(names, width_of)
    if widest + 6 <= band or band >= 64:
        for x, name in zip(middles, names, strict=True):
            canvas.text(QRectF(x - band / 2 + 2, top, band - 4, 18), name, align=CENTER)
        return
    step = every([widest], band)
    for at in range(0, len(names), step):
        room = min(band * step, width_of(names[at]) + 4)
        left = min(max(middles[at] - room / 2, plot.area.left() - 24), plot.area.right() + 2 - room)
        canvas.text(QRectF(left, top, room, 18), names[at], align=CENTER)


def extremes(series: Iterable[Series]) -> tuple[float, float]:
    """(lowest, highest) value, both 0 where there is none."""
    values = [mark.value for one in series for mark in one.marks if mark.value is not None]
    return min(values, default=0.0), max(values, default=0.0)
