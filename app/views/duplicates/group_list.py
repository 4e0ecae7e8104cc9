"""The groups of possible duplicates: names, number of records, how sure."""

from __future__ import annotations

import uuid
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
from app.services.duplicates.records import GroupLine
from app.views.duplicates.words import BAND_TONES, band_label, likely
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_ROW = 58


class GroupModel(QAbstractListModel):
    """A row a group; those passed over in this sitting are marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[GroupLine] = []
        self.skipped: set[uuid.UUID] = set()

    def show_lines(self, lines: Sequence[GroupLine]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()

    def line(self, row: int) -> GroupLine:
        """The group of a row."""
        return self._lines[row]

    def row_of(self, key: uuid.UUID) -> int:
        """The row of a group, -1 if it is not there."""
        return next((at for at, line in enumerate(self._lines) if line.id == key), -1)

    def drop(self, key: uuid.UUID) -> None:
        """The group is settled."""
        row = self.row_of(key)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._lines[row]
            self.endRemoveRows()

    def skip(self, key: uuid.UUID) -> None:
        """Mark a group as passed over."""
        self.skipped.add(key)
        row = self.row_of(key)
        if row >= 0:
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == _ROLE.DisplayRole:
            return t("、").join(dict.fromkeys(line.titles))
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleTextRole):
            text = t(
                "{titles}：{n} 条，可能性 {share}，{band}",
                titles=t("、").join(line.titles), n=line.size, share=likely(line.weakest), band=band_label(line.band),
            )  # fmt: skip
            return plain_tooltip(text) if role == _ROLE.ToolTipRole else text
        return None


class _LinePainter(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, GroupList)
        line = view.groups.line(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painting.rounded(painter, rect, 7, "range" if view.hasFocus() else "selection")
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painting.rounded(painter, rect, 7, "hover")
        tone = BAND_TONES[line.band]
        left, right = rect.x() + 12, rect.right() - 12
        share = likely(line.weakest)
        wide = fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(share)
        names = t("、").join(dict.fromkeys(line.titles)) or t("（无名称）")
        ink = "text_3" if line.id in view.groups.skipped else "text"
        painting.put_text(painter, QRectF(left, rect.y() + 6, right - left - wide - 10, 20), names, ink, bold=chosen)
        spot = QRectF(right - wide - 2, rect.y() + 6, wide + 4, 20)
        painting.put_text(painter, spot, share, theme.ink(tone), fonts.CAPTION, bold=True, align=painting.RIGHT)
        facts = [t("{n} 条档案", n=line.size), band_label(line.band)]
        if line.id in view.groups.skipped:
            facts.append(t("已跳过"))
        below = QRectF(left, rect.y() + 27, right - left, 16)
        painting.put_text(painter, below, fonts.join_facts(*facts), "text_3", fonts.SMALL)
        bar = QRectF(left, rect.bottom() - 8, right - left, 3)
        painting.rounded(painter, bar, 1.5, "gray_soft")
        painting.rounded(painter, QRectF(left, bar.y(), max(3.0, bar.width() * line.weakest), 3), 1.5, theme.ink(tone))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, _ROW)


class GroupList(QListView):
    """Letters and Enter are left to the panel.

    Signals:
        chosen(object): the `GroupLine` that is the current one, None if none.
        menu_wanted(QPoint): right click or menu key on a group.
    """

    chosen = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups = GroupModel(self)
        self.setModel(self.groups)
        self.setItemDelegate(_LinePainter(self))
        self.setAccessibleName(t("重复的组"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(lambda _now, _before: self.chosen.emit(self.current()))

    def current(self) -> GroupLine | None:
        """The chosen group."""
        at = self.currentIndex()
        return self.groups.line(at.row()) if at.isValid() and at.row() < self.groups.rowCount() else None

    def show_lines(self, lines: Sequence[GroupLine]) -> None:
        """Replace the list; the current group stays if it is there again, else its place."""
        before, row = self.current(), self.currentIndex().row()
        blocked = self.selectionModel().blockSignals(True)
        self.groups.show_lines(lines)
        at = self.groups.row_of(before.id) if before is not None else -1
        if lines:
            self.setCurrentIndex(self.groups.index(at if at >= 0 else min(max(row, 0), len(lines) - 1), 0))
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()
        self.chosen.emit(self.current())

    def let_go(self) -> None:
        """No group is the current one; nobody is told."""
        blocked = self.selectionModel().blockSignals(True)
        self.setCurrentIndex(QModelIndex())
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def step(self, by: int) -> bool:
        """Go to another group; False at the end."""
        to = self.currentIndex().row() + by
        if not 0 <= to < self.groups.rowCount():
            return False
        self.setCurrentIndex(self.groups.index(to, 0))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.text().isalnum():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.current() is not None:
            self.menu_wanted.emit(event.globalPos())
