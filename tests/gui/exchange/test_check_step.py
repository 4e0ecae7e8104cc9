"""Step 3: options ask again, tiles filter, problem rows can be saved."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.views.exchange.import_dialog import CHECK, DONE

LEFT = Qt.MouseButton.LeftButton


def click(widget):
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def listed(step):
    grid = step.table.grid
    return [grid.text(row).split("\t") for row in range(grid.rowCount())]


def segment(control, key):
    return control._group.button(control._keys.index(key))


def test_that_tiles_count_and_filter(wizard, people):
    wizard.to_check(people)
    step = wizard.dialog.check_step
    assert len(listed(step)) >= 2
    click(step.tiles.tiles["rejected"])
    assert [row[0] for row in listed(step)] == ["5"]
    assert "统一社会信用代码" in listed(step)[0][1]
    click(step.tiles.tiles["duplicates"])
    assert [row[0] for row in listed(step)] == ["6"]
    click(step.tiles.tiles["duplicates"])
    assert {"5", "6"} <= {row[0] for row in listed(step)}
    assert not step.tiles.tiles["created"].isEnabled()  # a number without rows to show
    assert not step.tiles.tiles["ambiguous"].isEnabled()


def test_that_the_whole_reason_stands_below_the_list(wizard, people):
    wizard.to_check(people)
    step = wizard.dialog.check_step
    click(step.tiles.tiles["rejected"])
    step.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert step.table.currentIndex().row() == 0
    assert step.detail.text() == listed(step)[0][3]
    click(segment(step.view, "changes"))
    step.table.selectRow(0)
    assert "→" in step.detail.text()


@pytest.mark.parametrize("key", ["mode", "bad", "rule", "tags"])
def test_that_an_option_asks_all_rows_again(wizard, people, key, qtbot):
    wizard.to_check(people)
    options, first = wizard.dialog.check_step.options, wizard.session.dry
    if key == "mode":
        click(segment(options.mode, "update"))
    elif key == "bad":
        click(segment(options.bad, "blank"))
    elif key == "rule":
        options.rule.set_key("phones")
    else:
        options.tags.setFocus()
        QTest.keyClicks(options.tags, "fair 2026")
        QTest.keyClick(options.tags, Qt.Key.Key_Return)
    wizard.checked()
    assert wizard.session.dry is not first
    if key == "mode":
        assert wizard.session.dry.created == 0
        assert not wizard.dialog.next_button.isEnabled()
        assert options.form.row("empty").isVisible()
    elif key == "bad":
        assert (wizard.session.dry.created, wizard.session.dry.rejected) == (4, 0)
    elif key == "rule":
        assert wizard.session.plan.match == (("phones",),)
    else:
        assert wizard.session.plan.tags == ("fair", "2026")
        assert wizard.dialog._step == CHECK, "Enter in a field must not start the import"


def test_that_tags_and_owner_reach_the_records(wizard, people, workspace, qtbot):
    wizard.to_check(people)
    options = wizard.dialog.check_step.options
    options.tags.setText("展会 重点")
    options.tags.editingFinished.emit()
    wizard.checked()
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=20_000)
    changed = wizard.session.report.changes.touched["customers"]
    record = next(
        r
        for r in workspace.customers.page([int(h) for h in workspace.customers.handles()]).values()
        if r.get("name") == "苏州恒力机械有限公司"
    )
    assert set(record.get("tags")) == {"展会", "重点"}
    assert changed is None or record.id in changed


def test_that_the_problem_rows_become_a_file(wizard, people, dialogs, tmp_path):
    wizard.to_check(people)
    target = tmp_path / "要改的.xlsx"
    dialogs.files.append(target)
    click(wizard.dialog.check_step.save_button)
    wizard.checked()
    import openpyxl

    rows = list(openpyxl.load_workbook(target).active.values)
    assert any("杭州错号科技有限公司" in map(str, row) for row in rows)
    assert not any("宁波远洋贸易有限公司" in map(str, row) for row in rows)


def test_that_updating_writes_only_what_differs(wizard, table, qtbot):
    rows = [["客户名称", "城市"], ["甲有限公司", "苏州市"], ["乙有限公司", "无锡市"]]
    wizard.to_check(table(rows))
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=20_000)
    wizard.dialog._again()
    rows[1][1] = "常州市"
    wizard.to_check(table(rows, "第二次.csv"))
    assert wizard.session.dry.duplicates == 2
    click(segment(wizard.dialog.check_step.options.mode, "upsert"))
    wizard.checked()
    dry = wizard.session.dry
    assert (dry.created, dry.updated, dry.unchanged) == (0, 1, 1)
    assert "1" in wizard.dialog.next_button.text()


def test_that_a_hidden_option_leaves_no_gap(wizard, people, qtbot):
    wizard.to_check(people)
    form = wizard.dialog.check_step.options.form
    qtbot.waitUntil(lambda: form.row("bad").y() > form.row("rule").y())
    gap = form.row("bad").y() - form.row("rule").geometry().bottom()
    assert gap <= 20


def test_that_words_a_pick_list_has_not_are_settled_here_and_remembered(wizard, table, qtbot, workspace):
    path = table([
        ["客户名称", "手机", "阶段"],
        ["甲公司", "13812345678", "试用客户"],
        ["乙公司", "13912345678", "老客户"],
        ["丙公司", "13712345678", "不详"],
        ["丁公司", "13612345678", "成交"],
    ])  # fmt: skip
    wizard.to_check(path)
    words = wizard.dialog.check_step.options.words
    assert words.isVisible()
    assert [text for _, text in words.boxes] == ["试用客户", "老客户", "不详"]
    assert {box.key() for box in words.boxes.values()} == {"+"}, "an administrator's lists grow"
    for text, meant in (("老客户", "won"), ("不详", "")):
        next(box for (_, known), box in words.boxes.items() if known == text).set_key(meant)
        wizard.checked()
        qtbot.waitUntil(lambda: wizard.session.dry is not None and not wizard.session.is_busy, timeout=10_000)
    assert [box.key() for box in words.boxes.values()] == ["won", "", "+"]
    wizard.session.run()
    wizard.idle()
    found = {r.get("name"): r.get("stage") for r in workspace.customers.list()[1]}
    assert [found[f"{name}公司"] for name in "甲乙丙丁"] == ["试用客户", "won", None, "won"]
    again = workspace.imports.propose(workspace.imports.inspect(path), "customers")
    assert again.columns[2].values == {"老客户": "won", "不详": ""}
