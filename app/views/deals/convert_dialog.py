"""A lead becomes customer, contact and deal; customers that look the same are offered instead of a new one."""

from __future__ import annotations

import uuid
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from app.core.amounts import money_text
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.errors import AppError, UserError
from app.services.cleaning.amounts import parse_amount
from app.services.deals.records import Conversion
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.shell.page import OpenRecord
from app.views.theme import fonts
from app.views.widgets.form import fit_height
from app.views.widgets.labels import DataLabel, muted


def _short(name: str, most: int = 22) -> str:
    """So much of a name as one line of the dialog holds."""
    return name if len(name) <= most else name[: most - 1] + "…"


class ConvertDialog(FormDialog):
    """Asks which customer, whether a contact and a deal are wanted."""

    def __init__(self, desk: Desk, lead: Record, parent: QWidget) -> None:
        name = str(lead.get("name") or "")
        super().__init__(parent, t("转化线索“{name}”", name=_short(name)), t("转成客户"), width=480)
        self._desk, self._lead = desk, lead
        self._similar: dict[QRadioButton, uuid.UUID] = {}
        called = str(lead.get("company") or name)
        self.body.addWidget(DataLabel(t("客户"), "strong"))
        self.fresh = QRadioButton(t("新建客户“{name}”", name=_short(called)))
        self.fresh.setChecked(True)
        self._group = QButtonGroup(self)
        self._group.addButton(self.fresh)
        self.body.addWidget(self.fresh)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(6)
        self.body.addLayout(self._choices)
        self._looking = muted(t("正在查找相同的客户…"))
        self.body.addWidget(self._looking)
        self.contact = QCheckBox(t("把“{name}”建成联系人", name=_short(name)))
        self.contact.setChecked(bool(lead.get("company")))
        self.contact.setEnabled(bool(lead.get("company")))
        self.deal = QCheckBox(t("同时新建商机"))
        self.deal.setChecked(True)
        self.deal_name = QLineEdit(t("{customer} 的商机", customer=called)[:200])
        self.deal_name.setAccessibleName(t("商机名称"))
        self.deal_name.setMaxLength(200)
        budget = lead.get("budget")
        self.amount = QLineEdit(money_text(budget).removesuffix(".00") if budget else "")
        self.amount.setAccessibleName(t("商机金额"))
        self.amount.setPlaceholderText(t("金额，例如 5万"))
        self.deal.toggled.connect(self.deal_name.setEnabled)
        self.deal.toggled.connect(self.amount.setEnabled)
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        labels = muted(t("商机名称")), muted(t("商机金额"))
        for widget in (self.contact, self.deal, labels[0], self.deal_name, labels[1], self.amount, self._problem):
            self.body.addWidget(widget)
        leads = desk.workspace.leads
        desk.read(lambda _job: leads.similar_customers(lead.id), self._offer, owner=self)

    def _offer(self, found: list[Record]) -> None:
        if not found:
            self._looking.setText(t("没有相同的客户。"))
            fit_height(self)
            return
        self._looking.setText(t("也许就是其中一位，选中它就不会重复建档。"))
        for record in found[:6]:
            facts = fonts.join_facts(str(record.get("number") or ""), str(record.get("city") or ""))
            choice = QRadioButton(
                t("用已有的“{name}”（{facts}）", name=_short(str(record.get("name")), 16), facts=facts)
            )
            choice.setToolTip(str(record.get("name")))
            self._group.addButton(choice)
            self._choices.addWidget(choice)
            self._similar[choice] = record.id
            if record.get("name") == self._lead.get("company"):
                choice.setChecked(True)
        fit_height(self)

    def submit(self) -> None:
        if not self.go.isEnabled():
            return  # it is being converted
        leads, lead = self._desk.workspace.leads, self._lead.id
        customer = next((key for choice, key in self._similar.items() if choice.isChecked()), None)
        with_contact = self.contact.isChecked()
        deal: dict[str, Any] | None = None
        if self.deal.isChecked():
            found = parse_amount(self.amount.text().strip()) if self.amount.text().strip() else None
            if found is not None and found.value is None:
                self._tell(UserError(found.problem.text if found.problem else t("金额看不懂。")))
                return
            deal = {"name": self.deal_name.text().strip() or None, "amount": found.value if found else None}
        self.go.setEnabled(False)

        def work(_job: Job) -> tuple[Conversion, ChangeSet]:
            return leads.convert(lead, customer=customer, with_contact=with_contact, deal=deal)

        def failed(error: Exception) -> None:
            self.go.setEnabled(True)
            self._tell(error)

        self._desk.operate(
            work, title=t("正在转化"), owner=self, on_done=self._done, on_failed=failed,
            told=lambda result: t("已转化为客户“{name}”", name=str(result[0].customer.get("name"))),
        )  # fmt: skip

    def _done(self, result: tuple[Conversion, ChangeSet]) -> None:
        made = result[0]
        self.accept()
        if made.deal is not None:
            self._desk.page_wanted.emit("deals", OpenRecord("deals", made.deal.id))
        else:
            self._desk.page_wanted.emit("customers", OpenRecord("customers", made.customer.id))

    def _tell(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            self._desk.dialogs.show_error(error)
            return
        self._problem.setText(str(error))
        self._problem.show()
        fit_height(self)
