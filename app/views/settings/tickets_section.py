"""设置 → 工单: the outgoing mailbox, working hours, promises, reply templates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.services.tickets.mail.sending import MailAccount
from app.services.tickets.office_service import OfficeHours
from app.services.tickets.sla import ClockKind, Policy, Target
from app.services.tickets.worktime import WorkingCalendar, known_years
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField, DateField, NumberField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.labels import DataLabel, secondary
from app.views.widgets.menus import MenuItem
from app.views.widgets.password_field import PasswordField

_PORTS = {"ssl": 465, "starttls": 587, "none": 25}


def _days() -> tuple[str, ...]:
    return (t("周一"), t("周二"), t("周三"), t("周四"), t("周五"), t("周六"), t("周日"))


class TicketsSection(Section):
    """Only administrators change anything here; others see what is in force."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("工单"))
        self.tickets = desk.workspace.tickets
        self.may = desk.workspace.actor.is_admin and not desk.workspace.archive.read_only
        self._account: MailAccount | None = None
        self._policy: tuple[Record, Policy] | None = None
        self._build_mail()
        self._build_hours()
        self._build_days()
        self._build_promises()
        self._build_templates()
        self.finish()

    # ---- mailbox ------------------------------------------------------------------------------------------------

    def _build_mail(self) -> None:
        card = self.card(t("发信邮箱"), t("回复客户时用它发出；密码只存放在加密的档案里"))
        self.mail_state = DataLabel("", wrap=True)
        self.mail_edit = buttons.plain(t("设置…"), "mail")
        self.mail_test = buttons.plain(t("测试连接"))
        self.mail_remove = buttons.ghost(t("移除"), "trash-2")
        self.mail_edit.clicked.connect(self.edit_mail)
        self.mail_test.clicked.connect(self.test_mail)
        self.mail_remove.clicked.connect(self.remove_mail)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.mail_state, 1)
        for button in (self.mail_edit, self.mail_test, self.mail_remove):
            row.addWidget(button)
        card.body.addLayout(row)

    def _show_mail(self, account: MailAccount | None) -> None:
        self._account = account
        if account is None:
            self.mail_state.setText(t("还没有设置。回复会记录在工单里，但不会发出。"))
        else:
            self.mail_state.setText(
                t("{address}，经 {host}:{port}", address=account.address, host=account.host, port=account.port)
            )
        self.mail_edit.setVisible(self.may)
        self.mail_test.setVisible(self.may and account is not None)
        self.mail_remove.setVisible(self.may and account is not None)

    def edit_mail(self) -> FormDialog:
        """The form of the mailbox."""
        dialog = FormDialog(self, t("发信邮箱"), t("保存"), t("多数邮箱要先在网页端开启 SMTP，并用授权码代替密码。"))
        known = self._account
        name, address, host = QLineEdit(), QLineEdit(), QLineEdit()
        username, password = QLineEdit(), PasswordField(t("密码或授权码"))
        security = ChoiceField([("ssl", "SSL / TLS"), ("starttls", "STARTTLS"), ("none", t("不加密（仅本机）"))])
        port = NumberField(1, 65535)
        port.setValue(465)
        if known is not None:
            for field, text in (
                (name, known.name),
                (address, known.address),
                (host, known.host),
                (username, known.username),
            ):
                field.setText(text)
            security.set_key(known.security)
            port.setValue(known.port)
        security.currentIndexChanged.connect(lambda _at: port.setValue(_PORTS[security.key()]))
        form = dialog.form
        form.add_row("address", t("发件邮箱"), address, required=True)
        form.add_row("name", t("显示的名字"), name, hint=t("客户看到的发件人，例如：恒信贸易客服"))
        form.add_row("host", t("发信服务器（SMTP）"), host, required=True)
        form.add_row("security", t("加密方式"), security)
        form.add_row("port", t("端口"), port)
        form.add_row("username", t("用户名"), username, hint=t("一般就是邮箱地址"))
        form.add_row("password", t("密码或授权码"), password, hint=t("留空则保持不变") if known else "")

        def made() -> MailAccount:
            return MailAccount(
                host.text().strip(), port.value(), security.key(), username.text().strip(), password.text(),
                address.text().strip(), name.text().strip(),
            )  # fmt: skip

        def check() -> dict[str, str]:
            wrong = {
                key: t("必填。") for key, field in (("address", address), ("host", host)) if not field.text().strip()
            }
            if not wrong and "@" not in address.text():
                wrong["address"] = t("“{address}”不是有效的邮箱地址。", address=address.text())
            return wrong

        dialog.check = check
        mailbox = self.tickets.mailbox

        def save() -> None:
            account = made()
            self.write(lambda _job: mailbox.save(account), title=t("正在保存"), told=t("发信邮箱已保存"))

        dialog.ask(save)
        return dialog

    def test_mail(self) -> None:
        """Log in without sending anything."""
        account, mailbox = self._account, self.tickets.mailbox
        if account is not None:
            self.mail_test.setEnabled(False)

            def again(_error: Exception | None = None) -> None:
                self.mail_test.setEnabled(True)

            def failed(error: Exception) -> None:
                again()
                self.desk.dialogs.show_error(error)

            def done(_result: None) -> None:
                again()
                self.desk.toasts.show_toast(t("连接和登录都正常"))

            self.desk.read(
                lambda _job: mailbox.try_out(account), done, owner=self, on_failed=failed, title=t("正在测试连接")
            )

    def remove_mail(self) -> None:
        """Forget it after a question."""
        question = t("移除发信邮箱？")
        if self.desk.dialogs.confirm(question, t("移除"), text=t("之后的回复只记录，不发出。"), danger=True):
            self.write(lambda _job: self.tickets.mailbox.remove(), title=t("正在保存"), told=t("发信邮箱已移除"))

    # ---- working hours ------------------------------------------------------------------------------------------

    def _build_hours(self) -> None:
        card = self.card(t("工作时间"), t("服务时限只在工作时间里计时"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self.hours: list[QLineEdit] = []
        for at, day in enumerate(_days()):
            field = QLineEdit()
            field.setAccessibleName(t("{day}的工作时间", day=day))
            field.setPlaceholderText(t("休息"))
            field.setEnabled(self.may)
            grid.addWidget(DataLabel(day, "secondary"), at, 0)
            grid.addWidget(field, at, 1)
            self.hours.append(field)
        grid.setColumnStretch(1, 1)
        card.body.addLayout(grid)
        self.public = QCheckBox(t("按国家法定节假日休息，调休日上班"))
        self.public.setEnabled(self.may)
        card.body.addWidget(self.public)
        self.known = secondary("", wrap=True)
        card.body.addWidget(self.known)
        self.hours_save = buttons.plain(t("保存工作时间"))
        self.hours_save.clicked.connect(self.save_hours)
        self.hours_save.setVisible(self.may)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.hours_save)
        card.body.addLayout(row)

    def _show_hours(self, hours: OfficeHours, calendar: WorkingCalendar) -> None:
        for field, text in zip(self.hours, hours.week, strict=True):
            if not field.hasFocus():
                field.setText(text)
        self.public.setChecked(hours.public_holidays)
        years = sorted(known_years())
        from app.core.clock import today

        if calendar.knows(today().year + 1):
            self.known.setText(t("已知 {first}–{last} 年的节假日和调休。", first=years[0], last=years[-1]))
        else:
            self.known.setText(
                t(
                    "已知 {first}–{last} 年的节假日和调休；之后的年份公布前只按星期计算，可在下面补充。",
                    first=years[0],
                    last=years[-1],
                )
            )

    def save_hours(self) -> None:
        """Keep the ordinary week."""
        week, public = [field.text() for field in self.hours], self.public.isChecked()
        office = self.tickets.office
        self.write(
            lambda _job: office.save_hours(week, public_holidays=public), title=t("正在保存"), told=t("工作时间已保存")
        )

    # ---- special days -------------------------------------------------------------------------------------------

    def _build_days(self) -> None:
        card = self.card(t("特殊工作日"), t("本单位自己的休息日和加班日，优先于上面的规则"))
        add = buttons.plain(t("添加"), "plus")
        add.setVisible(self.may)
        add.clicked.connect(lambda: self.edit_day(None))
        card.head_actions.addWidget(add)
        self.days = ItemList(t("特殊工作日"), t("还没有。"))
        card.body.addWidget(self.days)

    def _day_item(self, record: Record) -> Item:
        def menu() -> list[MenuItem | None]:
            return [
                MenuItem(t("修改…"), partial(self.edit_day, record), "pencil"),
                MenuItem(t("删除"), partial(self._delete, "calendar_days", record), "trash-2", danger=True),
            ]

        hours = str(record.get("hours") or "") or t("休息")
        return Item(
            str(record.get("name")), f"{record.get('day')}  {hours}", "calendar", menu=menu if self.may else None
        )

    def edit_day(self, record: Record | None) -> FormDialog:
        """A day of one's own."""
        dialog = FormDialog(self, t("特殊工作日"), t("保存"))
        name, hours, day = QLineEdit(), QLineEdit(), DateField()
        if record is not None:
            name.setText(str(record.get("name")))
            hours.setText(str(record.get("hours") or ""))
            day.set_day(record.get("day"))
        dialog.form.add_row("name", t("名称"), name, required=True)
        dialog.form.add_row("day", t("日期"), day)
        dialog.form.add_row("hours", t("工作时间"), hours, hint=t("例如 09:00-12:00 13:30-18:00；留空表示休息"))
        dialog.check = lambda: {"name": t("必填。")} if not name.text().strip() else _hours_problem(hours.text())

        def save() -> None:
            values = {"name": name.text().strip(), "day": day.day(), "hours": hours.text().strip() or None}
            self._store("calendar_days", record, values)

        dialog.ask(save)
        return dialog

    # ---- promises -----------------------------------------------------------------------------------------------

    def _build_promises(self) -> None:
        card = self.card(t("服务时限"), t("工作小时；已经打开的工单保持建单时的承诺"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        kinds = {ClockKind.FIRST: t("首次响应"), ClockKind.NEXT: t("下次响应"), ClockKind.RESOLUTION: t("解决")}
        for at, title in enumerate(kinds.values(), 1):
            grid.addWidget(DataLabel(title, "muted"), 0, at)
        self.targets: dict[tuple[str, ClockKind], NumberField] = {}
        known = self.tickets.entity.field("priority")
        for line, meaning in enumerate(reversed(known.meanings), 1):
            label = t("、").join(c.label for c in known.offered if c.meaning == meaning.key) or meaning.label
            grid.addWidget(DataLabel(label, "secondary"), line, 0)
            for at, (kind, title) in enumerate(kinds.items(), 1):
                field = NumberField(0, 9999, suffix=t(" 小时"))
                field.setSpecialValueText(t("不承诺"))
                field.setAccessibleName(f"{label} {title}")
                field.setEnabled(self.may)
                self.targets[meaning.key, kind] = field
                grid.addWidget(field, line, at)
        card.body.addLayout(grid)
        self.promise_save = buttons.plain(t("保存时限"))
        self.promise_save.clicked.connect(self.save_promises)
        self.promise_save.setVisible(self.may)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.promise_save)
        card.body.addLayout(row)

    def _show_policy(self, found: tuple[Record, Policy] | None) -> None:
        self._policy = found
        self.promise_save.setEnabled(found is not None)
        for (priority, kind), field in self.targets.items():
            target = found[1].target(priority, kind) if found else None
            if not field.hasFocus():
                field.setValue(-(-target.minutes // 60) if target else 0)

    def save_promises(self) -> None:
        """Other terms for new tickets. A target that was not touched keeps its minutes and its kind of time."""
        if self._policy is None:
            return
        record, policy = self._policy
        targets: dict[str, dict[ClockKind, Target]] = {}
        for (priority, kind), field in self.targets.items():
            before, hours = policy.target(priority, kind), field.value()
            if before is not None and -(-before.minutes // 60) == hours:
                targets.setdefault(priority, {})[kind] = before
            elif hours:
                targets.setdefault(priority, {})[kind] = Target(hours * 60, before.working if before else True)
        made = Policy(policy.name, targets, policy.pauses)
        office = self.tickets.office
        self.write(lambda _job: office.save_policy(record, made), title=t("正在保存"), told=t("服务时限已保存"))

    # ---- templates ----------------------------------------------------------------------------------------------

    def _build_templates(self) -> None:
        card = self.card(t("常用语"), t("回复时点“常用语”或输入 / 插入"))
        add = buttons.plain(t("添加"), "plus")
        add.setVisible(self.may)
        add.clicked.connect(lambda: self.edit_template(None))
        card.head_actions.addWidget(add)
        self.templates = ItemList(t("常用语"), t("还没有常用语"))
        card.body.addWidget(self.templates)

    def _template_item(self, record: Record) -> Item:
        def menu() -> list[MenuItem | None]:
            return [
                MenuItem(t("修改…"), partial(self.edit_template, record), "pencil"),
                MenuItem(t("删除"), partial(self._delete, "reply_templates", record), "trash-2", danger=True),
            ]

        words = " ".join(str(record.get("body") or "").split())
        return Item(str(record.get("name")), words, "message-square", menu=menu if self.may else None)

    def edit_template(self, record: Record | None) -> FormDialog:
        """Words that are used often."""
        dialog = FormDialog(self, t("常用语"), t("保存"), width=560)
        name, body = QLineEdit(), QPlainTextEdit()
        body.setTabChangesFocus(True)
        body.setMinimumHeight(160)
        if record is not None:
            name.setText(str(record.get("name")))
            body.setPlainText(str(record.get("body") or ""))
        dialog.form.add_row("name", t("名称"), name, required=True)
        dialog.form.add_row("body", t("内容"), body, required=True)
        offered = ChoiceField([("", t("插入占位符…")), *self.tickets.desktop.names()])
        offered.setAccessibleName(t("插入占位符"))
        offered.activated.connect(lambda _at: _insert(body, offered))
        dialog.body.addWidget(offered)

        def check() -> dict[str, str]:
            given = {"name": name.text(), "body": body.toPlainText()}
            return {key: t("必填。") for key, text in given.items() if not text.strip()}

        dialog.check = check
        dialog.ask(
            lambda: self._store("reply_templates", record, {"name": name.text().strip(), "body": body.toPlainText()})
        )
        return dialog

    # ---- storing and reading ------------------------------------------------------------------------------------

    def _store(self, entity: str, record: Record | None, values: dict[str, object]) -> None:
        service = self.desk.workspace.records(entity)

        def work(_job: Job) -> object:
            return service.create(values) if record is None else service.update(record.id, values)

        self.write(work, title=t("正在保存"), told=t("已保存"))

    def _delete(self, entity: str, record: Record) -> None:
        service = self.desk.workspace.records(entity)
        self.write(lambda _job: service.delete(record.id), title=t("正在删除"), told=t("已删除，可以在操作记录里撤销"))

    def refresh(self) -> None:
        tickets, workspace = self.tickets, self.desk.workspace

        def work(_job: Job) -> Callable[[], None]:
            account = tickets.mailbox.get() if workspace.actor.is_admin else None
            hours, calendar, policy = tickets.office.hours(), tickets.office.calendar(), tickets.office.policy()
            days = workspace.records("calendar_days").list(limit=500)[1]
            templates = tickets.desktop.templates()

            def show() -> None:
                self._show_mail(account)
                self._show_hours(hours, calendar)
                self._show_policy(policy)
                self.days.set_items([self._day_item(r) for r in sorted(days, key=lambda r: r.get("day"))])
                self.templates.set_items([self._template_item(r) for r in templates])

            return show

        self.read(work, lambda show: show())


def _hours_problem(text: str) -> dict[str, str]:
    from app.errors import UserError
    from app.services.tickets.office import parse_hours

    try:
        parse_hours(text)
    except UserError as error:
        return {"hours": str(error)}
    return {}


def _insert(body: QPlainTextEdit, offered: ChoiceField) -> None:
    if offered.key():
        body.insertPlainText("{{" + offered.key() + "}}")
        offered.set_key("")
        body.setFocus()
