"""What happened to records, one block each: title, action, fields before → after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets.chips import ChipRow
from app.views.widgets.labels import DataLabel, ElidedLabel, IconLabel, Rule, muted

_LONGEST = 160


@dataclass(frozen=True)
class ChangeBlock:
    """One change. `lines`: (label, before, after); `facts`: when and who, or what kind of record."""

    title: str
    action: str
    tone: str
    facts: str = ""
    lines: tuple[tuple[str, str, str], ...] = ()


class ChangeList(QScrollArea):
    """Scrolls. `more` stands at the end when not everything is shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self._blocks: Sequence[ChangeBlock] = ()
        self.set_blocks(())

    def blocks(self) -> Sequence[ChangeBlock]:
        """What is shown."""
        return self._blocks

    def set_blocks(self, blocks: Sequence[ChangeBlock], more: str = "") -> None:
        """Show these instead."""
        self._blocks = blocks
        holder = QWidget()
        holder.setProperty("ground", "surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 4, 10, 8)
        column.setSpacing(10)
        for at, block in enumerate(blocks):
            if at:
                column.addWidget(Rule())
            column.addWidget(_build_block(block))
        if more:
            column.addWidget(muted(more, wrap=True))
        column.addStretch()
        self.setWidget(holder)


def _build_block(block: ChangeBlock) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(ChipRow([(block.action, block.tone)]))
    head.addWidget(ElidedLabel(block.title or t("（已不存在）"), "strong"), 1)
    column.addLayout(head)
    if block.facts:
        column.addWidget(muted(block.facts))
    if block.lines:
        column.addLayout(_build_lines(block.lines))
    return box


def _build_lines(lines: Sequence[tuple[str, str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(5)
    for column, stretch in ((0, 0), (1, 1), (2, 0), (3, 1)):
        grid.setColumnStretch(column, stretch)
    top = Qt.AlignmentFlag.AlignTop
    for row, (label, before, after) in enumerate(lines):
        name = DataLabel(label, "muted", wrap=True)
        name.setFixedWidth(76)
        grid.addWidget(name, row, 0, top)
        grid.addWidget(DataLabel(_cut(before) or t("（空）"), "muted", wrap=True), row, 1, top)
        grid.addWidget(IconLabel("arrow-right", "text_3", 14), row, 2, top)
        grid.addWidget(DataLabel(_cut(after) or t("（空）"), "" if after else "muted", wrap=True), row, 3, top)
    return grid


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
