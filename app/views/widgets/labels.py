"""Labels. Whatever may hold data is plain text: a customer's name must never be read as HTML."""

from __future__ import annotations

from html import escape
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app.views.theme import icons, theme
from app.views.widgets import painting

Role = Literal["", "h1", "h2", "strong", "secondary", "muted", "caption", "figure", "error", "warning"]


def plain_tooltip(text: str) -> str:
    """`text` for setToolTip, shown literally even if it looks like HTML."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if text else ""


class DataLabel(QLabel):
    """A plain-text label. `wrap`: several lines; `selectable`: by mouse and keyboard (copying)."""

    def __init__(
        self,
        text: str = "",
        role: Role = "",
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setText(text)
        self.set_role(role)
        if selectable:
            flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            self.setTextInteractionFlags(flags)
            self.setAccessibleName(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        if self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.setAccessibleName(text)

    def set_role(self, role: Role) -> None:
        """Change the look: one of the roles of the stylesheet."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)


class ElidedLabel(DataLabel):
    """One line that ends in … when there is no room; the whole text is in the tooltip then."""

    def __init__(self, text: str = "", role: Role = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell_cut_text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_cut_text()

    def _tell_cut_text(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(plain_tooltip(self.text()) if cut else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class IconLabel(QWidget):
    """A Lucide icon that is not clickable and follows the theme."""

    def __init__(self, name: str, color: str = "text_2", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._color, self._size = name, color, size
        self.setFixedSize(size, size)

    def set_icon(self, name: str, color: str = "") -> None:
        """Change the icon and, if given, its colour token."""
        self._name, self._color = name, color or self._color
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        stroke = 1.25 if self._size >= 40 else 1.75
        picture = icons.pixmap(self._name, self._color, self._size, dpr=self.devicePixelRatioF(), stroke=stroke)
        painter.drawPixmap(0, 0, picture)
        painter.end()


class Rule(QFrame):
    """A hairline."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("border"))
        painter.end()


def heading(text: str, parent: QWidget | None = None) -> DataLabel:
    """The name of a page."""
    return DataLabel(text, "h1", parent)


def subheading(text: str, parent: QWidget | None = None) -> DataLabel:
    """The name of a card or section."""
    return DataLabel(text, "h2", parent)


def secondary(text: str, parent: QWidget | None = None, *, wrap: bool = False) -> DataLabel:
    """Explaining text."""
    return DataLabel(text, "secondary", parent, wrap=wrap)


def muted(text: str, parent: QWidget | None = None, *, wrap: bool = False) -> DataLabel:
    """Small side remarks."""
    return DataLabel(text, "muted", parent, wrap=wrap)


def caption(text: str, parent: QWidget | None = None) -> DataLabel:
    """Tiny heading over a list or column."""
    return DataLabel(text, "caption", parent)
