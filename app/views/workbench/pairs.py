"""A small table of plain texts: before and after, with counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.views.theme import theme
from app.views.widgets.grid import FlatHeader, Padded, read_only
from app.views.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole


class TextModel(QAbstractTableModel):
    """Rows of texts under headers; the texts of the columns in `tones` have an ink of their own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headers: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._tones: dict[int, str] = {}

    def show(self, headers: Sequence[str], rows: Sequence[Sequence[str]], tones: dict[int, str] | None = None) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._headers, self._rows, self._tones = headers, rows, tones or {}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if role == _ROLE.DisplayRole and orientation is Qt.Orientation.Horizontal and section < len(self._headers):
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = self._rows[index.row()][index.column()]
        if role == _ROLE.DisplayRole:
            return text.replace("\n", " ")[:300]
        if role == _ROLE.ForegroundRole and index.column() in self._tones:
            return theme.color(self._tones[index.column()])
        if role == _ROLE.ToolTipRole and len(text) > 24:
            return plain_tooltip(text[:2000])
        return None


class TextTable(QTableView):
    """The view of a `TextModel`: the first columns share the room, the last is narrow."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.texts = TextModel(self)
        self.setModel(self.texts)
        read_only(self, name, 28)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalHeader(FlatHeader(self))
        self.horizontalHeader().setStretchLastSection(False)
        self.setItemDelegate(Padded(self))

    def show_rows(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        tones: dict[int, str] | None = None,
        narrow: int = 1,
    ) -> None:
        """Replace the content; the last `narrow` columns take what they need."""
        self.texts.show(headers, rows, tones)
        header = self.horizontalHeader()
        for column in range(len(headers)):
            wide = column < len(headers) - narrow
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if wide else QHeaderView.ResizeMode.ResizeToContents
            )
