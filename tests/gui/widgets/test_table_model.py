from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt

from app.core.i18n import set_language
from app.views.operations.runner import InlineRunner, Runner
from app.views.widgets.palette import PaletteGroup, PaletteItem
from app.views.widgets.palette_list import PaletteModel
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.pages import KEPT, PAGE
from app.views.widgets.table.source import Cell, TableColumn, cell_text, chip_parts
from tests.gui.widgets.made_up import MadeUpCustomers

ROLE = Qt.ItemDataRole


def loaded(count=1000):
    source = MadeUpCustomers(count)
    model = VirtualTableModel(InlineRunner(), source)
    model.reload()
    return model, source


class GatedRunner(InlineRunner):
    """Keeps tasks back until `go()`; `go(-1)` runs the newest."""

    def __init__(self):
        super().__init__()
        self.held = []

    def _submit(self, task, _pool):
        self.held.append(task)

    def go(self, at=None):
        tasks = list(self.held) if at is None else [self.held[at]]
        for task in tasks:
            self.held.remove(task)
            task.run()


@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 300])
def test_that_the_table_model_keeps_the_rules_of_item_models(qtmodeltester, count):
    model, _source = loaded(count)
    assert model.rowCount() == count
    qtmodeltester.check(model, force_py=True)


def test_that_the_palette_model_keeps_the_rules_of_item_models(qtmodeltester):
    model = PaletteModel()
    model.set_groups(
        [PaletteGroup("客户", [PaletteItem(1, "甲"), PaletteItem(2, "乙", "电话")]), PaletteGroup("空")], ""
    )
    assert model.rowCount() == 3
    qtmodeltester.check(model, force_py=True)


def test_that_a_loading_table_answers_with_dots_and_asks_for_its_page_once():
    runner, source = GatedRunner(), MadeUpCustomers(1000)
    model = VirtualTableModel(runner, source)
    model.reload()
    assert (model.rowCount(), model.is_loading()) == (0, True)
    runner.go()
    assert (model.rowCount(), model.is_loading()) == (1000, False)
    for row in range(40):
        assert model.data(model.index(row, 1)) == "…"
    assert len(runner.held) == 1
    runner.go()
    assert model.data(model.index(0, 1)) == source.row(1)[1]
    assert source.loads == [list(range(1, PAGE + 1))]


def test_that_a_page_has_at_most_128_rows_and_the_last_one_the_rest():
    model, source = loaded(300)
    for row in (0, 130, 299):
        model.data(model.index(row, 1))
    assert [len(load) for load in source.loads] == [128, 128, 44]


def test_that_only_64_pages_are_kept_and_the_longest_unseen_goes_first():
    model, source = loaded(PAGE * (KEPT + 2))
    for page in range(KEPT):
        model.text_at(page * PAGE, 1)
    model.text_at(0, 1)
    model.text_at(KEPT * PAGE, 1)
    loads = len(source.loads)
    model.text_at(0, 1)
    assert len(source.loads) == loads
    assert model.pages.peek(PAGE) is None
    model.text_at(PAGE, 1)
    assert len(source.loads) == loads + 1


def test_that_racing_over_the_table_loads_the_newest_pages_first_and_forgets_old_wishes():
    runner, source = GatedRunner(), MadeUpCustomers(PAGE * 100)
    model = VirtualTableModel(runner, source)
    model.reload()
    runner.go()
    for page in range(50):
        model.text_at(page * PAGE, 1)
    while runner.held:
        runner.go(0)
    first_handles = [(load[0] - 1) // PAGE for load in source.loads]
    assert first_handles == [0, 1, 49, 48, 47, 46, 45, 44, 43, 42]


def test_that_answers_to_an_old_list_are_dropped():
    runner, source = GatedRunner(), MadeUpCustomers(300)
    model = VirtualTableModel(runner, source)
    model.reload()
    runner.go()
    model.text_at(0, 1)
    old = runner.held[0]
    other = MadeUpCustomers(200)
    other.edited = {1: "新名字"}
    model.set_source(other)
    runner.go(-1)
    model.text_at(0, 1)
    runner.go(-1)
    runner.held.clear()
    old.run()
    assert model.text_at(0, 1) == "新名字"


def test_that_only_the_newest_of_several_reloads_counts():
    runner = GatedRunner()
    model = VirtualTableModel(runner, MadeUpCustomers(10))
    counts, loading = [], []
    model.loaded.connect(counts.append)
    model.loading_changed.connect(loading.append)
    model.reload()
    model.set_source(MadeUpCustomers(20))
    model.set_source(MadeUpCustomers(30))
    runner.go()
    assert counts == [30]
    assert loading == [True, False]


def test_that_old_rows_stay_on_the_screen_until_the_new_list_is_there():
    runner = GatedRunner()
    model = VirtualTableModel(runner, MadeUpCustomers(10))
    model.reload()
    runner.go()
    model.set_source(MadeUpCustomers(20))
    assert model.rowCount() == 10
    runner.go()
    assert model.rowCount() == 20


def test_that_refreshing_a_record_reads_its_page_again_and_shows_the_old_row_meanwhile():
    runner, source = GatedRunner(), MadeUpCustomers(1000)
    model = VirtualTableModel(runner, source)
    model.reload()
    runner.go()
    for row in (0, 500):
        model.text_at(row, 1)
        runner.go()
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    before = model.text_at(0, 1)
    source.edited[1] = "改过的"
    model.refresh_rows([1])
    assert changed == [(0, 127)]
    assert model.text_at(0, 1) == before
    assert model.text_at(500, 1)
    assert len(runner.held) == 1
    runner.go()
    assert model.text_at(0, 1) == "改过的"


def test_that_a_read_that_began_before_the_change_does_not_win():
    runner, source = GatedRunner(), MadeUpCustomers(10)
    model = VirtualTableModel(runner, source)
    model.reload()
    runner.go()
    model.text_at(0, 1)
    early = runner.held.pop()
    rows = source.load_rows(list(range(1, 11)))
    source.edited[1] = "改过的"
    model.refresh_rows([1])
    model.text_at(0, 1)
    runner.go()
    early._work = lambda _job, *_: [rows[n] for n in range(1, 11)]
    early.run()
    assert model.text_at(0, 1) == "改过的"


def test_that_a_lost_record_says_so_and_its_neighbours_stay():
    model, source = loaded(10)
    source.gone = {3}
    model.reload()
    assert model.text_at(2, 1) == "此记录已不存在"
    assert model.text_at(2, 2) == ""
    assert model.text_at(3, 1) == source.row(4)[1]
    set_language("en")
    assert model.text_at(2, 1) == "This record no longer exists"


def test_that_a_page_that_cannot_be_read_is_told_once_and_tried_again_after_a_reload():
    model, source = loaded(300)
    failures = []
    model.failed.connect(failures.append)
    source.fail = OSError("disk")
    texts = {model.text_at(row, 1) for row in (0, 1, 130, 0)}
    assert texts == {"无法读取"}
    assert len(failures) == 1
    source.fail = None
    model.reload()
    assert model.text_at(0, 1) == source.row(1)[1]


def test_that_a_list_that_cannot_be_read_keeps_the_old_one():
    model, source = loaded(10)
    failures = []
    model.failed.connect(failures.append)
    source.fail = OSError("disk")
    model.reload()
    assert [str(error) for error in failures] == ["disk"]
    assert (model.rowCount(), model.is_loading()) == (10, False)


def test_that_rows_and_handles_are_found_both_ways():
    model, _source = loaded(1000)
    assert model.handle_at(5) == 6
    assert model.row_of(6) == 5
    assert model.row_of(5000) == -1
    assert model.handles_between(2, 4) == [3, 4, 5]
    for outside in (-1, 1000):
        with pytest.raises(IndexError):
            model.handle_at(outside)


def test_that_handles_beyond_32_bits_survive_the_signals():
    class Big(MadeUpCustomers):
        def load_ids(self, _job):
            return np.array([2**40 + 1], dtype=np.int64)

    model = VirtualTableModel(InlineRunner(), Big(1))
    model.reload()
    model.text_at(0, 1)
    heard = []
    model.edit_requested.connect(lambda *args: heard.append(args))
    assert model.setData(model.index(0, 1), "新")
    assert heard == [(2**40 + 1, "name", "新")]


def test_that_only_loaded_unmasked_cells_of_editable_columns_can_be_edited():
    runner, source = GatedRunner(), MadeUpCustomers(10)
    model = VirtualTableModel(runner, source)
    model.reload()
    runner.go()
    editable = Qt.ItemFlag.ItemIsEditable
    name, company, phone = (model.index(0, at) for at in (1, 2, 8))
    assert not model.flags(name) & editable
    model.text_at(0, 1)
    runner.go()
    assert model.flags(name) & editable
    assert not model.flags(company) & editable
    assert not model.flags(phone) & editable
    assert not model.setData(phone, "13800000000")


def test_that_typing_the_same_text_again_is_no_edit():
    model, source = loaded(10)
    model.text_at(0, 1)
    heard = []
    model.edit_requested.connect(lambda *args: heard.append(args))
    assert model.setData(model.index(0, 1), source.row(1)[1])
    assert heard == []


def test_that_the_editor_starts_with_the_edit_value_not_with_the_shown_one():
    class Money(MadeUpCustomers):
        columns = (TableColumn("amount", "金额", "money", 100, editable=True),)

        def row(self, _n):
            return (Cell("¥1,234.50", edit="1234.50"),)

    model = VirtualTableModel(InlineRunner(), Money(1))
    model.reload()
    assert model.data(model.index(0, 0)) == "¥1,234.50"
    assert model.data(model.index(0, 0), ROLE.EditRole) == "1234.50"


def test_that_ticks_go_through_the_check_role_and_tell_view_and_header():
    model, _source = loaded(300)
    changed, headers = [], []
    model.dataChanged.connect(lambda first, last, roles: changed.append((first.column(), last.row(), list(roles))))
    model.headerDataChanged.connect(lambda _o, first, last: headers.append((first, last)))
    assert model.setData(model.index(4, 0), Qt.CheckState.Checked.value, ROLE.CheckStateRole)
    assert model.data(model.index(4, 0), ROLE.CheckStateRole) == Qt.CheckState.Checked
    assert model.data(model.index(5, 0), ROLE.CheckStateRole) == Qt.CheckState.Unchecked
    assert changed == [(0, 299, [ROLE.CheckStateRole])]
    assert headers == [(0, 0)]


def test_that_ticks_survive_another_order_and_die_with_another_list():
    model, _source = loaded(10)
    model.selection.set_many([3, 4], ticked=True)
    turned = MadeUpCustomers(10)
    turned.descending = True
    model.set_source(turned, keep_ticks=True)
    assert model.selection.selected_handles().tolist() == [4, 3]
    model.set_source(MadeUpCustomers(10))
    assert model.selection.count() == 0


def test_that_sorting_is_asked_for_and_not_done_here():
    model, _source = loaded(10)
    heard = []
    model.sort_requested.connect(lambda key, down: heard.append((key, down)))
    model.sort(6, Qt.SortOrder.DescendingOrder)
    model.sort(4)
    model.sort(99)
    assert heard == [("amount", True)]
    assert model.handle_at(0) == 1


def test_that_numbers_stand_right_in_cells_and_headers():
    model, _source = loaded(1)
    right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
    assert model.headerData(6, Qt.Orientation.Horizontal, ROLE.TextAlignmentRole) == right
    assert model.data(model.index(0, 6), ROLE.TextAlignmentRole) == right
    assert model.headerData(0, Qt.Orientation.Horizontal) == "选择"
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None


@pytest.mark.parametrize(
    ("value", "text"), [("甲", "甲"), (Cell("乙", "ok"), "乙"), (("VIP|warn", "新客"), "VIP、新客"), ((), "")]
)
def test_that_every_value_has_a_plain_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("chip", "parts"),
    [("VIP|warn", ("VIP", "warn")), ("a|b", ("a|b", "")), ("x", ("x", "")), ("a|b|ok", ("a|b", "ok"))],
)
def test_that_only_known_tones_are_cut_off_a_tag(chip, parts):
    assert chip_parts(chip) == parts


@pytest.mark.gui_budget(200)
def test_that_a_million_rows_load_in_the_background(qtbot, runner: Runner):
    threads = []

    class Watched(MadeUpCustomers):
        def load_rows(self, handles):
            threads.append(threading.current_thread() is threading.main_thread())
            return super().load_rows(handles)

    source = Watched(1_000_000)
    model = VirtualTableModel(runner, source)
    with qtbot.waitSignal(model.loaded, timeout=5000):
        model.reload()
    with qtbot.waitSignal(model.dataChanged, timeout=5000):
        assert model.text_at(999_999, 1) == "…"
    assert model.text_at(999_999, 1) == source.row(1_000_000)[1]
    assert threads == [False]
