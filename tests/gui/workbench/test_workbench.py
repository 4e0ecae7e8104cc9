"""The workbench by mouse and keyboard: from a messy file to the cleaned one, and back into the archive."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.core.i18n import set_language
from app.services.workbench.facets import Facet
from app.services.workbench.files import load_file
from app.services.workbench.steps import Step
from app.views.workbench.pairs import TextModel
from app.views.workbench.panel import WorkbenchPanel
from app.views.workbench.sheet import SheetModel
from tests.gui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def click(widget, modifier=PLAIN):
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT, modifier, widget.rect().center())


def choose(card, text, modifier=PLAIN):
    """Click a choice of a facet."""
    for row in range(card.choices.count()):
        item = card.choices.item(row)
        if item.text() == text:
            card.choices.scrollToItem(item)
            place = card.choices.visualItemRect(item).center()
            QTest.mouseClick(card.choices.viewport(), LEFT, modifier, place)
            return
    raise AssertionError(text)


def counts_of(card):
    return {
        card.choices.item(row).text(): card.choices.item(row).data(Qt.ItemDataRole.UserRole + 1)
        for row in range(card.choices.count())
    }


# ---- all the way ----------------------------------------------------------------------------------------------------


def test_that_a_messy_file_becomes_a_clean_one(bench, dialogs, messy, workspace, tmp_path):
    panel = bench.panel
    dialogs.files.append(messy)
    click(panel.open_button)
    bench.idle()
    assert panel.sheet.sheet.rowCount() == 6

    bench.bench.add_facet(Facet("values", "城市"))
    bench.idle()
    card = panel.facet_pane.cards[0]
    assert counts_of(card) == {"南京": 2, "苏州": 2, "上海": 1, "苏洲": 1}
    choose(card, "苏州")
    bench.idle()
    choose(card, "苏洲", CTRL)
    bench.idle()
    assert bench.column("城市") == ["苏洲", "苏州", "苏州"]

    panel.open_step("replace", "城市")
    dialog = panel.dialog
    find, with_ = dialog._fields["find"], dialog._fields["with"]
    assert isinstance(find, QLineEdit)
    find.setText("苏洲")
    with_.setText("苏州")
    bench.wait(dialog.apply_button.isEnabled)
    assert dialog.pairs.texts.rowCount() == 1
    assert bench.column("城市") == ["苏洲", "苏州", "苏州"]  # nothing changes before it is applied
    click(dialog.apply_button)
    bench.idle()
    click(card.reset_button)
    bench.idle()
    assert bench.column("城市").count("苏州") == 3

    bench.bench.pick("客户名称")
    panel.open_clusters()
    clusters = panel.dialog
    clusters.method.setCurrentIndex(clusters.method.findData("core"))
    bench.wait(lambda: not clusters.is_busy)
    assert [c.cluster.size for c in clusters.cards] == [3, 2]
    clusters.cards[0].value.setText("苏州恒力科技有限公司")
    click(clusters.all_button)
    click(clusters.merge_button)
    bench.wait(lambda: not clusters.is_busy and not clusters.cards and bench.bench.idle)
    clusters.reject()
    assert bench.column("客户名称")[:3] == ["苏州恒力科技有限公司"] * 3

    click(panel.undo_button)
    bench.idle()
    assert bench.column("客户名称")[0] == "恒力科技(苏州)有限 公司"
    click(panel.redo_button)
    bench.idle()
    panel.side.show_tab("history")
    steps = panel.side.history
    assert steps.count() == 3
    QTest.mouseClick(steps.viewport(), LEFT, PLAIN, steps.visualItemRect(steps.item(0)).center())
    bench.idle()
    assert bench.column("城市").count("苏洲") == 1
    QTest.mouseClick(steps.viewport(), LEFT, PLAIN, steps.visualItemRect(steps.item(2)).center())
    bench.idle()

    dialogs.texts.append("月报")
    panel.results.save_recipe()
    bench.idle()
    assert workspace.recipes.get("月报").steps == 2

    out = tmp_path / "干净.csv"
    dialogs.files.append(out)
    panel.results.export(removed=False)
    bench.idle()
    cleaned = load_file(out).table
    assert cleaned.column("客户名称").cells()[:3] == ["苏州恒力科技有限公司"] * 3
    assert "苏洲" not in cleaned.column("城市").cells()
    assert "苏洲" in messy.read_text(encoding="utf-8-sig")  # the source is as it was


def test_that_records_are_cleaned_and_undone_as_one_operation(bench, dialogs, workspace):
    panel, before = bench.panel, workspace.customers.list(limit=100)[1]
    panel.activate({"entity": "customers"})
    bench.idle()
    assert panel.sheet.sheet.rowCount() == len(before)
    assert not panel.finish_button.isEnabled()
    bench.bench.do_step(Step("constant", "", {"into": "城市", "value": "昆山"}))
    bench.idle()
    dialogs.answers.append("yes")
    click(panel.finish_button)
    bench.wait(lambda: {r.get("city") for r in workspace.customers.list(limit=100)[1]} == {"昆山"})
    bench.idle()
    assert bench.bench.history.at == 0  # the records stand there as they are now
    newest = workspace.history.list()[1][0]
    assert newest.kind == "clean"
    workspace.history.undo(newest.id)
    assert {r.id: r.get("city") for r in workspace.customers.list(limit=100)[1]} == {
        r.id: r.get("city") for r in before
    }


def test_that_the_import_wizard_is_asked_with_the_steps_as_recipe(bench, messy):
    wishes = []
    bench.panel.desk.page_wanted.connect(lambda key, payload: wishes.append((key, payload)))
    bench.open(messy)
    bench.bench.do_step(Step("company", "客户名称"))
    bench.idle()
    click(bench.panel.finish_button)
    assert wishes[0][0] == "import"
    assert wishes[0][1]["path"] == messy
    assert wishes[0][1]["recipe"]["steps"][0]["op"] == "company"


def test_that_a_recipe_runs_and_tells_what_no_longer_fits(bench, dialogs, messy, workspace):
    steps = [
        {"op": "map", "column": "城市", "map": {"苏洲": "苏州", "北平": "北京"}},
        {"op": "date", "column": "首次合作"},
    ]
    workspace.recipes.save("月报", {"steps": steps})
    bench.open(messy)
    dialogs.answers.append("ok")
    run = next(item for item in bench.panel.results.recipe_menu() if item and item.text.startswith("月报"))
    run.on_chosen()
    bench.wait(lambda: bool(dialogs.asked))
    bench.idle()
    assert "改动" in dialogs.asked[0]
    assert len(bench.bench.history.entries) == 2
    assert bench.column("首次合作")[2] == "去年"
    workspace.recipes.save("错", {"steps": [{"op": "trim", "column": "没有"}]})
    bench.bench.run_recipe(workspace.recipes.get("错").body, lambda _report: None)
    bench.wait(lambda: bool(dialogs.errors))
    assert "没有" in dialogs.errors[0].details[0]
    assert len(bench.bench.history.entries) == 2


def test_that_the_wizard_imports_what_the_recipe_makes_of_the_file(bench, messy, workspace, qtbot):
    from app.views.exchange.import_dialog import CHECK, DONE, ImportDialog

    before = workspace.customers.count()
    bench.open(messy)
    bench.bench.do_step(Step("company", "客户名称", {"city": "front"}))
    bench.idle()
    bench.bench.do_step(Step("rename", "联系电话", {"to": "电话"}))
    bench.idle()
    wish = bench.bench.import_wish()
    dialog = ImportDialog(bench.panel.desk, "customers", wish["path"], recipe=wish["recipe"], options=wish["options"])
    dialog.show()
    session = dialog.session
    bench.wait(lambda: not session.is_busy and session.inspection is not None)
    assert [c.name for c in session.inspection.columns][2] == "电话"
    dialog._go(CHECK)
    bench.wait(lambda: not session.is_busy and session.dry is not None)
    click(dialog.next_button)
    bench.wait(lambda: dialog._step == DONE)
    assert workspace.customers.count() > before
    names = {r.get("name") for r in workspace.customers.list(limit=200)[1]}
    assert "苏州恒力科技有限公司" in names
    assert "恒力科技(苏州)有限 公司" not in names
    dialog.reject()
    dialog.deleteLater()
    bench.idle()


def test_that_the_page_of_data_care_opens_what_it_is_given(qtbot, desk_of, messy, runner):
    from app.views.cleaning.page import CleaningPage

    page = CleaningPage(desk_of())
    page.show()
    page.activate(("workbench", messy))
    bench = page.panel("workbench").bench
    qtbot.waitUntil(lambda: bench.history is not None and bench.idle, timeout=20_000)
    assert "clean:undo" in {command.key for command in page.commands()}
    assert_accessible(page)
    page.hide()
    page.deleteLater()


def test_that_a_recipe_for_other_headers_runs_once_the_columns_are_named(bench, messy, workspace):
    workspace.recipes.save(
        "旧表",
        {"steps": [{"op": "map", "column": "客户城市", "map": {"苏洲": "苏州"}}, {"op": "trim", "column": "公司"}]},
    )
    bench.open(messy)
    run = next(item for item in bench.panel.results.recipe_menu() if item and item.text.startswith("旧表"))
    run.on_chosen()
    bench.wait(lambda: bench.panel.results.names_dialog is not None)
    dialog = bench.panel.results.names_dialog
    assert dialog._fields["客户城市"].key() == "城市"  # the likely one is offered
    assert not dialog.run_button.isEnabled()
    dialog._fields["公司"].set_key("客户名称")
    assert_accessible(dialog)
    click(dialog.run_button)
    bench.wait(lambda: bench.bench.history.at == 2)
    bench.idle()
    assert "苏洲" not in bench.column("城市")


# ---- parts ----------------------------------------------------------------------------------------------------------


def test_that_facets_narrow_each_other_and_can_be_inverted(bench, messy):
    bench.open(messy)
    bench.bench.add_facet(Facet("values", "城市"))
    bench.bench.add_facet(Facet("number", "成交金额", least=500.0))
    bench.idle()
    cities, amounts = bench.panel.facet_pane.cards
    assert counts_of(cities) == {"苏州": 2, "上海": 1, "南京": 1, "苏洲": 1}
    choose(cities, "苏州")
    bench.idle()
    click(cities.invert_button)
    bench.idle()
    assert bench.column("城市") == ["苏洲", "南京", "上海"]
    amounts.most.setText("5000")
    amounts.most.editingFinished.emit()
    bench.idle()
    assert bench.column("城市") == ["苏洲", "南京"]
    amounts.most.setText("viel")
    amounts.most.editingFinished.emit()
    assert "不是数字" in amounts._note.text()
    click(amounts.close_button)
    bench.idle()
    assert len(bench.panel.facet_pane.cards) == 1


def test_that_the_search_of_a_facet_and_the_keyboard_work(bench, messy):
    bench.open(messy)
    bench.bench.add_facet(Facet("values", "城市"))
    bench.idle()
    card = bench.panel.facet_pane.cards[0]
    card.search.setFocus()
    QTest.keyClicks(card.search, "x")
    QTest.keyClick(card.search, Qt.Key.Key_Return)
    assert not counts_of(card)
    card.search.clear_search()
    card.choices.setFocus()
    card.choices.setCurrentRow(0)
    QTest.keyClick(card.choices, Qt.Key.Key_Space)
    bench.idle()
    assert bench.column("城市") == ["南京", "南京"]


def test_that_a_cell_is_edited_everywhere_by_keyboard(bench, messy):
    bench.open(messy)
    sheet = bench.panel.sheet
    sheet.setFocus()
    sheet.setCurrentIndex(sheet.sheet.index(3, 2))
    bench.idle()
    assert bench.bench.column == "城市"
    QTest.keyClick(sheet, Qt.Key.Key_F2)
    dialog = bench.panel.dialog
    field = dialog._fields["to"]
    assert field.text() == "南京"
    field.setText("南京市")
    bench.wait(dialog.apply_button.isEnabled)
    click(dialog.apply_button)
    bench.idle()
    assert bench.column("城市")[3:5] == ["南京市", "南京市"]


def test_that_cells_not_understood_are_shown_and_listed(bench, messy):
    bench.open(messy)
    bench.panel.open_step("phone", "联系电话")
    dialog = bench.panel.dialog
    bench.wait(dialog.apply_button.isEnabled)
    assert dialog.unread.texts.rowCount() == 1
    assert "看不懂" in dialog.summary.text()
    click(dialog.apply_button)
    bench.idle()
    model = bench.panel.sheet.sheet
    assert model.problem(4, bench.bench.table.place("联系电话") + 1)
    assert "看不懂" in bench.panel.side.profile._alarm.text()


def test_that_wrong_parameters_are_told_in_the_dialog(bench, messy):
    bench.open(messy)
    bench.panel.open_step("extract", "备注")
    dialog = bench.panel.dialog
    dialog._fields["pattern"].setText("(")
    bench.wait(lambda: "正则" in dialog.summary.text())
    assert not dialog.apply_button.isEnabled()
    dialog.reject()
    assert bench.bench.history.at == 0


def test_that_every_kind_of_form_makes_a_step(bench, messy):
    bench.open(messy)
    for op in ("split", "join", "region", "move", "rename", "constant", "width"):
        bench.panel.open_step(op, "备注")
        dialog = bench.panel.dialog
        if op == "constant":
            dialog._fields["into"].setText("来源")
            dialog._fields["value"].setText("官网")
        if op == "rename":
            dialog._fields["to"].setText("说明")
        bench.wait(lambda dialog=dialog: dialog._task is None and not dialog._timer.isActive())
        assert_accessible(dialog)
        assert dialog.apply_button.isEnabled() == (op != "width"), op
        if op == "width":
            dialog.reject()
            continue
        click(dialog.apply_button)
        bench.idle()
        assert bench.bench.history.entries[0].step.op == op
        bench.bench.go_to(0)
        bench.idle()


def test_that_rows_are_flagged_taken_out_and_exported(bench, dialogs, messy, tmp_path):
    bench.open(messy)
    bench.bench.add_facet(Facet("values", "备注", frozenset({"老客户"})))
    bench.idle()
    bench.bench.do_step(Step("flag", rows=bench.bench.chosen))
    bench.idle()
    assert "★" in bench.panel.sheet.sheet.cell(0, 0)
    sheet = bench.panel.sheet
    sheet.setFocus()
    sheet.setCurrentIndex(sheet.sheet.index(0, 1))
    QTest.keyClick(sheet, Qt.Key.Key_B, CTRL)
    bench.idle()
    assert [sheet.sheet.flagged(row) for row in range(2)] == [False, True]
    bench.bench.do_step(Step("remove-rows", rows=bench.bench.chosen))
    bench.idle()
    assert "已移出 2 行" in bench.panel._rows_label.text()
    out = tmp_path / "出.csv"
    dialogs.files.append(out)
    bench.panel.results.export(removed=True)
    bench.idle()
    assert load_file(out).table.size == 2


def test_that_leaving_a_table_with_steps_asks(bench, dialogs, messy):
    bench.open(messy)
    bench.bench.do_step(Step("delete", "备注"))
    bench.idle()
    dialogs.answers.append("no")
    click(bench.panel.close_button)
    assert bench.bench.history is not None
    dialogs.answers.append("yes")
    click(bench.panel.close_button)
    assert bench.bench.history is None
    assert bench.panel.open_button.isVisible()


def test_that_a_file_that_is_no_table_is_told(bench, dialogs, tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    bench.bench.open_file(path)
    bench.wait(lambda: bool(dialogs.errors))
    assert "PDF" in str(dialogs.errors[0])
    assert bench.bench.history is None


def test_that_the_menus_offer_what_there_is(bench, messy):
    bench.open(messy)
    items = bench.panel._column_menu("城市")
    texts = [item.text for item in items if item]
    assert texts[0] == "筛选"
    assert sum(len(item.items) for item in items if item and item.items) > 30
    header = bench.panel.sheet.head
    asked = []
    bench.panel.sheet.column_menu.disconnect()
    bench.panel.sheet.column_menu.connect(lambda name, _place: asked.append(name))
    at = header.sectionViewportPosition(2) + header.sectionSize(2) - 10
    QTest.mouseClick(header.viewport(), LEFT, PLAIN, QPoint(at, 15))
    assert asked == ["城市"]


def test_that_models_keep_qts_rules(qtmodeltester, messy):
    table = load_file(messy).table
    sheet = SheetModel()
    sheet.show(table, table.alive.nonzero()[0])
    qtmodeltester.check(sheet)
    texts = TextModel()
    texts.show(["a", "b"], [("1", "2"), ("3", "4")], {1: "text_3"})
    qtmodeltester.check(texts)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_everything_has_a_name_for_screen_readers(bench, messy, language):
    set_language(language)
    panel = WorkbenchPanel(bench.panel.desk)
    assert_accessible(panel)
    panel.bench.open_file(messy)
    bench.wait(lambda: panel.bench.idle and panel.bench.history is not None)
    for kind in ("values", "number", "date", "text", "mask"):
        panel.bench.add_facet(Facet(kind, "首次合作"))
    bench.wait(lambda: panel.bench.idle and len(panel.facet_pane.cards) == 5)
    assert_accessible(panel)
    panel.open_clusters()
    dialog = panel.dialog
    bench.wait(lambda: not dialog.is_busy)
    assert_accessible(dialog)
    dialog.reject()
    bench.idle()
    panel.deleteLater()
    QApplication.processEvents()


# ---- what must not be lost ------------------------------------------------------------------------------------------


def test_that_another_table_does_not_take_the_place_of_unsaved_steps_unasked(bench, dialogs, messy):
    bench.open(messy)
    bench.bench.do_step(Step("constant", "", {"into": "城市", "value": "昆山"}))
    bench.idle()
    for payload in ({"entity": "customers"}, messy):
        dialogs.answers.append("")
        bench.panel.activate(payload)
        bench.idle()
        assert bench.column("城市") == ["昆山"] * 6
    assert len(dialogs.asked) == 2
    dialogs.answers.append("yes")
    bench.panel.activate({"entity": "customers"})
    bench.idle()
    assert bench.bench.source.records is not None


def test_that_the_history_stands_still_while_a_step_is_under_way(bench, messy):
    bench.open(messy)
    bench.bench.do_step(Step("constant", "", {"into": "城市", "value": "昆山"}))
    bench.idle()
    bench.bench.do_step(Step("constant", "", {"into": "备注", "value": "核对过"}))
    assert bench.bench.is_busy
    assert not bench.panel.undo_button.isEnabled()
    assert not bench.panel.rows_button.isEnabled()
    bench.bench.undo()
    bench.bench.go_to(0)
    bench.idle()
    assert bench.bench.history.at == 2
    assert (set(bench.column("城市")), set(bench.column("备注"))) == ({"昆山"}, {"核对过"})
    click(bench.panel.undo_button)
    bench.idle()
    assert set(bench.column("城市")) == {"昆山"}
    assert set(bench.column("备注")) != {"核对过"}


def test_that_a_narrow_bench_shows_its_verbs_as_icons_with_names(bench, messy):
    bench.open(messy)
    panel = bench.panel
    panel.resize(755, 500)
    assert panel.transform_button.text() == ""
    assert panel.transform_button.toolTip() == panel.transform_button.accessibleName() == "转换"
    assert_accessible(panel)
    bench.wait(lambda: panel._title.width() > 100)
    panel.resize(1280, 760)
    assert panel.transform_button.text() == "转换"
