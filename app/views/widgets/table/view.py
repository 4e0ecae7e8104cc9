"""The table: keyboard, mouse, hover, copying, column widths."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLineEdit, QTableView, QWidget

from app.views.operations.runner import BaseRunner
from app.views.widgets.table.column_layout import ColumnLayout
from app.views.widgets.table.delegate import TableDelegate
from app.views.widgets.table.header import TableHeader
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.tsv import read_cells

Index = QModelIndex | QPersistentModelIndex
COMFORTABLE, COMPACT = 42, 32
COPY_LIMIT = 20_000


class VirtualTable(QTableView):
    """A `VirtualTableModel` on the screen. Esc, Space, Enter, F2, Ctrl+A and Ctrl+C as in the manual.

    Signals:
        opened(object): handle, by Enter or double click.
        current_changed(object): handle of the current row, None if there is none.
        menu_requested(object, QPoint): handle and global position of a right click or the menu key.
        copied(int): so many rows are in the clipboard.
    """

    opened = Signal(object)
    current_changed = Signal(object)
    menu_requested = Signal(object, QPoint)
    copied = Signal(int)

    def __init__(self, model: VirtualTableModel, name: str, runner: BaseRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._runner = runner
        self._handle: int | None = None
        self._kept: tuple[int | None, int, int] = (None, 0, 0)
        self._tick_anchor = -1
        self.cells = TableDelegate(model, self)
        self.setItemDelegate(self.cells)
        self.setAccessibleName(name)
        self.header = TableHeader(model, self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self._set_up_look()
        self.columns = ColumnLayout(self, self.header, model)
        self.columns.first_changed.connect(self._on_first_changed)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        self.columns.apply()

    def _set_up_look(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(24)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.set_compact(False)

    # --- for pages

    def set_compact(self, compact: bool) -> None:
        """Rows of 32 pixels instead of 42."""
        height = COMPACT if compact else COMFORTABLE
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)

    def current_handle(self) -> int | None:
        """Handle of the current row."""
        return self._handle

    def go_to(self, handle: int) -> bool:
        """Make this record the current one and bring it into view; False if it is not listed."""
        row = self._rows.row_of(handle)
        if row < 0:
            return False
        self.setCurrentIndex(self._rows.index(row, max(self.currentIndex().column(), self.columns.first)))
        self.scrollTo(self.currentIndex())
        return True

    def edit_again(self, handle: int, key: str, text: str) -> None:
        """Open the editor of a cell with what was typed there before."""
        at = next((n for n, column in enumerate(self._rows.columns) if column.key == key), -1)
        row = self._rows.row_of(handle)
        if at < 0 or row < 0 or not self._rows.flags(self._rows.index(row, at)) & Qt.ItemFlag.ItemIsEditable:
            return
        self.setCurrentIndex(self._rows.index(row, at))
        self.edit(self._rows.index(row, at))
        editor = self.focusWidget()
        if isinstance(editor, QLineEdit):
            editor.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    def _on_first_changed(self, at: int) -> None:
        self.cells.first_column = at
        self.viewport().update()

    # --- current row, kept by handle when the list changes

    def _remember(self) -> None:
        self._kept = (self._handle, self.currentIndex().column(), self.verticalScrollBar().value())

    def _restore(self) -> None:
        self.columns.apply()
        handle, column, scroll = self._kept
        row = self._rows.row_of(handle) if handle is not None else -1
        if row >= 0:
            self.verticalScrollBar().setValue(scroll)
            flags = self.selectionModel().SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._rows.index(row, max(column, 0)), flags)
        else:
            self._set_handle(None, -1)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._set_handle(self._rows.handle_at(current.row()), current.row())
        self._place_frame(keyboard=self.cells.frame_cell != (-1, -1))

    def _set_handle(self, handle: int | None, row: int) -> None:
        self._update_row(self.cells.current_row)
        self.cells.current_row = row
        self._update_row(row)
        if handle != self._handle:
            self._handle = handle
            self.current_changed.emit(handle)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        box = self._selected_box()
        many = box is not None and (box.width() > 1 or box.height() > 1)
        if many != self.cells.show_ranges:
            self.cells.show_ranges = many
            self.viewport().update()
        super().selectionChanged(selected, deselected)

    def _place_frame(self, *, keyboard: bool) -> None:
        old = self.cells.frame_cell
        current = self.currentIndex()
        shown = keyboard and current.isValid() and self.hasFocus()
        self.cells.frame_cell = (current.row(), current.column()) if shown else (-1, -1)
        self._update_row(old[0])
        self._update_row(self.cells.frame_cell[0])

    def _update_row(self, row: int) -> None:
        if 0 <= row < self._rows.rowCount():
            top = self.rowViewportPosition(row)
            self.viewport().update(QRect(0, top, self.viewport().width(), self.rowHeight(row)))

    # --- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._rows.selection.select_all()
        elif key == Qt.Key.Key_Space:
            self._toggle_rows()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            if self._handle is not None:
                self.opened.emit(self._handle)
        elif key == Qt.Key.Key_Menu and self._handle is not None:
            spot = self.visualRect(self.currentIndex()).center()
            self.menu_requested.emit(self._handle, self.viewport().mapToGlobal(spot))
        else:
            super().keyPressEvent(event)
            self._place_frame(keyboard=True)

    def keyboardSearch(self, _search: str) -> None:
        """Off: it would read a million rows through the GUI thread."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if keyboard and not self.currentIndex().isValid() and self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(0, self.columns.first))
        self._place_frame(keyboard=keyboard)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._place_frame(keyboard=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._is_tick(index) and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._tick(index.row(), extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        super().mousePressEvent(event)
        self._place_frame(keyboard=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_tick(self.indexAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._is_tick(index):
            self._tick(index.row(), extend=False)
        elif index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if self._rows.flags(index) & Qt.ItemFlag.ItemIsEditable:
                self.edit(index)
            else:
                self.opened.emit(self._rows.handle_at(index.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self.underMouse():
            self._hover(self.rowAt(self.viewport().mapFromGlobal(self.cursor().pos()).y()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            if index.row() != self.currentIndex().row():
                self.setCurrentIndex(index)
            self.menu_requested.emit(self._rows.handle_at(index.row()), event.globalPos())

    def _hover(self, row: int) -> None:
        if row != self.cells.hover_row:
            self._update_row(self.cells.hover_row)
            self.cells.hover_row = row
            self._update_row(row)

    # --- ticks

    def _is_tick(self, index: QModelIndex) -> bool:
        return index.isValid() and self._rows.columns[index.column()].kind == "check"

    def _tick(self, row: int, *, extend: bool) -> None:
        selection = self._rows.selection
        if extend and 0 <= self._tick_anchor < self._rows.rowCount():
            first, last = sorted((self._tick_anchor, row))
            on = selection.contains(self._rows.handle_at(self._tick_anchor))
            selection.set_many(self._rows.handles_between(first, last), on)
        else:
            selection.toggle(self._rows.handle_at(row))
        self._tick_anchor = row

    def _toggle_rows(self) -> None:
        """Space: the current row, or all rows of the selected range as one."""
        if not self.currentIndex().isValid():
            return
        box = self._selected_box() or QRect(0, self.currentIndex().row(), 1, 1)
        last = box.bottom()
        handles = self._rows.handles_between(box.top(), last)
        on = not all(self._rows.selection.contains(handle) for handle in handles)
        self._rows.selection.set_many(handles, on)
        self._tick_anchor = last

    # --- copying

    def copy_selection(self) -> None:
        """The selected cells as TSV; the rows are read in the background, whether loaded or not."""
        box = self._selected_box()
        source = self._rows.source()
        if box is None or source is None:
            return
        last = min(box.bottom(), box.top() + COPY_LIMIT - 1)
        columns = self.columns.shown_between(box.left(), box.right())
        handles = self._rows.handles_between(box.top(), last)
        if columns:
            done = partial(self._on_read, len(handles))
            self._runner.start(read_cells, source, handles, columns, on_done=done, owner=self)

    def _selected_box(self) -> QRect | None:
        """Selected rows and columns as a rectangle (x: logical columns), None if there are none."""
        ranges = self.selectionModel().selection()
        parts = [ranges.at(n) for n in range(ranges.count())]
        if not parts:
            return None
        corner = QPoint(min(part.left() for part in parts), min(part.top() for part in parts))
        opposite = QPoint(max(part.right() for part in parts), max(part.bottom() for part in parts))
        return QRect(corner, opposite)

    def _on_read(self, count: int, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(count)
