"""Step 2: targets by hand, new fields, units, date orders, saved presets, many columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from app.core.fields import FieldType
from app.services.exchange.mapping.mapping import order_is_open

LEFT = Qt.MouseButton.LeftButton


def popup():
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu, text):
    action = next(a for a in menu.actions() if text in a.text())
    if action.menu() is not None:
        return action.menu()
    QTest.mouseClick(menu, LEFT, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(action).center())
    return None


def test_that_a_column_can_go_elsewhere_and_the_look_follows(wizard, people, qtbot):
    wizard.to_mapping(people)
    step = wizard.dialog.mapping_step
    assert [line.field.key() for line in step.lines] == ["name", "phones", "credit_code", "amount", "first_deal_on"]
    wizard.pick(1, "remark")
    assert wizard.session.plan.columns[1].target == "remark"
    assert wizard.session.plan.columns[1].why == "person"
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    headers = [step.table.grid.headerData(at, Qt.Orientation.Horizontal) for at in range(step.table.grid.columnCount())]
    assert "备注" in headers
    wizard.pick(1, "")
    qtbot.waitUntil(lambda: step.lines[1].told() == "跳过")


def test_that_one_click_makes_fields_for_the_columns_left_over(wizard, table, qtbot):
    path = table(
        [["客户名称", "手机", "车辆颜色", "门店评分"], ["甲公司", "13812345678", "蓝", "12"], ["乙公司", "", "红", "7"]]
    )
    wizard.to_mapping(path)
    step = wizard.dialog.mapping_step
    action = next(b for b in step.note.findChildren(QPushButton) if "2" in b.text())
    assert action.text() == "为未匹配的 2 列新建字段"
    QTest.mouseClick(action, LEFT)
    assert [c.target for c in wizard.session.plan.columns[2:]] == ["new:车辆颜色:text", "new:门店评分:integer"]
    assert not action.isVisible()
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    assert not wizard.session.obstacle()


def test_that_a_problem_is_said_beside_its_column(wizard, people, qtbot):
    wizard.to_mapping(people)
    told = wizard.dialog.mapping_step.lines[2]
    qtbot.waitUntil(lambda: "1 处问题" in told.told())


def test_that_two_columns_on_one_field_are_told_and_next_is_off(wizard, people):
    wizard.to_mapping(people)
    wizard.pick(2, "name")
    assert "有两列" in wizard.dialog.mapping_step.note.accessibleName()
    assert not wizard.dialog.next_button.isEnabled()
    wizard.pick(2, "")
    assert wizard.dialog.next_button.isEnabled()


def test_that_a_missing_required_field_is_told(wizard, people):
    wizard.to_mapping(people)
    wizard.pick(0, "")
    assert "客户名称" in wizard.dialog.mapping_step.note.accessibleName()
    assert not wizard.dialog.next_button.isEnabled()


def test_that_several_phone_columns_are_welcome(wizard, table):
    wizard.to_mapping(table([["客户名称", "手机", "电话2"], ["甲有限公司", "13812345678", "010-81234567"]]))
    wizard.pick(2, "phones")
    assert wizard.dialog.next_button.isEnabled()


def test_that_a_column_becomes_a_new_field(wizard, table, workspace, qtbot):
    wizard.to_mapping(table([["客户名称", "展位号码牌"], ["甲有限公司", "A-12"]]))
    field = wizard.dialog.mapping_step.lines[1].field
    wizard.pick(1, "+")
    menu = popup()
    choose(menu, "文字")
    qtbot.waitUntil(lambda: wizard.session.plan.columns[1].target == "new:展位号码牌:text")
    assert "展位号码牌" in field.currentText()
    wizard.dialog._next()
    wizard.checked()
    wizard.dialog._next()
    qtbot.waitUntil(lambda: wizard.session.report is not None, timeout=10_000)
    made = [f for f in workspace.context.registry.entity("customers").fields if f.zh == "展位号码牌"]
    assert [f.type for f in made] == [FieldType.TEXT]


def test_that_a_new_field_needs_a_name_of_its_own(wizard, table, dialogs, qtbot):
    wizard.to_mapping(table([["客户名称", "备注"], ["甲有限公司", "x"]]))
    dialogs.texts += ["备注", "展会备注"]
    wizard.pick(1, "+")
    choose(popup(), "多行文字")
    qtbot.waitUntil(lambda: wizard.session.plan.columns[1].target == "new:展会备注:long_text")
    assert len(dialogs.asked) == 2


def test_that_a_menu_closed_without_a_choice_changes_nothing(wizard, people, qtbot):
    wizard.to_mapping(people)
    wizard.pick(1, "+")
    QTest.keyClick(popup(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    assert wizard.session.plan.columns[1].target == "phones"
    assert wizard.dialog.mapping_step.lines[1].field.key() == "phones"


def test_that_only_administrators_are_offered_new_fields(wizard, people, workspace, monkeypatch, qtbot):
    workspace.context.actor = replace(workspace.context.actor, is_admin=False)
    wizard.to_mapping(people)
    assert wizard.dialog.mapping_step.lines[0].field.findData("+") < 0


# ---- units and date orders ------------------------------------------------------------------------------------------


def test_that_the_unit_of_the_header_is_shown_and_can_be_changed(wizard, people, qtbot):
    wizard.to_mapping(people)
    line = wizard.dialog.mapping_step.lines[3]
    assert line._unit is not None
    assert line._unit.isVisible()
    assert line._unit.key() == "10000"
    assert wizard.session.plan.columns[3].unit == 10_000
    line._unit.set_key("1000")
    assert wizard.session.plan.columns[3].unit == 1000
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    assert wizard.session.preview.rows[0][3].after.replace(",", "").startswith("3500")


def test_that_a_retargeted_column_gets_its_unit_and_loses_it_again(wizard, table):
    wizard.to_mapping(table([["客户名称", "规模（万元）"], ["甲有限公司", "3.5"], ["乙有限公司", "4"]]))
    wizard.pick(1, "remark")
    assert wizard.session.plan.columns[1].unit == 1
    wizard.pick(1, "amount")
    assert wizard.session.plan.columns[1].unit == 10_000
    wizard.pick(1, "remark")
    assert wizard.session.plan.columns[1].unit == 1
    assert not wizard.dialog.mapping_step.lines[1]._unit.isVisible()


def test_that_doubtful_dates_ask_for_their_order(wizard, table, qtbot):
    rows = [["甲有限公司", "03/04/2026"], ["乙有限公司", "05/06/2026"]]
    wizard.to_mapping(table([["客户名称", "首次合作"], *rows]))
    line = wizard.dialog.mapping_step.lines[1]
    assert line._order is not None
    line._order.set_key("dmy")
    assert (wizard.session.plan.columns[1].date_order, wizard.session.plan.columns[1].order_certain) == ("dmy", True)
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    assert wizard.session.preview.rows[0][1].after == "2026-04-03"
    line._order.set_key("mdy")
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    assert wizard.session.preview.rows[0][1].after == "2026-03-04"
    assert line._order.isVisible()


def test_that_a_retargeted_date_column_is_settled_by_its_cells(wizard, table):
    wizard.to_mapping(table([["客户名称", "到访"], ["甲有限公司", "25/04/2026"], ["乙有限公司", "05/06/2026"]]))
    wizard.pick(1, "first_deal_on")
    column = wizard.session.plan.columns[1]
    assert (column.date_order, column.order_certain) == ("dmy", True)
    assert wizard.dialog.mapping_step.lines[1]._order is None


@pytest.mark.parametrize(
    ("cells", "asks"),
    [
        (["03/04/2026"], True),
        (["3/4/26", "5/6/26"], True),
        (["25/04/2026", "05/06/2026"], False),  # the first one settles it
        (["04/04/2026"], False),  # the same day either way
        (["2026-03-04"], False),
        (["2026年3月4日", "260304"], False),
        (["", "无", "不是日期"], False),
        ([], False),
    ],
)
def test_that_only_dates_with_two_readings_leave_the_order_open(cells, asks):
    assert order_is_open(cells) is asks


# ---- presets --------------------------------------------------------------------------------------------------------


def open_menu(wizard):
    button = wizard.dialog.mapping_step.presets
    QTest.mouseClick(button, LEFT, Qt.KeyboardModifier.NoModifier, button.rect().center())
    return popup()


def test_that_a_plan_is_kept_and_used_again_for_another_file(wizard, people, table, dialogs, qtbot):
    wizard.to_mapping(people)
    presets = wizard.dialog.mapping_step.presets
    wizard.pick(1, "remark")
    dialogs.texts.append("展会名单")
    choose(open_menu(wizard), "存为方案")
    qtbot.waitUntil(lambda: [p.name for p in presets.presets] == ["展会名单"], timeout=4000)
    other = table([["手机", "客户名称", "城市"], ["13812345678", "甲有限公司", "苏州市"]], "另一份.csv")
    wizard.to_mapping(other)
    assert wizard.session.plan.columns[0].target == "phones"
    choose(open_menu(wizard), "展会名单")
    qtbot.waitUntil(lambda: wizard.session.preset == "展会名单", timeout=4000)
    assert [c.target for c in wizard.session.plan.columns] == ["remark", "name", "city"]
    assert "展会名单" in wizard.dialog.mapping_step.note.accessibleName()
    assert wizard.dialog.mapping_step.lines[0].field.key() == "remark"


def test_that_a_preset_is_replaced_or_removed_only_when_meant(wizard, people, dialogs, qtbot, workspace):
    wizard.to_mapping(people)
    presets = wizard.dialog.mapping_step.presets
    dialogs.texts.append("甲")
    choose(open_menu(wizard), "存为方案")
    qtbot.waitUntil(lambda: len(presets.presets) == 1, timeout=4000)
    wizard.session.preset = ""
    dialogs.texts.append("甲")
    dialogs.answers.append("no")
    choose(open_menu(wizard), "存为方案")
    dialogs.answers += ["no", "yes"]
    for left in (1, 0):
        presets._delete(presets.presets[0])
        qtbot.waitUntil(lambda left=left: len(workspace.presets.list("customers")) == left, timeout=4000)
    qtbot.waitUntil(lambda: presets.presets == [], timeout=4000)


def test_that_a_preset_somebody_removed_is_told(wizard, people, dialogs, qtbot, workspace):
    wizard.to_mapping(people)
    presets = wizard.dialog.mapping_step.presets
    dialogs.texts.append("甲")
    choose(open_menu(wizard), "存为方案")
    qtbot.waitUntil(lambda: len(presets.presets) == 1, timeout=4000)
    workspace.presets.delete(presets.presets[0].id)
    plan = wizard.session.plan
    choose(open_menu(wizard), "甲")
    qtbot.waitUntil(lambda: presets.presets == [], timeout=4000)
    assert wizard.session.plan is plan


def test_that_the_same_headers_are_matched_as_the_last_time(wizard, people, qtbot):
    wizard.to_mapping(people)
    wizard.pick(3, "")
    wizard.dialog._next()
    wizard.checked()
    wizard.dialog._next()
    qtbot.waitUntil(lambda: wizard.session.report is not None, timeout=10_000)
    wizard.dialog._again()
    wizard.to_mapping(people)
    assert wizard.session.plan.columns[3].target is None
    assert "沿用上次" in wizard.dialog.mapping_step.note.accessibleName()


# ---- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.gui_budget(100)
def test_that_hundreds_of_columns_do_not_hold_up_the_window(wizard, table):
    wizard.to_mapping(table([[f"问卷题目{n}" for n in range(300)], [f"答{n}" for n in range(300)]]))
    assert len(wizard.dialog.mapping_step.lines) == 300
    wizard.pick(299, "name")


def test_that_the_list_needs_no_sideways_scrolling_at_1040(wizard, table, qtbot):
    name = "客户自述的主营产品及其上下游供应关系（含代工、贴牌与出口转内销情况，按上一年度填写）"
    wizard.dialog.resize(1040, 720)
    wizard.to_mapping(table([["客户名称", name], ["甲有限公司", "减速机、链轮" * 30]]))
    area = wizard.dialog.mapping_step._area
    qtbot.waitUntil(lambda: area.widget().width() <= area.viewport().width())
    assert area.horizontalScrollBar().maximum() == 0
