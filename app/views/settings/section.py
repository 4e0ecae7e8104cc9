"""The frame of one section of the settings: cards in a column that scrolls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.jobs import Job
from app.views.shell.desk import Desk
from app.views.widgets.card import Card
from app.views.widgets.labels import DataLabel

T = TypeVar("T")
_WIDTH = 760


class Section(QScrollArea):
    """Subclasses build cards with `card`. `refresh` is called when the section comes to the front and after writes."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.desk = desk
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        holder = QWidget()
        holder.setProperty("ground", "canvas")
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 20, 0, 28)
        self.column.setSpacing(14)
        row = QHBoxLayout(holder)
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self.setWidget(holder)

    def card(self, title: str, subtitle: str = "") -> Card:
        """A further card at the bottom."""
        made = Card(title, subtitle)
        self.column.addWidget(made)
        return made

    def finish(self) -> None:
        """After the last card."""
        self.column.addStretch(1)

    def refresh(self) -> None:
        """Read again what is shown."""

    def read(self, work: Callable[[Job], T], show: Callable[[T], None]) -> None:
        """In the background, then `show`."""
        self.desk.read(work, show, owner=self)

    def write(
        self, work: Callable[[Job], object], *, title: str, told: str = "", then: Callable[[object], None] | None = None
    ) -> None:
        """In the writing thread; afterwards a message, `then`, and `refresh`."""

        def done(result: object) -> None:
            if told:
                self.desk.toasts.show_toast(told)
            if then is not None:
                then(result)
            self.refresh()

        self.desk.operate(work, title=title, owner=self, on_done=done)


def setting_row(title: str, text: str, control: QWidget | Sequence[QWidget]) -> QWidget:
    """Words at the left, the control at the right."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(16)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(DataLabel(title))
    if text:
        words.addWidget(DataLabel(text, "muted", wrap=True))
    row.addLayout(words, 1)
    for one in (control,) if isinstance(control, QWidget) else control:
        if not one.accessibleName():
            one.setAccessibleName(title)
        row.addWidget(one, 0, Qt.AlignmentFlag.AlignVCenter)
    return box
