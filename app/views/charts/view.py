"""The widget that shows a chart: hover, keys, tips, menu."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, QMargins, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPicture,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.core.i18n import t
from app.errors import AppError
from app.views.charts import export
from app.views.charts.canvas import Canvas
from app.views.charts.chart import Cell, Chart, Spot, Tip
from app.views.charts.colors import visible_on
from app.views.charts.export import Sheet
from app.views.theme import theme
from app.views.widgets import painting
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.menus import MenuItem, build_menu

_STEPS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip
_PAD = 4


class ChartView(QWidget):
    """Shows one chart. Arrow keys go from mark to mark, Enter or a click opens what is behind it, the menu key or the right
    button copies and saves the picture.

    Signals:
        drilled(object): key of a mark that was clicked or entered.
        rows_wanted(): the table behind the chart is wanted.
    """

    drilled = Signal(object)
    rows_wanted = Signal()

    def __init__(
        self, chart: Chart, dialogs: Dialogs | None = None, parent: QWidget | None = None, *, offers_rows: bool = False
    ) -> None:
        super().__init__(parent)
        self._dialogs, self._offers_rows = dialogs, offers_rows
        self._hot: Cell | None = None
        self._by_key = False
        self._spots: list[Spot] | None = None
        self.sheet = Sheet(chart.title)
        self._menu: Callable[[], list[MenuItem | None]] = self.own_items
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme)
        self.set_chart(chart)

    # ---- what is shown ------------------------------------------------------------------------------------------

    @property
    def chart(self) -> Chart:
        return self._chart

    def set_chart(self, chart: Chart, sheet: Sheet | None = None) -> None:
        """Show another chart; the mark pointed at stays if it is there again. `sheet`: for pictures of it."""
        self._chart, self._spots = chart, None
        self.sheet = sheet or Sheet(chart.title)
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(chart.describe())
        if self._hot is not None and self._spot(self._hot) is None:
            self._hot = None
        self.update()

    def spots(self) -> list[Spot]:
        """Where the marks are at the present size."""
        if self._spots is None:
            picture = QPicture()
            painter = QPainter(picture)
            self._spots = self._chart.draw(Canvas(painter, theme.current()), self._inner(), None)
            painter.end()
        return self._spots

    def current(self) -> Spot | None:
        """The mark pointed at by mouse or keys."""
        return self._spot(self._hot) if self._hot is not None else None

    def sizeHint(self) -> QSize:
        return QSize(360, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 56)

    def _inner(self) -> QRectF:
        return QRectF(self.rect().marginsRemoved(QMargins(_PAD, _PAD, _PAD, _PAD)))

    def _spot(self, cell: Cell) -> Spot | None:
        return next((spot for spot in self.spots() if spot.cell == cell), None)

    def _on_theme(self, _mode: str) -> None:
        self._spots = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spots = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._spots = self._chart.draw(Canvas(painter, theme.current()), self._inner(), self._hot)
        if self.hasFocus() and self._by_key:
            painting.focus_ring(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 7)
        painter.end()

    # ---- pointing -----------------------------------------------------------------------------------------------

    def spot_at(self, place: QPointF) -> Spot | None:
        """The mark under a point of the widget."""
        under = [spot for spot in self.spots() if spot.path.contains(place)]
        return min(under, key=lambda spot: _distance(spot.anchor, place), default=None)

    def point_at(self, cell: Cell | None) -> None:
        """Emphasise a mark, by program or by key."""
        if cell == self._hot:
            return
        self._hot = cell
        spot = self.current()
        can_open = spot is not None and spot.mark.key is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_open else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        self.point_at(spot.cell if spot else None)
        if spot is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), tip_html(spot.tip), self, QRect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_key = False
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self.point_at(spot.cell)
            self._open(spot)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._by_key:
            self.point_at(None)
        QToolTip.hideText()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason
        )  # fmt: skip
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._by_key = False
            self.point_at(None)
            QToolTip.hideText()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and key in _STEPS and self.spots():
            self._go(*_STEPS[key])
        elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.spots():
            self._show_by_key(self.spots()[0 if key == Qt.Key.Key_Home else -1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current() is not None:
            self._open(self.current())
        elif key == Qt.Key.Key_Escape and self._hot is not None:
            self.point_at(None)
            QToolTip.hideText()
        else:
            super().keyPressEvent(event)

    def _go(self, down: int, right: int) -> None:
        spots = self.spots()
        here = self.current()
        if here is None:
            self._show_by_key(spots[0] if down + right > 0 else spots[-1])
            return
        found = _neighbour(spots, here, down, right)
        if found is not None:
            self._show_by_key(found)

    def _show_by_key(self, spot: Spot) -> None:
        self._by_key = True
        self.point_at(spot.cell)
        place = self.mapToGlobal(spot.anchor.toPoint() + QPoint(2, 2))
        QToolTip.showText(place, tip_html(spot.tip), self, QRect())
        self.setAccessibleDescription(spot.tip.spoken())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def _open(self, spot: Spot | None) -> None:
        if spot is not None and spot.mark.key is not None:
            QToolTip.hideText()
            self.drilled.emit(spot.mark.key)

    # ---- the picture --------------------------------------------------------------------------------------------

    def set_menu(self, items: Callable[[], list[MenuItem | None]]) -> None:
        """Offer more than the chart's own items, which `own_items` gives."""
        self._menu = items

    def menu_items(self) -> list[MenuItem | None]:
        """What the right button offers."""
        return self._menu()

    def own_items(self) -> list[MenuItem | None]:
        """Opening, copying and saving."""
        items: list[MenuItem | None] = []
        spot = self.current()
        if spot is not None and spot.mark.key is not None:
            items += [MenuItem(t("打开“{name}”的记录", name=spot.tip.heading), lambda: self._open(spot), "list"), None]
        if self._offers_rows:
            items.append(MenuItem(t("查看明细"), self.rows_wanted.emit, "table"))
        if items and items[-1] is not None:
            items.append(None)
        items.append(MenuItem(t("复制图片"), self.copy_picture, "copy"))
        if self._dialogs is not None:
            kinds = ((t("存为 PNG 图片…"), "png"), (t("存为 SVG 矢量图…"), "svg"), (t("存为 PDF…"), "pdf"))
            items += [MenuItem(text, lambda kind=kind: self.save_picture(kind), "download") for text, kind in kinds]  # type: ignore[misc]
        return items

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            spot = self.current()
            place = self.mapToGlobal(spot.anchor.toPoint() if spot else self.rect().center())
        QToolTip.hideText()
        build_menu(self, self.menu_items()).popup(place)

    def picture_size(self) -> QSize:
        """Logical pixels of pictures: as on the screen, but not smaller than a page can use."""
        return QSize(max(640, self.width() + 40), max(360, self.height() + 90))

    def copy_picture(self) -> None:
        """To the clipboard, twice as fine as on the screen."""
        QGuiApplication.clipboard().setImage(export.to_image(self._chart, self.sheet, self.picture_size()))

    def save_picture(self, kind: str) -> None:
        """Ask for a file and write it; a problem is shown."""
        if self._dialogs is None:
            return
        name = f"{export.file_name(self.sheet.title)}.{kind}"
        path = self._dialogs.pick_file("save", t("保存图片"), ((kind.upper(), (kind,)),), suggested=Path(name))
        if path is None:
            return
        try:
            export.save(self._chart, self.sheet, path, self.picture_size())
        except AppError as problem:
            self._dialogs.show_error(problem)


def tip_html(tip: Tip) -> str:
    """The tip for a tooltip. Names come from data, so everything is escaped."""
    rows, ground = [], theme.hex_color("toast")
    for line in tip.lines:
        color = visible_on(line.color, ground) if line.color else ""
        swatch = f"<span style='color:{color}'>■</span>&nbsp;" if color else ""
        weight = "600" if line.strong else "400"
        value = f"<td align='right' style='font-weight:{weight}'>{escape(line.value)}</td>" if line.name else ""
        name = escape(line.name) or f"<span style='font-weight:{weight}'>{escape(line.value)}</span>"
        rows.append(f"<tr><td style='padding-right:14px'>{swatch}{name}</td>{value}</tr>")
    return f"<div style='white-space:nowrap'><b>{escape(tip.heading)}</b><table cellspacing='0'>{''.join(rows)}</table></div>"


def _distance(first: QPointF, second: QPointF) -> float:
    way = first - second
    return way.x() ** 2 + way.y() ** 2


def _neighbour(spots: list[Spot], here: Spot, down: int, right: int) -> Spot | None:
    """The next mark in a direction. In a single row or column every arrow steps through; between series of different
    length the nearest place is taken."""
    row, column = here.cell
    if right:
        line = sorted((s for s in spots if s.cell[0] == row), key=lambda s: s.cell[1])
        beyond = [s for s in line if (s.cell[1] - column) * right > 0]
        if len(line) == 1:
            down, right = right, 0
    else:
        rows = {s.cell[0] for s in spots}
        if len(rows) == 1:
            return _neighbour(spots, here, 0, down)
        beyond = []
    if down:
        ahead = [s for s in spots if (s.cell[0] - row) * down > 0]
        nearest = min((abs(s.cell[0] - row) for s in ahead), default=0)
        return min(
            (s for s in ahead if abs(s.cell[0] - row) == nearest), key=lambda s: abs(s.cell[1] - column), default=None
        )
    return min(beyond, key=lambda s: abs(s.cell[1] - column), default=None)
