"""Fields down, dimensions across: how good each is, as a ground that says it before the number does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
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
from app.services.quality.records import COMPLETENESS, DIMENSIONS, Cell, FieldHealth, dimension_label
from app.views.quality.words import percent, tone_of
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole


class MatrixModel(QAbstractTableModel):
    """A row a field, the first column its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: Sequence[FieldHealth] = ()

    def show_fields(self, fields: Sequence[FieldHealth]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._fields = fields
        self.endResetModel()

    def field(self, row: int) -> FieldHealth:
        """The field of a row."""
        return self._fields[row]

    def cell(self, index: Index) -> Cell | None:
        """The figure of a cell; None where the dimension says nothing of the field."""
        if not index.isValid() or index.column() == 0:
            return None
        found = self._fields[index.row()].cells.get(DIMENSIONS[index.column() - 1])
        return found if found is not None and found.n else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._fields)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 1 + len(DIMENSIONS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if role != _ROLE.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return t("字段") if section == 0 else dimension_label(DIMENSIONS[section - 1])

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        field = self._fields[index.row()]
        if index.column() == 0:
            if role == _ROLE.ToolTipRole and not field.weight:
                return plain_tooltip(t("“{field}”不计入完整性总分", field=field.label))
            return field.label if role in (_ROLE.DisplayRole, _ROLE.AccessibleTextRole) else None
        cell = self.cell(index)
        if role == _ROLE.DisplayRole:
            return percent(cell.score) if cell is not None else ""
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleTextRole):
            name = dimension_label(DIMENSIONS[index.column() - 1])
            if cell is None:
                text = t("“{field}”没有{dimension}规则或没有值", field=field.label, dimension=name)
            else:
                text = t(
                    "“{field}”{dimension} {score}%：{good} / {n}",
                    field=field.label, dimension=name, score=percent(cell.score), good=f"{cell.good:,}", n=f"{cell.n:,}",
                )  # fmt: skip
            return plain_tooltip(text) if role == _ROLE.ToolTipRole else text
        return None


class _CellPainter(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, MatrixView)
        model = view.matrix
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        field = model.field(index.row())
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        if index.column() == 0:
            ink = "text" if field.weight else "text_3"
            painting.put_text(painter, rect.adjusted(14, 0, -4, 0), field.label, ink, fonts.BODY)
        else:
            cell = model.cell(index)
            box = rect.adjusted(2, 2, -2, -2)
            if cell is None:
                painting.put_text(painter, rect, "·", "text_3", fonts.BODY, align=painting.CENTER)
            else:
                unweighted = index.column() == 1 + DIMENSIONS.index(COMPLETENESS) and not field.weight
                tone = "gray" if unweighted else tone_of(cell.score)
                painting.rounded(painter, box, 5, f"{tone}_soft")
                ink = theme_tone(tone)
                painting.put_text(painter, box, percent(cell.score), ink, fonts.BODY, align=painting.CENTER)
                if option.state & QStyle.StateFlag.State_MouseOver:
                    painting.rounded(painter, box, 5, "", "control")
        if current and view.hasFocus():
            painting.focus_ring(painter, rect.adjusted(2, 2, -2, -2), 5)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(72, 30)


def theme_tone(tone: str) -> str:
    """The ink of a tone on its soft ground."""
    return "text_2" if tone == "gray" else tone


class _Head(QHeaderView):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(34)

    def paintSection(self, painter: QPainter, rect: QRect, at: int) -> None:
        painter.fillRect(rect, theme.color("surface"))
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        words = str(self.model().headerData(at, Qt.Orientation.Horizontal) or "")
        room = rect.adjusted(14 if at == 0 else 2, 0, -2, 0)
        align = painting.LEFT if at == 0 else painting.CENTER
        painting.put_text(painter, room, words, "text_2", fonts.SMALL, align=align)


class MatrixView(QTableView):
    """Arrow keys go from cell to cell; Enter or a click opens the records that are not good.

    Signals:
        opened(str, str): field and dimension of a cell with such records.
    """

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = MatrixModel(self)
        self.setModel(self.matrix)
        self.setItemDelegate(_CellPainter(self))
        self.setAccessibleName(t("字段质量"))
        self.setHorizontalHeader(_Head(self))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(32)
        across = self.horizontalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        across.setMinimumSectionSize(46)
        self.clicked.connect(self._open)

    def show_fields(self, fields: Sequence[FieldHealth]) -> None:
        """Replace the content."""
        self.matrix.show_fields(fields)
        across = self.horizontalHeader()
        across.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        widest = max((fonts.metrics().horizontalAdvance(f.label) for f in fields), default=80)
        self.setColumnWidth(0, min(max(widest + 26, 92), 180))

    def _open(self, index: Index) -> None:
        cell = self.matrix.cell(index)
        if cell is not None and cell.good < cell.n:
            self.opened.emit(self.matrix.field(index.row()).key, DIMENSIONS[index.column() - 1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos()) if event.reason() is QContextMenuEvent.Reason.Mouse else self.currentIndex()
        cell = self.matrix.cell(index)
        if cell is None:
            return
        wrong = cell.n - cell.good
        text = t("打开有问题的 {n} 条", n=f"{wrong:,}") if wrong else t("没有问题")
        build_menu(self, [MenuItem(text, lambda: self._open(index), "external-link", enabled=bool(wrong))]).popup(
            event.globalPos()
        )
