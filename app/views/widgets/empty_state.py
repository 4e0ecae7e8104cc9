"""What an empty page says: what would be here, and the ways to get there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from app.views.theme import icons
from app.views.widgets import painting
from app.views.widgets.labels import DataLabel

_WIDE, _NARROW = 520, 260


class _Emblem(QWidget):
    """The icon on a soft round ground."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(88, 88)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 44, "primary_soft")
        picture = icons.pixmap(self._name, "primary_text", 40, dpr=self.devicePixelRatioF(), stroke=1.4)
        painter.drawPixmap(24, 24, picture)
        painter.end()


class EmptyState(QWidget):
    """Icon, title, a sentence and up to three buttons in the middle of the free room."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        actions: Sequence[QAbstractButton] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(_Emblem(icon), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(10)
        self._title = DataLabel(title, "h1")
        self._text = DataLabel(text, "secondary", wrap=True)
        self._fit()
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        if actions:
            layout.addSpacing(10)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addStretch()
            for button in actions:
                row.addWidget(button)
            row.addStretch()
            layout.addLayout(row)
        layout.addStretch(3)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def set_message(self, title: str, text: str) -> None:
        """Say something else (e.g. nothing matches the filter)."""
        self._title.setText(title)
        self._text.setText(text)
        self._fit()
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def _fit(self) -> None:
        """A centred label gets no height for its width from the layout: without this the second line is cut off."""
        self._text.ensurePolished()
        room = max(_NARROW - 64, self.width() - 64) if self.testAttribute(Qt.WidgetAttribute.WA_Resized) else _WIDE
        width = min(_WIDE, room, self._text.fontMetrics().horizontalAdvance(self._text.text()) + 8)
        self._text.setMinimumWidth(0)  # else QLabel reckons the height for the former width
        self._text.setFixedSize(width, self._text.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROW, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
