"""Buttons painted from tokens: a fixed gap between icon and text, a focus frame for the keyboard only."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from app.views.theme import fonts, icons
from app.views.widgets import painting

Kind = Literal["primary", "plain", "ghost", "danger", "link"]
_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_GAP, _RADIUS = 6, 7.0
_FILLED: dict[str, tuple[str, str, str, str]] = {  # ground, hover, pressed, ink
    "primary": ("primary", "primary_hover", "primary_pressed", "on_primary"),
    "danger": ("danger", "danger_hover", "danger_hover", "on_danger"),
    "plain": ("surface", "hover", "pressed", "text"),
    "ghost": ("", "hover", "pressed", "text_2"),
    "link": ("", "", "", "primary_text"),
}


class Button(QPushButton):
    """A push button. `kind`: at most one "primary" a screen; "danger" only where something is lost;
    "link" in running text and banners."""

    def __init__(
        self,
        text: str = "",
        icon: str = "",
        kind: Kind = "plain",
        parent: QWidget | None = None,
        *,
        compact: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self.kind: Kind = kind
        self._icon = icon
        self._trailing = ""
        self._compact = compact
        self._ring = False
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str) -> None:
        """Change the icon by Lucide name, "" = none."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def set_trailing(self, name: str) -> None:
        """A small icon behind the text, e.g. "chevron-down" where a menu opens."""
        self._trailing = name
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        size, bold = self._type()
        content = fonts.metrics(size, bold=bold).horizontalAdvance(self.text()) if self.text() else 0
        side = self._icon_side()
        if self._icon:
            content += side + (_GAP if self.text() else 0)
        if self._trailing:
            content += 14 + 4
        padding = 9 if self.kind in ("ghost", "link") or self._compact else 14
        return QSize(content + 2 * padding, 26 if self._compact else 32)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        fill, ink, edge = self._look()
        if fill or edge:
            painting.rounded(painter, rect, _RADIUS, fill, edge)
        self._paint_content(painter, ink)
        if self._ring:
            painting.focus_ring(painter, rect, _RADIUS, on_fill=self.kind in ("primary", "danger"))
        painter.end()

    def _look(self) -> tuple[str, str, str]:
        ground, hover, pressed, ink = _FILLED[self.kind]
        edge = "border" if self.kind == "plain" else ""
        if not self.isEnabled():
            return ("" if self.kind in ("ghost", "link") else "gray_soft"), "disabled", ""
        if self.isChecked():
            return "primary_soft", "primary_text", ""
        if self.isDown():
            return pressed, ink, edge
        return (hover if self.underMouse() else ground), ink, edge

    def _type(self) -> tuple[int, bool]:
        return (fonts.CAPTION if self._compact else fonts.BODY), self.kind in ("primary", "danger")

    def _icon_side(self) -> int:
        return 14 if self._compact else 16

    def _paint_content(self, painter: QPainter, ink: str) -> None:
        size, bold = self._type()
        metrics = fonts.metrics(size, bold=bold)
        side = self._icon_side()
        lead = side + (_GAP if self.text() else 0) if self._icon else 0
        tail = 18 if self._trailing else 0
        room = self.width() - lead - tail - 12
        text = painting.elide(self.text(), max(room, 0), size, bold=bold) if self.text() else ""
        width = metrics.horizontalAdvance(text)
        left = (self.width() - lead - width - tail) // 2
        dpr = self.devicePixelRatioF()
        if self._icon:
            quiet = "text_2" if ink == "text" else ink
            painter.drawPixmap(left, (self.height() - side) // 2, icons.pixmap(self._icon, quiet, side, dpr=dpr))
        if text:
            spot = QRect(left + lead, 0, width + 2, self.height())
            painting.put_text(painter, spot, text, ink, size, bold=bold)
        if self._trailing:
            spot_x = left + lead + width + 4
            mark = icons.pixmap(self._trailing, "text_3" if ink == "text" else ink, 14, dpr=dpr)
            painter.drawPixmap(spot_x, (self.height() - 14) // 2, mark)


class IconButton(QToolButton):
    """A square button with an icon only; the tip is its accessible name too."""

    def __init__(
        self,
        icon: str,
        tip: str,
        parent: QWidget | None = None,
        *,
        side: int = 32,
        color: str = "text_2",
        shortcut: str = "",
    ) -> None:
        super().__init__(parent)
        self._name, self._color, self._side = icon, color, side
        self._ring = False
        self.setFixedSize(side, side)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_tip(tip, shortcut)

    def set_tip(self, tip: str, shortcut: str = "") -> None:
        """Tooltip and accessible name; `shortcut` is shown behind the tip."""
        self.setAccessibleName(tip)
        self.setToolTip(f"{tip}  {shortcut}" if shortcut else tip)

    def set_icon(self, name: str, color: str = "") -> None:
        """Change icon and, if given, its colour token."""
        self._name, self._color = name, color or self._color
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        ink = self._color if self.isEnabled() else "disabled"
        radius = _RADIUS if self._side > 24 else 5.0
        if self.isChecked():
            painting.rounded(painter, rect, radius, "primary_soft")
            ink = "primary_text"
        elif self.isEnabled() and (self.isDown() or self.underMouse()):
            painting.rounded(painter, rect, radius, "pressed" if self.isDown() else "hover")
        side = 18 if self._side >= 30 else max(12, self._side - 10)
        at = (self._side - side) / 2
        picture = icons.pixmap(self._name, ink, side, dpr=self.devicePixelRatioF())
        painter.drawPixmap(round(at), round(at), picture)
        if self._ring:
            painting.focus_ring(painter, rect, radius)
        painter.end()


def primary(text: str, icon: str = "", parent: QWidget | None = None) -> Button:
    """The one main action of a screen."""
    return Button(text, icon, "primary", parent)


def plain(text: str, icon: str = "", parent: QWidget | None = None) -> Button:
    """An ordinary action."""
    return Button(text, icon, "plain", parent)


def ghost(text: str, icon: str = "", parent: QWidget | None = None) -> Button:
    """A quiet action without a frame."""
    return Button(text, icon, "ghost", parent)


def danger(text: str, icon: str = "", parent: QWidget | None = None) -> Button:
    """An action by which something is lost."""
    return Button(text, icon, "danger", parent)
