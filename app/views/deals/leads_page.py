"""线索: people who may become customers, and their conversion."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.access import Action
from app.core.i18n import t
from app.core.records import Record
from app.views.deals.convert_dialog import ConvertDialog
from app.views.records.pane_head import PaneAction
from app.views.records.record_page import RecordPage


class LeadsPage(RecordPage):
    """Leads in a table."""

    entity = "leads"

    def pane_actions(self, record: Record) -> Sequence[PaneAction]:
        workspace = self.desk.workspace
        if workspace.archive.read_only or not workspace.actor.may("leads", Action.EDIT):
            return ()
        if workspace.leads.entity.field("status").means(record.get("status"), "converted"):
            return ()
        return (PaneAction(t("转成客户"), "user-check", self.convert, primary=True),)

    def convert(self, record: Record) -> None:
        """Customer, contact and deal out of this lead."""
        ConvertDialog(self.desk, record, self).open()


PAGE = LeadsPage
