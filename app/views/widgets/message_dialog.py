"""The one shape of every question and error: icon, sentence, details, buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.theme import fonts
from app.views.widgets.banner import SEVERITY_ICONS, Severity
from app.views.widgets.buttons import Button, Kind
from app.views.widgets.labels import DataLabel, IconLabel

_COLORS: dict[Severity, str] = {"info": "primary_text", "success": "ok", "warning": "warn", "error": "bad"}


@dataclass(frozen=True)
class Choice:
    """A button of a question: what it returns, what it says, how it looks."""

    key: str
    text: str
    kind: Kind = "plain"


class MessageDialog(QDialog):
    """A question or message over `parent`. `answer`: key of the pressed choice, "" for Esc.

    `default` gets Enter; a dangerous choice is never the default unless named.
    """

    def __init__(
        self,
        parent: QWidget | None,
        message: str,
        choices: Sequence[Choice],
        *,
        severity: Severity = "info",
        text: str = "",
        details: str = "",
        default: str = "",
    ) -> None:
        super().__init__(parent)
        self.answer = ""
        self.setWindowTitle(t("客档通"))
        self.setProperty("ground", "surface")
        self.setAccessibleName(message)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 22, 24, 18)
        outer.setSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(IconLabel(SEVERITY_ICONS[severity], _COLORS[severity], 24), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(6)
        title = DataLabel(message, "h2", wrap=True)
        words.addWidget(title)
        if text:
            words.addWidget(DataLabel(text, "secondary", wrap=True))
        head.addLayout(words, 1)
        outer.addLayout(head)
        if details:
            outer.addWidget(self._build_details(details))
        outer.addSpacing(4)
        row, first = self._build_buttons(choices, default, details)
        outer.addLayout(row)
        if first is not None:
            first.setDefault(True)
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        longest = max(fonts.metrics(fonts.TITLE, bold=True).horizontalAdvance(message), 340)
        self.setFixedWidth(min(560, max(420, longest + 110)) if not details else 560)

    def _build_details(self, details: str) -> QPlainTextEdit:
        box = QPlainTextEdit(details)
        box.setReadOnly(True)
        box.setTabChangesFocus(True)
        box.setAccessibleName(t("详细信息"))
        box.setMaximumHeight(min(220, 26 + 20 * (details.count("\n") + 1)))
        return box

    def _build_buttons(
        self, choices: Sequence[Choice], default: str, details: str
    ) -> tuple[QHBoxLayout, Button | None]:
        row = QHBoxLayout()
        first: Button | None = None
        row.setSpacing(8)
        if details:
            copy = Button(t("复制详细信息"), "copy", "ghost")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
            row.addWidget(copy)
        row.addStretch()
        for choice in choices:
            button = Button(choice.text, kind=choice.kind)
            button.clicked.connect(lambda _checked=False, key=choice.key: self._choose(key))
            row.addWidget(button)
            if choice.key == default:
                first = button
        return row, first

    def _choose(self, key: str) -> None:
        self.answer = key
        self.accept()
