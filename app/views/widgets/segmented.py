"""Two to five exclusive choices in one frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from app.views.theme import fonts
from app.views.widgets import painting


class _Segment(QAbstractButton):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(fonts.metrics(fonts.CAPTION, bold=True).horizontalAdvance(self._text) + 24, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        on = self.isChecked()
        if on:
            painting.rounded(painter, rect, 6, "surface", "border")
        ink = (
            "disabled" if not self.isEnabled() else "primary_text" if on else "text" if self.underMouse() else "text_2"
        )
        painting.put_text(painter, rect, self._text, ink, fonts.CAPTION, bold=on, align=painting.CENTER)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 6)
        painter.end()


class SegmentedControl(QWidget):
    """Options are (key, text). Arrow keys move the choice.

    Signals:
        changed(str): key of the new choice, made by the person.
    """

    changed = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._keys: list[str] = []
        for key, text in options:
            segment = _Segment(text)
            self._group.addButton(segment, len(self._keys))
            self._keys.append(key)
            row.addWidget(segment)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(lambda at: self.changed.emit(self._keys[at]))

    def current(self) -> str:
        """Key of the choice."""
        return self._keys[self._group.checkedId()]

    def set_current(self, key: str) -> None:
        """Choose by program, without a signal. ValueError for an unknown key."""
        self._group.button(self._keys.index(key)).setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        target = self._group.checkedId() + step
        if step and 0 <= target < len(self._keys):
            self._group.button(target).setFocus(Qt.FocusReason.TabFocusReason)
            self._group.button(target).click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 8, "gray_soft")
        painter.end()
