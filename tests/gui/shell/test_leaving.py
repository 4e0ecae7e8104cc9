"""Closing and locking: nothing of a customer stays on the screen, the file is one piece again, nothing hangs."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.db.header_file import sidecar
from app.errors import Cancelled
from app.views.shell.closing import Cover
from app.views.shell.idle import IdleWatch
from app.views.shell.main_window import MainWindow
from tests.gui.archives import USER, opened

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot, archive_path, runner, settings, dialogs):
    """A main window over an archive that it closes itself."""
    made = MainWindow(opened(archive_path), USER, runner, settings, dialogs)
    made.resize(1100, 700)
    made.begin()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    qtbot.waitUntil(lambda: not runner.busy())
    yield made
    made._may_close = True
    made.close()
    made.deleteLater()


def one_piece(path):
    return path.exists() and not sidecar(path).exists() and not path.with_name(path.name + "-wal").exists()


@pytest.mark.gui_budget(150)
def test_that_closing_closes_the_archive_in_the_background(qtbot, window, archive_path):
    assert not one_piece(archive_path)
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    assert one_piece(archive_path)
    assert not window.isVisible()


def test_that_closing_with_running_tasks_asks(qtbot, window, archive_path, dialogs, runner):
    stop = []

    def long(job):
        while True:
            job.check()
            time.sleep(0.01)

    runner.start(long, title="导入 客户.xlsx", pool="write", on_cancelled=lambda: stop.append(True))
    dialogs.answers = ["stay", "cancel"]
    window.close()
    assert window.isVisible()
    assert window._closing is None
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    assert stop
    assert dialogs.asked == ["还有任务没有完成"] * 2
    assert one_piece(archive_path)


def test_that_waiting_lets_a_write_finish(qtbot, window, dialogs, runner):
    done = []

    def work(job):
        for _ in range(30):
            job.check()
            time.sleep(0.01)
        return True

    runner.start(work, title="导入 客户.xlsx", pool="write", on_done=done.append)
    dialogs.answers = ["wait"]
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    assert done == [True]


def test_that_locking_hides_everything_at_once_and_tells_who(qtbot, window, archive_path):
    dialog = QDialog(window)
    dialog.open()
    window.palette_view.open("客户")
    locked = []
    window.locked.connect(lambda path, user: locked.append((path, user)))
    window.lock()  # as after being idle: a dialog in front has the keys
    cover = window.findChild(Cover)
    assert cover is not None
    assert cover.isVisible()
    assert cover.geometry() == window.rect()
    assert not dialog.isVisible()
    assert not window.palette_view.isVisible()
    assert window.toasts.toasts() == []
    qtbot.waitUntil(lambda: bool(locked), timeout=8000)
    assert locked == [(archive_path, USER)]
    assert one_piece(archive_path)


def test_that_the_lock_key_locks(qtbot, window):
    with qtbot.waitSignal(window.locked, timeout=8000):
        QTest.keyClick(window, Qt.Key.Key_L, CTRL)


def test_that_a_lock_waits_for_a_write_and_can_be_hurried(qtbot, window, runner):
    ended = []

    def stubborn(job):
        while not job.cancelled:
            time.sleep(0.01)
        raise Cancelled

    runner.start(stubborn, title="导入 客户.xlsx", pool="write", on_cancelled=lambda: ended.append(True))
    window.lock()
    cover = window.findChild(Cover)
    qtbot.waitUntil(cover._button.isVisible)
    assert not ended
    with qtbot.waitSignal(window.locked, timeout=8000):
        QTest.mouseClick(cover._button, Qt.MouseButton.LeftButton)
    assert ended


def test_that_a_close_that_fails_still_ends(qtbot, window, monkeypatch):
    def broken():
        raise OSError("disk")

    monkeypatch.setattr(type(window._workspace), "close", lambda _self: broken())
    with qtbot.waitSignal(window.closed, timeout=8000):
        window.close()
    monkeypatch.undo()
    window._workspace.close()


def test_that_being_idle_locks(qtbot, window):
    window.idle._timer.setInterval(20)
    window.idle.set_minutes(0.1 / 60)
    with qtbot.waitSignal(window.locked, timeout=8000):
        pass


def test_that_input_keeps_the_window_awake(qtbot):
    watch = IdleWatch(tick=10)
    seen = []
    watch.idle.connect(lambda: seen.append(1))
    watch.set_minutes(0.3 / 60)
    for _ in range(6):
        qtbot.wait(100)
        watch._touch()
    assert not seen
    qtbot.waitUntil(lambda: bool(seen), timeout=2000)
    qtbot.wait(60)
    assert len(seen) == 1
    watch.stop()


def test_that_never_means_never(qtbot):
    watch = IdleWatch(tick=5)
    seen = []
    watch.idle.connect(lambda: seen.append(1))
    watch.set_minutes(0)
    watch._steady -= 10_000
    qtbot.wait(50)
    assert not seen


def test_that_sleep_counts_as_idle(monkeypatch):
    watch = IdleWatch()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert watch.seconds() >= 3599


def test_that_a_locked_screen_locks_unless_switched_off(qtbot, window, settings):
    settings.change(lock_on_screen_lock=False)
    window.screen_lock.locked.emit()
    assert window._closing is None
    settings.change(lock_on_screen_lock=True)
    with qtbot.waitSignal(window.locked, timeout=8000):
        window.screen_lock.locked.emit()
