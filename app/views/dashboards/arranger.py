"""Which tiles, in which order: ticks and dragging in a small window under the button."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.dashboards.arrangement import Arrangement
from app.views.dashboards.tiles import all_tiles
from app.views.widgets import buttons
from app.views.widgets.labels import muted
from app.views.widgets.tick_list import Tick, TickList


class Arranger(QWidget):
    """Signals:
    chosen(tuple): the new arrangement; () = the usual one.
    """

    chosen = Signal(object)

    def __init__(self, arrangement: Arrangement, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placed = {one.key: one for one in arrangement}
        self.setFixedWidth(280)
        self.list = TickList(t("显示哪些板块"), movable=True, height=330)
        self.list.chosen.connect(lambda _key: self._tell())
        self.list.moved.connect(self._tell)
        reset = buttons.ghost(t("恢复默认"), "rotate-ccw")
        reset.clicked.connect(lambda: self.chosen.emit(()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addWidget(muted(t("拖动或按 Alt+↑↓ 调整顺序")))
        column.addWidget(reset)
        self.setFocusProxy(self.list)
        self.show_arrangement(arrangement)

    def show_arrangement(self, arrangement: Arrangement) -> None:
        """Show another one."""
        tiles = all_tiles()
        self._placed = {one.key: one for one in arrangement}
        ticks = [Tick(one.key, tiles[one.key].title) for one in arrangement]
        self.list.set_ticks(ticks, [one.key for one in arrangement if one.shown])

    def _tell(self) -> None:
        on = set(self.list.ticked())
        self.chosen.emit(tuple(replace(self._placed[key], shown=key in on) for key in self.list.values()))
