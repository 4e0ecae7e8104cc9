"""A thin line under the buttons while a file goes in or out for more than a moment, with a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Progress
from app.views.operations.task import Task
from app.views.widgets.buttons import IconButton
from app.views.widgets.job_tray import describe_progress
from app.views.widgets.labels import ElidedLabel

#: milliseconds after which it shows
AFTER = 500


class FileProgress(QWidget):
    """Follows one task at a time, the newest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._line = ElidedLabel("", "muted")
        self.cancel = IconButton("x", t("取消"), side=26)
        self.cancel.clicked.connect(lambda _on=False: self._on_cancel())
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._line, 1)
        head.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._bar)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(AFTER)
        self._wait.timeout.connect(self.show)
        self.hide()

    def follow(self, task: Task) -> None:
        """Show how this goes, if it takes longer than a moment."""
        self._task = task
        if task.over:
            return
        self.cancel.setEnabled(True)
        self._bar.setAccessibleName(task.title)
        self._line.setText(task.title)
        self._bar.setRange(0, 0)
        self._wait.start()
        task.progress.connect(self._show)
        task.finished.connect(lambda: self._end(task))

    def _show(self, progress: Progress) -> None:
        if self.cancel.isEnabled():
            self._line.setText(describe_progress(progress))
        if progress.total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * progress.done / progress.total))

    def _on_cancel(self) -> None:
        if self._task is not None:
            self.cancel.setEnabled(False)
            self._line.setText(t("正在取消…"))
            self._task.cancel()

    def _end(self, task: Task) -> None:
        if task is self._task:
            self._task = None
            self._wait.stop()
            self.hide()
