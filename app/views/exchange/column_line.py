"""One column of the file in the mapping list: its name, its first values, its field, how its cells fare."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.core.i18n import t
from app.core.kinds import Kind
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.files.records import Column
from app.services.exchange.importing.column_check import ColumnCheck
from app.views.exchange.target_field import TargetChoices, TargetField
from app.views.exchange.tone_dot import ToneDot
from app.views.theme import fonts
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import ElidedLabel, IconLabel, Role, plain_tooltip

STRETCHES = (3, 4, 5)  # name, first values, result
FIELD_WIDTH, GAP, HEIGHT = 210, 14, 40
_DETAIL_WIDTH = 118
_ROLES: dict[str, Role] = {"bad": "error", "warn": "warning"}


class ColumnLine(QWidget):
    """Signals:
    unit_chosen(int): 元 per written 1; order_chosen(str): "ymd", "mdy" or "dmy". Both by the person only.
    """

    unit_chosen = Signal(int)
    order_chosen = Signal(str)

    def __init__(self, column: Column, choices: TargetChoices) -> None:
        super().__init__()
        self.name = column.name
        self._unit: ChoiceField | None = None
        self._order: ChoiceField | None = None
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        name = ElidedLabel(column.name.replace("\n", " "), "strong")
        samples = ElidedLabel("；".join(s.replace("\n", " ") for s in column.samples), "muted")
        self.field = TargetField(choices, t("“{name}”导入到", name=column.name))
        self.field.setFixedWidth(FIELD_WIDTH)
        row.addWidget(name, STRETCHES[0])
        row.addWidget(samples, STRETCHES[1])
        row.addWidget(IconLabel("chevron-right", "text_3", 16))
        row.addWidget(self.field)
        row.addWidget(self._build_result(), STRETCHES[2])

    def _build_result(self) -> QWidget:
        box = QWidget()
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._result = QHBoxLayout(box)
        self._result.setContentsMargins(0, 0, 0, 0)
        self._result.setSpacing(6)
        self._dot, self._words = ToneDot("gray"), ElidedLabel("", "muted")
        self._result.addWidget(self._dot)
        self._result.addWidget(self._words, 1)
        return box

    def show_plan(self, column: ColumnPlan, label: str, kind: Kind | None, *, asks_order: bool) -> None:
        """The field, and what must be known to read its cells: the unit of amounts, the order of short dates."""
        self.field.set_key(column.target, label)
        amounts = kind is not None and kind.currency
        if amounts:
            if self._unit is None:
                self._unit = self._detail(_units(), t("“{name}”的单位", name=self.name))
                self._unit.currentIndexChanged.connect(self._on_unit)
            _show_key(self._unit, str(column.unit))
        if self._unit is not None:
            self._unit.setVisible(amounts)
        if asks_order:
            if self._order is None:
                self._order = self._detail(_orders(), t("“{name}”的日期顺序", name=self.name))
                self._order.currentIndexChanged.connect(self._on_order)
            _show_key(self._order, column.date_order)
        if self._order is not None:
            self._order.setVisible(asks_order)

    def _detail(self, choices: list[tuple[str, str]], name: str) -> ChoiceField:
        field = ChoiceField(choices)
        field.setAccessibleName(name)
        field.setToolTip(plain_tooltip(name))
        field.setFixedWidth(_DETAIL_WIDTH)
        self._result.insertWidget(0, field)
        return field

    def _on_unit(self, _at: int) -> None:
        assert self._unit is not None
        self.unit_chosen.emit(int(self._unit.key()))

    def _on_order(self, _at: int) -> None:
        assert self._order is not None
        self.order_chosen.emit(self._order.key())

    def show_check(self, column: ColumnPlan, check: ColumnCheck) -> None:
        """How the first cells fare."""
        if column.target is None:
            text, tone = t("跳过"), "gray"
        else:
            text, tone = check.sentence()
        self._words.setText(fonts.join_facts(text, _why(column) if column.target else ""))
        self._words.set_role(_ROLES.get(tone, "muted"))
        self._dot.set_tone(tone)

    def stops(self) -> list[QWidget]:
        """Where Tab stops in this line, from left to right."""
        return [self.field, *(field for field in (self._unit, self._order) if field is not None)]

    def told(self) -> str:
        """The words of the check."""
        return self._words.text()


def _show_key(field: ChoiceField, key: str) -> None:
    blocked = field.blockSignals(True)
    if field.findData(key) < 0:
        field.addItem(key, key)
    field.set_key(key)
    field.blockSignals(blocked)


def _units() -> list[tuple[str, str]]:
    return [
        ("1", t("元")), ("1000", t("千元")), ("10000", t("万元")), ("1000000", t("百万元")), ("10000000", t("千万元")),
        ("100000000", t("亿元")),
    ]  # fmt: skip


def _orders() -> list[tuple[str, str]]:
    return [("ymd", t("年/月/日")), ("mdy", t("月/日/年")), ("dmy", t("日/月/年"))]


def _why(column: ColumnPlan) -> str:
    if column.why == "header" and column.confidence < 0.8:
        return t("列名相近，请确认")
    return t("按内容识别") if column.why == "content" else ""
