"""An editor for every type of field, for forms and for changing one field of many records."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QWidget

from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.core.kinds import KINDS, kind_of
from app.core.values import to_text
from app.views.records.drafts import Draft, Ready, Typed
from app.views.records.link_editor import Finder, LinkEditor
from app.views.records.points_editor import PointsEditor
from app.views.records.required_editor import RequiredEditor
from app.views.records.several_editor import SeveralEditor
from app.views.records.ties_editor import TiesEditor
from app.views.theme import icons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.popover import Popover


class FieldEditor(Protocol):
    """A widget with a draft in it."""

    def draft(self) -> Draft: ...

    def set_value(self, value: Any) -> None: ...


@dataclass(frozen=True)
class Given:
    """What editors choose from: users, tags with their tones, records by what is typed."""

    users: Mapping[uuid.UUID, str]
    tags: Mapping[str, str]
    finder: Finder | None


class LineEditor(QLineEdit):
    """A value in one line."""

    def __init__(self, field: Field, placeholder: str = "") -> None:
        super().__init__()
        self._field = field
        self.setPlaceholderText(placeholder)
        self.setMaxLength(max(field.max_length, 40))

    def draft(self) -> Draft:
        return Typed(self.text().strip())

    def set_value(self, value: Any) -> None:
        self.setText("" if value is None else kind_of(self._field).typed(self._field, value))
        self.setCursorPosition(0)


class DayEditor(LineEditor):
    """A day, typed in any usual form or picked."""

    def __init__(self, field: Field, placeholder: str = "") -> None:
        super().__init__(field, placeholder or t("例如 2026-11-21"))
        action = self.addAction(icons.icon("calendar", "text_3"), QLineEdit.ActionPosition.TrailingPosition)
        action.setToolTip(t("日历"))
        action.triggered.connect(self.open_calendar)

    def open_calendar(self) -> None:
        """Pick with the mouse or the arrow keys."""
        calendar = QCalendarWidget()
        calendar.setAccessibleName(t("日历"))
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        day = QDate.fromString(self.text().strip()[:10], Qt.DateFormat.ISODate)
        if day.isValid():
            calendar.setSelectedDate(day)
        popover = Popover(calendar, self, t("日历"))
        popover.closed.connect(popover.deleteLater)

        def picked(chosen: QDate) -> None:
            self.setText(chosen.toString(Qt.DateFormat.ISODate))
            popover.close()

        calendar.clicked.connect(picked)
        calendar.activated.connect(picked)
        popover.show_under(self, align_right=True)


class TextEditor(QPlainTextEdit):
    """Several lines; Tab leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(84)

    def draft(self) -> Draft:
        return Ready(self.toPlainText().strip() or None)

    def set_value(self, value: Any) -> None:
        self.setPlainText("" if value is None else str(value))


class PickEditor(ChoiceField):
    """One of a closed list, or nothing. Values are codes, True/False, or users."""

    def __init__(self, field: Field, users: Mapping[uuid.UUID, str]) -> None:
        self._field = field
        if field.type is FieldType.USER:
            choices = [(str(user), name) for user, name in users.items()]
        elif field.type is FieldType.BOOL:
            choices = [("1", t("是")), ("0", t("否"))]
        else:
            choices = [(choice.code, choice.label) for choice in field.offered]
        super().__init__([("", t("（空）")), *choices])

    def draft(self) -> Draft:
        key = self.key()
        if not key:
            return Ready(None)
        if self._field.type is FieldType.USER:
            return Ready(uuid.UUID(key))
        return Ready(key == "1" if self._field.type is FieldType.BOOL else key)

    def set_value(self, value: Any) -> None:
        key = "" if value is None else ("1" if value else "0") if isinstance(value, bool) else str(value)
        if self.findData(key) < 0:  # a retired value, one from an older list, or a user who is gone
            known = self._field.choice(key)
            self.addItem(known.label if known else key, key)
        self.set_key(key)


class OpenPickEditor(QComboBox):
    """A list that takes other words too."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItem("")
        self.addItems([choice.label for choice in field.offered])
        line = self.lineEdit()
        assert line is not None
        line.setMaxLength(field.max_length)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def draft(self) -> Draft:
        return Typed(self.currentText().strip())

    def set_value(self, value: Any) -> None:
        self.setCurrentText(to_text(self._field, value))


class TagsEditor(LineEditor):
    """Tags parted by 、 with the known ones offered while typing."""

    def __init__(self, field: Field, tags: Mapping[str, str]) -> None:
        super().__init__(field, t("多个标签用顿号隔开"))
        self.setMaxLength(1000)
        self._offered = QCompleter(list(tags), self)
        self._offered.setFilterMode(Qt.MatchFlag.MatchContains)
        self._offered.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._offered.setWidget(self)
        self._offered.activated[str].connect(self._take)  # type: ignore[index]
        self.textEdited.connect(self._offer)

    def _offer(self, text: str) -> None:
        last = _parts(text)[-1] if text else ""
        self._offered.setCompletionPrefix(last)
        self._offered.complete()

    def _take(self, tag: str) -> None:
        before = [part for part in _parts(self.text())[:-1] if part]
        self.setText("、".join([*before, tag]) + "、")

    def draft(self) -> Draft:
        names = tuple(dict.fromkeys(part[:40] for part in _parts(self.text()) if part))
        return Ready(names or None)

    def set_value(self, value: Any) -> None:
        self.setText("、".join(value or ()))


def _parts(text: str) -> list[str]:
    for mark in "，,；;":
        text = text.replace(mark, "、")
    return [part.strip() for part in text.split("、")]


def _of_points(field: Field, _given: Given) -> QWidget:
    return PointsEditor(field)


def _picked(field: Field, given: Given) -> QWidget:
    return PickEditor(field, given.users)


def _line(field: Field, _given: Given) -> QWidget:
    kind = kind_of(field)
    return LineEditor(field, t("例如 {example}", example=kind.example(field)) if kind.type in _SAID else "")


def _linked(field: Field, given: Given) -> QWidget:
    assert given.finder is not None
    return LinkEditor(field, given.finder) if field.one else TiesEditor(field, given.finder)


#: lines that are not plain to everybody: what may stand there is said
_SAID = frozenset({FieldType.PRICE, FieldType.PERCENT, FieldType.DURATION})
#: type → its editor
EDITORS: dict[FieldType, Callable[[Field, Given], QWidget]] = {
    **dict.fromkeys(FieldType, _line),
    **{kind.type: _of_points for kind in KINDS.values() if kind.points},
    FieldType.ADDRESSES: _of_points,
    FieldType.LONG_TEXT: lambda _field, _given: TextEditor(),
    FieldType.USER: _picked,
    FieldType.BOOL: _picked,
    FieldType.CHOICE: lambda field, given: OpenPickEditor(field) if field.open_choices else _picked(field, given),
    FieldType.MULTI_CHOICE: lambda field, _given: SeveralEditor(field),
    FieldType.DATE: lambda field, _given: DayEditor(field),
    FieldType.MONTH_DAY: lambda field, _given: DayEditor(field, t("例如 1985-11-21，或 11-21")),
    FieldType.TAGS: lambda field, given: TagsEditor(field, given.tags),
    FieldType.MONEY: lambda field, _given: LineEditor(field, t("例如 5万 或 12,000.50")),
    FieldType.LINKS: _linked,
}


def make_editor(
    field: Field, users: Mapping[uuid.UUID, str], tags: Mapping[str, str], finder: Finder | None = None
) -> QWidget:
    """The editor of a field: a widget that is a `FieldEditor`. Links need a `finder`."""
    if field.key == "required" and not field.custom:
        return RequiredEditor()
    return EDITORS[field.type](field, Given(users, tags, finder))
