"""备份: how often, where, which ones there are; back up now, bring one back, check everything."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit

from app.core.i18n import t
from app.core.jobs import Job
from app.services.vault.backups import Backup
from app.services.vault.service import Verification, header_info, restore
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section, setting_row
from app.views.settings.words import reason_label, size_text
from app.views.shell.desk import Desk
from app.views.shell.status_bar import describe_day
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.fields import ChoiceField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.labels import DataLabel
from app.views.widgets.menus import MenuItem
from app.views.widgets.password_field import PasswordField
from app.views.widgets.path_field import PathField

_HOURS = (0, 1, 2, 4, 8, 24)
_LISTED = 60


class BackupsSection(Section):
    """Automatic backups are ordinary archives: same users, same passwords."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("备份"))
        self._build_rules()
        self._build_check()
        card = self.card(t("已有的备份"))
        self._total = DataLabel("", "muted")
        card.head_actions.addWidget(self._total)
        self.backups = ItemList(t("已有的备份"), t("还没有备份。点“立即备份”做第一个。"))
        card.body.addWidget(self.backups)
        self.finish()

    def _build_rules(self) -> None:
        card = self.card(t("自动备份"))
        now_button = buttons.primary(t("立即备份"), "save")
        now_button.clicked.connect(self._back_up)
        elsewhere = buttons.plain(t("备份到别处…"), "hard-drive")
        elsewhere.clicked.connect(self._back_up_elsewhere)
        card.head_actions.addWidget(elsewhere)
        card.head_actions.addWidget(now_button)
        self._hours = ChoiceField([(str(n), t("每 {n} 小时", n=n) if n else t("不自动备份")) for n in _HOURS])
        self._hours.currentIndexChanged.connect(lambda _at: self._on_hours())
        words = t("导入、批量修改前总有最近的备份。旧备份自动变稀：两天内全留，之后每天、每周、每月各留一份。")
        card.body.addWidget(setting_row(t("定时备份"), words, self._hours))
        folder = buttons.plain(t("打开文件夹"), "folder-open")
        folder.clicked.connect(self._open_folder)
        self._folder = str(self.desk.workspace.vault.backup_folder)
        card.body.addWidget(setting_row(t("备份文件夹"), self._folder, folder))

    def _build_check(self) -> None:
        card = self.card(t("体检"))
        check = buttons.plain(t("检查档案"), "shield-check")
        check.clicked.connect(self._verify)
        words = t("检查文件、引用、操作记录是否被改动、搜索索引是否完整。")
        card.body.addWidget(setting_row(t("检查整个档案"), words, check))
        rebuild = buttons.plain(t("重建索引"), "search")
        rebuild.clicked.connect(self._rebuild)
        words = t("档案里明明有、却搜不到时用。档案内容不变。")
        card.body.addWidget(setting_row(t("重建搜索索引"), words, rebuild))
        self._result = Banner("info", "")
        self._result.hide()
        card.body.addWidget(self._result)
        self.problems = ItemList(t("检查结果"))
        self.problems.hide()
        card.body.addWidget(self.problems)

    def refresh(self) -> None:
        hours = str(self.desk.settings.current.backup_hours)
        blocked = self._hours.blockSignals(True)
        if self._hours.findData(hours) < 0:
            self._hours.addItem(t("每 {n} 小时", n=hours), hours)
        self._hours.set_key(hours)
        self._hours.blockSignals(blocked)
        vault = self.desk.workspace.vault
        self.read(lambda _job: vault.backups(), self._show)

    def _show(self, backups: list[Backup]) -> None:
        total = sum(backup.size for backup in backups)
        self._total.setText(t("{n} 个，共 {size}", n=len(backups), size=size_text(total)) if backups else "")
        self.backups.set_items(
            [
                Item(
                    describe_day(b.at),
                    b.path.name,
                    "database",
                    [(reason_label(b.reason), "gray")],
                    size_text(b.size),
                    lambda one=b: self._menu(one),  # type: ignore[misc]
                )
                for b in backups[:_LISTED]
            ]
        )

    def _menu(self, backup: Backup) -> list[MenuItem | None]:
        return [MenuItem(t("恢复到别处…"), lambda: self._restore(backup), "rotate-ccw")]

    def _on_hours(self) -> None:
        self.desk.settings.change(backup_hours=int(self._hours.key()))

    def _open_folder(self) -> None:
        folder = self._folder

        def make(_job: Job) -> None:
            Path(folder).mkdir(parents=True, exist_ok=True)

        def show(_none: None) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

        self.read(make, show)

    def _back_up(self) -> None:
        vault = self.desk.workspace.vault
        self.write(lambda job: vault.automatic("manual", job), title=t("正在备份"), told=t("备份完成"))

    def _back_up_elsewhere(self) -> None:
        folder = self.desk.dialogs.pick_file("folder", t("备份到哪个文件夹"))
        if folder is not None:
            vault = self.desk.workspace.vault
            told = t("已备份到 {folder}", folder=folder)
            self.write(lambda job: vault.backup(folder, job), title=t("正在备份"), told=told)

    def _restore(self, backup: Backup) -> None:
        words = t("备份会复制成一个新的档案文件，打开检查无误后才算完成。现在打开的档案不受影响。")
        dialog = FormDialog(self, t("恢复 {when} 的备份", when=describe_day(backup.at)), t("恢复"), words)
        name = QLineEdit(t("{name}_恢复", name=self.desk.workspace.archive.path.stem))
        folder = PathField(self.desk.dialogs, "folder", t("选择保存位置"), path=self.desk.workspace.archive.path.parent)
        user, password = ChoiceField(), PasswordField()
        dialog.form.add_row("name", t("恢复成"), name, required=True)
        dialog.form.add_row("folder", t("保存位置"), folder, required=True)
        row = dialog.form.add_row("user", t("用户"), user)
        row.set_shown(False)
        dialog.form.add_row("password", t("备份当时的密码"), password, required=True)
        password.submitted.connect(dialog.try_accept)
        dialog.check = lambda: {
            **({} if name.text().strip() else {"name": t("请输入名称。")}),
            **({} if folder.path() else {"folder": t("请选择保存位置。")}),
            **({} if password.text() else {"password": t("请输入密码。")}),
        }

        def show_users(users: list[str]) -> None:
            user.set_choices([(one, one) for one in users])
            row.set_shown(len(users) > 1)

        self.desk.read(lambda _job: list(header_info(backup.path)["users"]), show_users, owner=dialog)

        def go() -> None:
            place = folder.path()
            assert place is not None
            target = place / f"{name.text().strip().removesuffix('.kedang')}.kedang"
            given = (backup.path, target, user.key() or None, password.text())
            self.write(lambda _job: restore(*given), title=t("正在恢复备份"), told=t("已恢复为 {path}", path=target))

        dialog.ask(go)
        password.setFocus()

    def _verify(self) -> None:
        vault = self.desk.workspace.vault
        self._result.hide()

        def show(outcome: Verification) -> None:
            if outcome.only_index:
                self._result.set_message(t("档案完好，只有搜索索引不完整。点“重建索引”即可。"), "warning")
            elif outcome.ok:
                customers = outcome.counts.get("customers", 0)
                self._result.set_message(t("没有发现问题，共 {n} 位客户。", n=f"{customers:,}"), "success")
            else:
                self._result.set_message(t("发现 {n} 个问题，建议从备份恢复。", n=len(outcome.problems)), "error")
            self.problems.set_items([Item(text, icon="circle-alert") for text in outcome.problems])
            self.problems.setVisible(not outcome.ok)
            self._result.show()

        self.desk.read(vault.verify, show, owner=self, title=t("正在检查档案"))

    def _rebuild(self) -> None:
        vault = self.desk.workspace.vault
        self._result.hide()
        self.problems.hide()

        def show(entries: object) -> None:
            self._result.set_message(t("搜索索引已重建，共 {n} 条。", n=f"{entries:,}"), "success")
            self._result.show()

        self.write(vault.rebuild_search, then=show, title=t("正在重建搜索索引"))
