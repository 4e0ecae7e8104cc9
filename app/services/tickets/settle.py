"""After an import: what follows from imported tickets and messages, in the same operation."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.db.journal import Operation
from app.db.store.bulk import BulkWriter, Change
from app.db.store.layout import to_store
from app.db.unit_of_work import UnitOfWork
from app.models import ChangeRow, Ticket, TicketMessage
from app.services.context import Context
from app.services.tickets.messages import MESSAGES, TICKETS, lines_of
from app.services.tickets.office import Promise, calendar_of, promise_of
from app.services.tickets.state import Line, clocks_of, derived, dues
from app.services.tickets.worktime import WorkingCalendar

BATCH = 1000
_FIELDS = (
    "status", "priority", "opened_at", "first_responded_at", "resolved_at", "closed_at", "reopened", "sla_policy",
    "sla_terms", "response_due_at", "next_response_due_at", "resolution_due_at", "next_due_at", "sla_paused", "unanswered",
    "last_message_at", "snippet", "updated_at",
)  # fmt: skip


class Settling:
    """Brings the tickets an import touched up to date. Times that came with the tickets are kept; those that did not are
    taken from the messages."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(self, operation: Operation, entity: str, job: Job) -> None:
        """All tickets that `operation` made or wrote messages of; in batches that are part of the operation."""
        with self._context.reading() as work:
            wanted = _touched(work.connection, operation.id, entity)
        done = 0
        for part in _parts(sorted(wanted, key=lambda key: key.bytes), BATCH):
            job.progress(t("正在整理工单"), done, len(wanted))
            with self._context.writing() as work:
                self._batch(work, operation, part, wanted)
                work.journal.checkpoint(operation, {})
                work.commit()
            done += len(part)

    def _batch(
        self, work: UnitOfWork, operation: Operation, part: Sequence[uuid.UUID], made: Mapping[uuid.UUID, bool]
    ) -> None:
        lines, calendar = lines_of(work.connection, part), calendar_of(work.connection)
        promises: dict[uuid.UUID | None, Promise | None] = {}
        bulk, moment = BulkWriter(work.reader, work.journal), now()
        older: list[Change] = []
        fresh: list[tuple[uuid.UUID, dict[str, Any]]] = []
        for record in work.reader.by_ids(TICKETS, part, _FIELDS):
            wanted = next(iter(record.get("sla_policy") or ()), None)
            key = wanted.id if wanted else None
            if key not in promises:
                promises[key] = promise_of(work.connection, wanted)
            changes = _changes(record, lines.get(record.id, []), calendar, promises[key], moment)
            if not changes:
                continue
            if made[record.id]:
                fresh.append((record.id, changes))
            else:
                older.append(Change(record, changes))
        bulk.update(operation, TICKETS, older)
        _store(work, bulk, fresh)


def _touched(connection: sa.Connection, operation: uuid.UUID, entity: str) -> dict[uuid.UUID, bool]:
    """Ticket → whether the operation made it."""
    c, m, k = ChangeRow, TicketMessage, Ticket
    mine = sa.and_(c.org_id == 1, c.operation_id == operation)
    if entity == TICKETS:
        rows = connection.execute(sa.select(c.record_id, c.action).where(mine, c.entity == TICKETS)).all()
        found: dict[uuid.UUID, bool] = {}
        for key, action in rows:
            found[key] = found.get(key, False) or action == "create"
        return found
    query = (
        sa.select(m.ticket_id)
        .distinct()
        .join(c, sa.and_(c.org_id == m.org_id, c.record_id == m.id))
        .join(k, sa.and_(k.org_id == m.org_id, k.id == m.ticket_id))
        .where(mine, c.entity == MESSAGES)
    )
    return {key: False for key in connection.execute(query).scalars() if key is not None}


def _changes(
    record: Record, lines: Sequence[Line], calendar: WorkingCalendar, promise: Promise | None, moment: datetime
) -> dict[str, Any]:
    values = dict(record.values)
    wanted = derived(values, lines)
    if not values.get("sla_terms") and promise is not None and wanted["opened_at"] is not None:
        first = next((x.priority for x in lines if x.priority), None) if not values.get("priority") else None
        wanted["sla_terms"] = promise.terms(str(first or wanted["priority"]))
        if not values.get("sla_policy"):
            wanted["sla_policy"] = (promise.link,)
    wanted |= dues(clocks_of({**values, **wanted}, lines, calendar, moment))
    return {k: v for k, v in wanted.items() if (values.get(k) or None) != (v or None)}


def _store(work: UnitOfWork, bulk: BulkWriter, fresh: Sequence[tuple[uuid.UUID, dict[str, Any]]]) -> None:
    """Complete tickets the operation itself made: what they start with is no change of theirs."""
    layout = work.reader.layout(TICKETS)
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    reworded: list[bytes] = []
    for record, changes in fresh:
        row: dict[str, Any] = {}
        for key, value in changes.items():
            field = layout.entity.field(key)
            own = layout.stored(field, value)
            assert own is not None
            row[own[0]] = own[1].bytes if isinstance(own[1], uuid.UUID) else to_store(field, own[1])
        groups[tuple(row)].append((*row.values(), record.bytes))
        if "snippet" in changes:
            reworded.append(record.bytes)
    with bulk.own_search_entries():
        for names, rows in groups.items():
            sets = ", ".join(f"{name}=?" for name in names)
            work.connection.exec_driver_sql(f"UPDATE ticket SET {sets} WHERE org_id=1 AND id=?", rows)  # noqa: S608 - own names
    bulk.outdated("ticket", reworded)


def _parts(keys: Sequence[uuid.UUID], size: int) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
