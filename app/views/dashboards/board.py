"""The board the tiles stand on: rows that fill the width, a line where a dragged tile would land."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.views.dashboards.arrangement import GAP, Arrangement, Box, laid_out, landing
from app.views.dashboards.tile import Tile
from app.views.theme import theme

_EDGE = 20


class Board(QWidget):
    """Places tiles by an arrangement.

    Signals:
        moved(str, str): a tile was dropped in front of another, "" = at the end.
    """

    moved = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: dict[str, Tile] = {}
        self._arrangement: Arrangement = ()
        self._boxes: list[Box] = []
        self._line = _Line(self)

    def show_tiles(self, tiles: Mapping[str, Tile], arrangement: Arrangement) -> None:
        """These tiles in this order; those not shown are hidden."""
        for key, tile in tiles.items():
            if key not in self._tiles:
                tile.setParent(self)
                tile.drag_moved.connect(lambda place, key=key: self._on_drag(key, place))
                tile.drag_dropped.connect(lambda place, key=key: self._on_drop(key, place))
                tile.drag_ended.connect(self._line.hide)
        self._tiles, self._arrangement = dict(tiles), arrangement
        shown = {one.key: one for one in arrangement if one.shown}
        for key, tile in self._tiles.items():
            tile.setVisible(key in shown)
            if key in shown:
                tile.size_key = shown[key].size
        self._arrange()
        self._order_tabs()

    def boxes(self) -> list[Box]:
        """Where the tiles stand."""
        return list(self._boxes)

    def sizeHint(self) -> QSize:
        return QSize(900, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _height(self) -> int:
        return max((box.y + box.height for box in self._boxes), default=0) + 2 * _EDGE - 6

    def _arrange(self) -> None:
        lines = [
            (one.key, one.size, self._tiles[one.key].spec.figure)
            for one in self._arrangement
            if one.shown and one.key in self._tiles
        ]
        self._boxes = laid_out(lines, max(240, self.width() - 2 * _EDGE))
        for box in self._boxes:
            self._tiles[box.key].setGeometry(box.x + _EDGE, box.y + _EDGE - 8, box.width, box.height)
        self.setMinimumHeight(self._height())

    def _order_tabs(self) -> None:
        """The tabulator follows the order on the screen."""
        before: QWidget | None = None
        for box in self._boxes:
            tile = self._tiles[box.key]
            for widget in (tile.view, tile.info, tile.more):
                if widget is None:
                    continue
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget

    # ---- dragging -----------------------------------------------------------------------------------------------

    def _place(self, place: QPoint) -> QPoint:
        return self.mapFromGlobal(place) - QPoint(_EDGE, _EDGE - 8)

    def _on_drag(self, key: str, place: QPoint) -> None:
        here = self._place(place)
        before = landing(self._boxes, here.x(), here.y())
        self._line.show_before(self._boxes, before, hidden=before == key)
        self._scroll_to(self.mapFromGlobal(place))

    def _on_drop(self, key: str, place: QPoint) -> None:
        self._line.hide()
        here = self._place(place)
        before = landing(self._boxes, here.x(), here.y())
        if before != key:
            self.moved.emit(key, before)

    def _scroll_to(self, place: QPoint) -> None:
        area = self._area()
        if area is not None:
            area.ensureVisible(place.x(), place.y(), 0, 60)

    def _area(self) -> QScrollArea | None:
        port = self.parentWidget()
        area = port.parentWidget() if port is not None else None
        return area if isinstance(area, QScrollArea) else None

    def bring_into_view(self, key: str) -> None:
        """After a move by key the tile must stay in sight."""
        tile = self._tiles.get(key)
        area = self._area()
        if tile is not None and area is not None:
            QTimer.singleShot(0, tile, lambda: area.ensureWidgetVisible(tile, 0, 20))


class _Line(QWidget):
    """Where a dragged tile would land."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_before(self, boxes: list[Box], before: str, *, hidden: bool) -> None:
        box = next((box for box in boxes if box.key == before), None)
        if hidden or not boxes:
            self.hide()
            return
        if box is not None:
            x, y, height = box.x - GAP / 2, box.y, box.height
        else:
            last = boxes[-1]
            x, y, height = last.x + last.width + GAP / 2, last.y, last.height
        self.setGeometry(round(x) + _EDGE - 2, y + _EDGE - 8, 4, height)
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("primary"))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.end()
