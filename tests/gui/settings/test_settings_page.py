"""The settings, each section over a real archive."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.core.fields import FieldType
from app.core.i18n import set_language
from app.errors import UserError
from app.services.customers import field_order
from app.services.customers.tags import TagService
from app.services.vault import keychain
from app.views.settings.choices_section import ChoiceDialog
from app.views.settings.form_dialog import FormDialog
from app.views.settings.page import SettingsPage
from app.views.settings.words import size_text
from app.views.theme import theme
from app.views.widgets.buttons import Button
from app.views.widgets.password_field import PasswordField
from app.views.widgets.recovery_code import RecoveryCode
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import PASSWORD, USER, opened

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(main_window):
    main_window.show_page("settings")
    made = main_window.current_page()
    assert isinstance(made, SettingsPage)
    return made


@pytest.fixture
def show(page, qtbot, runner):
    def go(key):
        page.show_section(key)
        qtbot.waitUntil(lambda: not runner.busy(), timeout=6000)
        return page.section(key)

    return go


def dialog_of(section):
    return section.findChild(FormDialog)


def titles(item_list):
    return [item.title for item in item_list.items()]


@pytest.mark.parametrize("code", ["zh", "en"])
def test_that_every_section_is_accessible(page, show, code):
    set_language(code)
    for key in page.keys():  # noqa: SIM118 - not a mapping
        assert_accessible(show(key))


def test_that_theme_and_rows_are_set_and_remembered(show, settings):
    section = show("appearance")
    section._theme.changed.emit("dark")
    assert theme.current().name == "dark"
    section._rows.changed.emit("compact")
    assert (settings.current.theme, settings.current.compact_tables) == ("dark", True)
    section._theme.changed.emit("light")


def test_that_the_language_asks_for_a_fresh_window(show, settings, main_window, qtbot):
    section = show("appearance")
    with qtbot.waitSignal(main_window.rebuild_wanted, timeout=1000):
        section._language.changed.emit("en")
    assert settings.current.language == "en"


def test_that_lock_minutes_are_kept_and_take_effect(show, settings, main_window):
    section = show("security")
    section._minutes.set_key("15")
    assert settings.current.lock_minutes == 15
    assert main_window.idle._limit == 15 * 60
    section._minutes.set_key("0")
    assert not main_window.idle._timer.isActive()


def test_that_the_password_is_changed(show, qtbot, archive_path, workspace, runner):
    section = show("security")
    section._change_password()
    dialog = dialog_of(section)
    fields = dialog.findChildren(PasswordField)
    for field, text in zip(fields, (PASSWORD, "a new password", "a new passwort"), strict=True):
        QTest.keyClicks(field.edit, text)
    QTest.mouseClick(dialog.go, LEFT)
    assert dialog.isVisible(), "the two differ"
    fields[2].edit.setText("a new password")
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    workspace.people.change_password("a new password", PASSWORD)  # only right if the change happened


def test_that_a_wrong_old_password_is_told(show, qtbot, dialogs, main_window):
    section = show("security")
    section._change_password()
    dialog = dialog_of(section)
    for field, text in zip(dialog.findChildren(PasswordField), ("nonsense", "new-pass-1", "new-pass-1"), strict=True):
        field.edit.setText(text)
    dialog.try_accept()
    qtbot.waitUntil(lambda: bool(dialogs.errors), timeout=8000)
    assert "原密码不对" in str(dialogs.errors[0])


def test_that_a_new_recovery_code_is_shown_once(show, qtbot, dialogs):
    section = show("security")
    dialogs.answers = ["yes"]
    section._new_code()
    qtbot.waitUntil(lambda: section.findChild(RecoveryCode) is not None, timeout=8000)
    dialog = dialog_of(section)
    assert not dialog.go.isEnabled()
    section.findChild(RecoveryCode).tick.click()
    QTest.mouseClick(dialog.go, LEFT)
    assert not dialog.isVisible()


def test_that_the_data_key_is_changed(show, qtbot, dialogs, workspace, runner):
    before = bytes(workspace.archive.key_copy())
    dialogs.answers = ["yes"]
    show("security")._rotate()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    assert bytes(workspace.archive.key_copy()) != before
    assert workspace.customers.count() > 0


class FakeKeychain:
    """The system's keychain for a test."""

    def __init__(self):
        self.kept = {}

    def get_password(self, service, name):
        return self.kept.get((service, name))

    def set_password(self, service, name, text):
        self.kept[service, name] = text

    def delete_password(self, service, name):
        del self.kept[service, name]


def test_that_staying_signed_in_is_kept_in_the_keychain(show, qtbot, monkeypatch, workspace, archive_path, runner):
    from app.door import ArchiveDoor

    chain = FakeKeychain()
    monkeypatch.setattr(keychain, "backend", lambda: chain)
    section = show("security")
    assert section._stay.isEnabled()
    section._stay.click()
    qtbot.waitUntil(lambda: len(chain.kept) == 1, timeout=4000)
    qtbot.waitUntil(lambda: not runner.busy())
    assert keychain.is_kept(workspace.context)
    workspace.close()
    secret = ArchiveDoor().kept_secret(archive_path)
    assert secret is not None
    again = ArchiveDoor().open_signed_in(archive_path, secret)
    assert again is not None
    assert again.actor.name == workspace.actor.name
    assert keychain.stay_signed_in(again.context, wanted=False) is False
    assert not chain.kept
    again.close()
    assert ArchiveDoor().kept_secret(archive_path) is None
    assert ArchiveDoor().open_signed_in(archive_path, secret) is None


def test_that_a_keychain_that_fails_is_no_keychain(monkeypatch, workspace):
    class Broken(FakeKeychain):
        def set_password(self, service, name, text):
            raise OSError("no")

    monkeypatch.setattr(keychain, "backend", Broken)
    assert keychain.stay_signed_in(workspace.context, wanted=True) is False
    assert not [slot for slot in workspace.archive.header.slots if slot.kind == "device"]
    monkeypatch.setattr(keychain, "backend", lambda: None)
    assert keychain.stay_signed_in(workspace.context, wanted=True) is False
    assert keychain.recall(workspace.archive.header.vault_id) is None


def test_that_users_are_added_changed_and_removed(show, qtbot, workspace, dialogs, runner):
    section = show("people")
    section._add()
    dialog = dialog_of(section)
    login, name = (field for field in dialog.findChildren(QLineEdit) if field.echoMode() == QLineEdit.EchoMode.Normal)
    QTest.keyClicks(login, "lina")
    name.setText("李娜")
    for field in dialog.findChildren(PasswordField):
        field.edit.setText("secret-456")
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: "李娜" in titles(section.users), timeout=6000)
    person = workspace.people.get("lina")
    assert person.roles == ("sales",)
    before = bytes(workspace.archive.key_copy())
    dialogs.answers = ["yes"]
    menu = {item.text: item for item in section.users.items()[1].menu() if item is not None}
    menu["移除…"].on_chosen()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    assert not workspace.people.get("lina").active
    assert bytes(workspace.archive.key_copy()) != before, "the data key is changed"
    assert section.users.items()[1].faded


def test_that_one_cannot_remove_oneself(show):
    section = show("people")
    menu = {item.text: item for item in section.users.items()[0].menu() if item is not None}
    assert not menu["移除…"].enabled


def test_that_people_are_for_administrators_only(qtbot, workspace, archive_path, runner, settings, dialogs):
    from app.bootstrap import open_workspace
    from app.views.shell.main_window import MainWindow

    workspace.people.add("lina", "李娜", "secret-456", ["sales"])
    workspace.close()
    hers = open_workspace(archive_path, "lina", "secret-456")
    window = MainWindow(hers, "lina", runner, settings, dialogs)
    window.begin()
    window.show_page("settings")
    assert "people" not in window.current_page().keys()  # noqa: SIM118
    qtbot.waitUntil(lambda: not runner.busy())
    window.let_go()
    window.deleteLater()
    hers.close()


def test_that_fields_are_added_ordered_and_put_away(show, qtbot, workspace, dialogs, runner):
    for label in ("甲", "乙", "丙"):
        workspace.fields.add("customers", label, FieldType.TEXT)
    section = show("fields")
    assert titles(section.custom) == ["甲", "乙", "丙"]
    entry = {item.text: item for item in section.custom.items()[2].menu() if item is not None}
    entry["上移"].on_chosen()
    qtbot.waitUntil(lambda: titles(section.custom) == ["甲", "丙", "乙"], timeout=4000)
    dialogs.answers = ["yes"]
    entry = {item.text: item for item in section.custom.items()[0].menu() if item is not None}
    entry["停用"].on_chosen()
    qtbot.waitUntil(lambda: titles(section.custom) == ["丙", "乙"], timeout=4000)
    assert titles(section.archived) == ["甲"]
    section.archived.items()[0].menu()[0].on_chosen()
    qtbot.waitUntil(lambda: sorted(titles(section.custom)) == ["丙", "乙", "甲"], timeout=4000)
    assert field_order.archived(workspace.context, "customers") == []


def test_that_the_data_dictionary_lists_every_field(show, workspace):
    section = show("fields")
    assert section.table.model().rowCount() == len(workspace.context.registry.entity("customers").fields)


def test_that_tags_are_renamed_and_removed_with_undo(show, qtbot, workspace, dialogs, runner):
    section = show("tags")
    name, _tone, count = next(tag for tag in workspace.customers.tags() if tag[0] == "展会")
    assert count > 0
    service = TagService(workspace.context, workspace.records)
    with pytest.raises(UserError, match="已经有"):
        service.rename("展会", next(tag[0] for tag in workspace.customers.tags() if tag[0] != "展会"))
    service.rename("展会", "上海展会")
    service.set_tone("上海展会", "violet")
    assert ("上海展会", "violet", count) in workspace.customers.tags()
    dialogs.answers = ["yes"]
    section._remove("上海展会", count)
    qtbot.waitUntil(lambda: "上海展会" not in [tag[0] for tag in workspace.customers.tags()], timeout=8000)
    qtbot.waitUntil(lambda: not runner.busy())
    workspace.history.undo(workspace.history.last_undoable().id)
    assert [tag[2] for tag in workspace.customers.tags() if tag[0] == "上海展会"] == [count]
    assert name == "展会"


def test_that_a_backup_is_made_listed_and_restored(show, qtbot, workspace, tmp_path, dialogs, runner):
    section = show("backups")
    section._back_up()
    qtbot.waitUntil(lambda: any(b.reason == "manual" for b in workspace.vault.backups()), timeout=8000)
    qtbot.waitUntil(lambda: any(i.chips == [("手动", "gray")] for i in section.backups.items()), timeout=4000)
    backup = next(b for b in workspace.vault.backups() if b.reason == "manual")
    section._restore(backup)
    dialog = dialog_of(section)
    dialog.form.row("name").field.setText("恢复出来")
    dialog.form.row("folder").field.set_path(tmp_path)
    dialog.form.row("password").field.edit.setText(PASSWORD)
    dialog.try_accept()
    qtbot.waitUntil((tmp_path / "恢复出来.kedang").exists, timeout=10_000)
    qtbot.waitUntil(lambda: not runner.busy())
    again = opened(tmp_path / "恢复出来.kedang")
    assert again.customers.count() == workspace.customers.count()
    again.close()
    backup.path.unlink()


def test_that_the_check_up_says_that_all_is_well_or_what_is_not(show, qtbot, workspace, monkeypatch, runner):
    section = show("backups")
    section._verify()
    qtbot.waitUntil(lambda: not section._result.isHidden(), timeout=10_000)
    assert "没有发现问题" in section._result.accessibleName()
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change SET version = version + 1 WHERE rid = (SELECT max(rid) FROM change)")
    section._verify()
    qtbot.waitUntil(
        lambda: "发现" in section._result.accessibleName() and section.problems.items() != [], timeout=10_000
    )
    assert "操作记录被改动" in section.problems.items()[0].title


def test_that_an_index_with_gaps_is_told_apart_and_made_anew(show, qtbot, workspace, runner):
    section = show("backups")
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM customer_search WHERE rowid = (SELECT min(rid) FROM customer)")
    section._verify()
    qtbot.waitUntil(lambda: "只有搜索索引不完整" in section._result.accessibleName(), timeout=10_000)
    QTest.mouseClick(next(b for b in section.findChildren(Button) if b.text() == "重建索引"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "搜索索引已重建" in section._result.accessibleName(), timeout=10_000)
    qtbot.waitUntil(lambda: not runner.busy())
    assert not section.problems.isVisible()
    assert workspace.vault.verify().ok


def test_that_the_bin_searches_and_restores(show, qtbot, workspace, runner):
    deleted = workspace.customers.list(deleted=True)[1][0]
    section = show("bin")
    qtbot.waitUntil(lambda: section.table.model().rowCount() == 1, timeout=4000)
    section._search.setText("没有这个名字")
    section.refresh()
    qtbot.waitUntil(lambda: section._stack.currentWidget() is section._nothing, timeout=4000)
    assert section._nothing.accessibleName() == "没有找到"
    section._search.setText(str(deleted.get("name"))[:3])
    section.refresh()
    qtbot.waitUntil(lambda: section.table.model().rowCount() == 1, timeout=4000)
    section._model.selection.select_all()
    assert section._restore.isEnabled()
    QTest.mouseClick(section._restore, LEFT)
    qtbot.waitUntil(lambda: workspace.customers.count(deleted=True) == 0, timeout=6000)
    section._search.setText("")
    section.refresh()
    qtbot.waitUntil(lambda: section._nothing.accessibleName() == "回收站是空的", timeout=4000)
    assert workspace.customers.get(deleted.id).deleted_at is None


def test_that_licences_are_listed_and_shown(show, qtbot):
    section = show("about")
    qtbot.waitUntil(lambda: bool(section.text.toPlainText()), timeout=4000)
    names = [section.names.item(n).text() for n in range(section.names.count())]
    assert "lucide" in names


@pytest.mark.parametrize(
    ("size", "text"), [(0, "1 KB"), (12_300, "12 KB"), (3_400_000, "3.4 MB"), (2_500_000_000, "2.50 GB")]
)
def test_that_sizes_are_short(size, text):
    assert size_text(size) == text


def test_that_the_user_is_the_one_who_opened(workspace):
    assert keychain._username(workspace.context) == USER


@pytest.mark.parametrize("code", ["zh", "en"])
def test_that_errors_and_hints_never_squeeze_the_fields(page, show, qtbot, code):
    set_language(code)
    section = show("people")
    section._add()
    dialog = dialog_of(section)
    dialog.try_accept()
    qtbot.wait(50)
    for edit in dialog.findChildren(QLineEdit):
        if edit.isVisible():
            assert edit.height() >= 30, edit.accessibleName()
            assert edit.parentWidget().height() >= edit.geometry().bottom()
    assert dialog.height() >= dialog.layout().totalHeightForWidth(dialog.width())
    dialog.reject()


def _texts(items):
    return [item.title for item in items]


def test_that_pick_lists_are_changed_here(show, qtbot, workspace, dialogs, runner):
    section = show("choices")
    section.entity.set_key("customers")
    section.field.set_key("stage")
    qtbot.waitUntil(lambda: "潜在" in _texts(section.list.items()), timeout=5000)
    assert_accessible(section)

    def choose(title, *path):
        item = next(item for item in section.list.items() if item.title == title)
        menu = item.menu()
        for word in path:
            entry = next(one for one in menu if one is not None and one.text == word)
            menu = entry.items
        entry.on_chosen()
        qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)

    def fill(zh, en="", meaning=""):
        dialog = next(one for one in section.findChildren(ChoiceDialog) if one.isVisible())
        assert_accessible(dialog)
        dialog.zh.setText(zh)
        dialog.en.setText(en)
        if meaning:
            dialog.meaning.set_key(meaning)
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)

    QTest.mouseClick(section._add_button, Qt.MouseButton.LeftButton)
    dialog = next(one for one in section.findChildren(ChoiceDialog) if one.isVisible())
    dialog.zh.setText("潜在")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert dialog.isVisible(), "a name that is taken is told while it can be mended"
    fill("试用客户", "On trial", "won")
    qtbot.waitUntil(lambda: "试用客户" in _texts(section.list.items()), timeout=5000)
    choose("试用客户", "颜色", "红")
    choose("试用客户", "上移")
    choose("谈判", "改名…")
    fill("洽谈中", "Talking")
    choose("报价", "停用")
    qtbot.waitUntil(lambda: any(i.title == "报价" and i.faded for i in section.list.items()), timeout=5000)
    stage = workspace.customers.entity.field("stage")
    assert (stage.choice("negotiating").label, stage.choice("negotiating").en) == ("洽谈中", "Talking")
    own = stage.choice("试用客户")
    assert (own.tone, own.en, own.meaning) == ("bad", "On trial", "won")
    choose("试用客户", "含义", "已流失")
    assert workspace.customers.entity.field("stage").meaning("试用客户") == "lost"
    assert [c.code for c in stage.offered][-2:] == ["试用客户", "lost"]
    before = dict(workspace.customers.distinct("stage"))
    dialogs.answers.append("yes")
    choose("意向", "并入…", "潜在")
    qtbot.waitUntil(lambda: "interested" not in dict(workspace.customers.distinct("stage")), timeout=5000)
    after = dict(workspace.customers.distinct("stage"))
    assert after.get("potential", 0) == before.get("potential", 0) + before.get("interested", 0)
    section.entity.set_key("tickets")
    section.field.set_key("status")
    qtbot.waitUntil(lambda: "新建" in _texts(section.list.items()), timeout=5000)
    assert section._add_button.isVisible()
    section.entity.set_key("ticket_messages")
    section.field.set_key("kind")
    qtbot.waitUntil(lambda: "客户来信" in _texts(section.list.items()), timeout=5000)
    assert not section._add_button.isVisible()
