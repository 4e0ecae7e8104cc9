"""The deals as a list, with the verbs of a deal beside the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.core.access import Action
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.core.validation import InvalidFields
from app.views.deals.missing_dialog import MissingDialog
from app.views.records.pane_head import PaneAction
from app.views.records.record_page import RecordPage


class DealList(RecordPage):
    """Deals in a table. Part of the deals page."""

    key = "deals"
    icon = "kanban"
    entity = "deals"

    @property
    def title(self) -> str:
        return t("商机")

    def pane_actions(self, record: Record) -> Sequence[PaneAction]:
        workspace = self.desk.workspace
        if workspace.archive.read_only or not workspace.actor.may("deals", Action.EDIT):
            return ()
        if workspace.deals.entity.field("outcome").means(record.get("outcome"), "open"):
            return (
                PaneAction(t("赢单"), "trophy", self.win, primary=True),
                PaneAction(t("输单"), "circle-x", self.lose),
            )
        return (PaneAction(t("重新打开"), "rotate-ccw", self.reopen),)

    def win(self, record: Record) -> None:
        """Asks only for what the won stage requires."""
        deals = self.desk.workspace.deals

        def close(values: Mapping[str, Any]) -> ChangeSet:
            if not values:
                return deals.win(record.id)
            return deals.update(record.id, {**values, "outcome": deals.entity.field("outcome").first("won")})[1]

        self._close(record, close)

    def lose(self, record: Record) -> None:
        """Asks for the reason."""
        deals = self.desk.workspace.deals

        def close(values: Mapping[str, Any]) -> ChangeSet:
            return deals.update(record.id, {**values, "outcome": deals.entity.field("outcome").first("lost")})[1]

        self._close(record, close)

    def reopen(self, record: Record) -> None:
        """Back into the stage it came from."""
        deals = self.desk.workspace.deals
        self._close(record, lambda _values: deals.reopen(record.id))

    def _close(
        self, record: Record, act: Callable[[Mapping[str, Any]], ChangeSet], values: Mapping[str, Any] | None = None
    ) -> None:
        def work(_job: Job) -> ChangeSet:
            return act(values or {})

        def failed(error: Exception) -> None:
            if not isinstance(error, InvalidFields):
                self.desk.dialogs.show_error(error)
                return
            dialog = MissingDialog(self.desk, "deals", error.problems, self)
            dialog.given.connect(lambda given: self._close(record, act, {**(values or {}), **given}))
            dialog.open()

        told = t("“{name}”已更新", name=str(record.get("name") or ""))
        self.desk.operate(work, title=t("正在保存"), owner=self, told=told, on_failed=failed)
