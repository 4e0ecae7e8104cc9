"""Short messages at the bottom of the window, with 撤销 where something can be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QKeyEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.i18n import t
from app.views.theme import fonts, icons, theme
from app.views.widgets import painting
from app.views.widgets.banner import SEVERITY_ICONS, Severity
from app.views.widgets.buttons import Button, IconButton

_COLORS: dict[Severity, str] = {
    "info": "toast_link",
    "success": "toast_ok",
    "warning": "toast_warn",
    "error": "toast_bad",
}
_MARGIN, _MOST, _MAX_TEXT = 14, 3, 520


class _ToastAction(Button):
    """The action on the dark ground of a toast."""

    def _look(self) -> tuple[str, str, str]:
        return "", "toast_link", ""

    def _type(self) -> tuple[int, bool]:
        return fonts.BODY, True


class Toast(QWidget):
    """One message. Stays `milliseconds` (0: until closed); the clock stands while the mouse or the focus is on it.

    Signals:
        closed(): it is going away, for whatever reason.
    """

    closed = Signal()

    def __init__(
        self,
        host: QWidget,
        text: str,
        severity: Severity,
        action: str,
        on_action: Callable[[], object] | None,
        milliseconds: int,
    ) -> None:
        super().__init__(host)
        self._text, self._severity = text, severity
        self._on_action = on_action
        self._over = False
        self.setAccessibleName(text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(self.dismiss)
        self._lines = self._wrap(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, _MARGIN + 5, _MARGIN + 5, _MARGIN + 5)
        row.setSpacing(2)
        row.addStretch()
        if action:
            button = _ToastAction(action, kind="ghost")
            button.clicked.connect(self._on_clicked)
            button.installEventFilter(self)
            row.addWidget(button)
        cross = IconButton("x", t("关闭提示"), side=26, color="toast_text")
        cross.clicked.connect(self.dismiss)
        cross.installEventFilter(self)
        row.addWidget(cross)
        width = max(fonts.metrics().horizontalAdvance(line) for line in self._lines)
        tail = sum(w.sizeHint().width() for w in self.findChildren(Button)) + 26 + 16
        height = max(44, 24 + 19 * len(self._lines))
        self.setFixedSize(44 + width + tail + 2 * _MARGIN, height + 2 * _MARGIN)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dismiss(self) -> None:
        """Take the message away."""
        if not self._over:
            self._over = True
            self._timer.stop()
            self.hide()
            self.closed.emit()
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut:
            self._start()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        body = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painting.soft_shadow(painter, body, 9, _MARGIN)
        painting.rounded(painter, body, 9, "toast")
        icon = icons.pixmap(
            SEVERITY_ICONS[self._severity], _COLORS[self._severity], 16, dpr=self.devicePixelRatioF(), stroke=2
        )
        painter.drawPixmap(round(body.x()) + 14, round(body.center().y()) - 8, icon)
        painter.setFont(fonts.font())
        painter.setPen(theme.color("toast_text"))
        top = body.center().y() - 19 * len(self._lines) / 2
        for number, line in enumerate(self._lines):
            spot = QRectF(body.x() + 40, top + 19 * number, body.width(), 19)
            painter.drawText(spot, painting.LEFT, line)
        painter.end()

    def _start(self) -> None:
        if self._timer.interval() > 0 and not self._over:
            self._timer.start()

    def _on_clicked(self) -> None:
        if self._on_action is not None and not self._over:
            action, self._on_action = self._on_action, None
            self.dismiss()
            action()

    @staticmethod
    def _wrap(text: str) -> list[str]:
        """At most two lines; Chinese breaks anywhere, so cutting by width is right."""
        metrics = fonts.metrics()
        line = " ".join(text.split())
        if metrics.horizontalAdvance(line) <= _MAX_TEXT:
            return [line]
        cut = next(n for n in range(len(line), 0, -1) if metrics.horizontalAdvance(line[:n]) <= _MAX_TEXT)
        space = line.rfind(" ", cut // 2, cut + 1)
        cut = space if space > 0 else cut
        return [line[:cut].rstrip(), painting.elide(line[cut:].lstrip(), _MAX_TEXT)]


class ToastStack(QObject):
    """The toasts of one window, the newest at the bottom, three at most; Esc closes the newest."""

    def __init__(self, host: QWidget, *, bottom: int = 30) -> None:
        super().__init__(host)
        self._host, self._bottom = host, bottom
        self._toasts: list[Toast] = []
        host.installEventFilter(self)

    def show_toast(
        self,
        text: str,
        severity: Severity = "success",
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        milliseconds: int = 6000,
    ) -> Toast:
        """Show a message; `on_action` is called at most once, when `action` (e.g. 撤销) is pressed."""
        while len(self._toasts) >= _MOST:
            self._toasts[0].dismiss()
        toast = Toast(self._host, text, severity, action, on_action, milliseconds)
        toast.closed.connect(lambda: self._forget(toast))
        self._toasts.append(toast)
        self._arrange()
        toast.show()
        toast.raise_()
        return toast

    def toasts(self) -> list[Toast]:
        """Those on screen, oldest first."""
        return list(self._toasts)

    def dismiss_newest(self) -> bool:
        """For the window's Esc: close the newest message, False if there is none."""
        if not self._toasts:
            return False
        self._toasts[-1].dismiss()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host:
            if event.type() == QEvent.Type.Resize:
                self._arrange()
            elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return event.key() == Qt.Key.Key_Escape and self.dismiss_newest()
        return False

    def _forget(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            self._arrange()

    def _arrange(self) -> None:
        bottom = self._host.height() - self._bottom + _MARGIN
        for toast in reversed(self._toasts):
            bottom -= toast.height() - (_MARGIN if toast is not self._toasts[-1] else 0)
            toast.move((self._host.width() - toast.width()) // 2, bottom)
