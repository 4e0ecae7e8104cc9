"""One tile: head, chart, what it waits for or lacks; everything a person can do with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.charts.chart import Chart
from app.views.charts.export import Sheet
from app.views.charts.view import ChartView
from app.views.dashboards.arrangement import SIZES
from app.views.dashboards.tiles import TileSpec
from app.views.widgets import buttons, painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.labels import ElidedLabel, muted
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.skeleton import Skeleton

_MOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Tile(QWidget):
    """Drag the head to move it; Ctrl+Shift with ← → moves, with ↑ ↓ makes it larger or smaller.

    Signals:
        drilled(object): a mark's key; rows_wanted(), explorer_wanted(): from the menu; formula_wanted(QWidget): the i was
        pressed, the widget to open under; retry_wanted(): after a problem.
        step_wanted(int): one place on or back; size_wanted(str): S, M or L; hide_wanted().
        drag_moved(QPoint), drag_dropped(QPoint), drag_ended(): global places while the head is dragged.
    """

    drilled = Signal(object)
    rows_wanted = Signal()
    explorer_wanted = Signal()
    formula_wanted = Signal(object)
    retry_wanted = Signal()
    step_wanted = Signal(int)
    size_wanted = Signal(str)
    hide_wanted = Signal()
    drag_moved = Signal(QPoint)
    drag_dropped = Signal(QPoint)
    drag_ended = Signal()

    def __init__(self, spec: TileSpec, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.size_key = spec.tile.size
        self.dragging = False
        self._pressed: QPointF | None = None
        self._dialogs = dialogs
        self.view: ChartView | None = None
        self.title = spec.title
        self.setAccessibleName(self.title)
        self._build()

    def _build(self) -> None:
        figure = self.spec.figure
        self.head = ElidedLabel(self.title, "secondary" if figure else "h2")
        kind = _QuietButton if figure else IconButton
        self.info = kind("info", t("“{title}”怎么算的", title=self.title), side=24, color="text_3")
        self.info.clicked.connect(lambda: self.formula_wanted.emit(self.info))
        self.info.setEnabled(False)
        self.more = kind("ellipsis", t("“{title}”的菜单", title=self.title), side=24, color="text_3")
        self.more.clicked.connect(self.open_menu)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.head, 1)
        row.addWidget(self.info)
        row.addWidget(self.more)
        self.stack = QStackedWidget()
        self._waiting = Skeleton(2 if figure else 7)
        self._problem = _Problem()
        self._problem.retry.clicked.connect(self.retry_wanted)
        self.stack.addWidget(self._waiting)
        self.stack.addWidget(self._problem)
        self.note = ElidedLabel("", "muted")
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8 if figure else 11, 8, 8 if figure else 10)
        column.setSpacing(0 if figure else 6)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        column.addWidget(self.note)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_waiting(self) -> None:
        """Grey bars, unless something is shown already: it stays until the new one is there."""
        if self.view is None:
            self.stack.setCurrentWidget(self._waiting)

    def show_chart(self, chart: Chart, sheet: Sheet, notes: tuple[str, ...]) -> None:
        """The answer is there."""
        if self.view is None:
            self.view = ChartView(chart, self._dialogs, offers_rows=True)
            self.view.drilled.connect(self.drilled)
            self.view.rows_wanted.connect(self.rows_wanted)
            self.view.set_menu(self.menu_items)
            self.stack.addWidget(self.view)
        self.view.set_chart(chart, sheet)
        self.info.setEnabled(True)
        self.note.setText(notes[0] if notes else "")
        self.note.setVisible(bool(notes) and not self.spec.figure and not chart.is_empty())
        self.stack.setCurrentWidget(self.view)

    def show_problem(self, text: str) -> None:
        """It could not be computed."""
        self._problem.show_text(text)
        self.stack.setCurrentWidget(self._problem)

    def is_waiting(self) -> bool:
        """Whether nothing was shown yet."""
        return self.stack.currentWidget() is self._waiting

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._repaint_buttons()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._repaint_buttons()

    def _repaint_buttons(self) -> None:
        self.info.update()
        self.more.update()

    # ---- menu and keys ------------------------------------------------------------------------------------------

    def menu_items(self) -> list[MenuItem | None]:
        """The three dots, and the right button on the chart."""
        items: list[MenuItem | None] = list(self.view.own_items()) if self.view is not None else []
        if self.view is not None and self.spec.tile.plane:
            items.insert(
                self._place_of_explorer(items), MenuItem(t("放大查看…"), self.explorer_wanted.emit, "scan-search")
            )
        sizes = zip(SIZES, (t("小"), t("中"), t("大")), strict=True)
        if items:
            items.append(None)
        items += [
            MenuItem(
                t("大小"), icon="columns-3",
                items=[
                    MenuItem(text, lambda size=size: self.size_wanted.emit(size), checked=size == self.size_key)  # type: ignore[misc]
                    for size, text in sizes
                ],
            ),
            MenuItem(t("前移"), lambda: self.step_wanted.emit(-1), "arrow-left", "Ctrl+Shift+Left"),
            MenuItem(t("后移"), lambda: self.step_wanted.emit(1), "arrow-right", "Ctrl+Shift+Right"),
            MenuItem(t("隐藏这一块"), self.hide_wanted.emit, "eye-off"),
        ]  # fmt: skip
        return items

    @staticmethod
    def _place_of_explorer(items: list[MenuItem | None]) -> int:
        rows = next((at for at, item in enumerate(items) if item is not None and item.icon == "table"), -1)
        return rows + 1

    def open_menu(self) -> None:
        """Under the three dots."""
        build_menu(self, self.menu_items()).popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.dragging and key == Qt.Key.Key_Escape:
            self.stop_drag()
            return
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != _MOVE:
            super().keyPressEvent(event)
            return
        at = SIZES.index(self.size_key)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step_wanted.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_Up and at + 1 < len(SIZES):
            self.size_wanted.emit(SIZES[at + 1])
        elif key == Qt.Key.Key_Down and at > 0:
            self.size_wanted.emit(SIZES[at - 1])
        else:
            super().keyPressEvent(event)

    # ---- dragging -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = (event.position() - self._pressed).manhattanLength()
        if not self.dragging and way >= QApplication.startDragDistance():
            self.dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.grabKeyboard()  # Esc gives up
            self.raise_()
        if self.dragging:
            self.drag_moved.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.dragging:
            self.stop_drag()
            self.drag_dropped.emit(event.globalPosition().toPoint())
        self._pressed = None

    def stop_drag(self) -> None:
        """Let go, wherever it is."""
        self._pressed = None
        if self.dragging:
            self.dragging = False
            self.releaseKeyboard()
            self.unsetCursor()
            self.drag_ended.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        painting.rounded(painter, rect, 10, "surface", "primary" if self.dragging else "border")
        painter.end()


class _QuietButton(IconButton):
    """Seen only while the mouse is on its tile or the keyboard on it: figures stay calm."""

    def paintEvent(self, event: QPaintEvent) -> None:
        tile = self.parentWidget()
        if self.hasFocus() or (tile is not None and tile.underMouse()):
            super().paintEvent(event)


class _Problem(QWidget):
    """What went wrong, and again."""

    def __init__(self) -> None:
        super().__init__()
        self._text = muted("", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.retry = buttons.Button(t("重试"), "refresh-cw", "ghost", compact=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch()
        column.addWidget(self._text)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()

    def show_text(self, text: str) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
