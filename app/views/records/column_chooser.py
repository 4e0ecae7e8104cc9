"""Which columns, in which order."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.i18n import t
from app.views.records.listing import Columns, usual_columns
from app.views.widgets import buttons
from app.views.widgets.labels import muted
from app.views.widgets.tick_list import Tick, TickList


class ColumnChooser(QWidget):
    """Tick, drag, or move with Alt+↑/↓. At least one column stays.

    Signals:
        chosen(tuple): field keys with widths in their new order; () = the usual ones.
    """

    chosen = Signal(object)

    def __init__(self, entity: Entity, columns: Columns) -> None:
        super().__init__()
        self._entity = entity
        self._widths = dict(columns)
        self.setFixedWidth(260)
        self._list = TickList(t("列"), movable=True, height=316)
        self._list.chosen.connect(self._on_ticked)
        self._list.moved.connect(self._tell)
        reset = buttons.ghost(t("恢复默认"), "rotate-ccw")
        reset.clicked.connect(self._reset)
        foot = QHBoxLayout()
        foot.addWidget(muted(t("拖动或按 Alt+↑↓ 调整顺序")))
        foot.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._list)
        column.addLayout(foot)
        column.addWidget(reset)
        self.setFocusProxy(self._list)
        self._show(columns)

    def _show(self, columns: Columns) -> None:
        first = [key for key, _width in columns if self._entity.find(key)]
        rest = [field.key for field in self._entity.fields if field.key not in first]
        ticks = [Tick(key, self._entity.field(key).label) for key in (*first, *rest)]
        self._list.set_ticks(ticks, first)

    def _on_ticked(self, key: str) -> None:
        if not self._list.ticked():
            self._list.set_ticked(key, on=True)
            return
        self._tell()

    def _tell(self) -> None:
        self.chosen.emit(tuple((key, self._widths.get(key, 0)) for key in self._list.ticked()))

    def _reset(self) -> None:
        self._widths = {}
        self._show(usual_columns(self._entity))
        self.chosen.emit(())
