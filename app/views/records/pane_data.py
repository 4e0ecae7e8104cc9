"""What the pane shows of one record, read in one go by a worker."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime

from app.core.amounts import money_shown
from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, FieldType, Link, Point
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.services.files.records import Held, held_by
from app.services.history.detail import OperationBrowser
from app.services.workspace import Workspace
from app.views.records.cells import Names, shown
from app.views.records.timeline import Event, change_event, events_of
from app.views.theme import fonts

Tied = list[tuple[Record, Link]]


@dataclass(frozen=True)
class Line:
    """A record that hangs on the one in the pane. `right`: its amount or state."""

    entity: str
    id: uuid.UUID
    title: str
    under: str = ""
    right: str = ""


@dataclass(frozen=True)
class Section:
    """Records of one kind that hang on the one in the pane, the newest first; `note`: their sum in words."""

    title: str
    lines: Sequence[Line]
    note: str = ""


@dataclass(frozen=True)
class PaneData:
    """One record, its events in words, its contacts with their ties, its files with small pictures of those looked at."""

    record: Record
    events: Sequence[Event]
    contacts: Tied
    sections: Sequence[Section] = ()
    files: Sequence[Held] = ()
    pictures: Mapping[str, bytes | None] = made(default_factory=dict)


def read_pane(workspace: Workspace, entity: str, handle: int, users: Names, job: Job) -> PaneData | None:
    """None when the record is gone."""
    service = workspace.records(entity)
    record = service.page([handle]).get(handle)
    if record is None or record.deleted_at is not None:
        return None
    job.check()
    browser = OperationBrowser(workspace.context)
    registry = workspace.context.registry
    files = held_by(service.entity, record)
    pictures = workspace.files.pictures(entity, record.id) if files else {}
    if entity == "customers":
        items = workspace.customers.timeline(record.id)
        job.check()
        events = events_of(items, service.entity, registry, browser, users)
        contacts = workspace.customers.contacts(record.id)
        sections = sections_of(workspace, record, users, timeline=True)
        return PaneData(record, events, contacts, sections, files, pictures)
    changes = [change_event(entry, service.entity, browser, users) for entry in service.history(record.id)]
    events = [event for event in changes if event is not None]
    return PaneData(record, events, [], sections_of(workspace, record, users), files, pictures)


_MOST = 50


def sections_of(workspace: Workspace, record: Record, users: Names, *, timeline: bool = False) -> list[Section]:
    """What hangs on the record, by kind; kinds without any are left out. `timeline`: beside it there is one, which tells
    of what has no number of its own."""
    found = []
    for kind, field in BUILT_IN.hanging(record.entity):
        key, by = kind.key, field.key
        if timeline and not kind.number_prefix:
            continue
        service = workspace.records(key)
        sort = (Sort(service.entity.happened, descending=True),) if service.entity.happened else ()
        total, records = service.list(Condition(by, "in", str(record.id)), sort, limit=_MOST)
        if total:
            lines = [_line(service.entity, r, by, users) for r in records]
            found.append(
                Section(
                    f"{service.entity.label} {total}", lines, _sum(workspace, key, records) if total <= _MOST else ""
                )
            )
    return found


def _line(entity: Entity, record: Record, by: str, users: Names) -> Line:
    title = str(record.get(entity.title) or record.get("subject") or "")
    day = next((record.get(k) for k in (entity.happened, "changed_at", "created_at") if k and record.get(k)), None)
    amount = record.get("amount")
    state = next((k for k in ("status", "outcome", "kind") if entity.find(k)), "")
    words = [shown(entity.field(state), record, users)] if state else []
    words += [
        shown(entity.field(k), record, users) for k in ("stage", "quantity", "owed") if entity.find(k) and k != by
    ]
    if day is not None:
        when = day.astimezone().date() if isinstance(day, datetime) else day
        words.insert(0, when.isoformat())
    right = money_shown(amount) if isinstance(amount, int) else ""
    return Line(entity.key, record.id, title, fonts.join_facts(*dict.fromkeys(w for w in words if w)), right)


def _sum(workspace: Workspace, key: str, records: Sequence[Record]) -> str:
    if key == "orders":
        balance = workspace.orders.balance(list(records))
        return t("净额 {net}，已收 {received}，未收 {owed}", net=money_shown(balance.ordered),
                 received=money_shown(balance.received), owed=money_shown(balance.owed))  # fmt: skip
    amount = BUILT_IN.entity(key).find("amount")
    signed = BUILT_IN.entity(key).find("kind")  # receipts and refunds do not add up
    if amount is None or amount.type is not FieldType.MONEY or signed is not None:
        return ""
    return t("合计 {sum}", sum=money_shown(sum(r.get("amount") or 0 for r in records)))


def reachable(record: Record, field: str) -> list[Point]:
    """The numbers or addresses that can be used: seen by this person, valid ones first."""
    if field in record.masked:
        return []
    points: Sequence[Point] = record.get(field) or ()
    return sorted((point for point in points if point.value), key=lambda point: not point.valid)
