"""Tags as soft chips, and the filter chips over a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.core.i18n import language, t
from app.views.theme import fonts, icons, theme
from app.views.theme.tokens import TONES
from app.views.widgets import painting
from app.views.widgets.labels import plain_tooltip

_PADDING, _SPACE = 7, 5


def chip_tone(text: str) -> str:
    """The tone of a tag nobody chose a colour for: the same for the same word everywhere."""
    return TONES[crc32(text.encode()) % len(TONES)]


@lru_cache(4096)
def _width(text: str, size: int, code: str) -> int:
    return fonts.metrics(size).horizontalAdvance(text) + 2 * _PADDING


def chip_width(text: str, size: int = fonts.SMALL) -> int:
    """Pixels that `paint_chip` needs for `text`."""
    return _width(text, size, language())


def paint_chip(
    painter: QPainter, x: float, y: float, text: str, tone: str = "", *, height: int = 20, size: int = fonts.SMALL
) -> int:
    """Paint one chip with its top left corner at (x, y); returns its width. The painter is antialiased already."""
    tone = tone or chip_tone(text)
    width = chip_width(text, size)
    rect = QRectF(x, y, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(theme.soft(tone)))
    painter.drawRoundedRect(rect, height / 2, height / 2)
    painter.setFont(fonts.font(size))
    painter.setPen(theme.color(theme.ink(tone)))
    painter.drawText(rect, painting.CENTER, text)
    return width


class ChipRow(QWidget):
    """Tags in as many lines as they need. Items are texts or (text, tone)."""

    def __init__(self, items: Sequence[str | tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._items: list[tuple[str, str]] = []
        self.set_items(items)

    def set_items(self, items: Sequence[str | tuple[str, str]]) -> None:
        """Show other tags."""
        self._items = [(item, "") if isinstance(item, str) else item for item in items]
        self.setAccessibleName("、".join(text for text, _tone in self._items))
        self.setVisible(bool(self._items))
        self.updateGeometry()
        self.update()

    def _places(self, width: int) -> list[QPoint]:
        places, x, y = [], 0, 0
        for text, _tone in self._items:
            need = chip_width(text, fonts.CAPTION)
            if x and x + need > width:
                x, y = 0, y + 22 + _SPACE
            places.append(QPoint(x, y))
            x += need + _SPACE
        return places

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1].y() + 22 if places else 0

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        total = sum(chip_width(text, fonts.CAPTION) + _SPACE for text, _tone in self._items)
        return QSize(min(total, 320), self.heightForWidth(min(total, 320)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        for (text, tone), place in zip(self._items, self._places(self.width()), strict=True):
            paint_chip(painter, place.x(), place.y(), text, tone, height=22, size=fonts.CAPTION)
        painter.end()


class FilterChip(QAbstractButton):
    """One condition of a filter. Click or Enter edits it; ✕, Delete or Backspace removes it.

    Signals:
        clicked: edit this condition.
        removed(): take it away.
    """

    removed = Signal()
    _MAX = 320

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._label = ""
        self.set_label(label)

    def set_label(self, label: str) -> None:
        """Change the sentence of the condition."""
        self._label = label  # not QAbstractButton.text: an & in data would become a shortcut
        self.setAccessibleName(t("筛选条件：{label}", label=label))
        self.setAccessibleDescription(t("按回车修改，按 Delete 移除"))
        self.setToolTip(plain_tooltip(label))
        self.updateGeometry()
        self.update()

    def label(self) -> str:
        """The sentence shown."""
        return self._label

    def sizeHint(self) -> QSize:
        width = fonts.metrics(fonts.CAPTION).horizontalAdvance(self._label) + 12 + 26
        return QSize(min(width, self._MAX), 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _cross(self) -> QRect:
        return QRect(self.width() - 24, 4, 20, 20)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._cross().contains(event.position().toPoint()):
            event.accept()
            self.removed.emit()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        painting.rounded(painter, rect, rect.height() / 2, "range" if self.underMouse() else "primary_soft")
        text = QRect(12, 0, self.width() - 12 - 24, self.height())
        painting.put_text(painter, text, self._label, "primary_text", fonts.CAPTION)
        cross = self._cross()
        if self.underMouse() and cross.contains(self.mapFromGlobal(self.cursor().pos())):
            painting.rounded(painter, QRectF(cross), 10, "surface")
        mark = icons.pixmap("x", "primary_text", 12, dpr=self.devicePixelRatioF(), stroke=2)
        painter.drawPixmap(cross.x() + 4, cross.y() + 4, mark)
        if self.hasFocus():
            painting.focus_ring(painter, rect, rect.height() / 2)
        painter.end()
