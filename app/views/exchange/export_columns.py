"""The columns of an export: which, and in which order."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Field
from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.labels import muted
from app.views.widgets.tick_list import Tick, TickList


class ExportColumns(QWidget):
    """`shown`: keys of the columns the table shows now; they come first, in its order.

    Signals:
        changed(): another tick or order.
    """

    changed = Signal()

    def __init__(self, fields: Sequence[Field], shown: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        labels = {field.key: field.label for field in fields}
        keys = list(dict.fromkeys([*(key for key in shown if key in labels), *labels]))
        self.list = TickList(t("要导出的列"), movable=True, height=0, search=t("查找列，可用拼音"))
        self.list.set_ticks([Tick(key, labels[key]) for key in keys], keys)
        self.list.chosen.connect(lambda _key: self._tell())
        self.list.moved.connect(self._tell)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._build_head(shown))
        column.addWidget(self.list, 1)
        column.addWidget(muted(t("拖动或按 Alt+↑↓ 调整顺序")))
        self._tell()

    def _build_head(self, shown: Sequence[str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self._count = muted("")
        row.addWidget(self._count)
        row.addStretch()
        self.shown_button = buttons.Button(t("只选表格里显示的"), kind="ghost", compact=True)
        self.shown_button.clicked.connect(lambda: self.tick(set(shown)))
        self.shown_button.setVisible(bool(shown))
        self.all_button = buttons.Button(t("全选"), kind="ghost", compact=True)
        self.all_button.clicked.connect(lambda: self.tick(None))
        self.none_button = buttons.Button(t("全不选"), kind="ghost", compact=True)
        self.none_button.clicked.connect(lambda: self.tick(set()))
        for button in (self.shown_button, self.all_button, self.none_button):
            row.addWidget(button)
        return row

    def tick(self, keys: Container[str] | None) -> None:
        """Tick these columns and no others; None = all."""
        for key in self.list.values():
            self.list.set_ticked(key, on=keys is None or key in keys)
        self._tell()

    def chosen(self) -> list[str]:
        """Field keys of the ticked columns in their order."""
        return self.list.ticked()

    def _tell(self) -> None:
        self._count.setText(t("{n} / {m} 列", n=len(self.chosen()), m=len(self.list.values())))
        self.changed.emit()
