"""What is running in the background: progress, speed, time left, cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import BYTES, Progress
from app.core.sizes import size_text
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.theme import fonts
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import DataLabel, ElidedLabel


def describe_seconds(seconds: float) -> str:
    """A rough duration for people."""
    if seconds < 60:
        return t("{n} 秒", n=max(1, round(seconds)))
    if seconds < 3600:
        return t("{n} 分钟", n=round(seconds / 60))
    return t("{n} 小时", n=round(seconds / 3600))


def describe_progress(progress: Progress | None) -> str:
    """One line: phase, count, items a second, time left."""
    if progress is None:
        return t("等待中")
    facts = [progress.text]
    told = size_text if progress.unit == BYTES else "{:,}".format
    if progress.total:
        facts.append(f"{told(progress.done)} / {told(progress.total)}")
    elif progress.done:
        facts.append(told(progress.done))
    if progress.rate >= 1 and progress.unit == BYTES:
        facts.append(t("每秒 {rate}", rate=size_text(round(progress.rate))))
    elif progress.rate >= 1:
        facts.append(t("每秒 {rate} 条", rate=f"{progress.rate:,.0f}"))
    if progress.left is not None and progress.done < progress.total:
        facts.append(t("还需 {time}", time=describe_seconds(progress.left)))
    return fonts.join_facts(*facts)


class _JobRow(QWidget):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(task.title)
        self._line = ElidedLabel("", "muted")
        self._cancel = IconButton("x", t("取消：{title}", title=task.title), side=26)
        self._cancel.clicked.connect(self._on_cancel)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(ElidedLabel(task.title), 1)
        head.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._line)
        self._show(task.latest)
        task.progress.connect(self._show)

    def _show(self, progress: Progress | None) -> None:
        if progress is not None and progress.total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * progress.done / progress.total))
        else:
            self._bar.setRange(0, 0)
        if self._cancel.isEnabled():
            self._line.setText(describe_progress(progress))

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._line.setText(t("正在取消…"))
        self._task.cancel()


class JobTray(QWidget):
    """The tasks of a runner that have a title; put it into a popover or a side panel."""

    def __init__(self, runner: BaseRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._rows: dict[Task, _JobRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        self._nothing = DataLabel(t("没有正在进行的任务"), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self._nothing)
        self._column.addStretch()
        self.setMinimumWidth(340)
        self.setAccessibleName(t("后台任务"))
        runner.tasks_changed.connect(self._on_tasks_changed)
        self._on_tasks_changed()

    def _on_tasks_changed(self) -> None:
        now = self._runner.tasks()
        for task in [task for task in self._rows if task not in now]:
            row = self._rows.pop(task)
            row.hide()
            row.deleteLater()
        for task in now:
            if task not in self._rows:
                self._rows[task] = _JobRow(task)
                self._column.insertWidget(self._column.count() - 1, self._rows[task])
        self._nothing.setVisible(not self._rows)
