"""Ticked rows: a set of handles, or "all but these", so that ticking a million rows costs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

State = Literal["none", "some", "all"]


class CheckSelection(QObject):
    """The ticks of one table.

    Signals:
        changed(): any tick set or taken away.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: Ids | None = None
        self._inverted = False
        self._set: set[int] = set()

    def contains(self, handle: int) -> bool:
        """Is the row ticked?"""
        return (handle in self._set) != self._inverted

    def count(self) -> int:
        """Number of ticked rows."""
        return self._total() - len(self._set) if self._inverted else len(self._set)

    def state(self) -> State:
        """For the tick in the header."""
        count = self.count()
        return "none" if count == 0 else "all" if count == self._total() else "some"

    def toggle(self, handle: int) -> None:
        """Tick or untick one row."""
        self._set ^= {handle}
        self.changed.emit()

    def set_many(self, handles: Iterable[int], ticked: bool) -> None:
        """Tick or untick these rows."""
        if ticked != self._inverted:
            self._set.update(handles)
        else:
            self._set.difference_update(handles)
        self.changed.emit()

    def select_all(self) -> None:
        """Tick every row, loaded or not."""
        self._inverted, self._set = True, set()
        self.changed.emit()

    def clear(self) -> None:
        """Take all ticks away."""
        if self._inverted or self._set:
            self._inverted, self._set = False, set()
            self.changed.emit()

    def toggle_all(self) -> None:
        """The tick in the header: everything, or nothing if everything was ticked."""
        if self.state() == "all":
            self.clear()
        else:
            self.select_all()

    def selected_handles(self) -> Ids:
        """Ticked handles in the order of the table, as an int64 array."""
        import numpy as np

        if self._ids is None:
            return np.zeros(0, np.int64)
        if not self._set:
            return self._ids.copy() if self._inverted else self._ids[:0].copy()
        listed = np.fromiter(self._set, np.int64, len(self._set))
        chosen: Ids = self._ids[np.isin(self._ids, listed, invert=self._inverted)]
        return chosen

    def set_rows(self, ids: Ids, *, same_list: bool) -> None:
        """The table shows other rows. `same_list`: the same list read again, else all ticks are dropped.

        A record that has left the list is unticked, and one that joined after "all" is not ticked: nobody saw it when
        they ticked all, and a bulk edit must not touch what was never on the screen.
        """
        import numpy as np

        before, self._ids = self._ids, ids
        if not same_list or before is None:
            self.clear()
            return
        if self._inverted:
            joined = ids[np.isin(ids, before, invert=True)]
            self._set.update(joined.tolist())
        if self._set:
            listed = np.fromiter(self._set, np.int64, len(self._set))
            self._set = set(listed[np.isin(listed, ids)].tolist())
        self.changed.emit()

    def _total(self) -> int:
        return 0 if self._ids is None else len(self._ids)
