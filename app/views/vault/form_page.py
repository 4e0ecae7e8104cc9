"""The frame of every form of the start window: title, explanation, fields, a message, the buttons, a waiting state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job, Progress
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.widgets import buttons
from app.views.widgets.banner import Banner, Severity
from app.views.widgets.form import Form
from app.views.widgets.job_tray import describe_progress
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.spinner import Spinner

WIDTH = 420
T = TypeVar("T")


class FormPage(QWidget):
    """Subclasses fill `form` and `extra`, connect `primary` and override `submit`.

    Signals:
        back_wanted(): 返回 was pressed.
    """

    back_wanted = Signal()

    def __init__(self, title: str, text: str, action: str, *, back: bool = True, width: int = WIDTH) -> None:
        super().__init__()
        self.setProperty("ground", "surface")
        self._busy = False
        self._focused: QWidget | None = None
        self._remedy_banner: Banner | None = None
        self.title = DataLabel(title, "h1", wrap=True)
        self.text = DataLabel(text, "secondary", wrap=True)
        self.text.setVisible(bool(text))
        self.form = Form(above=True)
        self.extra = QVBoxLayout()
        self.extra.setSpacing(10)
        self.primary = buttons.primary(action)
        self.primary.clicked.connect(self._on_submit)
        self.back = buttons.ghost(t("返回"), "arrow-left")
        self.back.clicked.connect(self.back_wanted)
        self.back.setVisible(back)
        self.stop = buttons.ghost(t("取消"))
        self.stop.clicked.connect(self.cancel)
        self._task: Task | None = None
        self.footer = QHBoxLayout()
        self._spinner = Spinner()
        self._waiting = ElidedLabel("", "muted")
        self._message_place = QVBoxLayout()
        self._build(width)

    def _build(self, width: int) -> None:
        inner = QWidget()
        inner.setMaximumWidth(width)
        column = QVBoxLayout(inner)
        column.setContentsMargins(4, 28, 4, 28)
        column.setSpacing(10)
        column.addStretch(2)
        for widget in (self.title, self.text):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addLayout(self._message_place)
        column.addWidget(self.form)
        column.addLayout(self.extra)
        column.addSpacing(4)
        self.footer.setSpacing(10)
        self.footer.addWidget(self.primary)
        self.footer.addWidget(self._spinner)
        self.footer.addWidget(self._waiting, 1)
        self.footer.addWidget(self.stop)
        self.footer.addStretch()
        self.footer.addWidget(self.back)
        column.addLayout(self.footer)
        column.addStretch(3)
        self._spinner.hide()
        self._waiting.hide()
        self.stop.hide()
        holder = QWidget()
        holder.setProperty("ground", "surface")
        middle = QHBoxLayout(holder)
        middle.setContentsMargins(28, 0, 28, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 100)
        middle.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    @property
    def busy(self) -> bool:
        """Is work of this form running?"""
        return self._busy

    def set_busy(self, text: str = "") -> None:
        """Waiting with a sentence; "" = over."""
        if text and not self._busy:
            self._focused = QApplication.focusWidget()
        self._busy = bool(text)
        for widget in (self.form, self.primary, self.back):
            widget.setEnabled(not self._busy)
        for at in range(self.extra.count()):
            item = self.extra.itemAt(at)
            inside = item.widget() if item is not None else None
            if inside is not None:
                inside.setEnabled(not self._busy)
        self._spinner.setVisible(self._busy)
        self._waiting.setVisible(self._busy)
        self.stop.hide()
        self._waiting.setText(text)
        before, self._focused = (self._focused, None) if not text else (None, self._focused)
        # Switching a field off sends the focus elsewhere; after the work it comes back.
        if before is not None and shiboken6.isValid(before) and self.isAncestorOf(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def run(
        self,
        runner: BaseRunner,
        work: Callable[[Job], T],
        text: str,
        *,
        on_done: Callable[[T], object],
        on_failed: Callable[[Exception], object],
        stoppable: bool = True,
    ) -> None:
        """Work of this form: the form waits with a sentence, then with the progress; what takes so long that it tells of
        progress can be cancelled, if `stoppable`."""
        self.set_busy(text)
        self._task = runner.start(
            work, on_done=on_done, on_failed=on_failed, on_cancelled=lambda: self.set_busy(""),
            on_progress=lambda progress: self._show_progress(progress, stoppable=stoppable), owner=self, pool="write",
        )  # fmt: skip

    def cancel(self) -> None:
        """Stop what runs; nothing where nothing does."""
        if self._task is not None and not self._task.over:
            self._task.cancel()
            self.stop.setEnabled(False)

    def _show_progress(self, progress: Progress, *, stoppable: bool) -> None:
        self._waiting.setText(describe_progress(progress))
        if stoppable and self._busy and not self.stop.isVisible():
            self.stop.setEnabled(True)
            self.stop.show()

    def show_message(self, text: str, severity: Severity = "error", action: str = "") -> Banner | None:
        """A message over the fields, "" takes it away. Returns the banner to connect its action."""
        if self._remedy_banner is not None:
            self._remedy_banner.hide()
            self._remedy_banner.deleteLater()
            self._remedy_banner = None
        if not text:
            return None
        banner = self._remedy_banner = Banner(severity, text, action)
        self._message_place.addWidget(banner)
        return banner

    def message(self) -> str:
        """The sentence of the message shown, "" if none."""
        return self._remedy_banner.accessibleName() if self._remedy_banner is not None else ""

    def _on_submit(self) -> None:
        if not self._busy:
            self.submit()

    def submit(self) -> None:
        """The primary button or Enter."""
        raise NotImplementedError
