"""A line inside a page that informs, warns or reports an error, with at most one action."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import painting
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.labels import DataLabel, IconLabel

Severity = Literal["info", "success", "warning", "error"]
SEVERITY_ICONS: dict[Severity, str] = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
}
_TONES: dict[Severity, str] = {"info": "primary", "success": "ok", "warning": "warn", "error": "bad"}


class Banner(QWidget):
    """The inline message.

    Signals:
        action_clicked(), closed(): the person pressed the action or the ✕.
    """

    action_clicked = Signal()
    closed = Signal()

    def __init__(
        self,
        severity: Severity = "info",
        text: str = "",
        action: str = "",
        parent: QWidget | None = None,
        *,
        icon: str = "",
        closable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._severity: Severity = severity
        self._icon_name = icon
        self._icon = IconLabel(icon or SEVERITY_ICONS[severity], size=16)
        self._text = DataLabel(text, wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        self._action = Button(action, kind="link")
        self._action.clicked.connect(self.action_clicked)
        layout.addWidget(self._action)
        self.set_action(action)
        if closable:
            cross = IconButton("x", t("关闭提示"), side=26)
            cross.clicked.connect(self._on_close)
            layout.addWidget(cross)
        self.setMinimumHeight(40)
        self.set_message(text, severity)

    def set_message(self, text: str, severity: Severity = "info") -> None:
        """Change the sentence and how serious it is."""
        self._severity = severity
        tone = _TONES[severity]
        own = self._icon_name if severity == "info" else ""  # a warning looks like one
        self._icon.set_icon(own or SEVERITY_ICONS[severity], "primary_text" if tone == "primary" else tone)
        self._text.setText(text)
        self.setAccessibleName(text)
        self._place_icon()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_icon()

    def _place_icon(self) -> None:
        """Beside the first of several lines, in the middle of one."""
        line = self._text.fontMetrics().lineSpacing()
        several = self._text.heightForWidth(max(self._text.width(), 1)) > 1.5 * line
        side = Qt.AlignmentFlag.AlignTop if several else Qt.AlignmentFlag.AlignVCenter
        layout = self.layout()
        if layout is not None:
            layout.setAlignment(self._icon, side)

    def set_action(self, text: str) -> None:
        """Change the words of the action, "" takes it away."""
        self._action.setText(text)
        self._action.updateGeometry()
        self._action.setFocusPolicy(Qt.FocusPolicy.StrongFocus if text else Qt.FocusPolicy.NoFocus)
        self._action.setVisible(bool(text))

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 8, f"{_TONES[self._severity]}_soft")
        painter.end()
