"""The window around the pages, driven by keys and clicks over a real archive."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.core.i18n import set_language
from app.views.shell import pages
from app.views.shell.finder import matching
from app.views.shell.page import Command, NewRecord, OpenRecord, Page
from app.views.shell.shortcuts_dialog import ShortcutsDialog
from app.views.shell.sidebar import Favourite
from app.views.theme import theme
from app.views.widgets.palette import PaletteItem
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import type_text

CTRL = Qt.KeyboardModifier.ControlModifier


class OtherPage(Page):
    """Stands for a page of somebody else: one command on a key of the window, one on its own."""

    key = "customers"
    icon = "users"

    def __init__(self, desk):
        super().__init__(desk)
        self.payloads: list[object] = []
        self.ran: list[str] = []

    @property
    def title(self):
        return "客户"

    def activate(self, payload=None):
        self.payloads.append(payload)

    def commands(self):
        return [
            Command("own", "我的命令", "star", lambda: self.ran.append("own"), "Ctrl+E"),
            Command("over", "盖过窗口", "star", lambda: self.ran.append("over"), "Ctrl+/"),
        ]


@pytest.fixture
def other_page(monkeypatch):
    """A customers page that is sure to be there."""
    real = pages.entries()
    entry = pages.PageEntry("customers", "客户", "users", "main", OtherPage)
    monkeypatch.setattr(pages, "entries", lambda: [entry, *(e for e in real if e.key != "customers")])


def items(window):
    model = window.palette_view.model
    return [item for row in range(model.rowCount()) if isinstance(item := model.item_at(row), PaletteItem)]


def test_that_the_number_keys_go_to_the_pages(other_page, main_window, qtbot):
    assert main_window.current_page().key == "customers"
    for number, key in ((2, "history"), (3, "settings"), (1, "customers")):
        QTest.keyClick(main_window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
        qtbot.waitUntil(lambda key=key: main_window.current_page().key == key)
        assert main_window.head.title.text() == main_window.current_page().title


def test_that_a_missing_page_is_not_offered(main_window):
    offered = {entry.key for entry in main_window.entries()}
    assert {"history", "settings"} <= offered
    main_window.show_page("no such page")
    assert main_window.current_page().key in offered


def test_that_a_page_that_does_not_exist_in_this_build_is_left_out(monkeypatch):
    monkeypatch.setattr(pages, "_PAGES", (("nowhere", "app.views.nowhere.page:Nowhere", "x", "main"), *pages._PAGES))
    monkeypatch.setattr(pages, "_title", lambda key: key)
    assert "nowhere" not in [entry.key for entry in pages.entries()]


@pytest.mark.gui_budget(150)
def test_that_the_palette_finds_customers_and_opens_them(other_page, main_window, qtbot, workspace):
    total, found = workspace.customers.list(limit=1)
    assert total
    name = found[0].get("name")
    QTest.keyClick(main_window, Qt.Key.Key_K, CTRL)
    assert main_window.palette_view.isVisible()
    type_text(main_window.palette_view.edit, name[:4])
    qtbot.waitUntil(lambda: any(isinstance(item.id, OpenRecord) for item in items(main_window)), timeout=4000)
    hit = next(item for item in items(main_window) if item.title == name)
    row = next(
        r for r in range(main_window.palette_view.model.rowCount()) if main_window.palette_view.model.item_at(r) is hit
    )
    main_window.palette_view.list.setCurrentIndex(main_window.palette_view.model.index(row))
    QTest.keyClick(main_window.palette_view.edit, Qt.Key.Key_Return)
    assert main_window.current_page().payloads[-1] == OpenRecord("customers", found[0].id)
    assert not main_window.palette_view.isVisible()


def test_that_the_palette_runs_commands_of_page_and_window(other_page, main_window, qtbot):
    QTest.mouseClick(main_window.head.search, Qt.MouseButton.LeftButton)
    titles = [item.title for item in items(main_window)]
    assert "我的命令" in titles
    assert "查看快捷键" not in titles, "the page's command has the key Ctrl+/"
    type_text(main_window.palette_view.edit, "我的")
    qtbot.waitUntil(lambda: [item.title for item in items(main_window)][-1:] == ["我的命令"])
    QTest.keyClick(main_window.palette_view.edit, Qt.Key.Key_Return)
    assert main_window.current_page().ran == ["own"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ["锁定", "新建 客户"]), ("客户", ["新建 客户"]), ("客户 新建", ["新建 客户"]), ("x", [])],
)
def test_that_commands_match_when_they_hold_every_word(text, expected):
    commands = [Command("a", "锁定", "", lambda: None), Command("b", "新建 客户", "", lambda: None)]
    assert [command.title for command in matching(commands, text)] == expected


def test_that_a_key_of_the_page_goes_before_the_same_key_of_the_window(other_page, main_window, qtbot):
    QTest.keyClick(main_window, Qt.Key.Key_E, CTRL)
    QTest.keyClick(main_window, Qt.Key.Key_Slash, CTRL)
    assert main_window.current_page().ran == ["own", "over"]
    assert main_window.findChild(ShortcutsDialog) is None
    main_window.show_page("history")
    QTest.keyClick(main_window, Qt.Key.Key_Slash, CTRL)
    qtbot.waitUntil(lambda: main_window.findChild(ShortcutsDialog) is not None)
    main_window.findChild(ShortcutsDialog).reject()


def test_that_the_new_menu_asks_the_page_for_a_form(other_page, main_window, qtbot):
    QTest.mouseClick(main_window.head.new_button, Qt.MouseButton.LeftButton)
    menu = main_window.findChild(QMenu)
    assert menu is not None
    labels = [action.text().partition("\t")[0] for action in menu.actions()]
    assert labels[:3] == ["新建客户", "新建联系人", "记跟进"]
    menu.actions()[1].trigger()
    assert main_window.current_page().payloads[-1] == NewRecord("contacts")
    menu.close()


def test_that_undo_takes_the_last_operation_back_and_names_it(main_window, qtbot, workspace, dialogs):
    record = workspace.customers.list(limit=1)[1][0]
    before = record.get("city")
    workspace.customers.update(record.id, {"city": "拉萨市"})
    seen = []
    main_window.desk.changed.connect(lambda changes, _who: seen.append(changes))
    QTest.keyClick(main_window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: bool(seen), timeout=4000)
    assert workspace.customers.get(record.id).get("city") == before
    text = main_window.toasts.toasts()[-1].accessibleName()
    assert text.startswith("已撤销：")
    assert str(record.get("name")) in text


def test_that_no_toast_offers_what_was_undone_another_way(main_window, qtbot, workspace, dialogs):
    record = workspace.customers.list(limit=1)[1][0]
    desk = main_window.desk
    desk.operate(
        lambda _job: workspace.customers.update(record.id, {"city": "拉萨市"}), title="修改", owner=main_window, told="已修改"
    )  # fmt: skip
    qtbot.waitUntil(lambda: bool(main_window.toasts.toasts()), timeout=4000)
    offer = main_window.toasts.toasts()[-1]
    QTest.keyClick(main_window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(
        lambda: bool(main_window.toasts.toasts()) and offer not in main_window.toasts.toasts(), timeout=4000
    )
    qtbot.waitUntil(
        lambda: "已撤销" in "".join(one.accessibleName() for one in main_window.toasts.toasts()), timeout=4000
    )
    assert dialogs.errors == []


def test_that_undoing_much_is_asked_about_first(main_window, qtbot, workspace, dialogs):
    workspace.customers.tag_many([int(h) for h in workspace.customers.handles()], add=["全部"])
    dialogs.answers = ["no"]
    QTest.keyClick(main_window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: bool(dialogs.asked), timeout=4000)
    assert any(name == "全部" and count for name, _tone, count in workspace.customers.tags())


def test_that_the_foot_tells_backup_and_counts_and_follows_changes(main_window, qtbot, workspace):
    total = workspace.customers.count()
    qtbot.waitUntil(lambda: f"{total} 位客户" in main_window.foot.text(), timeout=4000)
    assert "数据库已加密" in main_window.foot.text()
    record = workspace.customers.list(limit=1)[1][0]
    main_window.desk.operate(lambda _job: workspace.customers.delete(record.id), title="删除", owner=main_window)
    qtbot.waitUntil(lambda: f"{total - 1} 位客户" in main_window.foot.text(), timeout=6000)


def test_that_a_scheduled_backup_is_made_when_due(main_window, qtbot, workspace):
    for old in workspace.vault.backups():
        old.path.unlink()
    main_window.keeper.back_up_when_due()
    qtbot.waitUntil(lambda: [b.reason for b in workspace.vault.backups()] == ["scheduled"], timeout=8000)
    main_window.keeper.back_up_when_due()
    qtbot.waitUntil(lambda: not main_window.desk.runner.busy("write"))
    assert len(workspace.vault.backups()) == 1


def test_that_a_dropped_table_opens_the_import(main_window, monkeypatch, tmp_path):
    wanted: list[tuple[Path, str]] = []
    monkeypatch.setattr(pages, "can_import", lambda: True)
    monkeypatch.setattr(main_window, "open_import", lambda path, entity: wanted.append((path, entity)))
    for name in ("客户.XLSX", "照片.png"):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        event = QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        main_window.dropEvent(event)
    monkeypatch.setattr(main_window, "current_page", lambda: SimpleNamespace(key="deals"))
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "商机.xlsx"))])
    main_window.dropEvent(event)
    assert [(path.name, entity) for path, entity in wanted] == [("客户.XLSX", "customers"), ("商机.xlsx", "deals")]


def test_that_the_theme_button_switches_and_remembers(main_window, settings):
    QTest.mouseClick(main_window.head.theme_button, Qt.MouseButton.LeftButton)
    assert theme.current().name == "dark"
    assert settings.current.theme == "dark"
    QTest.mouseClick(main_window.head.theme_button, Qt.MouseButton.LeftButton)
    assert settings.current.theme == "light"


def test_that_favourites_lead_to_their_page(other_page, main_window):
    main_window.set_favourites([Favourite("A&B <b>", "customers", {"view": 1}, "warn")])
    button = main_window.sidebar._favourites[0]
    assert button.label() == "A&B <b>"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert main_window.current_page().payloads[-1] == {"view": 1}


def test_that_page_and_geometry_are_remembered(main_window, settings):
    main_window.show_page("history")
    main_window._keep_geometry()
    assert settings.current.pages["last"] == "history"
    assert settings.current.window["geometry"]


@pytest.mark.parametrize("code", ["zh", "en"])
def test_that_everything_has_an_accessible_name(qtbot, workspace, runner, settings, dialogs, code):
    from app.views.shell.main_window import MainWindow

    set_language(code)
    window = MainWindow(workspace, "admin", runner, settings, dialogs)
    window.begin()
    for key in [entry.key for entry in window.entries()]:
        window.show_page(key)
        assert_accessible(window)
    qtbot.waitUntil(lambda: not runner.busy())
    window.let_go()
    window.deleteLater()
    QApplication.sendPostedEvents(None, 0)
