"""What the list of the inbox shows: its tabs, its filter, its rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.filters import Condition, Filter, Group, Related, Search, both
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.services.tickets.service import TicketService
from app.views.tickets.words import due_chip, first_title, priority_label, status_label, when_text
from app.views.widgets.table.source import FIRST, Cell, Row, TableColumn

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

TODO, MINE, FREE, ALL, TEMPORARY = "todo", "mine", "free", "all", "temporary"
_OPEN = Condition("status", "not_in", ["resolved", "closed"])
NEWEST = (Sort("last_message_at", descending=True),)
FIELDS = (
    "subject", "number", "customer", "requester", "status", "priority", "snippet", "unanswered", "next_due_at", "sla_paused",
    "last_message_at", "opened_at", "owner",
)  # fmt: skip
#: places in a row
SUBJECT, SNIPPET, WHEN, STATUS, FACTS, NEW, DUE, URGENT = range(8)


def builtin(key: str) -> Filter | None:
    """What a tab that everybody has shows."""
    if key == TODO:
        return Condition("status", "in", ["new", "open"])
    if key == MINE:
        return Group("and", (Condition("owner", "me"), _OPEN))
    if key == FREE:
        return Group("and", (Condition("owner", "is_empty"), _OPEN))
    return None


@dataclass(frozen=True)
class Wanted:
    """The list wanted: a tab's condition, the chosen narrowing, the typed words, the order."""

    base: Filter | None = None
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    text: str = ""
    sorts: tuple[Sort, ...] = NEWEST

    def condition(self) -> Filter | None:
        """All of it together."""
        found = self.base
        for key, values in (("status", self.statuses), ("priority", self.priorities), ("category", self.categories)):
            if values:
                found = both(found, Condition(key, "in", list(values)))
        if not self.text:
            return found
        words = Search(self.text)
        return both(found, Group("or", (words, Related("ticket_messages", words))))

    @property
    def narrowed(self) -> bool:
        return bool(self.statuses or self.priorities or self.categories or self.text)


class InboxSource:
    """Rows for `VirtualTableModel`; both loading methods run in worker threads. The one column carries the whole row
    in words, for screen readers; the other values of a row are for the painter."""

    def __init__(self, service: TicketService, wanted: Wanted) -> None:
        self._service, self.wanted = service, wanted
        self.columns: Sequence[TableColumn] = (TableColumn("subject", "", "text", 100, sortable=False),)
        self.ids: dict[int, uuid.UUID] = {}
        self.records: dict[int, Record] = {}

    def load_first(self, job: Job) -> Ids:
        return self._service.handles(self.wanted.condition(), self.wanted.sorts, limit=FIRST, job=job)

    def load_ids(self, job: Job) -> Ids:
        return self._service.handles(self.wanted.condition(), self.wanted.sorts, job=job)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        found = self._service.page(handles, FIELDS)
        if len(self.ids) > 20_000:
            self.ids, self.records = {}, {}
        rows: dict[int, Row] = {}
        for handle, record in found.items():
            if record.deleted_at is not None:
                continue
            self.ids[handle] = record.id
            self.records[handle] = record
            rows[handle] = row_of(record)
        return rows


def row_of(record: Record) -> Row:
    """The values of one row, by the places above."""
    known = (str(record.get("number") or ""), first_title(record, "customer"), str(record.get("requester") or ""))
    facts = [x for x in known if x]
    status = str(record.get("status") or "")
    due, tone = due_chip(record)
    unread = bool(record.get("unanswered"))
    subject = str(record.get("subject") or "")
    spoken = "，".join(x for x in (subject, status_label(status), t("待回复") if unread else "", due, *facts) if x)
    urgent = record.get("priority") if record.get("priority") in ("high", "urgent") else ""
    return (
        Cell(spoken, edit=subject), str(record.get("snippet") or ""),
        when_text(record.get("last_message_at") or record.get("opened_at")), Cell(status_label(status), tone=status), "\n".join(facts),
        "1" if unread else "", Cell(due, tone=tone), Cell(priority_label(urgent) if urgent else "", tone=str(urgent)),
    )  # fmt: skip
