"""Grey bars where text is about to appear."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.i18n import t
from app.views.widgets import painting

_SHARES = (0.62, 0.88, 0.74, 0.93, 0.55)


class Skeleton(QWidget):
    """`lines` bars of uneven length; still, because motion distracts and costs."""

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setAccessibleName(t("正在载入"))

    def sizeHint(self) -> QSize:
        return QSize(240, self._lines * 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        for line in range(self._lines):
            width = self.width() * _SHARES[line % len(_SHARES)]
            painting.rounded(painter, QRectF(0, line * 24 + 6, width, 12), 6, "skeleton")
        painter.end()
