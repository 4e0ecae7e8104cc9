"""How many groups are sure, to be looked at, done."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.core.i18n import t
from app.views.duplicates.words import BAND_TONES, band_label
from app.views.theme import fonts, theme
from app.views.widgets import painting


class BandTile(QAbstractButton):
    """Pressing shows these groups in the list."""

    def __init__(self, band: str) -> None:
        super().__init__()
        self.band = band
        self._count, self._note = 0, ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_count(0)

    def show_count(self, count: int, note: str = "") -> None:
        """Another number; `note`: what stands below it."""
        self._count, self._note = count, note or t("组疑似重复")
        self.setAccessibleName(f"{band_label(self.band)} {count:,} {self._note}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(128, 100)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        hot = self.underMouse() or self.isDown()
        painting.rounded(painter, rect, 10, "hover" if hot else "surface_2", "border")
        ink = theme.ink(BAND_TONES[self.band])
        painting.rounded(painter, QRectF(14, 15, 8, 8), 4, ink)
        painting.put_text(painter, QRectF(28, 10, rect.width() - 36, 18), band_label(self.band), "text_2")
        painting.put_text(painter, QRectF(14, 34, rect.width() - 24, 34), f"{self._count:,}", "text", 26, bold=True)
        painting.put_text(painter, QRectF(14, 72, rect.width() - 24, 18), self._note, "text_3", fonts.SMALL)
        if self.hasFocus():
            painting.focus_ring(painter, rect, 10)
        painter.end()
