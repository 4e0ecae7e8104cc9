"""A migration in a real window, from an empty panel to the signature."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from app.views.migration.mapping_dialog import MappingDialog
from app.views.migration.panel import MigrationPanel
from app.views.migration.project_view import LINKS, REFUSED, RESULT, STEPS
from tests.gui.accessibility import assert_accessible
from tests.unit.migration.tables import salesforce

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(main_window, qtbot, runner) -> MigrationPanel:
    main_window.show_page("cleaning")
    page = main_window.current_page()
    page.show_task("migration")
    shown = page.panel("migration")
    idle(shown, qtbot, runner)
    return shown


def idle(panel: MigrationPanel, qtbot, runner) -> None:
    qtbot.waitUntil(lambda: not panel.is_busy and not runner.busy(), timeout=30_000)


def count(workspace, entity: str) -> int:
    with workspace.context.reading() as work:
        return work.reader.count(entity)


def texts(panel: MigrationPanel, tab: str) -> list[list[str]]:
    grid = panel.view.grids[tab].grid
    return [[grid.text(row, column) for column in range(grid.columnCount())] for row in range(grid.rowCount())]


def test_that_a_folder_is_tried_moved_in_drilled_into_and_taken_back(
    panel: MigrationPanel, qtbot, runner, dialogs, tmp_path: Path, workspace
) -> None:
    assert panel.stack.currentWidget() is panel.nothing
    assert_accessible(panel)
    before = count(workspace, "orders"), count(workspace, "customers")
    folder = salesforce(tmp_path / "exports", "Account.csv", "Contact.csv", "Order.csv")
    dialogs.files.append(folder)
    dialogs.texts.append("旧系统")
    QTest.mouseClick(panel.folder_button, LEFT)
    idle(panel, qtbot, runner)
    assert panel.stack.currentWidget() is panel.main
    assert [(row[1], row[2], row[3]) for row in texts(panel, STEPS)] == [
        ("Salesforce", "客户", "3"), ("Salesforce", "联系人", "3"), ("Salesforce", "订单", "3"),
    ]  # fmt: skip
    assert not panel.view.again_button.isEnabled()
    assert not panel.view.back_button.isEnabled()

    QTest.mouseClick(panel.view.trial_button, LEFT)
    assert panel.is_busy
    assert not panel.view.run_button.isEnabled()
    idle(panel, qtbot, runner)
    assert panel.view.stack.currentWidget() is panel.view.grids[RESULT]
    rows = texts(panel, RESULT)
    assert rows[2][3:6] == ["1", "50,020.00", "50,020.00"]
    assert rows[2][1] == "✕ 1 行未导入"
    assert rows[0][1] == "✓ 相符"
    grid = panel.view.grids[RESULT]
    grid.setFocus()
    grid.selectRow(2)
    grid.activated.emit(grid.grid.index(2, 0))
    assert panel.view.stack.currentWidget() is panel.view.grids[REFUSED]
    assert texts(panel, REFUSED) == [["Order.csv", "4", "EffectiveDate", "“下单日期”是空的，这是必填项", ""]]
    panel.view.show_tab(LINKS)
    assert ["Contact.csv", "没有找到的关联", "找不到客户“001A9”", "1"] in texts(panel, LINKS)
    assert (count(workspace, "orders"), count(workspace, "customers")) == before

    dialogs.answers.append("yes")
    QTest.mouseClick(panel.view.run_button, LEFT)
    idle(panel, qtbot, runner)
    assert panel.view.project is not None
    assert panel.view.project.state == "done"
    assert (count(workspace, "orders"), count(workspace, "customers")) == (before[0] + 2, before[1] + 3)
    assert not panel.view.is_open()
    assert_accessible(panel)
    QTest.mouseClick(panel.view.again_button, LEFT)
    idle(panel, qtbot, runner)
    assert [row[8] for row in texts(panel, RESULT)] == ["3", "3", "2"]

    dialogs.files.append(tmp_path / "报告.xlsx")
    QTest.mouseClick(panel.view.report_button, LEFT)
    idle(panel, qtbot, runner)
    assert (tmp_path / "报告.xlsx").stat().st_size > 4_000

    dialogs.answers.append("yes")
    QTest.mouseClick(panel.view.back_button, LEFT)
    idle(panel, qtbot, runner)
    assert panel.view.project.state == "rolled_back"
    assert (count(workspace, "orders"), count(workspace, "customers")) == before
    assert not dialogs.errors


def test_that_columns_are_mapped_otherwise_and_steps_removed(
    panel: MigrationPanel, qtbot, runner, dialogs, tmp_path: Path
) -> None:
    folder = salesforce(tmp_path / "exports", "Account.csv", "Contact.csv")
    dialogs.texts.append("旧系统")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    panel.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier))
    idle(panel, qtbot, runner)
    panel.edit_mapping(0)
    idle(panel, qtbot, runner)
    dialog = panel.findChild(MappingDialog)
    assert dialog is not None
    assert_accessible(dialog)
    names = [c.name for c in panel.view.project.steps[0].plan.columns]
    dialog.fields[names.index("AnnualRevenue")].set_key("amount")
    QTest.mouseClick(dialog.go, LEFT)
    idle(panel, qtbot, runner)
    plan = panel.view.project.steps[0].plan
    assert plan.columns[names.index("AnnualRevenue")].target == "amount"
    panel.view.removal_wanted.emit(1)
    idle(panel, qtbot, runner)
    assert [s.entity for s in panel.view.project.steps] == ["customers"]
    panel.view.entity_wanted.emit(0, "leads")
    idle(panel, qtbot, runner)
    assert [s.entity for s in panel.view.project.steps] == ["leads"]
    dialogs.answers.append("yes")
    panel.delete()
    idle(panel, qtbot, runner)
    assert panel.stack.currentWidget() is panel.nothing
