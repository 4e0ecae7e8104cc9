"""The duplicates screen in a real window: search, limits, side by side, decisions by keyboard, all at once, taken back."""

from __future__ import annotations

import uuid

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.services.duplicates.records import GroupLine, Thresholds
from app.views.duplicates.compare import CompareModel
from app.views.duplicates.group_list import GroupModel
from app.views.duplicates.histogram import Histogram
from app.views.duplicates.panel import DuplicatesPanel
from app.views.duplicates.words import likely, signed
from tests.factories.customers import add, email, phone
from tests.gui.accessibility import assert_accessible
from tests.gui.cleaning.conftest import settled

TWINS = {
    "name": "苏州恒力机械有限公司",
    "phones": (phone("13900000017"),),
    "emails": (email("hengli@qq.com"),),
    "city": "苏州市",
}


@pytest.mark.parametrize(("points", "text"), [(11.23, "+11.2"), (-9.8, "−9.8"), (0.0, "0.0"), (-0.04, "0.0")])
def test_that_points_are_written_with_their_sign(points: float, text: str) -> None:
    assert signed(points) == text
    assert likely(0.99999) == "99.9%"


@pytest.fixture
def panel(main_window, qtbot, runner, workspace) -> DuplicatesPanel:
    """Two sure groups and what the archive had before, searched."""
    add(workspace, TWINS["name"], **{k: v for k, v in TWINS.items() if k != "name"})
    add(workspace, "苏州市恒力机械公司", **{k: v for k, v in TWINS.items() if k != "name"}, industry="制造")
    double = {"phones": (phone("13711112222"),), "emails": (email("zhao@163.com"),), "city": "上海市", "kind": "person"}
    add(workspace, "赵子龙", **double)
    add(workspace, "趙子龍", **double)
    main_window.show_page("cleaning")
    page = main_window.current_page()
    page.show_task("duplicates")
    made = page.panel("duplicates")
    settled(made, qtbot, runner)
    assert made.stack.currentWidget() is made.nothing, "nothing was searched yet"
    made.search()
    settled(made, qtbot, runner)
    qtbot.waitUntil(lambda: made.pane.plan is not None, timeout=5000)
    return made


def go_to(panel: DuplicatesPanel, word: str, qtbot, runner) -> GroupLine:
    """Make the group with this name the current one and wait until it is shown."""
    model = panel.list.groups
    row = next(n for n in range(model.rowCount()) if any(word in title for title in model.line(n).titles))
    panel.list.setCurrentIndex(model.index(row, 0))
    line = model.line(row)
    qtbot.waitUntil(lambda: panel.pane.group is not None and panel.pane.group.id == line.id, timeout=5000)
    settled(panel, qtbot, runner)
    return line


def names(workspace) -> list[str]:
    handles = workspace.customers.handles().tolist()
    return sorted(str(r.get("name")) for r in workspace.customers.page(handles).values())


def test_that_the_models_keep_the_rules_of_qt(qtmodeltester, workspace, panel: DuplicatesPanel) -> None:
    groups = GroupModel()
    groups.show_lines([GroupLine(uuid.uuid4(), 2, ("甲", "乙"), 0.9, 0.8, "review")])
    qtmodeltester.check(groups)
    compared = CompareModel()
    plan = panel.pane.plan
    assert plan is not None
    entity = workspace.context.registry.entity("customers")
    compared.show_plan(entity, plan, plan.records, frozenset(), str)
    assert compared.columnCount() == len(plan.records) + 2
    qtmodeltester.check(compared)


def test_that_a_group_is_merged_with_the_values_chosen_and_comes_apart_again(
    panel: DuplicatesPanel, qtbot, runner, workspace, main_window
) -> None:
    go_to(panel, "恒力", qtbot, runner)
    pane, model = panel.pane, panel.pane.compare.compared
    row = next(n for n in range(model.rowCount()) if model.choice(n).key == "name")
    before = model.text(row, model.columnCount() - 1)
    other = next(c for c in (1, 2) if model.text(row, c) != before)
    wanted = model.text(row, other)
    pane.compare.setCurrentIndex(model.index(row, other))
    qtbot.keyClick(pane.compare, Qt.Key.Key_Space)
    settled(panel, qtbot, runner)
    assert model.text(row, model.columnCount() - 1) == wanted
    assert model.choice(row).rule == "person"
    record = model.record(other)
    assert record is not None
    pane.compare.survivor_chosen.emit(record.id)
    settled(panel, qtbot, runner)
    assert model.survivor() == record.id
    assert pane.evidence.pair() is not None
    count = len(names(workspace))
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    settled(panel, qtbot, runner)
    assert len(names(workspace)) == count - 1
    survivor = workspace.customers.get(record.id)
    assert (survivor.get("name"), survivor.get("industry")) == (wanted, "制造")
    assert all("恒力" not in title for line in panel._lines for title in line.titles)
    assert panel.facts.text().endswith("对")
    _, merges = workspace.merging.merges()
    panel.desk.undo(merges[0].operation_id)
    settled(panel, qtbot, runner)
    assert len(names(workspace)) == count
    assert any("恒力" in title for line in panel._lines for title in line.titles), "to be decided again"


def test_that_what_is_no_duplicate_goes_for_good_unless_taken_back(
    panel: DuplicatesPanel, qtbot, runner, workspace
) -> None:
    line = go_to(panel, "赵子龙", qtbot, runner)
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_N)
    settled(panel, qtbot, runner)
    assert panel.list.groups.row_of(line.id) == -1
    assert workspace.duplicates.find("customers").kept_apart >= 1
    panel.show_band("done")
    settled(panel, qtbot, runner)
    panel.list.setCurrentIndex(panel.list.groups.index(0, 0))
    assert panel.right.currentWidget() is panel.decided
    panel.reopen()
    settled(panel, qtbot, runner)
    assert workspace.duplicates.pairs("customers", state="different")[0] == 0


def test_that_skipping_goes_on_and_marks(panel: DuplicatesPanel, qtbot, runner) -> None:
    panel.list.setCurrentIndex(panel.list.groups.index(0, 0))
    first = panel.list.current()
    assert first is not None
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_S)
    assert first.id in panel.list.groups.skipped
    assert panel.list.currentIndex().row() == 1
    qtbot.keyClick(panel.list, Qt.Key.Key_K)
    assert panel.list.currentIndex().row() == 0
    qtbot.keyClick(panel.list, Qt.Key.Key_J)
    assert panel.list.currentIndex().row() == 1
    settled(panel, qtbot, runner)


def test_that_a_record_can_be_left_out_of_a_merge(panel: DuplicatesPanel, qtbot, runner) -> None:
    go_to(panel, "恒力", qtbot, runner)
    record = panel.pane.compare.compared.record(2)
    assert record is not None
    panel.pane._toggle(record.id)
    settled(panel, qtbot, runner)
    assert record.id not in panel.pane.included()
    assert not panel.pane.merge.isEnabled(), "one record alone is no merge"
    panel.pane._toggle(record.id)
    settled(panel, qtbot, runner)
    assert panel.pane.merge.isEnabled()


def test_that_all_sure_groups_are_merged_after_a_question(
    panel: DuplicatesPanel, qtbot, runner, dialogs, workspace
) -> None:
    sure = [line for line in panel._lines if line.band == "auto"]
    assert sure
    before = len(names(workspace))
    dialogs.answers.append("")
    panel.merge_automatically()
    settled(panel, qtbot, runner)
    assert len(names(workspace)) == before, "the question was not answered"
    dialogs.answers.append("merge")
    panel.merge_automatically()
    settled(panel, qtbot, runner)
    assert len(names(workspace)) == before - sum(line.size - 1 for line in sure)
    assert not [line for line in panel._lines if line.band == "auto"]


def test_that_dragging_a_mark_changes_the_limit(panel: DuplicatesPanel, qtbot, runner, workspace) -> None:
    picture = panel.figures.histogram
    picture.resize(600, 128)
    start = QPointF(picture.x_of(picture.limits().review), 60).toPoint()
    end = QPointF(picture.x_of(0.3), 60).toPoint()
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(picture, end)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    settled(panel, qtbot, runner)
    assert workspace.duplicates.thresholds("customers").review == pytest.approx(0.3, abs=0.02)
    picture.learned_wanted.emit()
    settled(panel, qtbot, runner)
    assert workspace.duplicates.thresholds("customers").review != pytest.approx(0.3, abs=0.02)


def test_that_the_marks_never_pass_each_other(qtbot) -> None:
    picture = Histogram()
    qtbot.addWidget(picture)
    picture.show_counts((1,) * 20, Thresholds(0.6, 0.5), may_change=True)
    for _ in range(30):
        qtbot.keyClick(picture, Qt.Key.Key_Right)
    assert picture.limits() == Thresholds(0.6, 0.6)
    qtbot.keyClick(picture, Qt.Key.Key_Up)
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert picture.limits() == Thresholds(0.6, 0.6)


def test_that_everything_has_a_name(panel: DuplicatesPanel) -> None:
    assert_accessible(panel)
    assert "duplicates:find" in {c.key for c in panel.commands()}


def test_that_ticked_customers_are_laid_side_by_side_and_merged(main_window, qtbot, runner) -> None:
    workspace = main_window.desk.workspace
    a, b, c = add(workspace, "甲公司", "乙公司", "丙公司")
    main_window.show_page("customers")
    main_window.desk.page_wanted.emit("cleaning", ("duplicates", ("customers", (a.id, b.id, c.id))))
    panel = main_window.current_page().panel("duplicates")
    qtbot.waitUntil(lambda: panel.pane.group is not None and len(panel.pane.group.records) == 3, timeout=10_000)
    assert panel.right.currentWidget() is panel.pane
    assert panel.list.current() is None, "no group of the list is what stands on the right"
    panel.merge()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    assert (
        workspace.customers.current(b.id).id
        == workspace.customers.current(c.id).id
        == workspace.customers.current(a.id).id
    )


def test_that_a_key_held_down_does_not_merge_what_nobody_has_seen(
    panel: DuplicatesPanel, qtbot, runner, workspace
) -> None:
    count, lines = len(names(workspace)), len(panel._lines)
    assert lines >= 2
    for key in (Qt.Key.Key_Return, Qt.Key.Key_N, Qt.Key.Key_S):
        held = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", True)
        QApplication.sendEvent(panel.list, held)
        settled(panel, qtbot, runner)
    assert (len(names(workspace)), len(panel._lines)) == (count, lines)
    assert not panel.list.groups.skipped
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    settled(panel, qtbot, runner)
    assert len(panel._lines) == lines - 1


def test_that_nothing_can_be_decided_in_an_archive_opened_read_only(
    panel: DuplicatesPanel, qtbot, runner, workspace, monkeypatch
) -> None:
    monkeypatch.setattr(workspace.archive, "read_only", True)
    count = len(names(workspace))
    panel.reload()
    settled(panel, qtbot, runner)
    go_to(panel, "恒力", qtbot, runner)
    panel.pane._again()
    settled(panel, qtbot, runner)
    assert not panel.pane.merge.isEnabled()
    assert not panel.pane.different.isEnabled()
    panel.list.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_N):
        qtbot.keyClick(panel.list, key)
        settled(panel, qtbot, runner)
    assert len(names(workspace)) == count
    assert workspace.duplicates.pairs("customers", state="different")[0] == 0
