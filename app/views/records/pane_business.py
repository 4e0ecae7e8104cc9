"""What hangs on the record in the pane: its deals, orders, payments, tickets; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.views.records.pane_data import Line, Section
from app.views.shell.desk import Desk
from app.views.shell.page import OpenRecord
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.labels import DataLabel, muted
from app.views.widgets.menus import MenuItem


class BusinessList(QWidget):
    """Sections under each other, each with its sum."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._inside: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 10, 4, 12)
        self._column.setSpacing(6)
        self._column.addStretch()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these instead."""
        for widget in self._inside:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._inside = []
        for section in sections:
            self._add(DataLabel(section.title, "strong"))
            if section.note:
                self._add(muted(section.note, wrap=True))
            items = ItemList(section.title, "")
            items.set_items([self._item(line) for line in section.lines])
            self._add(items)
        if not sections:
            self._add(muted(t("还没有商机、订单或工单。"), wrap=True))

    def _item(self, line: Line) -> Item:
        kind = BUILT_IN.entity(line.entity)
        return Item(line.title, line.under, kind.icon, right=line.right, menu=partial(self._menu, line))

    def _menu(self, line: Line) -> list[MenuItem | None]:
        return [MenuItem(t("打开"), partial(self._open, line), "panel-right")]

    def _open(self, line: Line) -> None:
        self._desk.page_wanted.emit(line.entity, OpenRecord(line.entity, line.id))

    def _add(self, widget: QWidget) -> None:
        self._inside.append(widget)
        self._column.insertWidget(self._column.count() - 1, widget)
