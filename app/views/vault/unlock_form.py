"""Unlocking: whose password, the password, and for every problem the way out of it."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox

from app.core.i18n import t
from app.errors import AppError, CannotUnlock
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.theme import fonts
from app.views.vault.form_page import FormPage
from app.views.vault.opening import Opened, open_work, signed_in_work
from app.views.widgets import buttons
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.fields import ChoiceField
from app.views.widgets.password_field import PasswordField

if TYPE_CHECKING:
    from app.services.vault.remedies import Remedy
    from app.services.workspace import Door

#: milliseconds until the window is on the screen: work in other threads would keep it from being painted
_PAINTED = 30


class UnlockForm(FormPage):
    """One archive at a time, chosen by `show_archive`.

    Signals:
        opened(Opened): the archive is open.
        recover_wanted(Path), restore_wanted(Path): forgotten password; broken file.
    """

    opened = Signal(object)
    recover_wanted = Signal(object)
    restore_wanted = Signal(object)

    def __init__(self, door: Door, runner: BaseRunner, dialogs: Dialogs) -> None:
        super().__init__(t("打开档案"), "", t("解锁"), back=False)
        self._door, self._runner, self._dialogs = door, runner, dialogs
        self._path = Path()
        self._failures: dict[Path, int] = {}
        self._until: dict[Path, float] = {}
        self._asking: Task | None = None
        self._user = ChoiceField()
        self._password = PasswordField()
        self._password.submitted.connect(self._on_submit)
        self.form.add_row("user", t("用户"), self._user)
        self.form.add_row("password", t("密码"), self._password)
        self._stay = QCheckBox(t("在这台电脑上保持登录"))
        self._stay.hide()
        self.extra.addWidget(self._stay)
        self._forgot = buttons.Button(t("忘记密码？"), kind="link")
        self._forgot.clicked.connect(lambda: self.recover_wanted.emit(self._path))
        self.footer.addWidget(self._forgot)
        self._clock = QTimer(self)
        self._clock.setInterval(250)
        self._clock.timeout.connect(self._tick)

    # ---- which archive ------------------------------------------------------------------------------------------

    def show_archive(self, path: Path, user: str = "", *, ask_always: bool = False) -> None:
        """Ask for the password of this archive. `ask_always`: even where this computer stays signed in (after a lock)."""
        self._cancel()
        self._path = path
        self._password.clear()
        self.form.set_errors({})
        self.show_message("")
        self.title.setText(path.stem)
        self.text.setText(fonts.join_facts(str(path.parent)))
        self.text.show()
        self._user.set_choices([(user, user)] if user else [])
        self.form.row("user").set_shown(False)
        self._tick()
        self._password.setFocus()
        QTimer.singleShot(_PAINTED, self, lambda: self._ask_door(path, user, ask_always=ask_always))

    def _ask_door(self, path: Path, user: str, *, ask_always: bool) -> None:
        """Who may open it, and whether this computer stays signed in: work that loads half the program."""
        if path != self._path or self.busy:
            return
        self._asking = self._runner.start(
            lambda _job: self._door.users(path),
            on_done=lambda found: self._on_users(path, user, found),
            on_failed=lambda error: self._on_failed(path, error),
            owner=self,
        )
        # Asked apart: a keychain that takes its time must not keep the users.
        self._runner.start(lambda _job: self._door.can_stay_signed_in(), on_done=self._stay.setVisible, owner=self)
        if not ask_always:
            self._try_signed_in(path)

    def _try_signed_in(self, path: Path) -> None:
        """Asked apart, too: whoever types his password while the keychain thinks is not kept waiting for it."""

        def found(secret: object) -> None:
            if secret is not None and path == self._path and not self.busy:
                self.run(
                    self._runner, signed_in_work(self._door, path, secret), t("正在打开…"),
                    on_done=opened, on_failed=lambda error: self._on_failed(path, error),
                )  # fmt: skip

        def opened(done: Opened | None) -> None:
            self.set_busy("")
            if done is not None:
                self.opened.emit(done)

        self._runner.start(
            lambda _job: self._door.kept_secret(path), on_done=found, owner=self,
            on_failed=lambda _error: None,  # whoever asks for the users tells of it
        )  # fmt: skip

    def _on_users(self, path: Path, user: str, users: list[str]) -> None:
        if path != self._path:
            return
        self._user.set_choices([(name, name) for name in users])
        if user in users:
            self._user.set_key(user)
        self.form.row("user").set_shown(len(users) > 1)

    # ---- trying -------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Try the password."""
        self._try()

    def _try(self, *, take_over: bool = False, read_only: bool = False) -> None:
        if self.busy or self._seconds_left():
            return
        if not self._password.text():
            self.form.set_errors({"password": t("请输入密码。")})
            return
        path = self._path
        self.form.set_errors({})
        self.show_message("")
        work = open_work(
            self._door, path, self._user.key(), self._password.text(),
            take_over=take_over, read_only=read_only, stay=self._stay.isVisible() and self._stay.isChecked(),
        )  # fmt: skip
        self.run(
            self._runner, work, t("正在打开…"),
            on_done=self._on_opened, on_failed=lambda error: self._on_failed(path, error),
        )  # fmt: skip

    def _on_opened(self, opened: Opened) -> None:
        self._failures.pop(self._path, None)
        self._password.clear()
        self.set_busy("")
        self.opened.emit(opened)

    def _on_failed(self, path: Path, error: Exception) -> None:
        self.set_busy("")
        if path != self._path:
            return
        if isinstance(error, CannotUnlock):
            from app.services.vault.passwords import wait_after

            self._failures[path] = self._failures.get(path, 0) + 1
            self.form.set_errors({"password": str(error)})
            self._password.edit.selectAll()
            self._until[path] = time.monotonic() + wait_after(self._failures[path])
            self._tick()
            return
        if not isinstance(error, AppError):
            self._dialogs.show_error(error)
            return
        from app.services.vault.remedies import remedy_for  # knows the database: only when something went wrong

        self._offer(remedy_for(error, path), str(error))
        self._password.setFocus()

    def _offer(self, remedy: Remedy | None, message: str) -> None:
        from app.services.vault.remedies import Remedy

        words = {
            Remedy.TAKE_OVER: t("接管并打开"),
            Remedy.READ_ONLY: t("以只读方式打开"),
            Remedy.RESTORE: t("从备份恢复…"),
            Remedy.RETRY: t("再试一次"),
        }
        banner = self.show_message(message, "error", words[remedy] if remedy else "")
        if banner is not None and remedy is not None:
            banner.action_clicked.connect(lambda: self._help(remedy))

    def _help(self, remedy: Remedy) -> None:
        from app.services.vault.remedies import Remedy

        if remedy is Remedy.RESTORE:
            self.restore_wanted.emit(self._path)
        elif remedy is Remedy.READ_ONLY:
            self._try(read_only=True)
        elif remedy is Remedy.RETRY:
            if self._password.text():
                self._try()
            else:
                self.show_archive(self._path, self._user.key())
        elif self._dialogs.confirm(
            t("接管这个档案？"), t("接管"), danger=True,
            text=t("如果那台电脑其实还开着它，两边同时写入会丢失数据。请确认那边已经关闭。"),
        ):  # fmt: skip
            self._try(take_over=True)

    # ---- waiting after wrong passwords --------------------------------------------------------------------------

    def _seconds_left(self) -> int:
        return max(0, math.ceil(self._until.get(self._path, 0.0) - time.monotonic()))

    def _tick(self) -> None:
        seconds = self._seconds_left()
        self.primary.setEnabled(not seconds and not self.busy)
        self.primary.setText(t("请等 {n} 秒", n=seconds) if seconds else t("解锁"))
        self.primary.updateGeometry()
        if not seconds:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def _cancel(self) -> None:
        self.cancel()
        if self._asking is not None and not self._asking.over:
            self._asking.cancel()
        self._asking = None
        self.set_busy("")
