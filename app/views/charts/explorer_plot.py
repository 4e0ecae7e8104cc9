"""The plane of the explorer on pyqtgraph, which is loaded when the first explorer opens.

pyqtgraph's own date axis prints English months and its SVG writer fails, so axes are ours and pictures are PNG.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.views.charts import timeaxis
from app.views.charts.canvas import width_of
from app.views.charts.colors import mix, series_color
from app.views.charts.data import Unit
from app.views.charts.explored import Explored, Place, inside
from app.views.charts.figures import axis_texts
from app.views.charts.scale import round_ticks
from app.views.theme import fonts, theme
from app.views.theme.tokens import Tokens

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


class Plane:
    """Builds and drives one `pyqtgraph.PlotWidget`; `widget` is it. `on_brushed` gets the positions of the points in a
    rectangle drawn in brush mode, `on_hovered` the point under the mouse or None."""

    def __init__(
        self, on_brushed: Callable[[list[int]], None], on_hovered: Callable[[int | None, QPointF], None]
    ) -> None:
        import pyqtgraph

        self._pg = pyqtgraph
        self._on_brushed, self._on_hovered = on_brushed, on_hovered
        self._explored = Explored("", "", "", ())
        self._places: list[tuple[int, Place]] = []
        self._points: Any = None
        self._chosen: list[int] = []
        self.brushing = False
        self.x_axis = _axis(pyqtgraph, "bottom", self._x_ticks)
        self.y_axis = _axis(pyqtgraph, "left", self._y_ticks)
        self.widget: Any = pyqtgraph.PlotWidget(axisItems={"bottom": self.x_axis, "left": self.y_axis})
        self.widget.setFrameShape(self.widget.Shape.NoFrame)
        self.widget.setAntialiasing(True)
        self.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.widget.getPlotItem()
        item.setMenuEnabled(False)
        item.ctrlMenu.deleteLater()  # made without a parent, and never shown here
        item.ctrlMenu = None
        item.hideButtons()
        self.box: Any = item.getViewBox()
        self.box.mouseDragEvent = self._on_drag
        self._band = pyqtgraph.QtWidgets.QGraphicsRectItem()
        self._band.hide()
        self._marks: Any = None
        self.widget.scene().sigMouseMoved.connect(self._on_moved)

    # ---- content ------------------------------------------------------------------------------------------------

    def show(self, explored: Explored) -> None:
        """Put other points onto the plane, all of them in sight."""
        import numpy as np

        self._explored, self._places, self._chosen = explored, explored.places(), []
        points = [(place.x, place.y) for _, place in self._places]
        self._points = np.array(points, dtype=float).reshape(-1, 2)
        self._draw()
        self.reset()

    def choose(self, positions: list[int]) -> None:
        """Emphasise these points."""
        self._chosen = positions
        self._draw_chosen(theme.current())

    def restyle(self) -> None:
        """The theme changed."""
        self._draw()

    def _draw(self) -> None:
        tokens = theme.current()
        self.widget.setBackground(QColor(tokens.surface))
        item = self.widget.getPlotItem()
        item.clear()
        item.showGrid(x=False, y=True, alpha=0.5)
        for axis, title in ((self.x_axis, self._explored.x_title), (self.y_axis, self._explored.y_title)):
            axis.setTickFont(fonts.font(fonts.SMALL))
            axis.setTextPen(QColor(tokens.text_3))
            axis.setPen(QColor(tokens.border))
            axis.setStyle(tickLength=0, tickTextOffset=8)
            axis.setLabel(title, **{"color": tokens.text_2, "font-size": f"{fonts.CAPTION}px"})
        for at, track in enumerate(self._explored.tracks):
            self._draw_track(tokens, at, track.joined)
        self._marks = self._pg.ScatterPlotItem(size=11, pxMode=True)
        item.addItem(self._marks)
        self._draw_chosen(tokens)
        self._band.setPen(QPen(QColor(tokens.primary), 0))
        fill = QColor(tokens.primary)
        fill.setAlphaF(0.14)
        self._band.setBrush(fill)
        self._band.hide()
        self.box.addItem(self._band, ignoreBounds=True)

    def _draw_track(self, tokens: Tokens, at: int, joined: bool) -> None:
        import numpy as np

        own = [place for track, place in self._places if track == at]
        if not own:
            return
        x = np.array([place.x for place in own], dtype=float)
        y = np.array([place.y for place in own], dtype=float)
        color = series_color(tokens, at)
        if joined:
            pen = self._pg.mkPen(QColor(color), width=1.8)
            curve = self._pg.PlotDataItem(x, y, pen=pen, antialias=len(own) < 20_000)
            self.widget.getPlotItem().addItem(curve)
            curve.setClipToView(True)  # before it is in the plot these would ask a view that is not there yet
            curve.setDownsampling(auto=True)
        if not joined or len(own) <= 400:
            ground = QColor(mix(color, tokens.surface, 0.75))
            dots = self._pg.ScatterPlotItem(x, y, size=6, pxMode=True, brush=ground, pen=None)
            self.widget.getPlotItem().addItem(dots)

    def _draw_chosen(self, tokens: Tokens) -> None:
        chosen = [self._places[at][1] for at in self._chosen]
        self._marks.setData(
            x=[place.x for place in chosen], y=[place.y for place in chosen],
            pen=self._pg.mkPen(QColor(tokens.surface), width=1.5), brush=QColor(tokens.primary),
        )  # fmt: skip

    # ---- looking around -----------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Everything in sight."""
        self.box.autoRange(padding=0.04)

    def zoom(self, factor: float) -> None:
        """Below 1: nearer."""
        self.box.scaleBy((factor, factor))

    def pan(self, right: float, up: float) -> None:
        """By shares of what is in sight."""
        (left, most), (low, high) = self.box.viewRange()
        self.box.translateBy(x=right * (most - left), y=up * (high - low))

    def in_sight(self) -> list[int]:
        """Positions of the points in the visible rectangle."""
        (left, right), (low, high) = self.box.viewRange()
        return inside(self._places, left, right, low, high)

    def place(self, at: int) -> Place:
        """The point at a position."""
        return self._places[at][1]

    def nearest(self, scene: QPointF, within: float = 14.0) -> int | None:
        """The point at most `within` pixels from a place of the scene."""
        if not self._places:
            return None
        here = self.box.mapSceneToView(scene)
        wide, tall = self.box.viewPixelSize()
        away = ((self._points[:, 0] - here.x()) / wide) ** 2 + ((self._points[:, 1] - here.y()) / tall) ** 2
        at = int(away.argmin())
        return at if away[at] <= within**2 else None

    def picture(self, title: str) -> QImage:
        """What is in sight, at twice the size on the screen, with a title."""
        head, scale = 40, 2.0
        size = self.widget.size()
        image = QImage(round(size.width() * scale), round((size.height() + head) * scale), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(theme.color("surface"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.font(fonts.TITLE, bold=True))
        painter.setPen(theme.color("text"))
        where = QRectF(16, 0, size.width() - 32, head)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        self.widget.render(painter, QRectF(0, head, size.width(), size.height()))
        painter.end()
        return image

    # ---- mouse --------------------------------------------------------------------------------------------------

    def _on_moved(self, scene: QPointF) -> None:
        inside_box = self.box.sceneBoundingRect().contains(scene)
        self._on_hovered(self.nearest(scene) if inside_box else None, scene)

    def _on_drag(self, event: Any, axis: Any = None) -> None:
        if not self.brushing or event.button() != Qt.MouseButton.LeftButton:
            self._pg.ViewBox.mouseDragEvent(self.box, event, axis)
            return
        event.accept()
        start = self.box.mapSceneToView(event.buttonDownScenePos())
        here = self.box.mapSceneToView(event.scenePos())
        self._band.setRect(QRectF(start, here).normalized())
        self._band.setVisible(not event.isFinish())
        if event.isFinish():
            self._on_brushed(inside(self._places, start.x(), here.x(), start.y(), here.y()))

    # ---- axes ---------------------------------------------------------------------------------------------------

    def _x_ticks(self, low: float, high: float, pixels: float) -> list[tuple[float, str]]:
        if self._explored.x_unit is not None:
            return _number_ticks(low, high, pixels / 90, self._explored.x_unit)
        first, last = (date.fromordinal(min(max(round(v), _FIRST), _LAST)) for v in (low, high))
        found = timeaxis.ticks(first, last, pixels, width_of)
        return [(float(day.toordinal()), text) for day, text in found]

    def _y_ticks(self, low: float, high: float, pixels: float) -> list[tuple[float, str]]:
        return _number_ticks(low, high, pixels / 50, self._explored.y_unit)


def _number_ticks(low: float, high: float, count: float, unit: Unit) -> list[tuple[float, str]]:
    step = round_ticks(0, max(high - low, 1e-9), max(1, int(count)))
    width = step[1] - step[0]
    first = int(low // width)
    values = [n * width for n in range(first, first + len(step) + 3) if low <= n * width <= high]
    return list(zip(values, axis_texts(values, unit), strict=True))


def _axis(pg: Any, side: str, ticks: Callable[[float, float, float], list[tuple[float, str]]]) -> Any:
    """An axis whose ticks come from `ticks(low, high, pixels)`."""
    axis = pg.AxisItem(side)

    def values(low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return [(1.0, [value for value, _ in ticks(low, high, size)])]

    def strings(shown: list[float], _scale: float, _spacing: float) -> list[str]:
        low, high = axis.range
        size = axis.geometry().width() if side == "bottom" else axis.geometry().height()
        texts = dict(ticks(low, high, size))
        return [texts.get(value, "") for value in shown]

    axis.tickValues, axis.tickStrings = values, strings
    axis.enableAutoSIPrefix(False)
    return axis
