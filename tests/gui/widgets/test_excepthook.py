from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.views.operations.excepthook import ExceptionReporter


class Emitter(QObject):
    happened = Signal(int)


@pytest.fixture
def reporter(qapp):
    made = ExceptionReporter()
    made.install()
    yield made
    made.uninstall()


def boom(text="kaputt"):
    raise ValueError(text)


def test_that_an_exception_in_a_slot_is_told_and_the_application_lives(qtbot, reporter, caplog):
    button = QPushButton("x")
    qtbot.addWidget(button)
    button.clicked.connect(lambda _checked: boom())
    with caplog.at_level(logging.ERROR), qtbot.waitSignal(reporter.raised, timeout=1000) as caught:
        button.click()
    assert str(caught.args[0]) == "kaputt"
    assert "kaputt" in caplog.text
    fired = []
    QTimer.singleShot(0, lambda: fired.append(1))
    qtbot.waitUntil(lambda: fired == [1])


def test_that_an_exception_in_an_overridden_event_is_told(qtbot, reporter):
    class Bad(QWidget):
        def paintEvent(self, _event):  # noqa: N802 - Qt's name
            boom("in paintEvent")

    widget = Bad()
    qtbot.addWidget(widget)
    with qtbot.waitSignal(reporter.raised, timeout=1000) as caught:
        widget.show()
    assert "in paintEvent" in str(caught.args[0])


def test_that_the_same_fault_is_shown_once_and_logged_every_time(qtbot, reporter, caplog):
    emitter, shown = Emitter(), []
    emitter.happened.connect(lambda _n: boom("again"))
    reporter.raised.connect(shown.append)
    with caplog.at_level(logging.ERROR):
        for n in range(5):
            emitter.happened.emit(n)
        qtbot.waitUntil(lambda: len(shown) == 1)
        QTimer.singleShot(0, lambda: shown.append("end"))
        qtbot.waitUntil(lambda: shown[-1] == "end")
    assert len(shown) == 2
    assert caplog.text.count("unexpected error") == 5


def test_that_different_faults_are_all_shown(qtbot, reporter):
    shown = []
    reporter.raised.connect(shown.append)
    for kind in (ValueError, KeyError):
        sys.excepthook(kind, kind("x"), None)
    qtbot.waitUntil(lambda: len(shown) == 2)


def test_that_a_fault_in_a_plain_thread_arrives_in_the_gui_thread(qtbot, reporter):
    where = []
    reporter.raised.connect(lambda _error: where.append(threading.current_thread()))
    thread = threading.Thread(target=boom)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: where == [threading.main_thread()])


def test_that_ctrl_c_keeps_its_meaning(qtbot, reporter, monkeypatch):
    former, shown = [], []
    monkeypatch.setattr(reporter, "_before", lambda kind, *_: former.append(kind))
    reporter.raised.connect(shown.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert former == [KeyboardInterrupt]
    assert shown == []


def test_that_uninstalling_puts_the_former_hooks_back(qapp):
    before = sys.excepthook, threading.excepthook
    made = ExceptionReporter()
    made.install()
    assert sys.excepthook != before[0]
    made.uninstall()
    assert (sys.excepthook, threading.excepthook) == before
