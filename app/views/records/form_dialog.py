"""The frame of every form here: title, body, 取消 and one main button; Ctrl+Enter does it, Esc leaves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.labels import DataLabel, Rule


class FormDialog(QDialog):
    """Put content into `body`. `submit` is overridden to check and save; it calls `accept` in the end."""

    def __init__(self, parent: QWidget, title: str, action: str, *, width: int = 460) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setProperty("ground", "surface")
        self.setFixedWidth(width)
        self.title = DataLabel(title, "h2", wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self.body.setContentsMargins(24, 0, 24, 0)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(24, 0, 24, 0)
        self.foot.setSpacing(8)
        self.foot.addStretch()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.go = buttons.primary(action)
        self.go.setToolTip("Ctrl+Enter")
        self.go.clicked.connect(self.submit)
        self.foot.addWidget(cancel)
        self.foot.addWidget(self.go)
        head = QVBoxLayout()
        head.setContentsMargins(24, 0, 24, 0)
        head.addWidget(self.title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 18, 0, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addLayout(self.body, 1)
        outer.addWidget(Rule())
        outer.addLayout(self.foot)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            keyed = QShortcut(QKeySequence(keys), self)
            keyed.setAutoRepeat(False)
            keyed.activated.connect(self.go.click)  # a button that waits for its answer takes no second order
        self.finished.connect(self.deleteLater)

    def submit(self) -> None:
        """The main button."""
        self.accept()

    def ask(self, on_accepted: Callable[[], object]) -> None:
        """Open; `on_accepted` is called when everything is right."""
        self.accepted.connect(on_accepted)
        self.open()
