"""The files in the pane, in a real window: clicks, keys, dropping, pasting, undo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.bootstrap import workspace_of
from app.views.records import file_progress
from app.views.records.field_editors import LineEditor
from app.views.records.record_dialog import RecordDialog
from app.views.widgets.drop_shade import DropShade
from tests.factories.archives import actor
from tests.gui.accessibility import assert_accessible
from tests.unit.files.makers import docx, picture, put

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def files(page, qtbot):
    """The panel of the first record, in front."""
    page.pane.show_tab("files")
    return page.pane.files


@pytest.fixture
def shown(page, qtbot, files):
    """Waits until the panel shows these names."""

    def wait(*names: str) -> None:
        qtbot.waitUntil(lambda: [row.file.name for row in files.rows] == list(names), timeout=10000)
        qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=20000)

    return wait


@pytest.fixture
def two(page, files, shown, dialogs, tmp_path: Path):
    """Two files, added by the button."""
    dialogs.files = [put(tmp_path, "合同.docx", docx()), put(tmp_path, "照片.png", picture())]
    QTest.mouseClick(files.add, LEFT)
    shown("合同.docx", "照片.png")
    return files.rows


def held(page) -> list[str]:
    return [one.file.name for one in page.desk.workspace.files.list("customers", page.pane.record().id)]


def test_that_an_empty_panel_says_what_to_do(files):
    assert "拖到这里" in files.nothing.text()
    assert files.nothing.isVisible()
    assert not files.save_all.isVisible()
    assert_accessible(files)


def test_that_chosen_files_appear_with_pictures_and_the_toast_takes_them_back(page, files, two, shown, qtbot):
    qtbot.waitUntil(lambda: [row.has_picture() for row in files.rows] == [False, True], timeout=20000)
    assert " B" in files.rows[0].facts()
    assert page.pane.tabs._find("files").item.count == 2
    assert_accessible(files)
    assert len(page.desk.toasts.toasts()) == 1
    page.desk.undo(next(iter(page.desk._offers)))
    shown()
    assert held(page) == []


def test_that_enter_and_double_click_open_a_read_only_copy(page, files, two, qtbot, monkeypatch):
    opened: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())) or True)
    files.rows[0].setFocus()
    QTest.keyClick(files.rows[0], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(opened) == 1, timeout=5000)
    QTest.mouseDClick(files.rows[1], LEFT, pos=QPoint(80, 20))
    qtbot.waitUntil(lambda: len(opened) == 2, timeout=5000)
    assert [p.name for p in opened] == ["合同.docx", "照片.png"]
    assert opened[0].read_bytes().startswith(b"PK")
    assert not os.access(opened[0], os.W_OK) or os.geteuid() == 0


def test_that_keys_move_rename_and_remove(page, files, two, shown, dialogs):
    files.rows[0].setFocus()
    QTest.keyClick(files.rows[0], Qt.Key.Key_Down)
    assert files.rows[1].hasFocus()
    dialogs.texts = ["车间"]
    QTest.keyClick(files.rows[1], Qt.Key.Key_F2)
    shown("合同.docx", "车间.png")
    assert files.rows[1].hasFocus(), "the keyboard stays where it was"
    QTest.keyClick(files.rows[1], Qt.Key.Key_Delete)
    shown("合同.docx")
    assert files.rows[0].hasFocus()
    page.desk.undo(next(reversed(page.desk._offers)))
    shown("合同.docx", "车间.png")


def test_that_the_menu_saves_and_notes(page, files, two, shown, dialogs, qtbot, tmp_path: Path):
    items = {item.text: item for item in files.menu_of(files.rows[0].file) if item}
    assert list(items) == ["打开", "另存为…", "改名…", "备注…", "移除"]
    dialogs.files = [tmp_path / "out.docx"]
    items["另存为…"].on_chosen()
    qtbot.waitUntil((tmp_path / "out.docx").exists, timeout=5000)
    dialogs.texts = ["已盖章"]
    items["备注…"].on_chosen()
    qtbot.waitUntil(lambda: files.rows[0].file.note == "已盖章", timeout=5000)
    (tmp_path / "all").mkdir()
    dialogs.files = [tmp_path / "all"]
    QTest.mouseClick(files.save_all, LEFT)
    qtbot.waitUntil(lambda: len(list((tmp_path / "all").iterdir())) == 2, timeout=5000)
    qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=5000)
    QTest.mouseClick(files.rows[0], Qt.MouseButton.RightButton)
    files.rows[0].menu_wanted.emit(files.mapToGlobal(QPoint(20, 20)))
    menu = next(m for m in files.findChildren(QMenu) if m.isVisible())
    assert [a.text().split("\t")[0] for a in menu.actions() if a.text()] == list(items)
    menu.close()


def test_that_files_dropped_on_the_pane_are_added(page, files, shown, tmp_path: Path):
    page.pane.show_tab("events")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(put(tmp_path, "a.txt", b"a")))])
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), actions, data, LEFT, none)
    QApplication.sendEvent(page.pane, enter)
    assert enter.isAccepted()
    assert page.pane.findChild(DropShade).isVisible()
    QApplication.sendEvent(page.pane, QDropEvent(QPointF(50, 50), actions, data, LEFT, none))
    assert not page.pane.findChild(DropShade).isVisible()
    shown("a.txt")
    assert files.isVisible()


def test_that_files_and_pictures_are_pasted(page, files, shown, two, qtbot, tmp_path: Path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(put(tmp_path, "b.txt", b"b")))])
    QGuiApplication.clipboard().setMimeData(data)
    QTest.keyClick(files.rows[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    shown("合同.docx", "照片.png", "b.txt")
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    files.rows[0].setFocus()
    QTest.keyClick(files.rows[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(files.rows) == 4, timeout=5000)
    assert files.rows[3].file.name.startswith("粘贴的图片")
    assert files.rows[3].file.media_type == "image/png"
    qtbot.waitUntil(lambda: not page.desk.runner.busy(), timeout=20000)
    QGuiApplication.clipboard().clear()


def test_that_a_folder_is_refused_in_words(page, files, dialogs, qtbot, tmp_path: Path):
    files.take([tmp_path])
    qtbot.waitUntil(lambda: bool(dialogs.errors), timeout=5000)
    assert "文件夹" in str(dialogs.errors[0])
    assert held(page) == []


def test_that_long_work_shows_how_it_goes_and_can_be_stopped(page, files, qtbot, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_progress, "AFTER", 1)
    files.progress._wait.setInterval(1)
    big = tmp_path / "大.bin"
    with big.open("wb") as file:
        file.truncate(600 << 20)
    files.take([big])
    qtbot.waitUntil(files.progress.isVisible, timeout=5000)
    QTest.mouseClick(files.progress.cancel, LEFT)
    qtbot.waitUntil(lambda: not page.desk.runner.busy("write"), timeout=20000)
    assert not files.progress.isVisible()
    assert held(page) == []


def test_that_who_may_only_read_is_told_why(make_page, workspace, qtbot, two, dialogs):
    workspace.people.add("leser", "只读", "leser-pass-123", ["readonly"])
    over = workspace_of(workspace.archive, actor(workspace, "leser"), "test")
    page = make_page(over)
    page.pane.show_tab("files")
    files = page.pane.files
    assert (files.add.isEnabled(), files.hint.isVisible()) == (False, True)
    assert "不能修改" in files.hint.text()
    assert [row.file.name for row in files.rows] == ["合同.docx", "照片.png"]
    QTest.keyClick(files.rows[0], Qt.Key.Key_Delete)
    assert len(files.rows) == 2
    assert not {i.text: i for i in files.menu_of(files.rows[0].file) if i}["移除"].enabled
    assert page.pane.findChild(DropShade) is None


def test_that_the_form_has_no_editor_for_files_and_the_list_counts_them(page, two, qtbot):
    dialog = page.verbs.edit_record(page.pane.record())
    assert isinstance(dialog, RecordDialog)
    assert not dialog.form.has("files")
    assert isinstance(dialog.form.editor("name"), LineEditor)
    dialog.reject()
    from app.views.records.cells import cell_of

    field = page.service.entity.field("files")
    assert cell_of(field, page.pane.record(), {}, {}) == "2 个附件"
