"""The start window over real archives: unlocking, wrong passwords, problems and their ways out, creating, recovering."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap import create_workspace, open_workspace
from app.core.i18n import set_language
from app.db.header_file import sidecar
from app.door import ArchiveDoor
from app.errors import EnvironmentProblem
from app.services.samples.office import SampleOffice
from app.services.vault import passwords
from app.views.vault.start_window import StartWindow
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import PASSWORD, USER, opened
from tests.upgrade import make_archive

LEFT = Qt.MouseButton.LeftButton


class NoKeychain(ArchiveDoor):
    """A computer without a keychain, whatever this one has."""

    def can_stay_signed_in(self):
        return False

    def kept_secret(self, path):
        return None


class SlowKeychain(NoKeychain):
    """A keychain that answers when it is let; then it knows the secret."""

    def __init__(self):
        self.let = threading.Event()

    def can_stay_signed_in(self):
        assert self.let.wait(20)
        return True

    def kept_secret(self, path):
        assert self.let.wait(20)
        return "kept"

    def open_signed_in(self, path, secret, job):
        assert secret == "kept"
        return opened(path)


class FullDisk(NoKeychain):
    """A keychain there is, but what it needs in the archive cannot be written."""

    def can_stay_signed_in(self):
        return True

    def stay_signed_in(self, workspace, wanted):
        raise EnvironmentProblem("full")


@pytest.fixture
def window(qtbot, runner, settings, dialogs):
    made = StartWindow(NoKeychain(), runner, settings, dialogs)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    made._code_page = None
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, 0)


def type_password(window, text):
    edit = window.unlock._password.edit
    edit.clear()
    QTest.keyClicks(edit, text)


def test_that_a_slow_keychain_keeps_neither_the_users_nor_an_archive_nobody_wants_any_more(
    qtbot, runner, settings, dialogs, archive_path, tmp_path
):
    door, other = SlowKeychain(), tmp_path / "other.kedang"
    window = StartWindow(door, runner, settings, dialogs)
    qtbot.addWidget(window)
    window.show()
    window.begin(archive_path)
    qtbot.waitUntil(lambda: window.unlock._user.key() == USER, timeout=4000)
    with qtbot.assertNotEmitted(window.opened):
        window.show_archive(other, locked=True)
        door.let.set()
        qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    assert not sidecar(archive_path).exists(), "closed again"
    assert window.unlock._stay.isVisible()


def test_that_a_password_typed_while_the_keychain_thinks_opens_at_once(qtbot, runner, settings, dialogs, archive_path):
    door = SlowKeychain()
    window = StartWindow(door, runner, settings, dialogs)
    qtbot.addWidget(window)
    window.show()
    window.begin(archive_path)
    qtbot.waitUntil(lambda: window.unlock._user.key() == USER, timeout=4000)
    type_password(window, PASSWORD)
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        window.unlock.submit()
    assert not door.let.is_set()
    caught.args[0].workspace.close()
    with qtbot.assertNotEmitted(window.opened):
        window.unlock.set_busy("next")  # the main window is being made
        door.let.set()
        qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)


class SlowUpgrade(NoKeychain):
    """An older archive whose upgrade waits until it is let, or cancelled."""

    def __init__(self):
        self.let = threading.Event()

    def open(self, path, username, password, *, job, **how):
        job.progress("正在升级档案", 1, 3)
        forget = job.on_cancel(self.let.set)
        assert self.let.wait(20)
        forget()
        return super().open(path, username, password, job=job, **how)


def test_that_an_older_archive_tells_of_its_upgrade_and_can_be_left_as_it_is(
    qtbot, runner, settings, dialogs, tmp_path
):
    stored = make_archive.FOLDER / "0.1.0.kedang"
    path = Path(shutil.copy(stored, tmp_path / "老档案.kedang"))
    window = StartWindow(SlowUpgrade(), runner, settings, dialogs)
    qtbot.addWidget(window)
    window.show()
    window.begin(path)
    qtbot.waitUntil(lambda: window.unlock._user.key() == make_archive.USER, timeout=4000)
    type_password(window, make_archive.PASSWORD)
    window.unlock.submit()
    qtbot.waitUntil(window.unlock.stop.isVisible, timeout=4000)
    assert "正在升级档案 ⋅ 1 / 3" in window.unlock._waiting.text()
    with qtbot.assertNotEmitted(window.opened):
        QTest.mouseClick(window.unlock.stop, LEFT)
        qtbot.waitUntil(lambda: not window.unlock.busy, timeout=8000)
    with pytest.raises(EnvironmentProblem, match="以可写方式打开一次"):  # it is of the old revision still
        open_workspace(path, make_archive.USER, make_archive.PASSWORD, read_only=True)
    assert not window.unlock.stop.isVisible()
    window.unlock._door.let.set()
    type_password(window, make_archive.PASSWORD)
    with qtbot.waitSignal(window.opened, timeout=20000) as caught:
        window.unlock.submit()
    workspace = caught.args[0].workspace
    try:
        assert workspace.customers.count() == make_archive.ROWS
    finally:
        workspace.close()


def test_that_an_archive_is_closed_when_staying_signed_in_fails(qtbot, runner, settings, dialogs, archive_path):
    window = StartWindow(FullDisk(), runner, settings, dialogs)
    qtbot.addWidget(window)
    window.show()
    window.begin(archive_path)
    qtbot.waitUntil(window.unlock._stay.isVisible, timeout=4000)
    window.unlock._stay.setChecked(True)
    type_password(window, PASSWORD)
    with qtbot.assertNotEmitted(window.opened):
        window.unlock.submit()
        qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    assert not sidecar(archive_path).exists(), "closed again"


@pytest.mark.gui_budget(120)
def test_that_the_password_opens_the_archive(qtbot, window, archive_path):
    window.begin(archive_path)
    type_password(window, PASSWORD)
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        QTest.keyClick(window.unlock._password.edit, Qt.Key.Key_Return)
        assert window.unlock.busy
    result = caught.args[0]
    assert result.username == USER
    assert result.workspace.customers.count() > 0
    assert window.unlock._password.text() == "", "the password does not stay in the field"
    result.workspace.close()


def test_that_wrong_passwords_make_one_wait(qtbot, window, archive_path):
    window.begin(archive_path)
    for attempt in (1, 2):
        type_password(window, f"wrong-{attempt}")
        QTest.mouseClick(window.unlock.primary, LEFT)
        qtbot.waitUntil(lambda: not window.unlock.busy, timeout=8000)
        assert window.unlock.form.row("password").error()
        assert window.unlock._password.edit.hasFocus()
        if attempt == 1:
            assert window.unlock.primary.isEnabled()
    assert not window.unlock.primary.isEnabled()
    assert "1" in window.unlock.primary.text()
    qtbot.waitUntil(window.unlock.primary.isEnabled, timeout=3000)
    assert window.unlock.primary.text() == "解锁"


def test_that_switching_archives_does_not_end_the_wait(qtbot, window, archive_path, tmp_path):
    other = tmp_path / "别的.kedang"
    shutil.copyfile(archive_path, other)
    window.begin(archive_path)
    window.unlock._until[archive_path] = 10**12
    window.show_archive(other)
    assert window.unlock.primary.isEnabled()
    window.show_archive(archive_path)
    assert not window.unlock.primary.isEnabled()
    window.unlock._until.clear()
    window.unlock._tick()


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (6, 16), (7, 30), (99, 30)])
def test_that_the_wait_grows_to_half_a_minute(failures, seconds):
    assert passwords.wait_after(failures) == seconds


def test_that_an_empty_password_is_told_without_trying(window, archive_path):
    window.begin(archive_path)
    QTest.mouseClick(window.unlock.primary, LEFT)
    assert window.unlock.form.row("password").error() == "请输入密码。"
    assert not window.unlock.busy


def test_that_users_are_offered_when_there_are_several(qtbot, window, archive_path):
    workspace = opened(archive_path)
    workspace.people.add("lina", "李娜", "secret-456", ["sales"])
    workspace.close()
    window.begin(archive_path)
    qtbot.waitUntil(window.unlock._user.isVisible, timeout=3000)
    window.unlock._user.set_key("lina")
    type_password(window, "secret-456")
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        QTest.mouseClick(window.unlock.primary, LEFT)
    assert caught.args[0].username == "lina"
    caught.args[0].workspace.close()


def test_that_an_archive_in_use_offers_to_try_again(qtbot, window, archive_path):
    workspace = opened(archive_path)
    window.begin(archive_path)
    type_password(window, PASSWORD)
    QTest.mouseClick(window.unlock.primary, LEFT)
    qtbot.waitUntil(lambda: bool(window.unlock.message()), timeout=8000)
    assert "已被" in window.unlock.message()
    workspace.close()
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        window.unlock._remedy_banner.action_clicked.emit()
    caught.args[0].workspace.close()


def test_that_a_lock_of_another_computer_can_be_taken_over_after_a_question(qtbot, window, archive_path, dialogs):
    lock = archive_path.with_name(archive_path.name + "-lock")
    lock.write_text('{"host": "elsewhere", "pid": 1, "user": "x", "since": "2026-01-01"}', encoding="utf-8")
    window.begin(archive_path)
    type_password(window, PASSWORD)
    QTest.mouseClick(window.unlock.primary, LEFT)
    qtbot.waitUntil(lambda: "elsewhere" in window.unlock.message(), timeout=8000)
    dialogs.answers = ["yes"]
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        window.unlock._remedy_banner.action_clicked.emit()
    assert dialogs.asked == ["接管这个档案？"]
    caught.args[0].workspace.close()


def test_that_a_broken_file_leads_to_restoring(qtbot, window, tmp_path):
    broken = tmp_path / "坏.kedang"
    broken.write_bytes(b"not an archive" * 500)
    window.begin(broken)
    qtbot.waitUntil(lambda: bool(window.unlock.message()), timeout=4000)
    window.unlock._remedy_banner.action_clicked.emit()
    assert window.stack.currentWidget() is window.restore


def test_that_creating_shows_the_code_once_and_wants_the_tick(qtbot, window, tmp_path):
    window.show_create()
    form = window.create_form
    form._name.setText("新档案")
    form._folder.set_path(tmp_path)
    form._user.setText("boss")
    for field in (form._password._first, form._password._second):
        QTest.keyClicks(field.edit, "correct horse")
    QTest.mouseClick(form.primary, LEFT)
    qtbot.waitUntil(lambda: window._code_page is not None, timeout=10_000)
    page = window._code_page
    assert not page.primary.isEnabled()
    page.code.tick.click()
    with qtbot.waitSignal(window.opened, timeout=3000) as caught:
        QTest.mouseClick(page.primary, LEFT)
    assert (tmp_path / "新档案.kedang").exists()
    assert caught.args[0].code == "", "the code goes no further"
    caught.args[0].workspace.close()


def test_that_sample_data_come_with_a_new_archive(qtbot, window, tmp_path, monkeypatch):
    fill = SampleOffice.fill
    monkeypatch.setattr(SampleOffice, "fill", lambda office, job: fill(office, 60, job=job))
    window.show_samples()
    form = window.create_form
    assert form._samples.isChecked()
    form._folder.set_path(tmp_path)
    form._user.setText("boss")
    for field in (form._password._first, form._password._second):
        QTest.keyClicks(field.edit, "correct horse")
    form.submit()
    qtbot.waitUntil(lambda: window._code_page is not None, timeout=20_000)
    workspace = window._code_page.opened.workspace
    assert workspace.customers.count() >= 50
    last = workspace.history.last_undoable()
    assert last.kind == "import"
    workspace.close()


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda f: f._name.setText("a/b"), "name"),
        (lambda f: f._name.setText("con"), "name"),
        (lambda f: f._folder.set_path(""), "folder"),
        (lambda f: f._user.setText("a@b"), "user"),
        (lambda f: f._password._first.edit.setText("abc"), "password"),
        (lambda f: f._password._second.edit.setText("another one"), "repeat"),
    ],
)
def test_that_mistakes_are_told_at_their_field(window, tmp_path, change, row):
    window.show_create()
    form = window.create_form
    form._folder.set_path(tmp_path)
    form._user.setText("boss")
    for field in (form._password._first, form._password._second):
        field.edit.setText("correct horse")
    change(form)
    form.submit()
    assert form.form.row(row).error()
    assert not form.busy


def test_that_closing_before_the_code_is_kept_asks_and_closes_the_archive(qtbot, window, tmp_path, dialogs):
    from app.views.vault.opening import Opened

    workspace, code = create_workspace(tmp_path / "x.kedang", "a", "secret-123")
    window._on_created(Opened(workspace, "a", code))
    dialogs.answers = ["no", "yes"]
    window.close()
    assert window.isVisible()
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    assert not sidecar(tmp_path / "x.kedang").exists()


def test_that_the_code_can_be_copied_saved_and_printed(qtbot, window, tmp_path, dialogs, workspace):
    from app.views.vault.opening import Opened

    code = "7KQ2M-XW4PD-9RT6A-BV3NE-5JHSC-Y8G0F-Z1QK"
    window._on_created(Opened(workspace, USER, code))
    view = window._code_page.code
    view._copy()
    assert QApplication.clipboard().text() == code
    target = tmp_path / "code.txt"
    dialogs.files = [target]
    view._save()
    assert code in target.read_text(encoding="utf-8-sig")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "code.pdf"))
    view.ask_printer = lambda: printer
    view._print()
    assert (tmp_path / "code.pdf").stat().st_size > 1000
    QApplication.clipboard().clear()


def test_that_the_recovery_code_sets_a_new_password(qtbot, window, master, archive_path):
    window.begin(archive_path)
    QTest.mouseClick(window.unlock._forgot, LEFT)
    form = window.recover
    assert window.stack.currentWidget() is form
    form._code.setPlainText(master[1][:-1])
    for field in (form._password._first, form._password._second):
        QTest.keyClicks(field.edit, "brand new one")
    form.submit()
    assert form.form.row("code").error(), "a typing error is told without touching the archive"
    form._code.setPlainText(master[1].lower().replace("-", " "))
    with qtbot.waitSignal(window.opened, timeout=8000) as caught:
        form.submit()
    caught.args[0].workspace.close()
    again = ArchiveDoor().open(archive_path, USER, "brand new one")
    again.close()


def test_that_a_backup_comes_back_as_a_new_file(qtbot, window, archive_path, tmp_path):
    window.show_restore()
    form = window.restore
    form._backup.set_path(archive_path)
    form._on_backup(archive_path)
    form._folder.set_path(tmp_path)
    form._name.setText("回来了")
    QTest.keyClicks(form._password.edit, "wrong one")
    form.submit()
    qtbot.waitUntil(lambda: bool(form.form.row("password").error()), timeout=8000)
    form._password.edit.setText(PASSWORD)
    form.submit()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.unlock, timeout=10_000)
    assert (tmp_path / "回来了.kedang").exists()
    assert "已恢复" in window.unlock.message()


def test_that_recent_archives_are_listed_missing_ones_grey_and_can_be_forgotten(
    qtbot, runner, settings, dialogs, archive_path
):
    gone = Path("/nowhere/旧.kedang")
    settings.put(settings.current.with_recent(gone, "x").with_recent(archive_path, USER))
    window = StartWindow(NoKeychain(), runner, settings, dialogs)
    window.show()
    qtbot.waitUntil(lambda: [row.recent.missing for row in window.recent.rows()] == [False, True], timeout=3000)
    window.begin()
    assert window.recent.rows()[0].isChecked()
    row = window.recent.rows()[1]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Delete)
    assert settings.current.recent == (str(archive_path),)
    assert [row.recent.path for row in window.recent.rows()] == [archive_path]
    qtbot.waitUntil(lambda: not runner.busy())
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("code", ["zh", "en"])
def test_that_every_form_is_accessible(qtbot, runner, settings, dialogs, archive_path, code):
    set_language(code)
    window = StartWindow(NoKeychain(), runner, settings, dialogs)
    window.show()
    assert_accessible(window)
    for show in (lambda: window.begin(archive_path), window.show_create, window.show_restore):
        show()
        assert_accessible(window)
    window._show_recover(archive_path)
    assert_accessible(window)
    qtbot.waitUntil(lambda: not runner.busy())
    window.close()
    window.deleteLater()


@pytest.mark.parametrize(
    ("password", "score"),
    [
        ("abc", 0),
        ("1234567", 0),
        ("password", 0),
        ("黄河之水天上来奔流到海不复回", 3),
        ("Tr0ub4dor&3-correct-horse", 4),
    ],
)
def test_that_strength_is_told_in_words(password, score):
    found, words = passwords.strength(password)
    assert words
    assert (found >= 3) == (score >= 3)
    assert (found == 0) == (score == 0)
