"""Some values of a pick-list: typed with ； between them, or ticked in the list that opens below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.core.fields import Field
from app.core.i18n import t
from app.core.kinds.choices import label_of
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.services.exchange.cells.shown import cell_text
from app.views.records.drafts import Draft, Typed
from app.views.theme import icons
from app.views.widgets.popover import Popover
from app.views.widgets.tick_list import Tick, TickList

_LONGEST = 2000


class SeveralEditor(QLineEdit):
    """Down arrow or the button opens the list."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._read = converter(field, Options(ColumnPlan(field.key)))
        self.setMaxLength(_LONGEST)
        self.setPlaceholderText(t("可以选几项，用分号隔开"))
        action = self.addAction(icons.icon("chevron-down", "text_3"), QLineEdit.ActionPosition.TrailingPosition)
        action.setToolTip(t("选择"))
        action.triggered.connect(self.open_list)

    def draft(self) -> Draft:
        return Typed(self.text().strip())

    def set_value(self, value: Any) -> None:
        self.setText(cell_text(self._field, value, str))
        self.setCursorPosition(0)

    def codes(self) -> tuple[str, ...]:
        """Those of the list that stand in the line, in their order."""
        return self._read(self.text())[0] or ()

    def open_list(self) -> TickList:
        """Tick with the mouse or the space bar."""
        now = self.codes()
        beyond = [code for code in now if self._field.choice(code) not in self._field.offered]
        found = TickList(self._field.label)
        codes = [*(choice.code for choice in self._field.offered), *beyond]
        found.set_ticks([Tick(code, label_of(self._field, code)) for code in codes], now)
        popover = Popover(found, self, self._field.label)
        popover.closed.connect(popover.deleteLater)
        found.chosen.connect(lambda _code: self._take(found.ticked()))
        found.submitted.connect(popover.close)
        popover.show_under(self, align_right=True)
        return found

    def _take(self, ticked: list[str]) -> None:
        """What stood there keeps its place; what is new comes behind."""
        kept = [code for code in self.codes() if code in ticked]
        self.set_value((*kept, *(code for code in ticked if code not in kept)) or None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_list()
        else:
            super().keyPressEvent(event)
