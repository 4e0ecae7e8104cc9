"""订单: orders, their items and payments."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.access import Action
from app.core.fields import Link
from app.core.i18n import t
from app.core.records import Record
from app.views.deals.lines_dialog import LinesDialog
from app.views.records.pane_head import PaneAction
from app.views.records.record_dialog import RecordDialog
from app.views.records.record_page import RecordPage


class OrdersPage(RecordPage):
    """Orders in a table; items and payments hang on the record in the pane."""

    entity = "orders"

    def pane_actions(self, record: Record) -> Sequence[PaneAction]:
        workspace = self.desk.workspace
        if workspace.archive.read_only or not workspace.actor.may("payments", Action.CREATE):
            return ()
        owed = (record.get("owed") or 0) > 0
        found = [PaneAction(t("登记回款"), "wallet", self.pay, primary=owed)]
        if workspace.actor.may("orders", Action.EDIT):
            found.append(PaneAction(t("编辑明细"), "list", self.edit_lines))
        return found

    def edit_lines(self, record: Record) -> LinesDialog:
        """The sheet of the order's items."""
        dialog = LinesDialog(self.desk, record, self)
        dialog.open()
        return dialog

    def pay(self, record: Record) -> None:
        """The form of a payment for this order, with what is owed filled in."""
        order = (Link(record.id, str(record.get("number") or "")),)
        owed = record.get("owed") or 0
        preset = {"order": order, "customer": record.get("customer"), "amount": max(owed, 0) or None}
        RecordDialog(self.desk, "payments", self, preset={k: v for k, v in preset.items() if v}, focus="amount").open()


PAGE = OrdersPage
