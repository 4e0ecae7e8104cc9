"""记跟进: what was done or is planned with a customer, and when to speak again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from app.core.clock import now, today
from app.core.fields import Entity
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.core.validation import InvalidFields
from app.errors import AppError
from app.views.records.drafts import DraftReader, Typed
from app.views.records.field_editors import DayEditor, LineEditor
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.form import Form, fit_height
from app.views.widgets.labels import DataLabel, secondary
from app.views.widgets.message_dialog import Choice
from app.views.widgets.one_of import OneOf

_WIDTH, _MARGIN = 520, 24


class FollowDialog(FormDialog):
    """One follow-up, or a task with a due time, for one customer; one operation."""

    def __init__(self, desk: Desk, customer: Record, parent: QWidget) -> None:
        super().__init__(parent, t("记跟进"), t("保存"), width=_WIDTH)
        self._desk, self._customer = desk, customer
        self._entity: Entity = desk.workspace.activities.entity
        self._customers: Entity = desk.workspace.customers.entity
        self._kinds = self._entity.field("kind")
        self._kind = OneOf(self._kinds.options(), self._kinds.label, _WIDTH - 2 * _MARGIN)
        self._kind.changed.connect(lambda _key: self._on_kind())
        self._subject = LineEditor(self._entity.field("subject"))
        self._body = QPlainTextEdit()
        self._body.setTabChangesFocus(True)
        self._body.setFixedHeight(96)
        self._body.setPlaceholderText(t("谈了什么，对方怎么说，接下来做什么"))
        self._when = LineEditor(self._entity.field("happened_at"))
        self._when.setText(now().astimezone().strftime("%Y-%m-%d %H:%M"))
        self._due = LineEditor(self._entity.field("due_at"), t("例如 2026-11-25 18:00"))
        self._next = DayEditor(self._customers.field("next_contact_on"))
        self._form = Form(label_width=76)
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        self._build()
        self._on_kind()
        self._at_first = self._state()
        self._subject.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self.body.addWidget(secondary(str(self._customer.get("name") or "")))
        if self._kind.few:
            self.body.addWidget(self._kind)
        else:
            self._form.add_row("kind", self._kinds.label, self._kind)
        self._form.add_row("subject", t("主题"), self._subject)
        self._form.add_row("body", t("内容"), self._body)
        self._form.add_row("happened_at", t("时间"), self._when)
        self._form.add_row("due_at", t("截止"), self._due).set_shown(False)
        self._form.add_row("next_contact_on", t("下次联系"), self._next)
        self.body.addWidget(self._form)
        self.body.addLayout(self._build_days())
        self.body.addWidget(self._problem)

    def _build_days(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(88, 0, 0, 0)
        row.setSpacing(4)
        for text, days in ((t("明天"), 1), (t("3 天后"), 3), (t("一周后"), 7), (t("一个月后"), 30)):
            button = buttons.Button(text, "", "ghost", compact=True)
            button.clicked.connect(lambda _on=False, days=days: self._put_day(days))
            row.addWidget(button)
        row.addStretch()
        return row

    def _put_day(self, days: int) -> None:
        self._next.setText((today() + timedelta(days=days)).isoformat())

    def _on_kind(self) -> None:
        task = self._plans()
        self._form.row("due_at").set_shown(task)
        self._form.row("happened_at").set_shown(not task)
        if task and not self._due.text():
            tomorrow = today() + timedelta(days=1)
            self._due.setText(f"{tomorrow.isoformat()} 18:00")
        fit_height(self)

    def _plans(self) -> bool:
        """Whether it is a task, which is due, and no contact that took place."""
        return self._kinds.means(self._kind.current(), "task")

    def _state(self) -> tuple[str, ...]:
        return (self._subject.text(), self._body.toPlainText(), self._next.text())

    # ---- saving and leaving -------------------------------------------------------------------------------------

    def submit(self) -> None:
        kind, body = self._kind.current(), self._body.toPlainText().strip()
        subject = self._subject.text().strip() or next((line for line in body.splitlines() if line.strip()), "")[:60]
        if not subject:
            self._form.set_errors({"subject": t("写一句主题，或在内容里写几个字。")})
            QTimer.singleShot(0, self, self._fit)
            return
        task = self._plans()
        drafts = {"due_at": Typed(self._due.text())} if task else {"happened_at": Typed(self._when.text())}
        next_text = self._next.text().strip()
        workspace, users, customer = self._desk.workspace, self._desk.users(), self._customer
        self.go.setEnabled(False)

        def work(_job: Job) -> tuple[Record, ChangeSet]:
            values: dict[str, Any] = DraftReader(workspace, "activities", users).values(drafts)
            values |= {"subject": subject, "kind": kind, "body": body or None}
            if task:
                values["done"] = False
            day = DraftReader(workspace, "customers", users).values({"next_contact_on": Typed(next_text)})
            following: date | None = day["next_contact_on"]
            return workspace.customers.log_activity(customer.id, values, next_contact=following)

        name = str(customer.get("name") or "")
        self._desk.operate(
            work, title=t("正在保存"), owner=self, on_done=lambda _result: self.accept(), on_failed=self._on_failed,
            told=t("已给“{name}”记跟进", name=name), initiator=self,
        )  # fmt: skip

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, InvalidFields):
            known = ("subject", "body", "happened_at", "due_at", "next_contact_on")
            self._form.set_errors({key: text for key, text in error.problems.items() if key in known})
        elif isinstance(error, AppError):
            self._problem.setText(str(error))
            self._problem.show()
        else:
            self._desk.dialogs.show_error(error)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        fit_height(self)

    def reject(self) -> None:
        if self._state() != self._at_first:
            answer = self._desk.dialogs.ask(
                t("放弃刚才填写的内容？"),
                (Choice("stay", t("继续填写")), Choice("drop", t("放弃"), "danger")),
                default="stay",
            )
            if answer != "drop":
                return
        super().reject()
