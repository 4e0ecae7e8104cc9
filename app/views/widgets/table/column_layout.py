"""Widths, order and visibility of a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from app.views.widgets.table.header import TableHeader
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import ELASTIC_KINDS


@dataclass(frozen=True)
class ColumnState:
    """How a column stands, for saved views. `width` in logical pixels, 0 = its usual width."""

    key: str
    width: int = 0
    hidden: bool = False


class ColumnLayout(QObject):
    """Columns get the widths of their source, spare room goes to the text columns until the person sets a width.

    Signals:
        first_changed(int): another column is the leftmost now.
    """

    first_changed = Signal(int)

    def __init__(self, view: QTableView, header: TableHeader, model: VirtualTableModel) -> None:
        super().__init__(view)
        self._view, self._header, self._model = view, header, model
        self._sized = False
        self._fitting = False
        self._shape: tuple[str, ...] = ()
        self.first = 0
        header.sectionResized.connect(self._on_section_resized)
        header.sectionMoved.connect(self._on_section_moved)
        header.hide_requested.connect(self.hide)

    def apply(self) -> None:
        """After a reset: if the columns are other ones, start over."""
        shape = tuple(column.key for column in self._model.columns)
        if shape == self._shape:
            return
        self._shape, self._sized = shape, False
        self._fitting = True
        for at, column in enumerate(self._model.columns):
            self._view.setColumnWidth(at, column.width)
            fixed = column.kind == "check"
            mode = QHeaderView.ResizeMode.Fixed if fixed else QHeaderView.ResizeMode.Interactive
            self._header.setSectionResizeMode(at, mode)
        self._fitting = False
        self._find_first()
        self.fit()

    def fit(self) -> None:
        """Share out the spare room of the viewport."""
        if self._sized or not self._model.columns:
            return
        shown = [(at, c) for at, c in enumerate(self._model.columns) if not self._view.isColumnHidden(at)]
        spare = self._view.viewport().width() - sum(column.width for _at, column in shown)
        total = sum(column.width for _at, column in shown if column.kind in ELASTIC_KINDS)
        self._fitting = True
        for at, column in shown:
            grow = spare * column.width // total if spare > 0 and column.kind in ELASTIC_KINDS else 0
            self._view.setColumnWidth(at, column.width + grow)
        self._fitting = False

    def states(self) -> list[ColumnState]:
        """Columns in the order on the screen; widths only if the person set any."""
        order = sorted(range(len(self._model.columns)), key=self._header.visualIndex)
        return [
            ColumnState(
                self._model.columns[at].key,
                self._header.sectionSize(at) if self._sized and not self._view.isColumnHidden(at) else 0,
                self._view.isColumnHidden(at),
            )
            for at in order
            if self._model.columns[at].kind != "check"
        ]

    def set_states(self, states: Sequence[ColumnState]) -> None:
        """Put a saved view into force; unknown keys are ignored, columns it does not know stay at the end."""
        places = {column.key: at for at, column in enumerate(self._model.columns)}
        target = 1 if any(column.kind == "check" for column in self._model.columns) else 0
        known = [state for state in states if state.key in places]
        self._sized = any(state.width > 0 for state in known)
        self._fitting = True
        for state in known:
            at = places[state.key]
            self._header.moveSection(self._header.visualIndex(at), target)
            target += 1
            self._view.setColumnHidden(at, state.hidden)
            if state.width > 0 and not state.hidden:
                self._view.setColumnWidth(at, state.width)
        self._fitting = False
        self._find_first()
        self.fit()

    def set_hidden(self, key: str, hidden: bool) -> bool:
        """Hide or show a column; False if it is the last visible one, which stays. KeyError for an unknown key."""
        at = next((at for at, column in enumerate(self._model.columns) if column.key == key), -1)
        if at < 0:
            raise KeyError(key)
        columns = enumerate(self._model.columns)
        if hidden and [n for n, c in columns if c.kind != "check" and not self._view.isColumnHidden(n)] == [at]:
            return False
        self._view.setColumnHidden(at, hidden)
        self._find_first()
        self.fit()
        return True

    def hide(self, key: str) -> None:
        """From the header's menu."""
        self.set_hidden(key, hidden=True)

    def shown_between(self, left: int, right: int) -> list[int]:
        """Visible data columns among the logical columns `left` to `right`, in the order on the screen."""
        columns = enumerate(self._model.columns)
        found = [
            at for at, c in columns if left <= at <= right and c.kind != "check" and not self._view.isColumnHidden(at)
        ]
        return sorted(found, key=self._header.visualIndex)

    def _find_first(self) -> None:
        shown = [at for at in range(len(self._model.columns)) if not self._view.isColumnHidden(at)]
        self.first = min(shown, key=self._header.visualIndex, default=0)
        self.first_changed.emit(self.first)

    def _on_section_moved(self, _logical: int, _old: int, _new: int) -> None:
        self._find_first()

    def _on_section_resized(self, _at: int, _old: int, _new: int) -> None:
        if not self._fitting:
            self._sized = True
