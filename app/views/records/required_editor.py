"""Which fields of a deal a stage asks for: boxes to tick, where the stored text is a list of field keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from app.core.dictionary import BUILT_IN
from app.views.records.drafts import Draft, Ready

#: what can be asked for before a deal enters a stage, in the order of the boxes
OFFERED = ("customer", "contact", "amount", "expected_on", "owner", "source", "remark")


class RequiredEditor(QWidget):
    """Keys that have no box here, such as those of fields of one's own, stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._others: tuple[str, ...] = ()
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        deals = BUILT_IN.entity("deals")
        for at, key in enumerate(OFFERED):
            box = self.boxes[key] = QCheckBox(deals.field(key).label)
            grid.addWidget(box, at // 2, at % 2)
        self.setFocusProxy(self.boxes[OFFERED[0]])

    def draft(self) -> Draft:
        ticked = (key for key, box in self.boxes.items() if box.isChecked())
        return Ready(",".join((*ticked, *self._others)) or None)

    def set_value(self, value: Any) -> None:
        keys = [key.strip() for key in str(value or "").split(",") if key.strip()]
        self._others = tuple(key for key in keys if key not in self.boxes)
        for key, box in self.boxes.items():
            box.setChecked(key in keys)
