"""The header: sort arrow the right way up, a tick for all rows, a menu on every column."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from app.core.i18n import t
from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.table.delegate import PAD
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import RIGHT_KINDS, TableColumn

HEIGHT = 36


class TableHeader(QHeaderView):
    """Works on the columns of a `VirtualTableModel`.

    Signals:
        sort_requested(str, bool): column key, descending.
        filter_requested(str), hide_requested(str): column key, from its menu.
        columns_requested(): the column chooser is wanted.
    """

    sort_requested = Signal(str, bool)
    filter_requested = Signal(str)
    hide_requested = Signal(str)
    columns_requested = Signal()

    def __init__(self, model: VirtualTableModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._table = model
        self._sorted: tuple[str, bool] | None = None
        self._pressed_at: QPoint | None = None
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(False)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(36)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(t("列标题"))
        self.setFixedHeight(HEIGHT)

    def set_sorted(self, key: str, descending: bool) -> None:
        """Show by which column the rows are sorted, "" = none."""
        self._sorted = (key, descending) if key else None
        self.viewport().update()

    def sorted_by(self) -> tuple[str, bool] | None:
        """(column key, descending) as shown."""
        return self._sorted

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        start, self._pressed_at = self._pressed_at, None
        here = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or start is None or (here - start).manhattanLength() > 4:
            return
        at = self.logicalIndexAt(here)
        if at >= 0 and self.cursor().shape() != Qt.CursorShape.SplitHCursor:
            self._on_clicked(self._table.columns[at])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.logicalIndexAt(event.pos())
        if at >= 0:
            build_menu(self, self.menu_items(self._table.columns[at])).popup(event.globalPos())

    def menu_items(self, column: TableColumn) -> list[MenuItem | None]:
        """Entries of a column's menu."""
        chooser = MenuItem(t("选择列…"), self.columns_requested.emit, "columns-3")
        if column.kind == "check":
            return [chooser]
        key = column.key
        items: list[MenuItem | None] = []
        if column.sortable:
            items += [
                MenuItem(t("升序"), lambda: self._sort(key, descending=False), "arrow-up"),
                MenuItem(t("降序"), lambda: self._sort(key, descending=True), "arrow-down"),
                None,
            ]
        items += [
            MenuItem(t("按此列筛选…"), lambda: self.filter_requested.emit(key), "list-filter"),
            MenuItem(t("隐藏此列"), lambda: self.hide_requested.emit(key), "eye-off"),
            None,
            chooser,
        ]
        return items

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        if not rect.isValid() or logical >= len(self._table.columns):
            return
        column = self._table.columns[logical]
        painter.save()
        hovered = column.kind != "check" and rect.contains(self.viewport().mapFromGlobal(self.cursor().pos()))
        painter.fillRect(rect, theme.color("hover" if hovered and self.underMouse() else "surface_2"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))
        if column.kind == "check":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_tick(painter, rect)
        else:
            self._paint_title(painter, rect, column)
            if hovered and self.underMouse():
                painter.fillRect(rect.right(), rect.y() + 9, 1, rect.height() - 18, theme.color("border"))
        painter.restore()

    def _paint_title(self, painter: QPainter, rect: QRect, column: TableColumn) -> None:
        room = rect.adjusted(PAD, 0, -PAD, -1)
        sorted_here = self._sorted is not None and self._sorted[0] == column.key
        if sorted_here:
            room.setRight(room.right() - 16)
        ink = "text" if sorted_here else "text_2"
        right = column.kind in RIGHT_KINDS
        align = painting.RIGHT if right else painting.LEFT
        painting.put_text(painter, room, column.title, ink, fonts.CAPTION, bold=sorted_here, align=align)
        if sorted_here and self._sorted is not None:
            text = min(room.width(), fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(column.title))
            x = room.right() + 3 if right else room.x() + text + 4
            # Ascending means the values grow downwards from the smallest: the arrow points up, as in every file manager.
            name = "arrow-down" if self._sorted[1] else "arrow-up"
            picture = icons.pixmap(name, "primary_text", 13, dpr=self.devicePixelRatioF(), stroke=2.2)
            painter.drawPixmap(x, rect.y() + (rect.height() - 14) // 2, picture)

    def _paint_tick(self, painter: QPainter, rect: QRect) -> None:
        state = self._table.selection.state()
        box = QRectF(rect.x() + (rect.width() - 16) / 2, rect.y() + (rect.height() - 17) / 2, 16, 16)
        if state == "none":
            painting.rounded(painter, box, 4, "surface", "control", 1.2)
            return
        painting.rounded(painter, box, 4, "primary")
        name = "check" if state == "all" else "minus"
        picture = icons.pixmap(name, "on_primary", 12, dpr=self.devicePixelRatioF(), stroke=3.2)
        painter.drawPixmap(round(box.x()) + 2, round(box.y()) + 2, picture)

    def _on_clicked(self, column: TableColumn) -> None:
        if column.kind == "check":
            self._table.selection.toggle_all()
        elif column.sortable:
            again = self._sorted is not None and self._sorted[0] == column.key
            self._sort(column.key, descending=again and not (self._sorted or ("", False))[1])

    def _sort(self, key: str, *, descending: bool) -> None:
        self.set_sorted(key, descending)
        self.sort_requested.emit(key, descending)
