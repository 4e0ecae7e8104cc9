"""What the duplicates screen is put together from: figures above, groups at the left, what was decided at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.duplicates.records import GroupLine
from app.views.duplicates.group_list import GroupList
from app.views.duplicates.histogram import Histogram
from app.views.duplicates.tiles import BandTile
from app.views.widgets import buttons
from app.views.widgets.card import Card
from app.views.widgets.labels import DataLabel, caption, muted
from app.views.widgets.search_box import SearchBox
from app.views.widgets.segmented import SegmentedControl


class Figures(Card):
    """Tiles by band and the histogram with its marks.

    Signals:
        band_wanted(str): a tile was pressed.
    """

    band_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.tiles = {band: BandTile(band) for band in ("auto", "review", "done")}
        self.histogram = Histogram()
        course = QVBoxLayout()
        course.setSpacing(0)
        course.addWidget(caption(t("可能性分布（拖动两条线）")))
        course.addWidget(self.histogram)
        row = QHBoxLayout()
        row.setSpacing(10)
        for band, tile in self.tiles.items():
            tile.clicked.connect(lambda _on=False, band=band: self.band_wanted.emit(band))
            row.addWidget(tile)
        row.addSpacing(10)
        row.addLayout(course, 1)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(14, 10, 14, 6)
        self.body.addLayout(row)


class Groups(Card):
    """Which groups, a search among them, the list, how many."""

    def __init__(self) -> None:
        super().__init__()
        self.band = SegmentedControl(
            (("all", t("全部")), ("auto", t("可自动")), ("review", t("待复核")), ("done", t("已处理"))), t("哪些组")
        )
        self.filter = SearchBox(t("按名称筛选，可用拼音"))
        self.list = GroupList()
        self.count = muted("")
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(10, 10, 8, 8)
        for widget in (self.band, self.filter):
            self.body.addWidget(widget)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.count)
        self.setAccessibleName(t("重复的组"))
        self.setMinimumWidth(270)


class Decided(QWidget):
    """A group that was decided: how to take that back.

    Signals:
        back_wanted(), history_wanted(): a button was pressed.
    """

    back_wanted = Signal()
    history_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = DataLabel("", "h2", wrap=True)
        self._text = DataLabel("", "secondary", wrap=True)
        self.take_back = buttons.plain(t("收回“不是重复”"), "rotate-ccw")
        self.take_back.clicked.connect(self.back_wanted)
        self.history = buttons.plain(t("到操作记录里撤销合并"), "history")
        self.history.clicked.connect(self.history_wanted)
        row = QHBoxLayout()
        row.addWidget(self.take_back)
        row.addWidget(self.history)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addLayout(row)
        column.addStretch()

    def show_line(self, line: GroupLine) -> None:
        """Another decided group."""
        self._title.setText(t("、").join(dict.fromkeys(line.titles)))
        self._text.setText(
            t("{n} 条档案已处理。确认过“不是重复”的以后不再提示；合并过的可以在操作记录里撤销。", n=line.size)
        )
