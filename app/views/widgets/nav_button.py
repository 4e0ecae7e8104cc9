"""A line of a side bar: icon or coloured dot, text, at the right a number."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_HEIGHT, _RADIUS = 34, 7.0


class NavButton(QAbstractButton):
    """Checked while its page is shown. `tone`: a dot in that tone instead of the icon. `shortcut` stands in the tip."""

    def __init__(
        self, text: str, icon: str = "", parent: QWidget | None = None, *, shortcut: str = "", tone: str = ""
    ) -> None:
        super().__init__(parent)
        self._label, self._icon, self._tone, self._badge = text, icon, tone, ""
        self._shortcut = shortcut
        self._ring = False
        self.setAccessibleName(text)
        self.setAccessibleDescription(shortcut)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self._tip()

    def label(self) -> str:
        """The text (not QAbstractButton.text: an & in a name would become a shortcut)."""
        return self._label

    def set_label(self, text: str) -> None:
        """Another text."""
        self._label = text
        self.setAccessibleName(text)
        self._tip()
        self.update()

    def set_badge(self, text: str) -> None:
        """A number at the right, "" = none."""
        self._badge = text
        self.setAccessibleName(f"{self._label} {text}".strip())
        self.update()

    def _tip(self) -> None:
        self.setToolTip(plain_tooltip(f"{self._label}  {self._shortcut}" if self._shortcut else self._label))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(fonts.metrics(bold=True).horizontalAdvance(self._label) + 60, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        on = self.isChecked()
        ink = "disabled" if not self.isEnabled() else "primary_text" if on else "text_2"
        if on or self.underMouse():
            painting.rounded(painter, rect, _RADIUS, "primary_soft" if on else "hover")
        middle = self.height() / 2
        if self._tone:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(theme.ink(self._tone)))
            painter.drawEllipse(QRectF(16, middle - 4, 8, 8))
        elif self._icon:
            picture = icons.pixmap(self._icon, ink, 18, dpr=self.devicePixelRatioF())
            painter.drawPixmap(11, round(middle - 9), picture)
        right = self.width() - 10
        if self._badge:
            width = max(22, fonts.metrics(fonts.SMALL).horizontalAdvance(self._badge) + 12)
            pill = QRectF(right - width, middle - 9, width, 18)
            painting.rounded(painter, pill, 9, "surface" if on else "gray_soft")
            painting.put_text(painter, pill, self._badge, "text_2", fonts.SMALL, align=painting.CENTER)
            right -= width + 6
        spot = QRectF(38, 0, right - 38, self.height())
        text_ink = ink if on or not self.isEnabled() else "text"
        painting.put_text(painter, spot, self._label, text_ink, bold=on)
        if self.hasFocus() and self._ring:
            painting.focus_ring(painter, rect, _RADIUS)
        painter.end()
