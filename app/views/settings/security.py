"""安全: locking, staying signed in, password, recovery code, data key, the anchor of the audit chains."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from app.core.i18n import t
from app.core.jobs import Job
from app.services.vault import keychain
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section, setting_row
from app.views.shell.desk import Desk
from app.views.shell.new_password import NewPassword
from app.views.widgets import buttons
from app.views.widgets.card import Card
from app.views.widgets.fields import ChoiceField
from app.views.widgets.password_field import PasswordField
from app.views.widgets.recovery_code import RecoveryCode

_MINUTES = (0, 1, 3, 5, 10, 15, 30, 60)


class SecuritySection(Section):
    """Some cards are for administrators only."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("安全"))
        self._build_lock(self.card(t("锁定")))
        if not desk.workspace.archive.read_only:
            self._build_password(self.card(t("密码")))
            if desk.workspace.actor.is_admin:
                self._build_keys(self.card(t("密钥"), t("只有管理员可以操作")))
        self.finish()

    def _build_lock(self, card: Card) -> None:
        choices = [(str(n), t("{n} 分钟", n=n) if n else t("从不")) for n in _MINUTES]
        self._minutes = ChoiceField(choices)
        self._minutes.currentIndexChanged.connect(self._on_minutes)
        self._screen = QCheckBox(t("电脑锁屏或睡眠时也锁定"))
        self._screen.toggled.connect(lambda on: self.desk.settings.change(lock_on_screen_lock=on))
        self._stay = QCheckBox(t("在这台电脑上保持登录"))
        self._stay.setEnabled(False)
        self._stay.clicked.connect(self._on_stay)
        card.body.addWidget(setting_row(t("没有操作多久后锁定"), t("锁定会关闭档案，并把内存清空。"), self._minutes))
        card.body.addWidget(self._screen)
        card.body.addWidget(self._stay)

    def _build_password(self, card: Card) -> None:
        change = buttons.plain(t("修改密码…"), "key-round")
        change.clicked.connect(self._change_password)
        card.body.addWidget(setting_row(t("我的密码"), t("数据不用重新加密，马上生效。"), change))

    def _build_keys(self, card: Card) -> None:
        code = buttons.plain(t("换新恢复码…"), "refresh-cw")
        code.clicked.connect(self._new_code)
        rotate = buttons.plain(t("更换密钥…"), "shield-check")
        rotate.clicked.connect(self._rotate)
        anchor = buttons.plain(t("现在记下"), "pin")
        anchor.clicked.connect(self._anchor)
        words = t("怀疑恢复码被人看到时使用；旧的立即失效。")
        card.body.addWidget(setting_row(t("恢复码"), words, code))
        words = t("用新密钥重新加密全部数据，每个人的密码不变。旧的备份仍用旧密码打开。")
        card.body.addWidget(setting_row(t("数据密钥"), words, rotate))
        words = t("把操作记录的末端记在档案外面，以后能发现档案被换成旧的一份。关闭和备份时会自动记下。")
        card.body.addWidget(setting_row(t("操作记录锚点"), words, anchor))

    def refresh(self) -> None:
        current = self.desk.settings.current
        blocked = self._minutes.blockSignals(True)
        key = str(current.lock_minutes)
        if self._minutes.findData(key) < 0:
            self._minutes.addItem(t("{n} 分钟", n=key), key)
        self._minutes.set_key(key)
        self._minutes.blockSignals(blocked)
        self._screen.setChecked(current.lock_on_screen_lock)
        context = self.desk.workspace.context
        self.read(lambda _job: (keychain.available(), keychain.is_kept(context)), lambda found: self._show_stay(*found))

    def _show_stay(self, possible: bool, kept: bool) -> None:
        self._stay.setEnabled(possible and not self.desk.workspace.archive.read_only)
        self._stay.setChecked(kept)
        self._stay.setToolTip("" if possible else t("这台电脑没有可用的系统钥匙串。"))

    def _on_minutes(self, _at: int) -> None:
        self.desk.settings.change(lock_minutes=int(self._minutes.key()))
        window = self.window()
        idle = getattr(window, "idle", None)
        if idle is not None:
            idle.set_minutes(int(self._minutes.key()))

    def _on_stay(self, wanted: bool) -> None:
        context = self.desk.workspace.context
        self.write(lambda _job: keychain.stay_signed_in(context, wanted), title=t("正在保存"))

    def _change_password(self) -> None:
        dialog = FormDialog(self, t("修改密码"), t("更换"))
        old = PasswordField(t("原密码"))
        dialog.form.add_row("old", t("原密码"), old, required=True)
        new = NewPassword(dialog.form, label=t("新密码"))
        new.on_submit(dialog.try_accept)
        dialog.check = lambda: ({} if old.text() else {"old": t("请输入密码。")}) | new.errors()
        people = self.desk.workspace.people

        def change() -> None:
            before, after = old.text(), new.text()
            self.write(
                lambda _job: people.change_password(before, after), title=t("正在修改密码"), told=t("密码已修改")
            )

        dialog.ask(change)
        old.setFocus()

    def _new_code(self) -> None:
        text = t("旧的恢复码马上失效。请准备好纸笔或打印机。")
        if self.desk.dialogs.confirm(t("换一个新的恢复码？"), t("换新"), text=text):
            vault = self.desk.workspace.vault
            self.write(lambda _job: vault.new_recovery_code(), title=t("正在更换恢复码"), then=self._show_code)

    def _show_code(self, code: object) -> None:
        name = self.desk.workspace.archive.path.stem
        dialog = FormDialog(self, t("新的恢复码"), t("完成"), width=560)
        view = RecoveryCode(str(code), name, self.desk.dialogs)
        dialog.body.addWidget(view)
        dialog.go.setEnabled(False)
        view.kept_changed.connect(dialog.go.setEnabled)
        dialog.ask(lambda: None)

    def _rotate(self) -> None:
        text = t("会先复制一遍整个档案，期间不能修改。数据多时需要几十秒。")
        if self.desk.dialogs.confirm(t("更换数据密钥？"), t("更换"), text=text):
            vault = self.desk.workspace.vault

            def work(job: Job) -> None:
                job.progress(t("正在用新密钥加密"), 0)
                vault.rotate_key()

            self.write(work, title=t("正在更换密钥"), told=t("已换上新的数据密钥"))

    def _anchor(self) -> None:
        vault = self.desk.workspace.vault
        self.write(lambda _job: vault.anchor(), title=t("正在记下"), told=t("已记下操作记录的末端"))
