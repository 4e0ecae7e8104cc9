"""Bringing a backup back: which backup, to which place, and the proof that it opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from app.core.i18n import t
from app.errors import AppError, CannotUnlock
from app.views.operations.runner import BaseRunner
from app.views.vault.form_page import FormPage
from app.views.vault.places import ENDING, documents
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.fields import ChoiceField
from app.views.widgets.password_field import PasswordField
from app.views.widgets.path_field import PathField

if TYPE_CHECKING:
    from app.services.workspace import Door


class RestoreForm(FormPage):
    """The backup itself is never changed; the damaged archive is not touched either.

    Signals:
        restored(Path): the new archive, proved to open; not open.
    """

    restored = Signal(object)

    def __init__(self, door: Door, runner: BaseRunner, dialogs: Dialogs) -> None:
        words = t("备份会复制成一个新的档案文件，打开检查无误后才算完成。备份和原来的档案都不会改动。")
        super().__init__(t("从备份恢复"), words, t("恢复"))
        self._door, self._runner, self._dialogs = door, runner, dialogs
        filters = ((t("客档通档案"), ("kedang",)),)
        self._backup = PathField(dialogs, "open", t("选择备份文件"), filters)
        self._backup.picked.connect(self._on_backup)
        self._backup.edit.editingFinished.connect(lambda: self._on_backup(self._backup.path()))
        self._name = QLineEdit()
        self._name.setMaxLength(80)
        self._folder = PathField(dialogs, "folder", t("选择保存位置"), path=documents())
        self._user = ChoiceField()
        self._password = PasswordField()
        self._password.submitted.connect(self._on_submit)
        self.form.add_row("backup", t("备份文件"), self._backup, required=True)
        self.form.add_row("name", t("恢复成"), self._name, required=True)
        self.form.add_row("folder", t("保存位置"), self._folder, required=True)
        self.form.add_row("user", t("用户"), self._user)
        self.form.add_row("password", t("备份当时的密码"), self._password, required=True)
        self.form.row("user").set_shown(False)

    def start(self, suggested: Path | None = None) -> None:
        """Come to the front; `suggested`: the folder or backup to begin with."""
        self.show_message("")
        self.form.set_errors({})
        self._password.clear()
        self._user.set_choices([])
        self.form.row("user").set_shown(False)
        self._backup.set_path(suggested or "")
        if suggested is not None and suggested.suffix == ENDING:
            self._on_backup(suggested)
        self._backup.edit.setFocus()

    def submit(self) -> None:
        """Check, then copy and prove in the background."""
        backup, folder = self._backup.path(), self._folder.path()
        errors = {}
        if backup is None:
            errors["backup"] = t("请选择备份文件。")
        if not self._name.text().strip():
            errors["name"] = t("请给恢复出的档案起一个名字。")
        if folder is None:
            errors["folder"] = t("请选择保存位置。")
        if not self._password.text():
            errors["password"] = t("请输入密码。")
        if not self.form.set_errors(errors):
            return
        assert backup is not None
        assert folder is not None
        target = folder / f"{self._name.text().strip().removesuffix(ENDING)}{ENDING}"
        user, password = self._user.key(), self._password.text()
        self.show_message("")
        self.run(
            self._runner, lambda job: self._door.restore(backup, target, user, password, job),
            t("正在恢复并检查备份"), on_done=lambda counts: self._on_restored(target, counts),
            on_failed=self._on_failed, stoppable=False,
        )  # fmt: skip

    def _on_backup(self, backup: Path | None) -> None:
        if backup is None:
            return
        if not self._name.text().strip():
            self._name.setText(t("{name}_恢复", name=backup.stem.split("_")[0]))
        self._runner.start(
            lambda _job: self._door.users(backup), on_done=self._on_users, on_failed=self._on_unreadable, owner=self
        )

    def _on_users(self, users: list[str]) -> None:
        self._user.set_choices([(name, name) for name in users])
        self.form.row("user").set_shown(len(users) > 1)
        self.form.row("backup").set_error("")

    def _on_unreadable(self, error: Exception) -> None:
        self.form.row("backup").set_error(str(error))

    def _on_restored(self, target: Path, counts: dict[str, int]) -> None:
        self.set_busy("")
        self._password.clear()
        customers = counts.get("customer", counts.get("customers", 0))
        self.show_message(t("已恢复，共 {n} 位客户。", n=customers), "success")
        self.restored.emit(target)

    def _on_failed(self, error: Exception) -> None:
        self.set_busy("")
        if isinstance(error, CannotUnlock):
            self.form.set_errors({"password": str(error)})
        elif isinstance(error, AppError):
            self.show_message(str(error))
        else:
            self._dialogs.show_error(error)
