"""The list of tickets: any number of rows over one array of handles, painted, driven by the keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.core.i18n import t
from app.views.operations.runner import BaseRunner
from app.views.theme import fonts, theme
from app.views.tickets.listing import DUE, FACTS, NEW, SNIPPET, STATUS, SUBJECT, URGENT, WHEN, InboxSource
from app.views.tickets.words import due_chip
from app.views.widgets import painting
from app.views.widgets.chips import chip_width, paint_chip
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Cell

HEIGHT = 92
_LEFT, _RIGHT = 30, 16
Index = QModelIndex | QPersistentModelIndex


class TicketDelegate(QStyledItemDelegate):
    """Paints one ticket: subject and time, last words, status and facts, the nearest deadline."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        model = index.model()
        assert isinstance(model, VirtualTableModel)
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.color("selection" if chosen else "hover" if hot else "surface"))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme.color("primary"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        cells = model.row_cells(index.row())
        if cells:
            self._paint_row(painter, rect, cells, model, index.row())
        else:
            self._paint_blank(painter, rect, gone=cells is not None)
        painter.restore()

    def _paint_blank(self, painter: QPainter, rect: QRect, *, gone: bool) -> None:
        if gone:
            painting.put_text(painter, rect.adjusted(_LEFT, 12, -_RIGHT, -12), t("这张工单已不存在"), "text_3")
            return
        for top, share in ((16, 0.6), (40, 0.8), (64, 0.4)):
            bar = QRectF(rect.left() + _LEFT, rect.top() + top, (rect.width() - _LEFT - _RIGHT) * share, 10)
            painting.rounded(painter, bar, 5, "skeleton")

    def _paint_row(
        self, painter: QPainter, rect: QRect, cells: Sequence[Any], model: VirtualTableModel, row: int
    ) -> None:
        left, right = rect.left() + _LEFT, rect.right() - _RIGHT
        subject: Cell = cells[SUBJECT]
        unread = bool(cells[NEW])
        when_width = fonts.metrics(fonts.SMALL).horizontalAdvance(cells[WHEN]) + 2
        if unread:
            painting.rounded(painter, QRectF(rect.left() + 13, rect.top() + 20, 8, 8), 4, "primary")
        line = QRect(left, rect.top() + 12, right - left - when_width - 8, 22)
        painting.put_text(painter, line, str(subject.edit), bold=unread)
        when = QRect(right - when_width, rect.top() + 12, when_width, 22)
        painting.put_text(painter, when, cells[WHEN], "text_3", fonts.SMALL, align=painting.RIGHT)
        painting.put_text(
            painter, QRect(left, rect.top() + 35, right - left, 20), cells[SNIPPET], "text_2", fonts.CAPTION
        )
        self._paint_foot(painter, QRect(left, rect.top() + 60, right - left, 20), cells, model, row)

    def _paint_foot(
        self, painter: QPainter, rect: QRect, cells: Sequence[Any], model: VirtualTableModel, row: int
    ) -> None:
        status: Cell = cells[STATUS]
        x = rect.left() + paint_chip(painter, rect.left(), rect.top(), status.text, status.tone) + 6
        urgent: Cell = cells[URGENT]
        if urgent.text:
            x += paint_chip(painter, x, rect.top(), urgent.text, urgent.tone) + 6
        text, tone = cells[DUE].text, cells[DUE].tone
        source = model.source()
        if isinstance(source, InboxSource):  # the clock runs on while the row stands
            record = source.records.get(model.handle_at(row))
            text, tone = due_chip(source.entity, record) if record is not None else (text, tone)
        end = rect.right()
        if text:
            width = chip_width(text)
            paint_chip(painter, end - width, rect.top(), text, tone)
            end -= width + 8
        painting.put_text(
            painter,
            QRect(int(x) + 2, rect.top(), max(end - int(x) - 2, 0), 20),
            fonts.join_facts(*cells[FACTS].split("\n")),
            "text_3",
            fonts.CAPTION,
        )


class TicketList(QTableView):
    """Signals:
    current_changed(object): handle of the ticket in front, None without any.
    chosen_changed(int): so many rows are selected.
    menu_requested(QPoint): global position.
    wanted(str): a verb by its key was asked for ("reply", "note" …).
    paste_wanted(): Ctrl+V.
    """

    current_changed = Signal(object)
    chosen_changed = Signal(int)
    menu_requested = Signal(QPoint)
    wanted = Signal(str)
    paste_wanted = Signal()

    KEYS: ClassVar[dict[Qt.Key, str]] = {
        Qt.Key.Key_R: "reply", Qt.Key.Key_N: "note", Qt.Key.Key_A: "assign", Qt.Key.Key_E: "resolve",
        Qt.Key.Key_NumberSign: "delete", Qt.Key.Key_Delete: "delete", Qt.Key.Key_M: "merge", Qt.Key.Key_P: "priority",
        Qt.Key.Key_S: "status", Qt.Key.Key_Slash: "search", Qt.Key.Key_Return: "open", Qt.Key.Key_Enter: "open",
    }  # fmt: skip

    def __init__(self, runner: BaseRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = VirtualTableModel(runner, None, self)
        self.setModel(self.rows)
        self.setItemDelegate(TicketDelegate(self))
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        lines, across = self.verticalHeader(), self.horizontalHeader()
        lines.hide()
        lines.setMinimumSectionSize(HEIGHT)
        lines.setDefaultSectionSize(HEIGHT)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.hide()
        across.setStretchLastSection(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(HEIGHT // 3)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(t("工单列表"))
        self.customContextMenuRequested.connect(lambda at: self.menu_requested.emit(self.viewport().mapToGlobal(at)))
        self.rows.modelAboutToBeReset.connect(self._keep)
        self.rows.modelReset.connect(self._restore)
        self._kept: list[int] = []
        self._front: int | None = None
        self._front_row = 0
        self._another = False
        self._ticker = QTimer(self)
        self._ticker.setInterval(30_000)
        self._ticker.timeout.connect(self.viewport().update)
        self._ticker.start()
        self._watch()

    def _watch(self) -> None:
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.selectionModel().currentChanged.connect(self._on_current)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_source(self, source: InboxSource) -> None:
        """Another list; the front ticket stays in front if it is listed."""
        self.rows.set_source(source)

    def source(self) -> InboxSource | None:
        """Where the rows come from."""
        found = self.rows.source()
        return found if isinstance(found, InboxSource) else None

    def current_handle(self) -> int | None:
        """The ticket in front."""
        index = self.currentIndex()
        return self.rows.handle_at(index.row()) if index.isValid() else None

    def chosen_handles(self) -> list[int]:
        """Handles of the selected rows in their order; the one in front when there is no selection."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = [self.rows.handle_at(row) for row in rows]
        front = self.current_handle()
        return found or ([front] if front is not None else [])

    def ids_of(self, handles: Sequence[int]) -> list[uuid.UUID]:
        """Record ids of rows that were loaded."""
        source = self.source()
        return [source.ids[h] for h in handles if h in source.ids] if source else []

    def select_handle(self, handle: int) -> bool:
        """Bring a ticket to the front; False when it is not listed."""
        row = self.rows.row_of(handle)
        if row < 0:
            return False
        index = self.rows.index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    def step(self, by: int) -> None:
        """The next (+1) or the former (-1) ticket."""
        row = self.currentIndex().row() + by
        if 0 <= row < self.rows.rowCount():
            self.select_handle(self.rows.handle_at(row))

    def select_first(self) -> None:
        """The top of the list."""
        self._front_row = 0
        self.select_near()

    def forget_place(self) -> None:
        """Another list is coming: it begins at its top unless it holds the ticket in front."""
        self._front_row = 0
        self._another = True

    def select_near(self) -> None:
        """Where the ticket in front stood before it left the list."""
        if self.rows.rowCount():
            self.select_handle(self.rows.handle_at(min(self._front_row, self.rows.rowCount() - 1)))

    # ---- events -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
        )
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
        elif plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.step(1 if key == Qt.Key.Key_J else -1)
        elif plain and (key in self.KEYS or event.text() == "#"):
            self.wanted.emit("delete" if event.text() == "#" else self.KEYS[key])
        elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.rows.rowCount():
            self.select_handle(self.rows.handle_at(0 if key == Qt.Key.Key_Home else self.rows.rowCount() - 1))
        elif plain and event.text().strip():
            event.ignore()  # no type-ahead over a list that is not all here
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.text().strip()
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()  # these letters are ours while the list has the focus
            return True
        return super().event(event)

    def _keep(self) -> None:
        self._kept = self.chosen_handles()
        self._front = self.current_handle()
        if self._front is not None and not self._another:
            self._front_row = self.currentIndex().row()
        self._another = False

    def _restore(self) -> None:
        model = self.selectionModel()
        if self._front is not None:
            row = self.rows.row_of(self._front)
            if row >= 0:
                model.blockSignals(True)
                flag = QItemSelectionModel.SelectionFlag
                model.setCurrentIndex(self.rows.index(row, 0), flag.NoUpdate)
                for handle in self._kept:
                    at = self.rows.row_of(handle)
                    if at >= 0:
                        model.select(self.rows.index(at, 0), flag.Select | flag.Rows)
                model.blockSignals(False)
                self.viewport().update()
                self.chosen_changed.emit(len(model.selectedRows()))
                return
        self.chosen_changed.emit(0)

    def _on_selection(self, *_args: object) -> None:
        self.chosen_changed.emit(len(self.selectionModel().selectedRows()))

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit(self.rows.handle_at(index.row()) if index.isValid() else None)
