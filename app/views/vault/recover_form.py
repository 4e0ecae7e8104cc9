"""Forgotten password: the recovery code opens the archive, and a new password is set at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from app.core.i18n import t
from app.errors import AppError, UserError
from app.services.vault import passwords
from app.views.operations.runner import BaseRunner
from app.views.shell.new_password import NewPassword
from app.views.vault.form_page import FormPage
from app.views.vault.opening import Opened, recover_work
from app.views.widgets.dialogs import Dialogs

if TYPE_CHECKING:
    from app.services.workspace import Door


class RecoverForm(FormPage):
    """Signals:
    opened(Opened): the archive is open and the administrator has a new password.
    """

    opened = Signal(object)

    def __init__(self, door: Door, runner: BaseRunner, dialogs: Dialogs) -> None:
        words = t("输入创建档案时抄下的恢复码，然后给管理员设置一个新密码。恢复码以后仍然有效。")
        super().__init__(t("用恢复码打开"), words, t("打开并设置新密码"))
        self._door, self._runner, self._dialogs = door, runner, dialogs
        self._path = Path()
        self._code = QPlainTextEdit()
        self._code.setTabChangesFocus(True)
        self._code.setFixedHeight(64)
        self._code.setPlaceholderText("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXX")
        self.form.add_row("code", t("恢复码"), self._code, required=True, hint=t("不分大小写，横线和空格可以省略。"))
        self._password = NewPassword(self.form, label=t("新密码"))
        self._password.on_submit(self._on_submit)

    def show_archive(self, path: Path) -> None:
        """Recover this archive."""
        self._path = path
        self._code.clear()
        self._password.clear()
        self.show_message("")
        self.form.set_errors({})
        self._code.setFocus()

    def submit(self) -> None:
        """Typing errors are told without touching the archive."""
        code = self._code.toPlainText()
        errors = self._password.errors()
        try:
            passwords.check_recovery_code(code)
        except UserError as error:
            errors = {"code": str(error)} | errors
        if not self.form.set_errors(errors):
            return
        self.show_message("")
        work = recover_work(self._door, self._path, code, self._password.text())
        self.run(self._runner, work, t("正在打开…"), on_done=self._on_opened, on_failed=self._on_failed)

    def _on_opened(self, opened: Opened) -> None:
        self.set_busy("")
        self._code.clear()
        self._password.clear()
        self.opened.emit(opened)

    def _on_failed(self, error: Exception) -> None:
        self.set_busy("")
        if isinstance(error, AppError):
            self.show_message(str(error))
        else:
            self._dialogs.show_error(error)
