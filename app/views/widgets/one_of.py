"""One choice out of any number: side by side while there is room for all of them, else in a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views.widgets.fields import ChoiceField
from app.views.widgets.segmented import SegmentedControl


class OneOf(QWidget):
    """Options are (key, text); `room` is how many pixels they may take. `few`: they stand side by side.

    Signals:
        changed(str): key of the new choice, made by the person.
    """

    changed = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], name: str, room: int) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        side_by_side = SegmentedControl(options, name)
        self.few = side_by_side.sizeHint().width() <= room
        self._control: SegmentedControl | ChoiceField = side_by_side
        if self.few:
            side_by_side.changed.connect(self.changed)
        else:
            side_by_side.deleteLater()
            chosen = self._control = ChoiceField(options)
            chosen.setAccessibleName(name)
            chosen.currentIndexChanged.connect(lambda _at: self.changed.emit(chosen.key()))
            self.setFocusProxy(chosen)
        column.addWidget(self._control)

    def current(self) -> str:
        """Key of the choice."""
        control = self._control
        return control.current() if isinstance(control, SegmentedControl) else control.key()
