"""A small turning mark: something is being waited for."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.core.i18n import t
from app.views.theme import icons
from app.views.widgets import painting

_STEP, _DEGREES = 60, 30


class Spinner(QWidget):
    """Turns while it is visible, costs nothing otherwise."""

    def __init__(self, size: int = 18, color: str = "primary_text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color, self._side, self._angle = color, size, 0
        self.setFixedSize(size, size)
        self.setAccessibleName(t("请稍候"))
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP)
        self._timer.timeout.connect(self._turn)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        half = self._side / 2
        painter.translate(half, half)
        painter.rotate(self._angle)
        painter.translate(-half, -half)
        picture = icons.pixmap("loader-circle", self._color, self._side, dpr=self.devicePixelRatioF(), stroke=2)
        painter.drawPixmap(0, 0, picture)
        painter.end()

    def _turn(self) -> None:
        self._angle = (self._angle + _DEGREES) % 360
        self.update()
