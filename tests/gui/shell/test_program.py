"""From the start window to the main window and back out, in one process."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.i18n import language
from app.db.header_file import sidecar
from app.door import ArchiveDoor
from app.program import Program
from app.views.shell.main_window import MainWindow
from app.views.shell.screen_lock import WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, is_lock
from tests.gui.archives import PASSWORD, USER


class NoKeychain(ArchiveDoor):
    """A computer without a keychain."""

    def can_stay_signed_in(self):
        return False

    def kept_secret(self, path):
        return None


@pytest.fixture
def program(qtbot, qapp, settings, monkeypatch):
    quits = []
    monkeypatch.setattr(QApplication, "quit", lambda *_: quits.append(True))
    replaced = []
    made = Program(qapp, settings, NoKeychain(), lambda path, user: replaced.append((path, user)))
    made.quits, made.replaced = quits, replaced
    yield made
    if isinstance(made.main_window, MainWindow):
        made.main_window._may_close = True
        made.main_window.close()
        made.main_window.deleteLater()
    if made.start_window is not None:
        made.start_window.close()
        made.start_window.deleteLater()
    made.runner.shutdown(3000)
    qapp.setQuitOnLastWindowClosed(True)
    made.deleteLater()
    QApplication.sendPostedEvents(None, 0)


def unlock(program, qtbot, path):
    program.begin(path)
    QTest.keyClicks(program.start_window.unlock._password.edit, PASSWORD)
    program.start_window.unlock.submit()
    qtbot.waitUntil(lambda: isinstance(program.main_window, MainWindow), timeout=8000)
    qtbot.waitUntil(lambda: not program.runner.busy(), timeout=8000)
    return program.main_window


def test_that_unlocking_leads_to_the_main_window_and_closing_ends(program, qtbot, archive_path, settings):
    window = unlock(program, qtbot, archive_path)
    assert program.start_window is None
    assert settings.current.recent[0] == str(archive_path)
    assert settings.current.last_user[str(archive_path)] == USER
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    assert program.quits
    assert not program.replaced


def test_that_a_lock_replaces_the_process_for_the_same_user(program, qtbot, archive_path):
    window = unlock(program, qtbot, archive_path)
    window.lock()
    qtbot.waitUntil(lambda: bool(program.replaced), timeout=8000)
    assert program.replaced == [(archive_path, USER)]


@pytest.fixture
def locale_again():
    before = QLocale()
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("locale_again")
def test_that_another_language_makes_a_fresh_window_over_the_open_archive(program, qtbot, archive_path, settings):
    first = unlock(program, qtbot, archive_path)
    workspace = first._workspace
    settings.change(language="en")
    first.desk.restart_wanted.emit()
    second = program.main_window
    assert second is not first
    assert second._workspace is workspace
    assert language() == "en"
    assert QLocale().language() is QLocale.Language.English, "Qt's own words and calendars follow"
    qtbot.waitUntil(lambda: "customers" in second.foot.text(), timeout=4000)
    with qtbot.waitSignal(second.closed, timeout=8000):
        second.close()


class Refused(Exception):
    """What a system may say while a window is made."""


def refuse(*_args):
    raise Refused


@pytest.mark.parametrize("step", ["_restore_geometry", "begin"])
def test_that_an_archive_whose_window_cannot_be_made_can_be_opened_at_the_next_try(
    program, qtbot, archive_path, monkeypatch, step
):
    with monkeypatch.context() as broken, qtbot.captureExceptions() as raised:
        broken.setattr(MainWindow, step, refuse)
        program.begin(archive_path)
        QTest.keyClicks(program.start_window.unlock._password.edit, PASSWORD)
        program.start_window.unlock.submit()
        qtbot.waitUntil(lambda: bool(raised), timeout=8000)
    assert [kind for kind, *_ in raised] == [Refused]
    assert program.main_window is None
    assert program.start_window.isVisible()
    qtbot.waitUntil(lambda: not program.runner.busy(), timeout=8000)
    assert not sidecar(archive_path).exists(), "closed: one file again"
    assert not any(isinstance(w, MainWindow) and w.isVisible() for w in QApplication.topLevelWidgets())
    QTest.keyClicks(program.start_window.unlock._password.edit, PASSWORD)
    program.start_window.unlock.submit()
    qtbot.waitUntil(lambda: isinstance(program.main_window, MainWindow), timeout=8000)
    with qtbot.waitSignal(program.main_window.closed, timeout=8000):
        program.main_window.close()


@pytest.mark.usefixtures("locale_again")
def test_that_the_archive_is_closed_when_the_window_in_another_language_cannot_be_made(
    program, qtbot, archive_path, settings, monkeypatch
):
    first = unlock(program, qtbot, archive_path)
    settings.change(language="en")
    with monkeypatch.context() as broken, qtbot.captureExceptions() as raised:
        broken.setattr(MainWindow, "_restore_geometry", refuse)
        first.desk.restart_wanted.emit()
    assert [kind for kind, *_ in raised] == [Refused]
    assert program.start_window.isVisible(), "a program without a window could not be ended"
    qtbot.waitUntil(lambda: not program.runner.busy(), timeout=8000)
    assert not sidecar(archive_path).exists()


@pytest.mark.parametrize(
    ("message", "wparam", "expected"),
    [(WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, True), (WM_WTSSESSION_CHANGE, 8, False), (0x10, WTS_SESSION_LOCK, False)],
)
def test_that_the_session_message_of_windows_is_read_right(message, wparam, expected):
    import ctypes

    class Message(ctypes.Structure):
        _fields_ = (("window", ctypes.c_void_p), ("message", ctypes.c_uint), ("wparam", ctypes.c_size_t))

    made = Message(None, message, wparam)
    assert is_lock(ctypes.addressof(made)) is expected
