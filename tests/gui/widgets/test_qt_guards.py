"""PySide6 6.12 on Python 3.11 drops a reference to None or True with every call, and the process dies. Never again."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel, QWidget


class Emitter(QObject):
    happened = Signal(bool)


def test_that_void_calls_do_not_eat_references_to_none(qtbot):
    widget = QLabel()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(1000):
        widget.setEnabled(True)
        widget.setText("x")
    assert sys.getrefcount(None) > before - 100


def test_that_emitting_does_not_eat_references_to_true():
    emitter = Emitter()
    emitter.happened.connect(lambda _on: None)
    before = sys.getrefcount(True)
    for _ in range(1000):
        emitter.happened.emit(True)
    assert sys.getrefcount(True) > before - 100


@pytest.mark.parametrize("wrong", [lambda w: w.setEnabled("x"), lambda w: w.resize("a", 1)])
def test_that_wrong_arguments_raise_and_do_not_kill(qtbot, wrong):
    widget = QWidget()
    qtbot.addWidget(widget)
    with pytest.raises(TypeError):
        wrong(widget)
