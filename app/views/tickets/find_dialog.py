"""Find one record by typing: the ticket to merge into, the customer to link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.filters import Filter, Search, both
from app.core.i18n import t
from app.core.records import Record, Sort
from app.views.shell.desk import Desk
from app.views.widgets import buttons, painting
from app.views.widgets.labels import DataLabel, secondary
from app.views.widgets.search_box import SearchBox

_SHOWN = 30


class _LineDelegate(QStyledItemDelegate):
    """A calm line: soft ground for the chosen one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, 34)

    def paint(self, painter: QPainter, option: Any, index: QModelIndex | QPersistentModelIndex) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hot:
            painting.rounded(
                painter, QRectF(option.rect).adjusted(0, 1, 0, -1), 6, "primary_soft" if chosen else "hover"
            )
        words = QRectF(option.rect).adjusted(10, 0, -10, 0)
        painting.put_text(painter, words, str(index.data()), "primary_text" if chosen else "text")
        painter.restore()


class FindDialog(QDialog):
    """Signals:
    chosen(object): the record.
    """

    chosen = Signal(object)

    def __init__(
        self,
        desk: Desk,
        parent: QWidget,
        entity: str,
        title: str,
        action: str,
        *,
        text: str = "",
        words: Callable[[Record], str],
        leave_out: frozenset[UUID] = frozenset(),
        condition: Filter | None = None,
        sorts: tuple[Sort, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._desk, self._entity, self._words, self._leave_out = desk, entity, words, leave_out
        self._condition, self._sorts = condition, sorts
        self._records: list[Record] = []
        self.setWindowTitle(title)
        self.setProperty("ground", "surface")
        self.resize(480, 420)
        self.search = SearchBox(t("输入名称、编号或电话…"))
        self.search.searched.connect(self._read)
        self.go = buttons.primary(action)
        self.go.setEnabled(False)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.currentRowChanged.connect(lambda row: self.go.setEnabled(row >= 0))
        self.list.doubleClicked.connect(self._on_double)
        self.search.moved_down.connect(self._into_list)
        self.go.setDefault(True)
        self.go.clicked.connect(self._take)
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(DataLabel(title, "h2", wrap=True))
        if text:
            column.addWidget(secondary(text, wrap=True))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self.go)
        column.addLayout(row)
        self.finished.connect(self.deleteLater)
        self._read("")
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self, text: str) -> None:
        service = self._desk.workspace.records(self._entity)
        condition = both(self._condition, Search(text) if text else None)
        sorts = () if text else self._sorts

        def done(found: tuple[int, list[Record]]) -> None:
            self._records = [r for r in found[1] if r.id not in self._leave_out]
            self.list.clear()
            for record in self._records:
                self.list.addItem(QListWidgetItem(self._words(record)))
            if self._records:
                self.list.setCurrentRow(0)

        self._desk.read(lambda _job: service.list(condition, sorts, limit=_SHOWN), done, owner=self)

    def _into_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_double(self, _index: QModelIndex) -> None:
        self._take()

    def _take(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._records):
            self.chosen.emit(self._records[row])
            self.accept()
