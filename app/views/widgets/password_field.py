"""A password with an eye, a caps-lock hint and a strength meter."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.theme import icons
from app.views.widgets import painting
from app.views.widgets.labels import DataLabel

_METER = ("bad", "bad", "warn", "ok", "ok")


class _Meter(QWidget):
    """Four bars."""

    def __init__(self) -> None:
        super().__init__()
        self.score = 0
        self.setFixedHeight(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        width = (self.width() - 3 * 4) / 4
        for bar in range(4):
            lit = bar < max(1, self.score)
            painting.rounded(
                painter, QRectF(bar * (width + 4), 0, width, 4), 2, _METER[self.score] if lit else "gray_soft"
            )
        painter.end()


class PasswordField(QWidget):
    """The field; `text()` and `set_strength` are what a page uses.

    Signals:
        changed(str): typed or pasted.
        submitted(): Enter.
    """

    changed = Signal(str)
    submitted = Signal()

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = name or t("密码")
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setAccessibleName(name)
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhHiddenText
        )
        self.edit.installEventFilter(self)
        self._eye = self.edit.addAction(icons.icon("eye", "text_3"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setToolTip(t("显示密码"))
        self._eye.triggered.connect(lambda _checked=False: self.set_shown(not self.shown()))
        self._meter = _Meter()
        self._words = DataLabel("", "muted", wrap=True)
        self._caps = DataLabel(t("大写锁定已打开"), "warning")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.edit, self._caps, self._meter, self._words):
            column.addWidget(widget)
        for hidden in (self._caps, self._meter, self._words):
            hidden.hide()
        self.setFocusProxy(self.edit)
        self.edit.textEdited.connect(self.changed)
        self.edit.returnPressed.connect(self.submitted)

    def text(self) -> str:
        """What was typed, unchanged: spaces count in a password."""
        return self.edit.text()

    def clear(self) -> None:
        """Forget what was typed."""
        self.edit.clear()
        self._meter.hide()
        self._words.hide()

    def shown(self) -> bool:
        """Are the characters readable?"""
        return self.edit.echoMode() == QLineEdit.EchoMode.Normal

    def set_shown(self, shown: bool) -> None:
        """Show or hide the characters."""
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(icons.icon("eye-off" if shown else "eye", "text_3"))
        self._eye.setToolTip(t("隐藏密码") if shown else t("显示密码"))

    def set_strength(self, score: int, words: str) -> None:
        """Show a score 0 (guessed at once) to 4 (strong) with words. ValueError outside of that."""
        if not 0 <= score <= 4:
            raise ValueError(score)
        self._meter.score = score
        self._meter.setVisible(bool(self.text()))
        self._meter.setAccessibleName(words)
        self._meter.update()
        self._words.setText(words)
        self._words.setVisible(bool(words) and bool(self.text()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._watch_caps(event)
        elif event.type() == QEvent.Type.FocusOut and shiboken6.isValid(self._eye):
            # valid: the focus also leaves while the field is being destroyed
            self._caps.hide()
            self.set_shown(False)
        return super().eventFilter(watched, event)

    def _watch_caps(self, event: QKeyEvent) -> None:
        """Qt does not tell the state of caps lock; a capital without Shift (or the reverse) gives it away."""
        if event.key() == Qt.Key.Key_CapsLock:
            self._caps.hide()
            return
        typed = event.text()
        if len(typed) == 1 and typed.isascii() and typed.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._caps.setVisible(typed.isupper() != shift)
