"""Rows in pages of 128, at most 64 of them kept, loaded by a runner: the newest request first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.jobs import Job
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.widgets.table.source import Row, RowSource

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

PAGE, KEPT, _WAITING, _AT_ONCE = 128, 64, 8, 2
GONE: Row = ()
"""What stands for the row of a record that is no longer there."""


def _load(_job: Job, source: RowSource, handles: list[int]) -> list[Row]:
    rows = source.load_rows(handles)
    return [rows.get(handle, GONE) for handle in handles]


class _Request:
    """One page under way; an answer counts only while its request is the current one of its page."""

    def __init__(self) -> None:
        self.task: Task | None = None

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


class PageCache(QObject):
    """Pages of one array of handles.

    Signals:
        loaded(int): this page has (fresh) rows now.
        failed(Exception): a page could not be loaded; told once until the next reset.
    """

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, runner: BaseRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._source: RowSource | None = None
        self._ids: Ids | None = None
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._stale: set[int] = set()
        self._broken: set[int] = set()
        self._waiting: list[int] = []
        self._running: dict[int, _Request] = {}
        self._last_number = -1
        self._last: list[Row] = []

    def reset(self, source: RowSource, ids: Ids) -> None:
        """Other rows: forget everything; answers still under way are dropped when they come."""
        self._source, self._ids = source, ids
        running, self._running = self._running, {}
        for request in running.values():
            request.cancel()
        self._pages.clear()
        self._stale.clear()
        self._broken.clear()
        self._waiting.clear()
        self._last_number = -1

    def extend(self, ids: Ids) -> None:
        """The same rows and more below them: pages that were full stay."""
        whole = len(self._ids) // PAGE if self._ids is not None else 0
        self._ids = ids
        for number in {*self._pages, *self._running} - set(range(whole)):
            self._pages.pop(number, None)
            request = self._running.pop(number, None)
            if request is not None:
                request.cancel()
        self._last_number = -1

    def row(self, number: int) -> Row | None:
        """The row, None while it is being loaded (asks for its page if need be), `GONE` for a lost record."""
        page_number, place = divmod(number, PAGE)
        if page_number == self._last_number:
            return self._last[place]
        if page_number not in self._pages or page_number in self._stale:
            self._want(page_number)  # an inline runner answers at once
        page = self._pages.get(page_number)
        if page is None:
            return None
        self._pages.move_to_end(page_number)
        if page_number not in self._stale:
            self._last_number, self._last = page_number, page
        return page[place]

    def peek(self, number: int) -> Row | None:
        """The row if it is here; never loads."""
        page = self._pages.get(number // PAGE)
        return None if page is None else page[number % PAGE]

    def is_broken(self, number: int) -> bool:
        """Loading this row's page failed; it is not tried again before the next reset or refresh."""
        return number // PAGE in self._broken

    def refresh(self, handles: Sequence[int]) -> list[int]:
        """Pages at hand that hold one of `handles` are loaded again when next looked at; returns their numbers.

        The old rows stay on the screen until the new ones are there: no flicker after an edit.
        """
        if self._ids is None:
            return []
        changed = frozenset(handles)
        hit = [
            number
            for number in {*self._pages, *self._running, *self._broken}
            if not changed.isdisjoint(self._ids[number * PAGE : (number + 1) * PAGE].tolist())
        ]
        for number in hit:
            request = self._running.pop(number, None)  # it may have read the row before the change
            if request is not None:
                request.cancel()
        self._stale.update(hit)
        self._broken.difference_update(hit)
        self._last_number = -1
        return sorted(hit)

    def _want(self, number: int) -> None:
        if number in self._running or number in self._broken:
            return
        if number in self._waiting:
            self._waiting.remove(number)
        self._waiting.append(number)
        del self._waiting[:-_WAITING]  # while the thumb races over a million rows only the newest wishes count
        self._start_next()

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < _AT_ONCE:
            number = self._waiting.pop()
            assert self._ids is not None
            assert self._source is not None
            handles = self._ids[number * PAGE : (number + 1) * PAGE].tolist()
            request = self._running[number] = _Request()
            request.task = self._runner.start(
                _load,
                self._source,
                handles,
                on_done=partial(self._on_page, number, request),
                on_failed=partial(self._on_failed, number, request),
                on_cancelled=partial(self._is_over, number, request),
                owner=self,
            )

    def _is_over(self, number: int, request: _Request) -> bool:
        """Take the request off the list; False if it was outdated."""
        if self._running.get(number) is not request:
            return False
        del self._running[number]
        return True

    def _on_page(self, number: int, request: _Request, page: list[Row]) -> None:
        if self._is_over(number, request):
            self._pages[number] = page
            self._pages.move_to_end(number)
            self._stale.discard(number)
            self._last_number = -1
            if len(self._pages) > KEPT:
                dropped, _rows = self._pages.popitem(last=False)
                self._stale.discard(dropped)
            self.loaded.emit(number)
        self._start_next()

    def _on_failed(self, number: int, request: _Request, error: Exception) -> None:
        if self._is_over(number, request):
            first = not self._broken
            self._broken.add(number)
            if first:
                self.failed.emit(error)
            self.loaded.emit(number)
        self._start_next()
