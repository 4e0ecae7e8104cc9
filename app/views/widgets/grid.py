"""A small read-only table of texts with tones: previews, lists of problems. For a few thousand rows at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter
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
from app.views.theme import fonts, theme
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_INKS = {"muted": "text_3"}


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: text, tone token of the ink ("" = ordinary), and what the tooltip says."""

    text: str
    tone: str = ""
    hint: str = ""


Rows = Sequence[Sequence[GridCell | str]]


class GridModel(QAbstractTableModel):
    """Rows of `GridCell`s, or of texts without anything to say about them, under plain headers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers: Sequence[str] = ()
        self._rows: Rows = ()

    def show(self, headers: Sequence[str], rows: Rows) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._headers, self._rows = headers, rows
        self.endResetModel()

    def text(self, row: int, column: int | None = None) -> str:
        """A cell, or with None the whole row parted by tabs, as it goes to the clipboard."""
        cells = self._rows[row]
        return "\t".join(map(_text, cells)) if column is None else _text(cells[column])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if role != _ROLE.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return self._headers[section] if section < len(self._headers) else ""

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        cell = row[index.column()] if index.column() < len(row) else ""
        cell = GridCell(cell) if isinstance(cell, str) else cell
        if role == _ROLE.DisplayRole:
            return cell.text.replace("\n", " ")
        if role == _ROLE.ForegroundRole and cell.tone:
            return theme.color(_INKS.get(cell.tone) or theme.ink(cell.tone))
        if role == _ROLE.ToolTipRole:
            return plain_tooltip(cell.hint or (cell.text if len(cell.text) > 16 else ""))
        return None


class FlatHeader(QHeaderView):
    """Plain words over a line, as the big table has them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(32)
        self.setMinimumSectionSize(44)
        self.setStretchLastSection(True)

    def paintSection(self, painter: QPainter, rect: QRect, at: int) -> None:
        painter.fillRect(rect, theme.color("surface_2"))
        painter.setPen(theme.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(theme.color("text_2"))
        painter.setFont(fonts.font(fonts.CAPTION, bold=True))
        words = str(self.model().headerData(at, Qt.Orientation.Horizontal) or "")
        room = rect.adjusted(8, 0, -6, 0)
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class Padded(QStyledItemDelegate):
    """Text with air around it; the chosen row on a soft ground, with a bar where the keyboard is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QTableView)
        if option.state & QStyle.StateFlag.State_Selected:
            active = view.hasFocus()
            painter.fillRect(option.rect, theme.color("range" if active else "selection"))
            if active and index.column() == 0:
                painter.fillRect(option.rect.x(), option.rect.y(), 3, option.rect.height(), theme.color("primary"))
        option.rect = option.rect.adjusted(6, 0, -4, 0)
        option.state &= ~(QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Selected)
        super().paint(painter, option, index)


def read_only(view: QTableView, name: str, row: int) -> None:
    """Make a view the plain table every room shows: no lines, no editing, rows `row` pixels high, Tab leaves it."""
    view.setAccessibleName(name)
    view.setShowGrid(False)
    view.setAlternatingRowColors(True)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setFrameShape(QTableView.Shape.NoFrame)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setCornerWidget(QWidget(view))
    down = view.verticalHeader()
    down.hide()
    down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    down.setDefaultSectionSize(row)


class Grid(QTableView):
    """The view of a `GridModel`. `more`: what the right-click menu offers for a row besides copying."""

    more: Callable[[int], Sequence[MenuItem | None]] | None = None

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = GridModel(self)
        self.setModel(self.grid)
        read_only(self, name, 30)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalHeader(FlatHeader(self))
        self.setItemDelegate(Padded(self))

    def show_rows(
        self,
        headers: Sequence[str],
        rows: Rows,
        marks: Sequence[str] = (),
        widths: Sequence[int] = (),
    ) -> None:
        """Replace the content; without `widths` columns follow what their first rows hold. `marks`: row numbers of the
        file, shown in a first column of their own."""
        if marks:
            headers = [t("行"), *headers]
            rows = [[GridCell(mark, "muted"), *row] for mark, row in zip(marks, rows, strict=True)]
            widths = (56, *widths) if widths else ()
        self.grid.show(headers, rows)
        if self.hasFocus():
            self._show_keyboard()
        metrics = self.fontMetrics()
        for column, header in enumerate(headers):
            if column < len(widths):
                self.setColumnWidth(column, widths[column])
                continue
            longest = max((_text(row[column])[:40] for row in rows[:30] if column < len(row)), key=_width, default="")
            wanted = max(metrics.horizontalAdvance(longest), min(160, metrics.horizontalAdvance(header[:40]) + 6))
            self.setColumnWidth(column, min(250, max(56, wanted + 26)))

    # ---- keyboard and copying -----------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_keyboard()

    def _show_keyboard(self) -> None:
        """Where the keyboard is must be visible: Qt by itself only makes the first row the current one."""
        if self.grid.rowCount() and not self.selectionModel().hasSelection():
            self.selectRow(max(0, self.currentIndex().row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy(whole_row=True)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.currentIndex().isValid():
            items = [
                MenuItem(t("复制这一格"), lambda: self._copy(whole_row=False), "copy"),
                MenuItem(t("复制整行"), lambda: self._copy(whole_row=True), shortcut="Ctrl+C"),
            ]
            own = list(self.more(self.currentIndex().row())) if self.more else []
            build_menu(self, [*own, None, *items] if own else items).popup(event.globalPos())

    def _copy(self, *, whole_row: bool) -> None:
        at = self.currentIndex()
        if at.isValid():
            QGuiApplication.clipboard().setText(self.grid.text(at.row(), None if whole_row else at.column()))


def _text(cell: GridCell | str) -> str:
    return cell if isinstance(cell, str) else cell.text


def _width(text: str) -> int:
    """Roughly how wide a text is: Chinese characters count two."""
    return len(text) + sum(character > "\u2e7f" for character in text)
