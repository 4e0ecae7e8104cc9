"""Every kind of value in the window: its cell, its editor, the question of a filter."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.dictionary import BUILT_IN
from app.core.fields import Choice, Field, FieldType, MonthDay
from app.core.filters import operators
from app.core.kinds import KINDS
from app.core.records import Record
from app.errors import UserError
from app.views.records.cells import LOOKS, cell_of
from app.views.records.field_editors import EDITORS, make_editor
from app.views.records.several_editor import SeveralEditor
from app.views.records.value_editors import editor_for
from app.views.widgets.table.source import Cell

LISTED = (
    Choice("a", "展会", "Fair"),
    Choice("b", "重点 客户", "Key customer"),
    Choice("c", "停用", "Old", retired=True),
)
CUSTOMERS = BUILT_IN.entity("customers")


def _field(kind: FieldType) -> Field:
    return Field("x", "字段", "Field", kind, choices=LISTED if KINDS[kind].listed else (), open_choices=True)


def _record(value: Any) -> Record:
    return Record("customers", uuid.UUID(int=1), 1, 1, {"x": value})


def test_that_every_type_has_a_look_an_editor_and_questions_for_its_operators(qtbot: Any) -> None:
    assert set(LOOKS) == set(EDITORS) == set(FieldType)
    for kind in FieldType:
        field = _field(kind)
        editor = make_editor(field, {}, {}, lambda *_given: None)
        qtbot.addWidget(editor)
        for op in operators(field):
            qtbot.addWidget(editor_for(field, op).widget())


@pytest.mark.parametrize(
    ("kind", "value", "seen", "typed"),
    [
        (FieldType.PRICE, Decimal("1234.5"), "¥1,234.50", "1234.5"),
        (FieldType.PERCENT, Decimal("12.5"), "12.5%", "12.5%"),
        (FieldType.DURATION, 5400, "1小时30分", "1小时30分"),
        (FieldType.MONTH_DAY, MonthDay(2, 29), "02-29", "02-29"),
        (FieldType.MULTI_CHOICE, ("b", "a"), "重点 客户；展会", '"重点 客户"；展会'),
    ],
)
def test_that_a_cell_shows_the_value_and_the_editor_starts_with_what_is_typed(
    qtbot: Any, kind: FieldType, value: Any, seen: str, typed: str
) -> None:
    cell = cell_of(_field(kind), _record(value), {}, {})
    text, edit = (cell.text, cell.edit or cell.text) if isinstance(cell, Cell) else (cell, cell)
    assert (text, edit) == (seen, typed)
    editor: Any = make_editor(_field(kind), {}, {})
    qtbot.addWidget(editor)
    editor.set_value(value)
    assert editor.text() == typed
    assert editor.draft().text == typed
    editor.set_value(None)
    assert editor.text() == ""


def test_that_several_values_are_ticked_in_a_list(qtbot: Any) -> None:
    editor = SeveralEditor(_field(FieldType.MULTI_CHOICE))
    qtbot.addWidget(editor)
    editor.show()
    editor.set_value(("别的", "b"))
    ticks = editor.open_list()
    assert ticks.values() == ["a", "b", "别的"]
    assert ticks.ticked() == ["b", "别的"]
    ticks.list.setCurrentRow(0)
    QTest.keyClick(ticks.list, Qt.Key.Key_Space)
    assert editor.codes() == ("别的", "b", "a")
    ticks.list.setCurrentRow(1)
    QTest.keyClick(ticks.list, Qt.Key.Key_Space)
    assert editor.text() == "别的；展会"


@pytest.mark.parametrize(
    ("kind", "op", "typed", "value"),
    [
        (FieldType.PRICE, "ge", "1.2万", "12000"), (FieldType.PRICE, "eq", "0.195", "0.195"),
        (FieldType.PERCENT, "ge", "15%", "15"), (FieldType.DURATION, "ge", "1小时30分", "5400"),
        (FieldType.MONTH_DAY, "eq", "5月12日", "--05-12"), (FieldType.MONTH_DAY, "ge", "1985-05-12", "1985-05-12"),
    ],
)  # fmt: skip
def test_that_a_filter_asks_as_people_write(qtbot: Any, kind: FieldType, op: str, typed: str, value: str) -> None:
    editor: Any = editor_for(_field(kind), op)
    qtbot.addWidget(editor.widget())
    editor._edits[0].setText(typed)
    assert editor.value() == value
    editor.set_value(value)
    assert editor.value() == value
    editor._edits[0].setText("看不懂")
    with pytest.raises(UserError):
        editor.value()
