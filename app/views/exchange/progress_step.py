"""The look of any long step: words, bar, rate, time left, cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Progress
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.labels import DataLabel, muted


class ProgressStep(QWidget):
    """Signals:
    cancel_wanted(): the person pressed cancel.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(80, 0, 80, 0)
        column.setSpacing(12)
        column.addStretch(2)
        self._words = DataLabel("", "h2")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._words)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(t("进度"))
        column.addWidget(self.bar)
        self._facts = muted("")
        self._facts.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._facts)
        row = QHBoxLayout()
        row.addStretch()
        self.cancel_button = buttons.plain(t("取消"))
        self.cancel_button.clicked.connect(self.cancel_wanted)
        row.addWidget(self.cancel_button)
        row.addStretch()
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch(3)

    def begin(self, words: str) -> None:
        """A step begins; how long it takes is not known yet."""
        self._words.setText(words)
        self._facts.setText("")
        self.bar.setRange(0, 0)
        self.cancel_button.setEnabled(True)

    def show_progress(self, progress: Progress) -> None:
        """How far it is."""
        self._words.setText(progress.text)
        self.bar.setRange(0, max(progress.total, 0))
        self.bar.setValue(progress.done)
        facts = [f"{progress.done:,} / {progress.total:,}" if progress.total else f"{progress.done:,}"]
        if progress.rate >= 1:
            facts.append(t("每秒 {n}", n=f"{progress.rate:,.0f}"))
        if progress.left is not None and progress.left >= 1:
            facts.append(t("还需约 {time}", time=time_left(progress.left)))
        self._facts.setText(fonts.join_facts(*facts))

    def stopping(self) -> None:
        """Cancel was pressed; what was written is being taken back."""
        self._words.setText(t("正在停止并收回…"))
        self.bar.setRange(0, 0)
        self.cancel_button.setEnabled(False)


def time_left(seconds: float) -> str:
    """A span in words, rounded as people say it."""
    if seconds < 60:
        return t("{n} 秒", n=max(1, round(seconds)))
    return t("{n} 分钟", n=round(seconds / 60))
