"""The big table: rows the facets choose, drawn from the codes as they come into view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter
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
from app.views.theme import fonts, icons, theme
from app.views.widgets.grid import read_only
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu

if TYPE_CHECKING:
    from app.services.workbench.table import Table

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_ROW = 28
_SHOWN = 300


class SheetModel(QAbstractTableModel):
    """A column with the row number, then the table's columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table: Table | None = None
        self._places: Any = ()

    def show(self, table: Table | None, places: Any = ()) -> None:
        """Show these rows of a table."""
        self.beginResetModel()
        self._table, self._places = table, places
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or self._table is None else len(self._places)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or self._table is None else 1 + len(self._table.columns)

    def cell(self, row: int, column: int) -> str:
        """The text of a cell."""
        assert self._table is not None
        place = int(self._places[row])
        if not column:
            return f"{int(self._table.numbers[place])}{' ★' if self._table.flags[place] else ''}"
        known = self._table.columns[column - 1]
        return str(known.values[known.codes[place]])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or self._table is None:
            return None
        if role != _ROLE.DisplayRole:
            return None
        return t("行") if not section else self._table.columns[section - 1].name

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid() or self._table is None:
            return None
        row, column = index.row(), index.column()
        if role == _ROLE.DisplayRole:
            return self.cell(row, column)[:_SHOWN].replace("\n", " ")
        if role == _ROLE.ForegroundRole:
            if not column:
                return theme.color("text_3")
            return theme.color(theme.ink("bad")) if self.problem(row, column) else None
        if role == _ROLE.ToolTipRole and column:
            text, why = self.cell(row, column), self.problem(row, column)
            return plain_tooltip(why or (text if len(text) > 16 else ""))
        return None

    def number(self, row: int) -> int:
        """The row's number in the file, or the record's handle."""
        assert self._table is not None
        return int(self._table.numbers[int(self._places[row])])

    def flagged(self, row: int) -> bool:
        """Whether the row has a flag."""
        assert self._table is not None
        return bool(self._table.flags[int(self._places[row])])

    def problem(self, row: int, column: int) -> str:
        """Why the last step could not understand the cell, or ""."""
        assert self._table is not None
        known = self._table.columns[column - 1]
        return known.problems.get(int(known.codes[self._places[row]]), "") if known.problems else ""


class _Header(QHeaderView):
    """Names of columns; the one in hand stands on a tinted ground. A click takes a column in hand, the mark at its right
    opens its menu."""

    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.current = 1
        self.setFixedHeight(34)
        self.setMinimumSectionSize(52)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)

    def paintSection(self, painter: QPainter, rect: QRect, at: int) -> None:
        on = at == self.current and at > 0
        painter.fillRect(rect, theme.color("primary_soft" if on else "surface_2"))
        painter.setPen(theme.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setPen(theme.color("primary_text" if on else "text_2"))
        painter.setFont(fonts.font(fonts.CAPTION, bold=True))
        words = str(self.model().headerData(at, Qt.Orientation.Horizontal) or "")
        room = rect.adjusted(8, 0, -20 if at else -4, 0)
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        if at:
            side = 12
            icons.icon("chevron-down", "primary_text" if on else "text_3").paint(
                painter, rect.right() - side - 5, rect.center().y() - side // 2, side, side
            )

    def mouseReleaseEvent(self, event: Any) -> None:
        at = self.logicalIndexAt(event.position().toPoint())
        x = event.position().x()
        super().mouseReleaseEvent(event)
        edge = self.sectionViewportPosition(at) + self.sectionSize(at)
        if at > 0 and event.button() == Qt.MouseButton.LeftButton and edge - 20 <= x <= edge - 4:
            self.menu_wanted.emit(at, event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.logicalIndexAt(event.pos())
        if at > 0:
            self.menu_wanted.emit(at, event.globalPos())


class _Padded(QStyledItemDelegate):
    """Text with air around it, the chosen cell on a soft ground with a frame where the keyboard is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QTableView)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.color("range" if view.hasFocus() else "selection"))
        if view.hasFocus() and index == view.currentIndex():
            painter.setPen(theme.color("primary"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        option.rect = option.rect.adjusted(6, 0, -4, 0)
        option.state &= ~(QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Selected)
        super().paint(painter, option, index)


class SheetView(QTableView):
    """The view of a `SheetModel`.

    Signals:
        column_picked(str): a column was taken in hand; column_menu(str, QPoint): its menu is wanted;
        edit_wanted(str, str): (column, value) is to be edited everywhere; facet_wanted(str, str): rows with this value
        are wanted; flag_wanted(int, bool): the row of this number is to have a flag or none.
    """

    column_picked = Signal(str)
    column_menu = Signal(str, QPoint)
    edit_wanted = Signal(str, str)
    facet_wanted = Signal(str, str)
    flag_wanted = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = SheetModel(self)
        self.setModel(self.sheet)
        read_only(self, t("清洗中的表格"), _ROW)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegate(_Padded(self))
        self.head = _Header(self)
        self.setHorizontalHeader(self.head)
        self.head.sectionClicked.connect(self._on_section)
        self.head.menu_wanted.connect(lambda at, place: self.column_menu.emit(self.name_of(at), place))
        self._names: tuple[str, ...] = ()
        self.doubleClicked.connect(lambda _index: self._edit())

    def show_table(self, table: Table | None, places: Any = ()) -> None:
        """Show these rows; widths follow what the first rows hold when the columns are others."""
        self.sheet.show(table, places)
        names = table.names if table is not None else ()
        if names != self._names:
            self._names = names
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        rows = range(min(30, self.sheet.rowCount()))
        for column in range(self.sheet.columnCount()):
            longest = max((metrics.horizontalAdvance(self.sheet.cell(row, column)[:40]) for row in rows), default=40)
            head = metrics.horizontalAdvance(str(self.sheet.headerData(column, Qt.Orientation.Horizontal)))
            self.setColumnWidth(column, min(260, max(60, longest + 24, min(180, head + 40))))

    def name_of(self, section: int) -> str:
        """The column behind a section."""
        return self._names[section - 1] if 0 < section <= len(self._names) else ""

    def set_current(self, name: str) -> None:
        """Tint the column in hand."""
        self.head.current = self._names.index(name) + 1 if name in self._names else -1
        self.head.viewport().update()

    def _on_section(self, section: int) -> None:
        if section:
            self.column_picked.emit(self.name_of(section))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        name = self.name_of(current.column()) if current.isValid() else ""
        if name and self.name_of(self.head.current) != name:
            self.column_picked.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() == Qt.Key.Key_B and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._flag()
        elif event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._edit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.currentIndex()
        if not at.isValid() or not at.column():
            return
        name, value = self.name_of(at.column()), self.sheet.cell(at.row(), at.column())
        place = event.globalPos()
        items: list[MenuItem | None] = [
            MenuItem(t("修改这个值（所有相同的单元格）…"), self._edit, "pencil", "F2"),
            MenuItem(t("只看这个值的行"), lambda: self.facet_wanted.emit(name, value), "funnel"),
            MenuItem(t("取消这一行的标记") if self._flagged() else t("标记这一行"), self._flag, "star", "Ctrl+B"),
            None,
            MenuItem(
                t("对“{column}”的转换…", column=name), lambda: self.column_menu.emit(name, place), "wand-sparkles"
            ),
            MenuItem(t("复制"), self._copy, "copy", "Ctrl+C"),
        ]
        build_menu(self, items).popup(place)

    def _flagged(self) -> bool:
        return self.sheet.flagged(self.currentIndex().row())

    def _flag(self) -> None:
        at = self.currentIndex()
        if at.isValid():
            self.flag_wanted.emit(self.sheet.number(at.row()), not self._flagged())

    def _edit(self) -> None:
        at = self.currentIndex()
        if at.isValid() and at.column():
            self.edit_wanted.emit(self.name_of(at.column()), self.sheet.cell(at.row(), at.column()))

    def _copy(self) -> None:
        at = self.currentIndex()
        if at.isValid():
            QGuiApplication.clipboard().setText(self.sheet.cell(at.row(), at.column()))
