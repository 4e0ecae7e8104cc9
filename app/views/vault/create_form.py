"""A new archive: where it lies, who its administrator is, the first password."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit

from app.core.i18n import t
from app.errors import AppError
from app.services.vault.file_names import file_name_problem
from app.views.operations.runner import BaseRunner
from app.views.shell.new_password import NewPassword
from app.views.vault.form_page import FormPage
from app.views.vault.opening import Opened, create_work
from app.views.vault.places import ENDING, documents
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.path_field import PathField

if TYPE_CHECKING:
    from app.services.workspace import Door


class CreateForm(FormPage):
    """Signals:
    created(Opened): the archive is there and open; its recovery code waits to be written down.
    """

    created = Signal(object)

    def __init__(self, door: Door, runner: BaseRunner, dialogs: Dialogs) -> None:
        words = t("档案是一个加密文件：没有密码谁也打不开。可以放在任何文件夹，随时复制备份。")
        super().__init__(t("新建档案"), words, t("创建档案"))
        self._door, self._runner, self._dialogs = door, runner, dialogs
        self._name = QLineEdit(t("客户档案"))
        self._name.setMaxLength(80)
        self._folder = PathField(dialogs, "folder", t("选择保存位置"), path=documents())
        self._user = QLineEdit(_login())
        self._user.setMaxLength(60)
        self._shown_name = QLineEdit()
        self._shown_name.setMaxLength(60)
        self.form.add_row("name", t("档案名称"), self._name, required=True)
        self.form.add_row("folder", t("保存位置"), self._folder, required=True)
        self.form.add_row(
            "user", t("用户名"), self._user, required=True, hint=t("打开档案时用；您是这个档案的管理员。")
        )
        self.form.add_row("shown", t("显示名称"), self._shown_name)
        self._shown_name.setPlaceholderText(t("同事看到的名字，可以不填"))
        self._password = NewPassword(self.form)
        self._password.on_submit(self._on_submit)
        self._samples = QCheckBox(t("填入示例数据，随时可以一键撤销"))
        self.extra.addWidget(self._samples)

    def start(self, *, samples: bool = False) -> None:
        """Come to the front, with or without sample data wanted."""
        self._samples.setChecked(samples)
        self._name.setText(t("示例档案") if samples else t("客户档案"))
        self.show_message("")
        self.form.set_errors({})
        self._name.setFocus()
        self._name.selectAll()

    def submit(self) -> None:
        """Check everything, then create in the background."""
        errors = self._errors()
        if not self.form.set_errors(errors):
            return
        folder = self._folder.path()
        assert folder is not None
        path = folder / f"{self._name.text().strip().removesuffix(ENDING)}{ENDING}"
        self.show_message("")
        user = self._user.text().strip()
        work = create_work(
            self._door, path, user, self._password.text(), self._shown_name.text().strip() or user,
            samples=self._samples.isChecked(),
        )  # fmt: skip
        self.run(
            self._runner, work, t("正在创建…"), on_done=self._on_created, on_failed=self._on_failed, stoppable=False
        )

    def _errors(self) -> dict[str, str]:
        errors = {}
        problem = file_name_problem(self._name.text().strip())
        if problem:
            errors["name"] = problem
        folder = self._folder.path()
        if folder is None:
            errors["folder"] = t("请选择保存位置。")
        user = self._user.text().strip()
        if not user or "@" in user:
            errors["user"] = t("用户名不能为空，也不能含“@”。")
        return errors | self._password.errors()

    def _on_created(self, opened: Opened) -> None:
        self.set_busy("")
        self._password.clear()
        self.created.emit(opened)

    def _on_failed(self, error: Exception) -> None:
        self.set_busy("")
        if isinstance(error, AppError):
            self.show_message(str(error))
        else:
            self._dialogs.show_error(error)


def _login() -> str:
    try:
        return getpass.getuser().replace("@", "-")
    except (OSError, KeyError, ImportError):
        return ""
