"""What the list of the inbox shows: its tabs, its filter, its rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.dictionary.tickets import ENDED
from app.core.fields import Entity
from app.core.filters import Condition, Filter, Group, Related, Search, both
from app.core.i18n import t
from app.core.jobs import Job
from app.core.meanings import means, means_not
from app.core.records import Record, Sort
from app.services.tickets.service import TicketService
from app.views.tickets.words import due_chip, first_title, when_text
from app.views.widgets.table.source import FIRST, Cell, Row, TableColumn

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

TODO, MINE, FREE, ALL, TEMPORARY = "todo", "mine", "free", "all", "temporary"
NEWEST = (Sort("last_message_at", descending=True),)
FIELDS = (
    "subject", "number", "customer", "requester", "status", "priority", "snippet", "unanswered", "next_due_at", "sla_paused",
    "last_message_at", "opened_at", "owner",
)  # fmt: skip
#: places in a row
SUBJECT, SNIPPET, WHEN, STATUS, FACTS, NEW, DUE, URGENT = range(8)


def builtin(entity: Entity, key: str) -> Filter | None:
    """What a tab that everybody has shows."""
    unended = means_not(entity, "status", *ENDED)
    if key == TODO:
        return means(entity, "status", "new", "open")
    if key == MINE:
        return Group("and", (Condition("owner", "me"), unended))
    if key == FREE:
        return Group("and", (Condition("owner", "is_empty"), unended))
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

    @property
    def entity(self) -> Entity:
        """Tickets, with the office's lists."""
        return self._service.entity

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
            rows[handle] = row_of(self.entity, record)
        return rows


def row_of(entity: Entity, record: Record) -> Row:
    """The values of one row, by the places above."""
    known = (str(record.get("number") or ""), first_title(record, "customer"), str(record.get("requester") or ""))
    facts = [x for x in known if x]
    status = entity.field("status").choice(str(record.get("status") or ""))
    state, shade = (status.label, status.tone) if status is not None else ("", "gray")
    due, tone = due_chip(entity, record)
    unread = bool(record.get("unanswered"))
    subject = str(record.get("subject") or "")
    spoken = "，".join(x for x in (subject, state, t("待回复") if unread else "", due, *facts) if x)
    priority = entity.field("priority").choice(str(record.get("priority") or ""))
    urgent = priority if priority is not None and priority.meaning in ("high", "urgent") else None
    return (
        Cell(spoken, edit=subject), str(record.get("snippet") or ""),
        when_text(record.get("last_message_at") or record.get("opened_at")), Cell(state, tone=shade), "\n".join(facts),
        "1" if unread else "", Cell(due, tone=tone), Cell(urgent.label, tone=urgent.tone) if urgent is not None else Cell(""),
    )  # fmt: skip
