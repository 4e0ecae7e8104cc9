"""The fixtures that watch the others must bark."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from tests.gui.accessibility import assert_accessible, unnamed
from tests.gui.gap_probe import GapProbe
from tests.gui.leaks import LeakWatch


@pytest.fixture
def judged(monkeypatch):
    monkeypatch.setenv("KEDANG_GAPS", "1")


@pytest.mark.xfail(strict=True, reason="the probe must catch a blocking call")
@pytest.mark.gui_budget(100)
@pytest.mark.usefixtures("judged")
def test_that_a_blocking_call_breaks_its_budget(qtbot):
    qtbot.wait(20)
    time.sleep(0.25)
    qtbot.wait(20)


def test_that_waiting_in_the_event_loop_is_no_stall(qtbot):
    with GapProbe() as probe:
        qtbot.wait(100)
    assert probe.gaps
    assert len(probe.over(80)) < len(probe.gaps)


def test_that_a_running_timer_is_named_with_the_line_that_started_it(qapp):
    with pytest.MonkeyPatch.context() as patch:
        watch = LeakWatch(patch)
        timer = QTimer()
        timer.start(1000)
        assert "QTimer started at tests/gui/widgets/test_watchers.py:" in watch.problems()[0]
        timer.stop()
        assert watch.problems() == []


def test_that_a_running_thread_is_named(qapp):
    with pytest.MonkeyPatch.context() as patch:
        watch = LeakWatch(patch)
        thread = QThread()
        thread.start()
        assert "QThread started at" in watch.problems()[0]
        thread.quit()
        assert thread.wait(2000)
        assert watch.problems() == []


def test_that_busy_pools_are_named(qapp):
    with pytest.MonkeyPatch.context() as patch:
        watch = LeakWatch(patch)
        pool = QThreadPool()
        pool.start(lambda: time.sleep(0.5))
        assert "QThreadPool started at" in watch.problems()[0]
        assert pool.waitForDone(2000)
        assert watch.problems() == []


def test_that_a_window_left_open_is_named(qapp):
    with pytest.MonkeyPatch.context() as patch:
        watch = LeakWatch(patch)
        window = QWidget()
        window.setObjectName("lost")
        window.show()
        assert "'lost' shown at tests/gui/widgets/test_watchers.py:" in watch.problems()[0]
        window.close()
        window.deleteLater()
        assert watch.problems() == []


def test_that_fields_without_a_name_are_found(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field, named, combo, spin = QLineEdit(), QLineEdit(), QComboBox(), QSpinBox()
    named.setAccessibleName("姓名")
    combo.setAccessibleName("阶段")
    spin.setAccessibleName("天数")
    for widget in (field, named, combo, spin):
        column.addWidget(widget)
    assert len(unnamed(window)) == 1
    with pytest.raises(AssertionError, match="QLineEdit"):
        assert_accessible(window)
    field.setAccessibleName("电话")
    assert_accessible(window)
