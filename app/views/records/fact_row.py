"""A label and a value that can be copied, and changed where the person may."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.i18n import t
from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu

_LABEL = 86
_MOST_LINES = 6


class FactRow(QWidget):
    """One painted line (several where the value needs them). A copy button comes with the mouse or the focus.

    Signals:
        copied(str): this text is in the clipboard.
        edit_wanted(): a click, or Enter.
    """

    copied = Signal(str)
    edit_wanted = Signal()

    def __init__(self, label: str, icon: str = "", *, editable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._icon, self._editable = label, icon, editable
        self._value = ""
        self._tone = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if editable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._copy = IconButton("copy", t("复制{field}", field=label), self, side=24)
        self._copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._copy.clicked.connect(self.copy)
        self._copy.hide()

    def set_value(self, text: str, tone: str = "") -> None:
        """Show this value; `tone`: a coloured dot before it."""
        self._value, self._tone = text, tone
        self.setAccessibleName(f"{self._label}：{text or t('（空）')}".replace("\n", "、"))
        self.setAccessibleDescription(t("按回车修改") if self._editable else "")
        cut = self._lines_wanted(self._room(self.width())) > _MOST_LINES
        self.setToolTip(plain_tooltip(text) if cut else "")
        self.updateGeometry()
        self.update()

    def value(self) -> str:
        """The text shown."""
        return self._value

    def copy(self) -> None:
        """The value into the clipboard."""
        if self._value:
            QGuiApplication.clipboard().setText(self._value)
            self.copied.emit(self._value)

    # ---- size ---------------------------------------------------------------------------------------------------

    def _left(self) -> int:
        return (26 if self._icon else 0) + _LABEL

    def _room(self, width: int) -> int:
        return max(40, width - self._left() - 26 - (14 if self._tone else 0))

    def _lines_wanted(self, width: int) -> int:
        metrics: QFontMetrics = fonts.metrics()
        flags = int(Qt.TextFlag.TextWrapAnywhere)
        return max(1, round(metrics.boundingRect(0, 0, width, 100_000, flags, self._value).height() / metrics.height()))

    def heightForWidth(self, width: int) -> int:
        lines = min(_MOST_LINES, self._lines_wanted(self._room(width)))
        return 8 + lines * fonts.metrics().height()

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(240, self.width())))

    # ---- events -------------------------------------------------------------------------------------------------

    def resizeEvent(self, _event: object) -> None:
        self._copy.move(self.width() - 24, 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._copy.setVisible(bool(self._value))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._copy.hide()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if self._editable and inside and event.button() == Qt.MouseButton.LeftButton:
            self.edit_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self._editable:
            self.edit_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        items: list[MenuItem | None] = [MenuItem(t("复制"), self.copy, "copy", "Ctrl+C", enabled=bool(self._value))]
        if self._editable:
            items.append(MenuItem(t("修改…"), self.edit_wanted.emit, "pencil"))
        build_menu(self, items).popup(event.globalPos() or QPoint())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        rect = QRectF(self.rect())
        if self._editable and self.underMouse():
            painting.rounded(painter, rect.adjusted(-1, 0, 1, 0), 5, "hover")
        line = fonts.metrics().height()
        x = 0
        if self._icon:
            picture = icons.pixmap(self._icon, "text_3", 15, dpr=self.devicePixelRatioF())
            painter.drawPixmap(0, 4 + (line - 15) // 2, picture)
            x = 26
        painting.put_text(painter, QRectF(x, 4, _LABEL - 8, line), self._label, "text_3", fonts.CAPTION)
        x = self._left()
        if self._tone:
            painting.rounded(painter, QRectF(x, 4 + line / 2 - 3.5, 7, 7), 3.5, theme.ink(self._tone))
            x += 14
        box = QRectF(x, 4, self._room(self.width()), self.height() - 8)
        if self._value:
            painter.setFont(fonts.font())
            painter.setPen(theme.color("text"))
            flags = Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.setClipRect(box)
            painter.drawText(box, int(flags), self._value)
            painter.setClipping(False)
        else:
            painting.put_text(painter, QRectF(x, 4, box.width(), line), "–", "text_3")
        if self.hasFocus():
            painting.focus_ring(painter, rect, 5)
        painter.end()
