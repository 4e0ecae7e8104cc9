"""Planned activities whose time has come, told once each, also those that fell due while the program was closed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.core.i18n import t
from app.services.today.records import Reminder
from app.views.shell.desk import Desk

_FIRST, _EVERY, _LONG = 1_500, 30_000, 20_000
_AT_ONCE = 3


class Reminders(QObject):
    """Asks the day's service every half minute; what it hands out is remembered in the archive as told."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.ask)

    def start(self) -> None:
        """From now on."""
        self._timer.start()
        QTimer.singleShot(_FIRST, self, self.ask)

    def stop(self) -> None:
        """The archive is about to be closed."""
        self._timer.stop()

    def ask(self) -> None:
        """Tell what has fallen due since the last time."""
        if not self._timer.isActive():
            return
        service = self._desk.workspace.today
        self._desk.runner.start(
            lambda _job: service.take_reminders(), on_done=self._tell, on_failed=lambda _error: None, owner=self,
            title="", pool="write",
        )  # fmt: skip

    def _tell(self, reminders: list[Reminder]) -> None:
        show = partial(self._desk.page_wanted.emit, "today", None)
        for reminder in reminders[:_AT_ONCE]:
            words = f"{reminder.title}  {reminder.about}".strip()
            when = reminder.due_at.astimezone().strftime("%m-%d %H:%M")
            self._desk.toasts.show_toast(
                t("提醒：{words}（{when}）", words=words, when=when), "info", action=t("查看"), on_action=show,
                milliseconds=_LONG,
            )  # fmt: skip
        if len(reminders) > _AT_ONCE:
            rest = t("还有 {n} 件事到了时间", n=len(reminders) - _AT_ONCE)
            self._desk.toasts.show_toast(rest, "info", action=t("查看"), on_action=show, milliseconds=_LONG)
