"""The export dialog: scope, columns, order, formats, refusal, cancel."""

from __future__ import annotations

import csv
import time
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.filters import Condition
from app.services.exchange.exporting import export
from app.views.exchange.export_dialog import ExportDialog, wish_of
from tests.gui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


def click(widget):
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


@pytest.fixture
def make(qtbot, desk_of, runner):
    made = []

    def dialog(**payload):
        shown = ExportDialog(desk_of(), wish_of({"entity": "customers", **payload}))
        made.append(shown)
        shown.show()
        shown.activateWindow()
        qtbot.waitUntil(shown.isActiveWindow)
        return shown

    yield dialog
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    for one in filter(shiboken6.isValid, made):
        one.hide()
        one.deleteLater()


def rows_of(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def wait_for(dialog, qtbot):
    qtbot.waitUntil(lambda: dialog._task is None, timeout=15_000)


def test_that_everything_is_exported_and_told(make, dialogs, tmp_path, workspace, qtbot):
    dialog = make()
    target = tmp_path / "全部.xlsx"
    dialogs.files.append(target)
    click(dialog.go_button)
    wait_for(dialog, qtbot)
    assert target.stat().st_size > 1000
    assert not dialog.isVisible()


def test_that_the_chosen_columns_come_in_the_chosen_order(make, tmp_path, qtbot):
    dialog = make(columns=("city", "name"))
    lines = dialog.columns.list
    assert lines.values()[:2] == ["city", "name"]
    click(dialog.columns.shown_button)
    assert dialog.columns.chosen() == ["city", "name"]
    lines.list.setFocus()
    lines.list.setCurrentRow(1)
    QTest.keyClick(lines.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert dialog.columns.chosen() == ["name", "city"]
    dialog.format.set_key("csv")
    dialog.write(tmp_path / "两列.csv")
    wait_for(dialog, qtbot)
    assert rows_of(tmp_path / "两列.csv")[0] == ["客户名称", "城市"]


def test_that_a_column_is_ticked_by_mouse_and_by_keyboard(make, qtbot):
    dialog = make()
    lines = dialog.columns.list.list
    first = dialog.columns.list.values()[0]
    spot = lines.visualItemRect(lines.item(0)).center()
    QTest.mouseClick(lines.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, spot)
    assert first not in dialog.columns.chosen()
    lines.setCurrentRow(0)
    QTest.keyClick(lines, Qt.Key.Key_Space)
    assert first in dialog.columns.chosen()


def test_that_nothing_ticked_cannot_be_exported(make):
    dialog = make()
    click(dialog.columns.none_button)
    assert not dialog.go_button.isEnabled()
    click(dialog.columns.all_button)
    assert dialog.go_button.isEnabled()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "vcf"])
def test_that_each_format_asks_what_it_needs(make, kind):
    dialog = make()
    dialog.format.set_key(kind)
    assert dialog.form.row("encoding").isVisible() == (kind == "csv")
    assert dialog.columns.isVisible() == (kind != "vcf")
    assert dialog.cards.isVisible() == (kind == "vcf")
    assert_accessible(dialog)


def test_that_only_people_and_companies_become_cards(make):
    dialog = make(entity="activities")
    assert dialog.format.findData("vcf") < 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_that_the_encoding_is_the_chosen_one(make, tmp_path, qtbot, encoding):
    dialog = make()
    dialog.format.set_key("csv")
    dialog.encoding.set_key(encoding)
    dialog.write(tmp_path / "客户.csv")
    wait_for(dialog, qtbot)
    assert "客户名称" in rows_of(tmp_path / "客户.csv", encoding)[0]


def test_that_the_scope_is_what_was_asked_for(make, tmp_path, qtbot, workspace):
    handles = [int(h) for h in workspace.customers.handles()]
    first = workspace.customers.page(handles)[handles[0]].get("name")
    condition = Condition("name", "eq", first)
    wanted = {"chosen": 3, "view": workspace.customers.count(condition), "all": workspace.customers.count()}
    for scope, count in wanted.items():
        dialog = make(condition=condition, handles=lambda: handles[:3], count=3)
        dialog.scope.set_current(scope)
        dialog.format.set_key("csv")
        target = tmp_path / f"{scope}.csv"
        dialog.write(target)
        wait_for(dialog, qtbot)
        assert len(rows_of(target)) - 1 == count, scope


def test_that_cancelling_leaves_no_file(make, tmp_path, qtbot, monkeypatch):
    started = []

    def slow(work, described, wanted, fields, suffix, job):
        started.append(True)
        while True:
            job.check()
            yield from ()
            time.sleep(0.005)

    monkeypatch.setattr(export, "_counted", slow)
    dialog = make()
    dialog.write(tmp_path / "半份.xlsx")
    qtbot.waitUntil(lambda: bool(started))
    assert dialog.progress.isVisible()
    click(dialog.progress.cancel_button)
    wait_for(dialog, qtbot)
    assert list(tmp_path.glob("半份*")) == []
    assert dialog.go_button.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_that_a_refusal_is_told_in_place(make, tmp_path, qtbot, workspace, dialogs):
    workspace.context.actor = replace(workspace.context.actor, rules={}, is_admin=False)
    dialog = make()
    dialog.write(tmp_path / "不许.xlsx")
    wait_for(dialog, qtbot)
    assert dialog.problem.isVisible()
    assert "不允许" in dialog.problem.accessibleName()
    assert not (tmp_path / "不许.xlsx").exists()
    assert not dialogs.errors
    assert dialog.go_button.isVisible()


def test_that_a_folder_that_cannot_be_written_is_told_in_place(make, tmp_path, qtbot, dialogs):
    dialog = make()
    dialog.write(tmp_path / "没有这个文件夹" / "x.xlsx")
    wait_for(dialog, qtbot)
    assert dialog.problem.isVisible()
    assert not dialogs.errors
