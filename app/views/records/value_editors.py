"""The right-hand side of a condition, by operator and type of field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core.clock import today
from app.core.fields import Field, FieldType
from app.core.filters import NO_VALUE
from app.core.i18n import t
from app.core.kinds import kind_of
from app.errors import UserError
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.views.widgets.fields import DateField, NumberField
from app.views.widgets.labels import muted
from app.views.widgets.tick_list import Tick, TickList

_LISTS = frozenset({"in", "not_in", "has_any", "has_all", "has_none"})


class ValueEditor(Protocol):
    """`value` raises UserError for what cannot be understood."""

    def value(self) -> Any: ...

    def set_value(self, value: Any) -> None: ...

    def widget(self) -> QWidget: ...


class NoValue(QWidget):
    """For operators that need none."""

    def value(self) -> Any:
        return None

    def set_value(self, value: Any) -> None:
        """Nothing to show."""

    def widget(self) -> QWidget:
        return self


class TextValue(QLineEdit):
    """A text as typed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(t("输入内容"))

    def value(self) -> Any:
        text = self.text().strip()
        if not text:
            raise UserError(t("请输入要比较的内容。"))
        return text

    def set_value(self, value: Any) -> None:
        if isinstance(value, str | int | float):
            self.setText(str(value))

    def widget(self) -> QWidget:
        return self


class WrittenValue(QWidget):
    """One value that is typed, or two for "between", as people write it: numbers (5万, 1,200.50, 15%), lengths of time, days
    with or without a year."""

    def __init__(self, field: Field, *, pair: bool) -> None:
        super().__init__()
        self._field = replace(field, least=None, most=None)
        self._read = converter(self._field, Options(ColumnPlan(field.key)))
        names = (t("最小"), t("最大")) if pair else (field.label,)
        self._edits = [QLineEdit() for _name in names]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for at, (edit, name) in enumerate(zip(self._edits, names, strict=True)):
            edit.setAccessibleName(name)
            edit.setPlaceholderText(_PLACEHOLDERS[field.type]() if field.type in _PLACEHOLDERS else name)
            if at:
                row.addWidget(muted("–"))
            row.addWidget(edit)
        self.setFocusProxy(self._edits[0])

    def value(self) -> Any:
        found = [self._one(edit.text()) for edit in self._edits]
        return found if len(found) > 1 else found[0]

    def _one(self, text: str) -> str:
        kind = kind_of(self._field)
        missing = t("请输入数字。") if kind.numeric else t("请输入要比较的内容。")
        value, problem = self._read(text) if text.strip() else (None, None)
        if value is None:
            raise UserError(problem.text if problem else missing)
        said = kind.to_json(value)
        return str(said).removesuffix(".00") if kind.currency else str(said)

    def set_value(self, value: Any) -> None:
        values = value if isinstance(value, list | tuple) else [value]
        for edit, one in zip(self._edits, values, strict=False):
            edit.setText("" if one is None else kind_of(self._field).asked(self._field, one))

    def widget(self) -> QWidget:
        return self


#: what may stand in the line, of numbers that are written in a way of their own
_PLACEHOLDERS: dict[FieldType, Callable[[], str]] = {
    FieldType.MONEY: lambda: t("例如 5万"),
    FieldType.PERCENT: lambda: t("例如 15%"),
    FieldType.DURATION: lambda: t("例如 1小时30分"),
    FieldType.MONTH_DAY: lambda: t("例如 1985-05-12"),
}


class DayValue(QWidget):
    """One day, or two for "between"."""

    def __init__(self, field: Field, *, pair: bool) -> None:
        super().__init__()
        names = (t("从"), t("到")) if pair else (field.label,)
        self._days = [DateField(today()) for _name in names]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for at, (edit, name) in enumerate(zip(self._days, names, strict=True)):
            edit.setAccessibleName(name)
            if at:
                row.addWidget(muted("–"))
            row.addWidget(edit, 1)
        self.setFocusProxy(self._days[0])

    def value(self) -> Any:
        found = [edit.day().isoformat() for edit in self._days]
        return sorted(found) if len(found) > 1 else found[0]

    def set_value(self, value: Any) -> None:
        values = value if isinstance(value, list | tuple) else [value]
        for edit, one in zip(self._days, values, strict=False):
            try:
                edit.set_day(date.fromisoformat(str(one)[:10]))
            except ValueError:
                continue

    def widget(self) -> QWidget:
        return self


class SpanValue(NumberField):
    """So many days."""

    def __init__(self) -> None:
        super().__init__(1, 3650, suffix=t(" 天"))
        self.setAccessibleName(t("天数"))
        self.setValue(30)

    def set_value(self, value: Any) -> None:
        if str(value).isdigit():
            self.setValue(int(value))

    def widget(self) -> QWidget:
        return self

    def value(self) -> int:
        return super().value()


class ListValue(TickList):
    """Some of the values there are. `load` fills the lines later; ticks set before are kept."""

    def __init__(self, field: Field) -> None:
        super().__init__(field.label, height=208)
        self._wanted: list[str] = []

    def show_ticks(self, ticks: Sequence[Tick]) -> None:
        """The lines have come."""
        known = {tick.value for tick in ticks}
        missing = [Tick(value, value) for value in self._wanted if value not in known]
        self.set_ticks([*missing, *ticks], self._wanted)

    def value(self) -> Any:
        found = self.ticked()
        if not found:
            raise UserError(t("请至少勾选一项。"))
        return found

    def set_value(self, value: Any) -> None:
        self._wanted = [str(one) for one in (value if isinstance(value, list | tuple) else [value]) if one is not None]
        for one in self._wanted:
            self.set_ticked(one, on=True)

    def widget(self) -> QWidget:
        return self


def editor_for(field: Field, op: str) -> ValueEditor:
    """A fresh editor for this field and operator."""
    if op in NO_VALUE:
        return NoValue()
    if op in ("last_days", "next_days"):
        return SpanValue()
    if op in _LISTS:
        return ListValue(field)
    kind = kind_of(field)
    if kind.numeric or kind.yearly:
        return WrittenValue(field, pair=op == "between")
    if kind.day:
        return DayValue(field, pair=op == "between")
    return TextValue(field.label)
