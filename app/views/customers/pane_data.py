"""What the pane shows of one record, read in one go by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.fields import Point
from app.core.jobs import Job
from app.core.records import Record
from app.services.history.detail import OperationBrowser
from app.services.workspace import Workspace
from app.views.customers.cells import Names
from app.views.customers.timeline import Event, change_event, events_of

Tied = list[tuple[Record, str]]


@dataclass(frozen=True)
class PaneData:
    """One record, its events in words, its contacts with their roles."""

    record: Record
    events: Sequence[Event]
    contacts: Tied


def read_pane(workspace: Workspace, entity: str, handle: int, users: Names, job: Job) -> PaneData | None:
    """None when the record is gone."""
    service = workspace.records(entity)
    record = service.page([handle]).get(handle)
    if record is None or record.deleted_at is not None:
        return None
    job.check()
    browser = OperationBrowser(workspace.context)
    registry = workspace.context.registry
    if entity == "customers":
        items = workspace.customers.timeline(record.id)
        job.check()
        events = events_of(items, service.entity, registry.entity("activities"), browser, users)
        return PaneData(record, events, workspace.customers.contacts(record.id))
    changes = [change_event(entry, service.entity, browser, users) for entry in service.history(record.id)]
    return PaneData(record, [event for event in changes if event is not None], [])


def reachable(record: Record, field: str) -> list[Point]:
    """The numbers or addresses that can be used: seen by this person, valid ones first."""
    if field in record.masked:
        return []
    points: Sequence[Point] = record.get(field) or ()
    return sorted((point for point in points if point.value), key=lambda point: not point.valid)
