"""A new ticket from a telephone call, a chat or a pasted text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.dictionary.tickets import TICKETS
from app.core.fields import Link
from app.core.i18n import t
from app.core.records import Record
from app.core.validation import InvalidFields
from app.views.shell.desk import Desk
from app.views.theme.fonts import join_facts
from app.views.tickets.find_dialog import FindDialog
from app.views.widgets import buttons
from app.views.widgets.buttons import Button
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form, fit_height
from app.views.widgets.labels import DataLabel

_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,20}")


def subject_of(text: str) -> str:
    """The first line that says something, cut to a subject."""
    return next((line.strip()[:80] for line in text.split("\n") if line.strip()), "")


class NewTicketDialog(QDialog):
    """Signals:
    made(object): the new ticket.
    """

    made = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget, categories: Sequence[tuple[str, str]], text: str = "") -> None:
        super().__init__(parent)
        self._desk = desk
        self._customer: Link | None = None
        self.setWindowTitle(t("新建工单"))
        self.setProperty("ground", "surface")
        self.setFixedWidth(560)
        self.form = Form(label_width=72)
        self.subject, self.requester, self.email = QLineEdit(), QLineEdit(), QLineEdit()
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setMinimumHeight(130)
        self.words.setPlaceholderText(t("客户说了什么；可以把聊天记录或邮件粘贴到这里"))
        self.channel, self.priority = self._choice("channel", "call"), self._choice("priority", "normal")
        self.category = ChoiceField([("", t("未分类")), *categories])
        self.customer = Button(t("选择客户…"), "building-2")
        self.customer.clicked.connect(self._find)
        self.form.add_row("words", t("内容"), self.words)
        self.form.add_row("subject", TICKETS.field("subject").label, self.subject, required=True)
        self.form.add_row("customer", TICKETS.field("customer").label, self.customer)
        self.form.add_row("requester", TICKETS.field("requester").label, self.requester)
        self.form.add_row("requester_email", t("邮箱"), self.email, hint=t("有邮箱才能把回复发出去"))
        self.form.add_row("channel", TICKETS.field("channel").label, self.channel)
        self.form.add_row("priority", TICKETS.field("priority").label, self.priority)
        self.form.add_row("category", TICKETS.field("category").label, self.category)
        self.go = buttons.primary(t("建立工单"))
        self.go.setDefault(True)
        self.go.clicked.connect(self.save)
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(DataLabel(t("新建工单"), "h2"))
        column.addWidget(self.form)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self.go)
        column.addLayout(row)
        self.finished.connect(self.deleteLater)
        self.words.textChanged.connect(self._on_words)
        self._auto = ""
        if text:
            self.words.setPlainText(text)
        fit_height(self)

    def _choice(self, key: str, meaning: str) -> ChoiceField:
        """The field's values, at first the one that means this."""
        known = self._desk.workspace.tickets.entity.field(key)
        found = ChoiceField(known.options())
        usual = known.first(meaning)
        if usual is not None:
            found.set_key(usual)
        return found

    def _on_words(self) -> None:
        """The subject follows the first line until somebody writes another one."""
        text = self.words.toPlainText()
        if self.subject.text() == self._auto:
            self._auto = subject_of(text)
            self.subject.setText(self._auto)
        found = _MAIL.search(text)
        if found and not self.email.text():
            self.email.setText(found[0])

    def _find(self) -> None:
        dialog = FindDialog(
            self._desk, self, "customers", t("选择客户"), t("选择"),
            words=lambda r: join_facts(*(str(x or "") for x in (r.get("name"), r.get("number"), r.get("city")))),
        )  # fmt: skip
        dialog.chosen.connect(self.choose_customer)
        dialog.open()

    def choose_customer(self, record: Record) -> None:
        """This customer's ticket."""
        self._customer = Link(record.id, str(record.get("name")))
        self.customer.setText(str(record.get("name")))

    def values(self) -> dict[str, object]:
        """What was filled in."""
        found: dict[str, object] = {
            "subject": self.subject.text().strip(), "requester": self.requester.text().strip(),
            "requester_email": self.email.text().strip(), "channel": self.channel.key(), "priority": self.priority.key(),
        }  # fmt: skip
        if self._customer:
            found["customer"] = (self._customer,)
        if self.category.key():
            found["category"] = (Link(UUID(self.category.key())),)
        return {k: v for k, v in found.items() if v}

    def save(self) -> None:
        """Make it; what is wrong is told beside the field."""
        errors = {}
        if not self.subject.text().strip():
            errors["subject"] = t("必填。")
        mail = self.email.text().strip()
        if mail and not _MAIL.fullmatch(mail):
            errors["requester_email"] = t("“{address}”不是有效的邮箱地址。", address=mail)
        if not self.form.set_errors(errors):
            fit_height(self)
            return
        service, values, text = self._desk.workspace.tickets, self.values(), self.words.toPlainText().strip()
        self.go.setEnabled(False)

        def done(result: tuple[Record, object]) -> None:
            self.made.emit(result[0])
            self.accept()

        def failed(error: Exception) -> None:
            self.go.setEnabled(True)
            if isinstance(error, InvalidFields):
                known = {k: v for k, v in error.problems.items() if k in ("subject", "requester", "requester_email")}
                if known:
                    self.form.set_errors(known)
                    return
            self._desk.dialogs.show_error(error)

        self._desk.operate(
            lambda _job: service.create_with(values, text), title=t("正在建立工单"), owner=self, on_done=done, on_failed=failed,
            told=lambda result: t("已建立工单 {number}", number=result[0].get("number")),
        )  # fmt: skip
