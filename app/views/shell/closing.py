"""Letting go of the archive: wait for what runs, close in a worker, never hang."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.operations.runner import BaseRunner
from app.views.theme import fonts
from app.views.widgets import buttons, painting
from app.views.widgets.brand import Brand
from app.views.widgets.labels import DataLabel
from app.views.widgets.spinner import Spinner

log = logging.getLogger(__name__)
_LOOK, _PATIENCE = 40, 20.0


class Cover(QWidget):
    """Hides the whole window: nothing of a customer can be read any more, and nothing clicked.

    Signals:
        hurry(): do not wait for the running tasks.
    """

    hurry = Signal()

    def __init__(self, host: QWidget, text: str) -> None:
        super().__init__(host)
        self._text = DataLabel(text, "h2")
        self._facts = DataLabel("", "secondary")
        self._button = buttons.plain(t("取消任务，立即关闭"), "x")
        self._button.clicked.connect(self.hurry)
        self._button.hide()
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        for widget in (Brand(44), Spinner(22), self._text, self._facts, self._button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.setAccessibleName(text)
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def show_tasks(self, titles: list[str]) -> None:
        """What is still being waited for."""
        self._facts.setText(t("正在等待：{tasks}", tasks=fonts.join_facts(*titles[:3])) if titles else "")
        self._button.setVisible(bool(titles))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 0, "canvas")
        painter.end()


class Closing(QObject):
    """Runs once. `release` closes the archive; it is called in a worker when no other work is left.

    Signals:
        finished(object): None, or the exception with which closing failed. Comes in any case, after 20 seconds of
        useless waiting too: an archive left open is made whole again at the next start.
    """

    finished = Signal(object)

    def __init__(self, runner: BaseRunner, release: Callable[[], None], cover: Cover) -> None:
        super().__init__(cover)
        self._runner, self._release, self._cover = runner, release, cover
        self._deadline = 0.0
        self._releasing = False
        self._over = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)
        cover.hurry.connect(self.hurry)

    def start(self, *, wait_for_tasks: bool) -> None:
        """`wait_for_tasks`: let writing tasks end by themselves; otherwise they are cancelled (and take back their work)."""
        if wait_for_tasks and self._runner.busy("write"):
            self._timer.start()
        else:
            self.hurry()
        self._look()

    def hurry(self) -> None:
        """Cancel what still runs."""
        self._runner.cancel_all()
        self._deadline = time.monotonic() + _PATIENCE
        self._timer.start()

    def _look(self) -> None:
        if self._over or self._releasing:
            if self._releasing and time.monotonic() > self._deadline:
                self._end(TimeoutError())
            return
        if self._runner.busy("write"):
            self._cover.show_tasks([task.title for task in self._runner.tasks()])
            if self._deadline and time.monotonic() > self._deadline:
                self._end(TimeoutError())
            return
        if not self._deadline:
            self.hurry()
        if self._runner.busy() and time.monotonic() < self._deadline:
            return  # readers must be gone before the file becomes one piece
        self._cover.show_tasks([])
        self._releasing = True
        self._deadline = time.monotonic() + _PATIENCE
        self._runner.start(
            lambda _job: self._release(), on_done=self._end, on_failed=self._end, on_cancelled=lambda: self._end(None),
            owner=self, pool="write",
        )  # fmt: skip

    def _end(self, problem: object = None) -> None:
        if self._over:
            return
        self._over = True
        self._timer.stop()
        if isinstance(problem, Exception):
            log.warning("the archive was not closed properly", exc_info=problem)
        self.finished.emit(problem)
