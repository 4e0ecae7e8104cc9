"""Every shortcut on one sheet (Ctrl+/)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.theme import fonts
from app.views.widgets import buttons, painting
from app.views.widgets.labels import DataLabel, caption, heading

Group = tuple[str, Sequence[tuple[str, str]]]
"""(heading, [(what it does, keys)])."""


class _Keys(QWidget):
    """Key caps."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys
        self._caps = [part for part in shown.replace("++", "+＋").split("+") if part]
        self.setAccessibleName(keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _widths(self) -> list[int]:
        metrics = fonts.metrics(fonts.CAPTION)
        return [max(24, metrics.horizontalAdvance(cap) + 14) for cap in self._caps]

    def sizeHint(self) -> QSize:
        return QSize(sum(self._widths()) + 4 * (len(self._caps) - 1), 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        x = 0
        for cap, width in zip(self._caps, self._widths(), strict=True):
            rect = QRectF(x, 1, width, 22)
            painting.rounded(painter, rect, 5, "surface_2", "border")
            text = "+" if cap == "＋" else cap
            painting.put_text(painter, rect, text, "text_2", fonts.CAPTION, align=painting.CENTER)
            x += width + 4
        painter.end()


class ShortcutsDialog(QDialog):
    """Groups side by side in two columns."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(t("快捷键"))
        self.setProperty("ground", "surface")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(14)
        outer.addWidget(heading(t("快捷键")))
        outer.addWidget(self._build_list(groups), 1)
        row = QHBoxLayout()
        row.addStretch()
        close = buttons.primary(t("知道了"))
        close.clicked.connect(self.accept)
        row.addWidget(close)
        outer.addLayout(row)
        self.resize(720, 520)
        close.setFocus()

    def _build_list(self, groups: Sequence[Group]) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("ground", "surface")
        columns = QHBoxLayout(holder)
        columns.setContentsMargins(0, 0, 8, 0)
        columns.setSpacing(36)
        shown = [group for group in groups if group[1]]
        half = (sum(len(lines) + 1 for _title, lines in shown) + 1) // 2
        parts: list[list[Group]] = [[], []]
        used = 0
        for group in shown:
            parts[0 if used < half else 1].append(group)
            used += len(group[1]) + 1
        for part in parts:
            column = QVBoxLayout()
            column.setSpacing(14)
            for title, lines in part:
                column.addWidget(self._build_group(title, lines))
            column.addStretch()
            columns.addLayout(column, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(t("快捷键"))
        scroll.setWidget(holder)
        return scroll

    def _build_group(self, title: str, lines: Sequence[tuple[str, str]]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(0, 1)
        grid.addWidget(caption(title), 0, 0, 1, 2)
        for at, (text, keys) in enumerate(lines, 1):
            grid.addWidget(DataLabel(text), at, 0)
            grid.addWidget(_Keys(keys), at, 1, Qt.AlignmentFlag.AlignRight)
        return box
