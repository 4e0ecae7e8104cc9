"""The base of all charts: what is drawn, where its marks are, what it says to who cannot see it.

A chart is no widget. `ChartView` shows it, `export` writes it; both call the same `draw`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.core.i18n import t
from app.views.charts.canvas import CENTER, Canvas, width_of
from app.views.charts.data import Mark, Series
from app.views.theme import fonts

Cell = tuple[int, int]
#: height of a legend with the gap below it
LEGEND = 26.0
#: so many values are spoken before the rest is only counted
_SPOKEN = 40


@dataclass(frozen=True, slots=True)
class TipLine:
    """One line of a tip. `color`: `#RRGGBB` of the swatch, "" = none; `strong`: the one pointed at."""

    name: str
    value: str
    color: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Tip:
    """What appears beside a mark."""

    heading: str
    lines: tuple[TipLine, ...] = ()

    def spoken(self) -> str:
        """In one line."""
        strong = [line for line in self.lines if line.strong] or list(self.lines)
        said = t("，").join(t("{name} {value}", name=line.name, value=line.value).strip() for line in strong)
        return t("{mark}：{value}", mark=self.heading, value=said) if said else self.heading


@dataclass(frozen=True)
class Spot:
    """Where a mark was drawn. `cell`: (row, column) for the arrow keys, the same at every size. Where paths of several
    spots overlap, the nearest `anchor` is meant."""

    cell: Cell
    mark: Mark
    path: QPainterPath
    anchor: QPointF
    tip: Tip


class Chart(ABC):
    """`title` names it for the screen reader and on paper; `reason` says why there is nothing, if there is nothing."""

    #: word for the screen reader, e.g. 折线图
    kind = ""

    def __init__(self, title: str, reason: str = "") -> None:
        self.title, self.reason = title, reason

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""

    @abstractmethod
    def paint(self, canvas: Canvas, rect: QRectF, hot: Cell | None) -> list[Spot]:
        """Draw the marks into `rect` (logical pixels), `hot` emphasised; returns where they are. Never called empty."""

    @abstractmethod
    def spoken_values(self) -> Sequence[str]:
        """Every mark with its value in words."""

    def draw(self, canvas: Canvas, rect: QRectF, hot: Cell | None = None) -> list[Spot]:
        """Draw everything into `rect`."""
        if rect.width() < 24 or rect.height() < 16:
            return []
        if self.is_empty():
            draw_nothing(canvas, rect, self.reason)
            return []
        return self.paint(canvas, rect, hot)

    def describe(self) -> str:
        """Title, kind and values in a sentence."""
        values = list(self.spoken_values())
        if self.is_empty() or not values:
            return t("{kind}，没有数据。{reason}", kind=self.kind, reason=self.reason)
        text = t("；").join(values[:_SPOKEN])
        if len(values) > _SPOKEN:
            text += t("；另有 {n} 项", n=len(values) - _SPOKEN)
        return t("{kind}：{values}", kind=self.kind, values=text)


def draw_nothing(canvas: Canvas, rect: QRectF, reason: str) -> None:
    """没有数据, and why."""
    tall = rect.height() >= 60 and bool(reason)
    middle = rect.center().y()
    top = middle - (22 if tall else 10)
    canvas.text(QRectF(rect.x(), top, rect.width(), 20), t("没有数据"), "text_2", fonts.BODY, bold=True, align=CENTER)
    if tall:
        width = min(rect.width() - 8, 360)
        below = QRectF(rect.center().x() - width / 2, top + 24, width, rect.bottom() - top - 24)
        canvas.paragraph(below, reason, "text_3", fonts.CAPTION)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A name with its colour. `dashed`: drawn as a line, for a comparison among lines."""

    name: str
    color: str
    dashed: bool = False


def draw_legend(canvas: Canvas, rect: QRectF, entries: Sequence[LegendEntry]) -> float:
    """Swatches with names from the left in one line; those without room are counted. Returns the height used."""
    x = rect.x()
    for at, entry in enumerate(entries):
        left = len(entries) - at
        room = min(width_of(entry.name) + 2, 160.0)
        rest = "" if left == 1 else f"+{left}"
        if x + 16 + room + (width_of(rest) + 12 if rest else 0) > rect.right():
            if x > rect.x():
                canvas.text(QRectF(x, rect.y(), rect.right() - x, 20), f"+{left}", "text_3")
                break
            room = max(16.0, rect.width() - 16 - 30)
        _draw_swatch(canvas, QRectF(x, rect.y() + 5, 10, 10), entry)
        canvas.text(QRectF(x + 16, rect.y(), room, 20), entry.name, "text_2")
        x += 16 + room + 14
    return LEGEND


def _draw_swatch(canvas: Canvas, swatch: QRectF, entry: LegendEntry) -> None:
    if not entry.dashed:
        canvas.box(swatch, entry.color, 2.5)
        return
    middle = swatch.center().y()
    for start in (swatch.x(), swatch.x() + 7.0):
        canvas.line(QPointF(start, middle), QPointF(start + 4.5, middle), entry.color, 2)


def colors_of(canvas: Canvas, series: Sequence[Series]) -> list[str]:
    """`#RRGGBB` of each series: comparisons are grey, the others take the colours of the scale in turn."""
    found, at = [], 0
    for one in series:
        found.append(canvas.series(5 if one.faint else at, one.tone))
        at += 0 if one.faint else 1
    return found
