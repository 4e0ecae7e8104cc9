"""Another archive of this program as the source of a migration."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.i18n import t
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.widgets.form import Form
from app.views.widgets.labels import muted
from app.views.widgets.password_field import PasswordField
from app.views.widgets.path_field import PathField


class ArchiveDialog(FormDialog):
    """Its file, who opens it, and the folder in which its records are laid out."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, t("从另一个档案迁移"), t("读出并建立项目"), width=560)
        self.name = QLineEdit(t("从另一个档案迁移"))
        self.name.setMaxLength(80)
        self.name.setAccessibleName(t("项目名称"))
        self.file = PathField(desk.dialogs, "open", t("另一个档案"), ((t("客档通档案"), ("kedang",)),))
        self.user = QLineEdit()
        self.user.setPlaceholderText(t("第一位管理员"))
        self.user.setAccessibleName(t("用户名"))
        self.password = PasswordField(t("密码"))
        self.folder = PathField(desk.dialogs, "folder", t("存放读出的文件"))
        self.form = Form()
        self.form.add_row("name", t("项目名称"), self.name, required=True)
        self.form.add_row("file", t("另一个档案"), self.file, required=True)
        self.form.add_row("user", t("用户名"), self.user)
        self.form.add_row("password", t("密码"), self.password, required=True)
        self.form.add_row("folder", t("文件夹"), self.folder, required=True)
        self.body.addWidget(self.form)
        self.body.addWidget(
            muted(t("读出的文件没有加密，迁移完成后请删除这个文件夹。那个档案只会被读取，不会被改动。"), wrap=True)
        )

    def submit(self) -> None:
        needed = {
            "name": self.name.text().strip(), "file": self.path(self.file), "password": self.password.text(),
            "folder": self.path(self.folder),
        }  # fmt: skip
        if self.form.set_errors({key: t("请填写") for key, value in needed.items() if not value}):
            self.accept()

    @staticmethod
    def path(field: PathField) -> Path | None:
        """What a path field holds."""
        return field.path()
