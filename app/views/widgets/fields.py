"""Number, date and choice fields as forms use them: the wheel scrolls the page unless the field has the focus."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDateEdit, QSpinBox, QWidget


class NumberField(QSpinBox):
    """A whole number from `lowest` to `highest`; `suffix` is a unit, e.g. " 天"."""

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None, *, suffix: str = "") -> None:
        super().__init__(parent)
        self.setRange(lowest, highest)
        self.setSuffix(suffix)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The stylesheet has no say over the inner margin of a spin box with own arrows.
        self.lineEdit().setTextMargins(8, 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DateField(QDateEdit):
    """A day as 2026-11-21 with a calendar."""

    def __init__(self, day: date | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCalendarPopup(True)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_day(day or date.today())  # noqa: DTZ011 - the day on the person's own calendar

    def day(self) -> date:
        """The chosen day."""
        chosen = self.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    def set_day(self, day: date) -> None:
        """Choose by program."""
        self.setDate(QDate(day.year, day.month, day.day))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceField(QComboBox):
    """One of several (key, text)."""

    def __init__(self, choices: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices; the chosen key stays if it is among them. No signal."""
        before = self.key()
        blocked = self.blockSignals(True)
        self.clear()
        for key, text in choices:
            self.addItem(text, key)
        self.blockSignals(blocked)
        if self.findData(before) >= 0:
            self.set_key(before)

    def key(self) -> str:
        """Key of the choice, "" if there is none."""
        return str(self.currentData() or "")

    def set_key(self, key: str) -> None:
        """Choose by program. KeyError for an unknown key."""
        at = self.findData(key)
        if at < 0:
            raise KeyError(key)
        self.setCurrentIndex(at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
