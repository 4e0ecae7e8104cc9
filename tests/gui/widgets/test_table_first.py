"""The top of a long list before the whole of it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.views.operations.runner import InlineRunner
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import FIRST
from app.views.widgets.table.view import VirtualTable
from tests.gui.widgets.made_up import MadeUpCustomers
from tests.gui.widgets.showing import collect, shown


class Quick(MadeUpCustomers):
    """Tells its first rows; `moved`: the whole list begins otherwise, because something changed in between."""

    moved = False

    def load_first(self, job):
        return super().load_ids(job)[:FIRST]

    def load_ids(self, job):
        ids = super().load_ids(job)
        return np.roll(ids, 1) if self.moved else ids


class StepRunner(InlineRunner):
    """Runs one task at each `go()`, the oldest first."""

    def __init__(self):
        super().__init__()
        self.held = []

    def _submit(self, task, _pool):
        self.held.append(task)

    def go(self):
        self.held.pop(0).run()


@pytest.mark.parametrize("count", [0, 1, FIRST - 1])
def test_that_a_short_list_is_read_once(count):
    runner = StepRunner()
    model = VirtualTableModel(runner)
    loaded = collect(model.loaded)
    model.set_source(Quick(count))
    runner.go()
    assert (model.rowCount(), loaded, runner.held) == (count, [count], [])
    assert not model.is_loading()


@pytest.mark.parametrize("count", [FIRST, FIRST + 1, 5000])
def test_that_the_rest_is_added_below_the_rows_that_are_shown(count):
    runner = StepRunner()
    model = VirtualTableModel(runner)
    loaded, resets = collect(model.loaded), collect(model.modelReset)
    model.set_source(Quick(count))
    runner.go()
    assert model.rowCount() == FIRST
    assert model.is_loading()
    assert not loaded
    model.row_cells(0)
    runner.held.pop().run()  # the page that was asked for
    first = model.row_cells(0)
    assert first
    runner.go()
    assert (model.rowCount(), loaded, len(resets)) == (count, [count], 1)
    assert model.row_cells(0) is first
    assert [model.handle_at(row) for row in (0, FIRST - 1, count - 1)] == [1, FIRST, count]


def test_that_a_list_that_begins_otherwise_replaces_the_first_rows():
    runner = StepRunner()
    model = VirtualTableModel(runner)
    source = Quick(1000)
    model.set_source(source)
    runner.go()
    source.moved = True
    runner.go()
    assert model.rowCount() == 1000
    assert model.handle_at(0) == 1000


def test_that_ticks_survive_another_order_but_not_another_list():
    runner = InlineRunner()
    model = VirtualTableModel(runner)
    model.set_source(Quick(2000))
    model.selection.set_many([7, 1999], ticked=True)
    other = Quick(2000)
    other.descending = True
    model.set_source(other, keep_ticks=True)
    assert sorted(model.selection.selected_handles().tolist()) == [7, 1999]
    model.set_source(Quick(1500))
    assert model.selection.count() == 0


@pytest.mark.gui_budget(100)
def test_that_a_million_rows_come_without_a_stall(qtbot, runner):
    model = VirtualTableModel(runner)
    table = shown(qtbot, VirtualTable(model, "客户", runner), 900, 600)
    model.set_source(Quick())
    qtbot.waitUntil(lambda: model.rowCount() == FIRST or model.rowCount() == 1_000_000, timeout=5000)
    qtbot.waitUntil(lambda: model.rowCount() == 1_000_000, timeout=5000)
    table.scrollToBottom()
    qtbot.waitUntil(lambda: bool(model.row_cells(999_999)), timeout=5000)


def test_that_fresh_rows_do_not_wipe_what_is_being_typed(qtbot, runner):
    model = VirtualTableModel(runner)
    table = shown(qtbot, VirtualTable(model, "客户", runner), 900, 600)
    model.set_source(Quick(300))
    qtbot.waitUntil(lambda: bool(model.row_cells(2)), timeout=5000)
    table.setCurrentIndex(model.index(2, 1))
    table.edit(model.index(2, 1))
    editor = table.focusWidget()
    editor.setText("正在输入")
    model.dataChanged.emit(model.index(0, 0), model.index(10, 8))
    assert editor.text() == "正在输入"
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
