"""The import wizard from the file to the undo: by mouse, by keyboard, with wrong files, cancelled, closed."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.paths import resource_dir
from app.core.pinyin import spoken
from app.services.exchange.importing import importer
from app.views.exchange.import_dialog import CHECK, DONE, FILE, IMPORT, MAPPING, ImportDialog
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import write_table

LEFT = Qt.MouseButton.LeftButton


def click(widget):
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def press(key):
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


# ---- all the way ----------------------------------------------------------------------------------------------------


def test_that_a_file_is_imported_and_undone_by_mouse(wizard, dialogs, people, workspace, qtbot):
    dialog, before = wizard.dialog, workspace.customers.count()
    dialogs.files.append(people)
    click(dialog.file_step.choose_button)
    wizard.idle()
    assert dialog.file_step._name.text() == people.name
    click(dialog.next_button)
    assert dialog._step == MAPPING
    click(dialog.next_button)
    wizard.checked()
    assert (wizard.session.dry.created, wizard.session.dry.rejected, wizard.session.dry.duplicates) == (3, 1, 1)
    assert "3" in dialog.next_button.text()
    click(dialog.next_button)
    qtbot.waitUntil(lambda: dialog._step == DONE, timeout=20_000)
    assert workspace.customers.count() == before + 3
    assert wizard.session.report.errors_file.exists()
    click(dialog.done_step.undo_button)
    qtbot.waitUntil(lambda: dialog.done_step._title.text() == "已撤销导入", timeout=10_000)
    assert workspace.customers.count() == before
    assert not dialog.done_step.view_button.isVisible()
    click(dialog.close_button)
    assert not dialog.isVisible()


def test_that_the_keyboard_alone_is_enough(wizard, dialogs, people, workspace, qtbot):
    dialog, before = wizard.dialog, workspace.customers.count()
    dialogs.files.append(people)
    assert QApplication.focusWidget() is dialog.file_step.choose_button
    press(Qt.Key.Key_Space)
    wizard.idle()
    qtbot.waitUntil(lambda: wizard.session.preview is not None)
    dialog.next_button.setFocus(Qt.FocusReason.TabFocusReason)
    press(Qt.Key.Key_Return)
    assert dialog._step == MAPPING
    assert QApplication.focusWidget() is dialog.next_button
    press(Qt.Key.Key_Return)
    wizard.checked()
    assert QApplication.focusWidget() is dialog.next_button
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog._step == DONE, timeout=20_000)
    assert workspace.customers.count() == before + 3
    assert QApplication.focusWidget() is dialog.done_step.view_button
    pages = []
    dialog.desk.page_wanted.connect(lambda key, _payload: pages.append(key))
    press(Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert pages == ["customers"]


def test_that_tab_goes_through_a_step_in_the_order_of_the_page(wizard, people):
    wizard.to_mapping(people)
    step = wizard.dialog.mapping_step
    wanted = [
        step.presets,
        *(stop for line in step.lines for stop in line.stops()),
        step.table,
        wizard.dialog.back_button,
    ]
    assert len(wanted) == 9  # one line has a unit
    step.presets.setFocus()
    seen = [step.presets]
    while len(seen) < len(wanted):
        press(Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen == wanted


def test_that_every_page_has_names_for_screen_readers(wizard, people, qtbot):
    assert_accessible(wizard.dialog)
    wizard.to_mapping(people)
    assert_accessible(wizard.dialog)
    wizard.dialog._go(CHECK)
    wizard.checked()
    assert_accessible(wizard.dialog)


def test_that_another_file_can_follow(wizard, people, table, qtbot, workspace):
    wizard.to_check(people)
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=20_000)
    click(wizard.dialog.done_step.again_button)
    assert wizard.dialog._step == FILE
    assert wizard.session.inspection is None
    assert wizard.dialog.file_step.choose_button.isVisible()
    wizard.to_check(table([["客户名称"], ["绍兴再来商贸有限公司"]], "第二份.csv"))
    assert wizard.session.dry.created == 1


def test_that_new_rows_are_held_against_the_archive(wizard, table, qtbot, workspace):
    from tests.factories.customers import add, email, phone

    add(
        workspace,
        "绍兴兰亭酒业有限公司",
        phones=(phone("13577778888"),),
        emails=(email("lt@lanting.cn"),),
        city="绍兴市",
    )
    rows = [
        ["客户名称", "手机", "邮箱", "城市"],
        ["兰亭酒业（绍兴）公司", "135-7777-8888", "lt@lanting.cn", "绍兴市"],
        ["毫不相干的公司", "13612340000", "", ""],
    ]
    wizard.to_check(table(rows, "新名单.csv"))
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=20_000)
    wanted = []
    wizard.session.desk.page_wanted.connect(lambda key, payload: wanted.append((key, payload)))
    click(wizard.dialog.done_step.twins_button)
    qtbot.waitUntil(lambda: bool(wanted), timeout=20_000)
    assert wanted == [("cleaning", ("duplicates", "customers"))]
    assert workspace.duplicates.pairs("customers")[0] >= 1


# ---- the file -------------------------------------------------------------------------------------------------------


def drop(widget, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(50, 50), *how))
    QApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), *how))


def test_that_a_dropped_file_is_read(wizard, people):
    drop(wizard.dialog.file_step, people)
    wizard.idle()
    assert wizard.session.inspection.path == people


def test_that_a_wrong_file_is_told_in_place_and_another_can_be_chosen(wizard, people, tmp_path, dialogs):
    bad = tmp_path / "坏文件.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    wizard.open(bad)
    step = wizard.dialog.file_step
    assert step.problem.isVisible()
    assert "坏文件.xlsx" in step.problem.accessibleName()
    assert step.choose_button.isVisible()
    assert not wizard.dialog.next_button.isVisible()
    wizard.open(people)
    assert not step.problem.isVisible()
    assert wizard.dialog.next_button.isEnabled()
    assert not dialogs.errors


def test_that_a_refused_second_file_leaves_the_first_one_open(wizard, people, tmp_path):
    wizard.open(people)
    (bad := tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    wizard.open(bad)
    assert wizard.session.path == people
    assert wizard.dialog.file_step.problem.isVisible()
    wizard.dialog._go(CHECK)
    wizard.checked()
    assert wizard.session.dry.rows == 5


def test_that_a_header_alone_is_told_and_next_is_off(wizard, table):
    wizard.open(table([["客户名称", "手机"]]))
    assert not wizard.dialog.next_button.isEnabled()
    if wizard.session.inspection is not None:
        assert wizard.dialog.file_step.notes.isVisible()
    else:
        assert wizard.dialog.file_step.problem.isVisible()


def test_that_another_header_row_is_read_anew(wizard, table):
    wizard.open(table([["客户名称", "手机"], ["甲有限公司", "13812345678"], ["乙有限公司", "13912345678"]]))
    step = wizard.dialog.file_step
    assert wizard.session.inspection.rows == 2
    step.header.setFocus()
    step.header.setValue(0)
    wizard.idle()
    assert wizard.session.inspection.rows == 3
    assert step.table.grid.rowCount() == 3
    step.header.stepBy(1)
    wizard.idle()
    assert [c.name for c in wizard.session.inspection.columns] == ["客户名称", "手机"]


def test_that_the_encoding_can_be_corrected(wizard, table):
    wizard.open(table([["客户名称"], ["深圳甲有限公司"]], encoding="gb18030"))
    step = wizard.dialog.file_step
    assert wizard.session.inspection.encoding == "gb18030"
    others = [step.encoding.itemData(at) for at in range(step.encoding.count()) if at != step.encoding.currentIndex()]
    assert others
    step.encoding.set_key(others[0])
    wizard.idle()
    assert wizard.session.inspection.encoding == others[0]
    step.encoding.set_key("gb18030")
    wizard.idle()
    assert wizard.session.inspection.columns[0].name == "客户名称"


def test_that_another_sheet_is_read_anew(wizard, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "一月"
    book.active.append(["客户名称"])
    book.active.append(["甲有限公司"])
    second = book.create_sheet("二月")
    for row in (["客户名称", "手机"], ["乙有限公司", "13812345678"], ["丙有限公司", "13912345678"]):
        second.append(row)
    path = tmp_path / "两张表.xlsx"
    book.save(path)
    wizard.open(path)
    step = wizard.dialog.file_step
    assert step.sheet.isVisible()
    first = wizard.session.inspection.sheet
    step.sheet.set_key("二月" if first == "一月" else "一月")
    wizard.idle()
    assert wizard.session.inspection.sheet != first
    assert wizard.session.inspection.rows == (2 if first == "一月" else 1)


def test_that_a_later_question_takes_the_place_of_an_earlier_one(wizard, people, table):
    other = table([["客户名称"], ["丁有限公司"]], "后来的.csv")
    wizard.session.open(people)
    wizard.session.open(other)
    wizard.idle()
    assert wizard.session.inspection.path == other
    assert wizard.dialog.stack.currentIndex() == FILE


def test_that_switching_the_kind_of_record_maps_anew(wizard, people, qtbot):
    wizard.open(people)
    step = wizard.dialog.file_step
    step.entity.set_key("contacts")
    wizard.idle()
    assert wizard.session.entity_key == wizard.session.plan.entity == "contacts"
    assert "联系人" in wizard.dialog._title.text()
    click(wizard.dialog.next_button)
    lines = wizard.dialog.mapping_step.lines
    qtbot.waitUntil(lambda: len(lines) == 5)
    keys = {lines[0].field.itemData(at) for at in range(lines[0].field.count())}
    assert "customers" in keys
    assert "credit_code" not in keys
    rules = wizard.dialog.check_step.options.rule
    assert rules.findData("credit_code") < 0


def test_that_notes_are_folded_when_there_are_many(wizard, qtbot):
    wizard.open(resource_dir() / "samples" / "customers.xlsx")
    notes = wizard.dialog.file_step.notes
    all_notes = [n.text for n in wizard.session.inspection.notes]
    assert len(all_notes) > 2
    assert notes.accessibleName() == "\n".join(all_notes[:2])
    click(notes._action)
    assert notes.accessibleName() == "\n".join(all_notes)
    click(notes._action)
    assert notes.accessibleName() == "\n".join(all_notes[:2])


# ---- stopping -------------------------------------------------------------------------------------------------------


def test_that_cancelling_in_the_middle_leaves_nothing(
    wizard, dialogs, tmp_path, workspace, qtbot, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(importer, "BATCH_ROWS", 20)
    before, operations = workspace.customers.count(), workspace.history.list()[0]
    wizard.to_check(write_table(tmp_path / "很多.csv", 2000, seed=3))
    dialogs.answers.append("yes")
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: workspace.customers.count() > before, timeout=10_000)
    assert wizard.dialog._step == IMPORT
    click(wizard.dialog.progress_step.cancel_button)
    wizard.idle()
    assert dialogs.asked == ["取消导入？"]
    assert wizard.dialog._step == CHECK
    assert workspace.customers.count() == before
    done = [o for o in workspace.history.list()[1] if o.state == "done"]
    assert len(done) <= operations
    click(wizard.dialog.next_button)  # and it can be started again
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=30_000)
    assert workspace.customers.count() > before + 1900


def test_that_a_cancelled_check_goes_back_a_step(wizard, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(importer, "BATCH_ROWS", 20)
    wizard.open(write_table(tmp_path / "很多.csv", 3000, seed=4))
    wizard.dialog._go(CHECK)
    qtbot.waitUntil(wizard.dialog.progress_step.cancel_button.isVisible)
    click(wizard.dialog.progress_step.cancel_button)
    wizard.idle()
    assert wizard.dialog._step == MAPPING
    assert wizard.session.dry is None


@pytest.mark.parametrize("step", [MAPPING, CHECK])
def test_that_leaving_asks_first(wizard, people, dialogs, step):
    wizard.to_check(people)
    wizard.dialog._go(step)
    dialogs.answers += ["no", "yes"]
    QTest.keyClick(wizard.dialog, Qt.Key.Key_Escape)
    assert wizard.dialog.isVisible()
    wizard.dialog.close()
    assert not wizard.dialog.isVisible()
    assert len(dialogs.asked) == 2


def test_that_leaving_a_running_import_stops_it(wizard, dialogs, tmp_path, workspace, qtbot, monkeypatch):
    monkeypatch.setattr(importer, "BATCH_ROWS", 20)
    before = workspace.customers.count()
    wizard.to_check(write_table(tmp_path / "很多.csv", 1500, seed=5))
    dialogs.answers.append("yes")
    click(wizard.dialog.next_button)
    wizard.dialog.close()
    assert wizard.dialog.isVisible()
    wizard.idle()
    assert workspace.customers.count() == before


def test_that_a_file_that_went_away_is_told_on_the_check_page(wizard, people, dialogs):
    wizard.open(people)
    people.unlink()
    wizard.dialog._go(CHECK)
    wizard.idle()
    assert wizard.session.dry is None
    assert wizard.dialog.check_step.note.isVisible()
    assert people.name in wizard.dialog.check_step.note.accessibleName()
    assert not wizard.dialog.next_button.isEnabled()
    assert not dialogs.errors


# ---- speed, size ----------------------------------------------------------------------------------------------------


def test_that_5000_rows_are_imported_in_the_window(wizard, big_table, workspace, qtbot):
    before = workspace.customers.count()
    wizard.to_mapping(big_table)
    wizard.dialog._go(CHECK)
    wizard.checked()
    click(wizard.dialog.next_button)
    qtbot.waitUntil(lambda: wizard.dialog._step == DONE, timeout=60_000)
    assert workspace.customers.count() > before + 4900


@pytest.fixture
def big_table(wizard, tmp_path):
    """5,000 rows; the tables of pinyin are loaded as they are in a window that has been used."""
    spoken("客户")
    return write_table(tmp_path / "五千.csv", 5000, seed=6)


def test_that_the_size_is_kept(wizard, desk_of, people, qtbot):
    wizard.dialog.resize(760, 640)
    wizard.dialog.reject()
    again = ImportDialog(desk_of())
    assert again.desk.settings.current.pages["import_dialog"]
    assert again.width() == wizard.dialog.width()
    again.deleteLater()


def test_that_dropping_the_sample_twice_keeps_the_original(wizard, tmp_path):
    copy = shutil.copy(resource_dir() / "samples" / "customers.xlsx", tmp_path / "台账.xlsx")
    content = copy.read_bytes()
    wizard.to_check(copy)
    assert copy.read_bytes() == content
