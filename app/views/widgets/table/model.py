"""The item model over a `RowSource`: a million rows for the price of one array."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.i18n import t
from app.core.jobs import Job
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.widgets.table.pages import GONE, PAGE, PageCache
from app.views.widgets.table.selection import CheckSelection
from app.views.widgets.table.source import (
    FIRST,
    RIGHT_KINDS,
    Cell,
    CellValue,
    FirstRows,
    Row,
    RowSource,
    TableColumn,
    cell_text,
)

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_TEXT_ROLES = (_ROLE.DisplayRole, _ROLE.AccessibleTextRole)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
# Asked for every painted cell: combining flags there would cost a tenth of the whole painting.
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_CHECKABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def _load_ids(job: Job, source: RowSource) -> Ids:
    return source.load_ids(job)


def _load_first(job: Job, source: FirstRows) -> Ids:
    return source.load_first(job)


class VirtualTableModel(QAbstractTableModel):
    """Rows by handle, loaded in pages when they are looked at.

    Signals:
        loading_changed(bool): the list of handles is being read.
        loaded(int): it was read, so many rows.
        failed(Exception): list or page could not be read.
        sort_requested(str, bool): column key, descending.
        edit_requested(int, str, str): handle, column key, typed text. The page writes and calls `refresh_rows`.
    """

    loading_changed = Signal(bool)
    loaded = Signal(int)
    failed = Signal(object)
    sort_requested = Signal(str, bool)
    edit_requested = Signal(object, str, str)

    def __init__(self, runner: BaseRunner, source: RowSource | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._source = source
        self._shown: RowSource | None = None
        self._ids: Ids | None = None
        self._count = 0
        self._columns: Sequence[TableColumn] = tuple(source.columns) if source else ()
        self._keep_ticks = True
        self._partial = False
        self._generation = 0
        self._task: Task | None = None
        self.pages = PageCache(runner, self)
        self.pages.loaded.connect(self._on_page_loaded)
        self.pages.failed.connect(self.failed)
        self.selection = CheckSelection(self)
        self.selection.changed.connect(self._on_selection_changed)

    # --- what is shown

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns in the order of the source."""
        return self._columns

    def source(self) -> RowSource | None:
        """Where the rows on the screen come from."""
        return self._shown

    def set_source(self, source: RowSource, *, keep_ticks: bool = False) -> None:
        """Show another list. The old rows stay until the new handles are there.

        `keep_ticks`: the same rows in another order or with other columns; else ticks are dropped with the old list.
        """
        self._source = source
        self._keep_ticks = keep_ticks
        self._begin(first=isinstance(source, FirstRows))

    def reload(self) -> None:
        """Read the handles again; ticks of rows that are still listed stay."""
        if self._source is not None:
            self._begin(first=False)

    def _begin(self, *, first: bool) -> None:
        self._generation += 1
        if self._task is not None:
            self._task.cancel()
        else:
            self.loading_changed.emit(True)
        self._task = None
        self._read(self._generation, first=first)

    def _read(self, generation: int, *, first: bool) -> None:
        source = self._source
        assert source is not None
        task = self._runner.start(
            _load_first if first else _load_ids,
            source,
            on_done=partial(self._on_first if first else self._on_ids, generation, source),
            on_failed=partial(self._on_ids_failed, generation),
            on_cancelled=partial(self._on_ids_cancelled, generation),
            owner=self,
        )
        self._task = None if task.over else task

    def is_loading(self) -> bool:
        """Is the list of handles being read?"""
        return self._task is not None

    def handle_at(self, row: int) -> int:
        """The opaque handle of the record in `row`. IndexError outside."""
        if self._ids is None or not 0 <= row < self._count:
            raise IndexError(row)
        return int(self._ids[row])

    def handles_between(self, first: int, last: int) -> list[int]:
        """Handles of rows `first` to `last`, both included."""
        return [] if self._ids is None else list(map(int, self._ids[first : last + 1].tolist()))

    def row_of(self, handle: int) -> int:
        """The row that shows this record, -1 if it is not listed."""
        if self._ids is None:
            return -1
        found = (self._ids == handle).nonzero()[0]
        return int(found[0]) if len(found) else -1

    def row_cells(self, row: int) -> Row | None:
        """Values of a row; None while it is being loaded, empty if the record is gone."""
        return self.pages.row(row)

    def cell(self, row: int, column: int) -> CellValue | None:
        """One value; None while it is being loaded or if the record is gone."""
        cells = self.pages.row(row)
        return cells[column] if cells else None

    def refresh_rows(self, handles: Sequence[int]) -> None:
        """These records changed: their pages are read again, nothing else moves."""
        for page in self.pages.refresh(handles):
            self._on_page_loaded(page)

    # --- QAbstractTableModel

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role in _TEXT_ROLES:
            return t("选择") if column.kind == "check" else column.title
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if column.kind in RIGHT_KINDS else _LEFT
        return None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, at = index.row(), index.column()
        column = self._columns[at]
        if role == _ROLE.CheckStateRole and column.kind == "check":
            ticked = self.selection.contains(self.handle_at(row))
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role in _TEXT_ROLES:
            return self.text_at(row, at)
        if role == _ROLE.EditRole:
            value = self.cell(row, at)
            if isinstance(value, Cell):
                return value.text if value.edit is None else str(value.edit)
            return "" if value is None else cell_text(value)
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if column.kind in RIGHT_KINDS else _LEFT
        return None

    def text_at(self, row: int, at: int) -> str:
        """What stands in a cell, as plain text."""
        column = self._columns[at]
        if column.kind == "check":
            return t("已选") if self.selection.contains(self.handle_at(row)) else t("未选")
        cells = self.pages.row(row)
        if cells is None:
            return t("无法读取") if self.pages.is_broken(row) else "…"
        if not cells:
            first = next((n for n, other in enumerate(self._columns) if other.kind != "check"), -1)
            return t("此记录已不存在") if at == first else ""
        return cell_text(cells[at])

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        column = self._columns[index.column()]
        if column.kind == "check":
            return _CHECKABLE
        if column.editable:
            cells = self.pages.peek(index.row())
            value = cells[index.column()] if cells else None
            if value is not None and not (isinstance(value, Cell) and value.masked):
                return _EDITABLE
        return _PLAIN

    def setData(self, index: Index, value: Any, role: int = _ROLE.EditRole) -> bool:
        if not index.isValid():
            return False
        column = self._columns[index.column()]
        if role == _ROLE.CheckStateRole and column.kind == "check":
            self.selection.set_many([self.handle_at(index.row())], Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == _ROLE.EditRole and self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            if str(value) != self.data(index, _ROLE.EditRole):
                self.edit_requested.emit(self.handle_at(index.row()), column.key, str(value))
            return True
        return False

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self._columns) and self._columns[column].sortable:
            self.sort_requested.emit(self._columns[column].key, order == Qt.SortOrder.DescendingOrder)

    # --- answers

    def _on_first(self, generation: int, source: RowSource, ids: Ids) -> None:
        """The top of a long list is shown while the rest is read; ticks wait for the whole list."""
        if generation != self._generation:
            return
        self._task = None
        if len(ids) < FIRST:
            self._on_ids(generation, source, ids)
            return
        self._show(source, ids)
        self._partial = True
        if not self._keep_ticks:
            self.selection.clear()
        self._read(generation, first=False)

    def _show(self, source: RowSource, ids: Ids) -> None:
        self.beginResetModel()
        self._shown = source
        self._ids, self._count = ids, len(ids)
        self._columns = tuple(source.columns)
        self.pages.reset(source, ids)
        self.endResetModel()

    def _append(self, ids: Ids) -> bool:
        """Show `ids` by adding rows below those that are there; False if the list does not go on like that."""
        before = self._ids
        if before is None or not 0 < len(before) <= len(ids) or not (before == ids[: len(before)]).all():
            return False
        if len(ids) > len(before):
            self.beginInsertRows(QModelIndex(), len(before), len(ids) - 1)
            self._ids, self._count = ids, len(ids)
            self.pages.extend(ids)
            self.endInsertRows()
        return True

    def _on_ids(self, generation: int, source: RowSource, ids: Ids) -> None:
        if generation != self._generation:
            return
        self._task = None
        keep, self._keep_ticks = self._keep_ticks, True
        partial_list, self._partial = self._partial, False
        if not partial_list or source is not self._shown or not self._append(ids):
            self._show(source, ids)
        self.selection.set_rows(ids, same_list=keep)
        self.loading_changed.emit(False)
        self.loaded.emit(self._count)

    def _on_ids_failed(self, generation: int, error: Exception) -> None:
        if generation == self._generation:
            self._on_ids_cancelled(generation)
            self.failed.emit(error)

    def _on_ids_cancelled(self, generation: int) -> None:
        if generation == self._generation:
            self._task = None
            self.loading_changed.emit(False)

    def _on_page_loaded(self, page: int) -> None:
        last = min(self._count, (page + 1) * PAGE) - 1
        if last >= page * PAGE and self._columns:
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self._columns) - 1))

    def _on_selection_changed(self) -> None:
        check = next((n for n, column in enumerate(self._columns) if column.kind == "check"), -1)
        if check >= 0 and self._count:
            self.dataChanged.emit(self.index(0, check), self.index(self._count - 1, check), [_ROLE.CheckStateRole])
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, check, check)


__all__ = ["GONE", "VirtualTableModel"]
