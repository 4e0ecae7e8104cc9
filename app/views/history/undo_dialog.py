"""Before an undo: exactly what it would put back, and what it would keep because it was changed since."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.records import Kept, OperationInfo
from app.services.history.detail import OperationBrowser, UndoPreview
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.labels import DataLabel, secondary
from app.views.widgets.spinner import Spinner


def kept_text(kept: tuple[Kept, ...], count: int) -> str:
    """One line for each record that stays as it is."""
    lines = [f"{one.title or one.id}：{one.reason}" for one in kept]
    if count > len(kept):
        lines.append(t("……还有 {n} 条", n=count - len(kept)))
    return "\n".join(lines)


class UndoDialog(QDialog):
    """Looks ahead in the background; the button works at once too.

    Signals:
        previewed(UndoPreview): the look ahead is there.
    """

    previewed = Signal(object)

    def __init__(self, desk: Desk, browser: OperationBrowser, operation: OperationInfo, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(t("撤销"))
        self.setProperty("ground", "surface")
        self.setFixedWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.setSpacing(12)
        column.addWidget(DataLabel(t("撤销“{what}”？", what=operation.summary), "h2", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        self._spinner = Spinner()
        self._words = secondary(t("正在看看会撤回什么…"), wrap=True)
        row.addWidget(self._spinner)
        row.addWidget(self._words, 1)
        column.addLayout(row)
        self.kept = QPlainTextEdit()
        self.kept.setReadOnly(True)
        self.kept.setTabChangesFocus(True)
        self.kept.setAccessibleName(t("会保留的记录"))
        self.kept.setFixedHeight(150)
        self.kept.hide()
        column.addWidget(self.kept)
        column.addLayout(self._build_buttons())
        self._task: Task | None = desk.runner.start(
            lambda job: browser.preview(operation.id, job), on_done=self._show, on_failed=self._on_failed,
            owner=self, pool="write",
        )  # fmt: skip
        self.finished.connect(self._on_finished)

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.go = buttons.primary(t("撤销"), "undo-2")
        self.go.clicked.connect(self.accept)
        self.go.setDefault(True)
        for button in (cancel, self.go):
            row.addWidget(button)
        return row

    def _show(self, preview: UndoPreview) -> None:
        self._spinner.hide()
        text = t("会撤回 {n} 条记录的改动。", n=f"{preview.reverted:,}")
        if preview.kept_count:
            text += t("下面 {n} 条之后又改过，会保持现在的样子：", n=f"{preview.kept_count:,}")
            self.kept.setPlainText(kept_text(preview.kept, preview.kept_count))
            self.kept.show()
        self._words.setText(text)
        self.go.setEnabled(preview.reverted > 0)
        self.adjustSize()
        self.previewed.emit(preview)

    def _on_failed(self, error: Exception) -> None:
        self._spinner.hide()
        self._words.setText(str(error))
        self.go.setEnabled(False)

    def _on_finished(self) -> None:
        if self._task is not None and not self._task.over:
            self._task.cancel()
