"""The popover that narrows the list: states, priorities, categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity, Field
from app.core.i18n import t
from app.core.records import Sort
from app.views.tickets.listing import NEWEST, Wanted
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel

_ORDERS = {
    "newest": NEWEST,
    "due": (Sort("next_due_at"),),
    "opened": (Sort("opened_at", descending=True),),
    "oldest": (Sort("opened_at"),),
}


class Narrowing(QWidget):
    """Signals:
    changed(object): the `Wanted` list, at every tick.
    save_wanted(): keep this as a view.
    """

    changed = Signal(object)
    save_wanted = Signal()

    def __init__(self, entity: Entity, wanted: Wanted, categories: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._wanted = wanted
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        self.statuses = self._ticks(column, entity.field("status"), wanted.statuses)
        self.priorities = self._ticks(column, entity.field("priority"), wanted.priorities)
        self.category = ChoiceField([("", t("全部分类")), *categories])
        self.category.setAccessibleName(entity.field("category").label)
        if wanted.categories:
            self.category.set_key(wanted.categories[0])
        self.order = ChoiceField(
            [
                ("newest", t("最近消息在前")),
                ("due", t("最近截止在前")),
                ("opened", t("新建的在前")),
                ("oldest", t("最早的在前")),
            ]
        )
        self.order.setAccessibleName(t("排序"))
        self.order.set_key(next((k for k, v in _ORDERS.items() if v == wanted.sorts), "newest"))
        for label, field in ((entity.field("category").label, self.category), (t("排序"), self.order)):
            column.addWidget(DataLabel(label, "muted"))
            column.addWidget(field)
            field.currentIndexChanged.connect(lambda _at: self._tell())
        row = QHBoxLayout()
        clear = buttons.ghost(t("清除筛选"))
        clear.clicked.connect(self.clear)
        save = buttons.plain(t("保存为视图…"), "bookmark")
        save.clicked.connect(self.save_wanted)
        row.addWidget(clear)
        row.addStretch()
        row.addWidget(save)
        column.addLayout(row)

    def _ticks(self, column: QVBoxLayout, field: Field, chosen: Sequence[str]) -> dict[str, QCheckBox]:
        column.addWidget(DataLabel(field.label, "muted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        found: dict[str, QCheckBox] = {}
        for at, (code, label) in enumerate((c.code, c.label) for c in field.choices):
            box = found[code] = QCheckBox(label.replace("&", "&&"))
            box.setChecked(code in chosen)
            box.toggled.connect(lambda _on: self._tell())
            grid.addWidget(box, at // 3, at % 3)
        column.addLayout(grid)
        return found

    def _tell(self) -> None:
        self._wanted = replace(
            self._wanted,
            statuses=tuple(code for code, box in self.statuses.items() if box.isChecked()),
            priorities=tuple(code for code, box in self.priorities.items() if box.isChecked()),
            categories=(self.category.key(),) if self.category.key() else (),
            sorts=_ORDERS[self.order.key()],
        )
        self.changed.emit(self._wanted)

    def clear(self) -> None:
        """No narrowing, the newest first."""
        for box in (*self.statuses.values(), *self.priorities.values()):
            box.blockSignals(True)
            box.setChecked(False)
            box.blockSignals(False)
        for field, key in ((self.category, ""), (self.order, "newest")):
            field.blockSignals(True)
            field.set_key(key)
            field.blockSignals(False)
        self._tell()
