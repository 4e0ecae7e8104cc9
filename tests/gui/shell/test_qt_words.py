"""Qt's own words are those of the program's language, after a switch too."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QDate, QLocale, QObject
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QApplication,
    QCalendarWidget,
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)

from app.core.i18n import set_language
from app.views.theme.qt_words import follow_language

HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{3}")
NO_WORDS = re.compile(r"Ctrl\+\w+|/\S*|\.\w+|https?\S+|KB|QFileSystem\w*")


@pytest.fixture(autouse=True)
def _as_before(qapp):
    before = QLocale()
    yield
    set_language("en")  # takes the translators away
    follow_language(qapp)
    QLocale.setDefault(before)


def file_dialog() -> QWidget:
    dialog = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)
    dialog.setNameFilters(["*.x"])
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    return dialog


def buttons() -> QWidget:
    box = QDialogButtonBox()
    for button in QDialogButtonBox.StandardButton:
        if button.name not in ("NoButton", "FirstButton", "LastButton"):
            box.addButton(button)
    return box


def question() -> QWidget:
    kinds = QMessageBox.StandardButton
    return QMessageBox(QMessageBox.Icon.Question, "", "", kinds.Yes | kinds.No | kinds.Cancel)


def of_menu(kind: type[QLineEdit] | type[QPlainTextEdit]) -> QWidget:
    edit = kind()
    edit.menu = edit.createStandardContextMenu()  # a child of the field
    assert edit.menu.parent() is edit
    return edit


MADE = {
    "file dialog": file_dialog, "buttons": buttons, "question": question, "input": QInputDialog,
    "menu of a line": lambda: of_menu(QLineEdit), "menu of a text": lambda: of_menu(QPlainTextEdit),
    "print": lambda: QPrintDialog(QPrinter()),
}  # fmt: skip


def words(root: QObject) -> set[str]:
    """What stands on the buttons, labels, groups and in the menus below `root`."""
    found: set[str] = set()
    for one in [root, *root.findChildren(QObject)]:
        for name in ("text", "title"):
            text = one.property(name)
            if isinstance(text, str) and NO_WORDS.sub("", text).strip():
                found.add(NO_WORDS.sub("", text))
    return found


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("order", [("zh",), ("en",), ("zh", "en"), ("en", "zh"), ("zh", "en", "zh")])
def test_that_dialogs_and_menus_speak_the_language_in_force(qapp, qtbot, made, order):
    for code in order:
        set_language(code)
        follow_language(qapp)
    widget = MADE[made]()
    shown = words(widget)
    widget.deleteLater()
    if order[-1] == "zh":
        assert not [text for text in shown if LATIN.search(text) and not HAN.search(text)]
        assert made == "input" or any(HAN.search(text) for text in shown)
    else:
        assert not [text for text in shown if HAN.search(text)]


@pytest.mark.parametrize(("code", "february"), [("zh", "二月"), ("en", "February")])
def test_that_calendars_and_dates_follow(qapp, qtbot, code, february):
    set_language(code)
    follow_language(qapp)
    calendar = QCalendarWidget()
    qtbot.addWidget(calendar)
    calendar.setSelectedDate(QDate(2026, 2, 3))
    assert calendar.locale().monthName(2) == february
    assert any(february in (child.property("text") or "") for child in calendar.findChildren(QObject))
    assert calendar.firstDayOfWeek().name == "Monday"


def test_that_translators_do_not_pile_up(qapp):
    def count() -> int:
        QApplication.sendPostedEvents(None, 0)
        return len(qapp.findChildren(QObject, "qt-words"))

    for code in ("zh", "en", "zh", "zh"):
        set_language(code)
        follow_language(qapp)
    assert count() == 2
