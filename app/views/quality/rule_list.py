"""Rules with how many records break each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.core.i18n import t
from app.services.quality.records import dimension_label
from app.views.theme import fonts
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
#: (rule, title, number of records, dimension)
Line = tuple[str, str, int, str]


class RuleListModel(QAbstractListModel):
    """A row a rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def line(self, row: int) -> Line:
        """What stands in a row."""
        return self._lines[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        _, title, count, dimension = self._lines[index.row()]
        if role == _ROLE.DisplayRole:
            return title
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleTextRole):
            text = t("{title}：{n} 条，{dimension}", title=title, n=f"{count:,}", dimension=dimension_label(dimension))
            return plain_tooltip(text) if role == _ROLE.ToolTipRole else text
        return None


class _LinePainter(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, RuleList)
        _, title, count, dimension = view.lines.line(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painting.rounded(painter, rect, 7, "range" if view.hasFocus() else "selection")
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painting.rounded(painter, rect, 7, "hover")
        number = f"{count:,}"
        wide = fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(number) + 14
        badge = QRectF(rect.right() - wide - 8, rect.center().y() - 10, wide, 20)
        painting.rounded(painter, badge, 10, "warn_soft")
        painting.put_text(painter, badge, number, "warn", fonts.CAPTION, bold=True, align=painting.CENTER)
        room = QRectF(rect.x() + 10, rect.y() + 4, badge.x() - rect.x() - 18, 20)
        painting.put_text(painter, room, title, "text", fonts.BODY, bold=chosen)
        below = QRectF(room.x(), rect.y() + 23, room.width(), 16)
        painting.put_text(painter, below, dimension_label(dimension), "text_3", fonts.SMALL)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(160, 46)


class RuleList(QListView):
    """Signals:
    chosen(str): another rule is the current one ("" = none).
    opened(str): Enter or a double click.
    menu_wanted(str, QPoint): right click or menu key.
    """

    chosen = Signal(str)
    opened = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = RuleListModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(_LinePainter(self))
        self.setAccessibleName(t("规则"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(lambda _now, _before: self.chosen.emit(self.current()))
        self.doubleClicked.connect(lambda _index: self.opened.emit(self.current()))

    def show_rules(self, lines: Sequence[Line]) -> None:
        """Replace the list; the current rule stays if it is there again. No signal."""
        before = self.current()
        blocked = self.selectionModel().blockSignals(True)
        self.lines.show_lines(lines)
        row = next((at for at, line in enumerate(lines) if line[0] == before), 0)
        if lines:
            self.setCurrentIndex(self.lines.index(row, 0))
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def choose(self, rule: str) -> bool:
        """Make a rule the current one; False if it is not listed."""
        for row in range(self.lines.rowCount()):
            if self.lines.line(row)[0] == rule:
                self.setCurrentIndex(self.lines.index(row, 0))
                return True
        return False

    def current(self) -> str:
        """The chosen rule, "" if none."""
        at = self.currentIndex()
        return self.lines.line(at.row())[0] if at.isValid() and at.row() < self.lines.rowCount() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current():
            self.opened.emit(self.current())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.current():
            self.menu_wanted.emit(self.current(), event.globalPos())
