"""A small dialog of fields with one button that does something; stays open while something is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.buttons import Kind
from app.views.widgets.form import Form, fit_height
from app.views.widgets.labels import DataLabel, secondary


class FormDialog(QDialog):
    """Fill `form`; `check` returns sentences by row key. The answer is read in a slot of `accepted`."""

    def __init__(
        self, parent: QWidget, title: str, action: str, text: str = "", *, kind: Kind = "primary", width: int = 440
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setProperty("ground", "surface")
        self.setFixedWidth(width)
        self.check: Callable[[], dict[str, str]] = dict
        self.form = Form(above=True)
        self.body = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(DataLabel(title, "h2", wrap=True))
        if text:
            column.addWidget(secondary(text, wrap=True))
        column.addWidget(self.form)
        column.addLayout(self.body)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.go = buttons.Button(action, kind=kind)
        self.go.clicked.connect(self.try_accept)
        for button in (cancel, self.go):
            row.addWidget(button)
        column.addLayout(row)
        self.finished.connect(self.deleteLater)

    def try_accept(self) -> None:
        """Accept unless something is wrong."""
        if self.form.set_errors(self.check()):
            self.accept()
        else:
            QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        fit_height(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def ask(self, on_accepted: Callable[[], object]) -> None:
        """Open; `on_accepted` is called when everything is right."""
        self.go.setDefault(True)
        self.accepted.connect(on_accepted)
        self.open()
