"""Undo of any operation, days later: everything goes back except rows that were changed since, which are kept and told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Kept
from app.core.values import from_json, to_json
from app.db.journal import CREATE, DELETE, RESTORE, UPDATE, Journal, Operation
from app.db.store.reading import Reader
from app.db.store.writing import Writer
from app.models import ChangeRow
from app.models.base import to_millis

BATCH = 2000
KEPT_LISTED = 1000


@dataclass
class Outcome:
    """How far an undo came."""

    reverted: int = 0
    kept: list[Kept] = field(default_factory=list)
    kept_count: int = 0

    def keep(self, entity: str, record: uuid.UUID, title: str, reason: str) -> None:
        self.kept_count += 1
        if len(self.kept) < KEPT_LISTED:
            self.kept.append(Kept(entity, record, title, reason))


@dataclass(frozen=True)
class Net:
    """What an operation did to one record, all its changes together."""

    record: bytes
    entity: str
    actions: tuple[str, ...]
    version: int
    before: dict[str, Any]


class Undo:
    """Reverts one operation inside another one (so that undo is itself journaled, and can be undone)."""

    def __init__(self, reader: Reader, writer: Writer, journal: Journal) -> None:
        self._reader = reader
        self._writer = writer
        self._journal = journal
        self._connection = reader.connection

    def run(self, target: uuid.UUID, operation: Operation, job: Job) -> Outcome:
        """Revert `target`, newest entity kinds last created first."""
        outcome = Outcome()
        entities = self._entities(target)
        total = sum(count for _, count in entities)
        done = 0
        for entity, _count in reversed(entities):
            for batch in net_batches(self._connection, target, entity):
                job.progress(t("正在撤销"), done, total)
                self._revert(entity, batch, operation, outcome)
                done += len(batch)
        job.progress(t("正在撤销"), total, total)
        return outcome

    def _entities(self, target: uuid.UUID) -> list[tuple[str, int]]:
        c = ChangeRow
        query = (
            sa.select(c.entity, sa.func.count())
            .where(c.org_id == 1, c.operation_id == target)
            .group_by(c.entity)
            .order_by(sa.func.min(sa.literal_column("rid")))
        )
        return [(entity, count) for entity, count in self._connection.execute(query)]

    def _revert(self, entity: str, batch: Sequence[Net], operation: Operation, outcome: Outcome) -> None:
        layout = self._reader.layout(entity)
        marks = ",".join("?" * len(batch))
        title = layout.entity.title
        rows = self._connection.exec_driver_sql(
            f"SELECT id, version, deleted_at, {title} FROM {layout.table.name} WHERE org_id=1 AND id IN ({marks})",
            tuple(net.record for net in batch),
        )
        current = {row[0]: row for row in rows}
        simple: dict[str, list[tuple[bytes, int]]] = {DELETE: [], RESTORE: []}
        for net in batch:
            row = current.get(net.record)
            record = uuid.UUID(bytes=net.record)
            if row is None:
                outcome.keep(entity, record, "", t("已被彻底删除"))
            elif row[1] != net.version:
                outcome.keep(entity, record, str(row[3]), t("之后又被修改过"))
            else:
                self._sort_out(entity, net, row, simple, operation)
                outcome.reverted += 1
        for action, items in simple.items():
            self._mark_many(entity, action, items, operation)

    def _sort_out(
        self, entity: str, net: Net, row: Any, simple: dict[str, list[tuple[bytes, int]]], operation: Operation
    ) -> None:
        gone_before = net.actions[0] == CREATE or net.actions[0] == RESTORE
        gone_now = row[2] is not None
        if net.before and not gone_before:
            self._put_back(entity, net, operation)
            version = row[1] + 1
        else:
            version = row[1]
        if gone_before != gone_now:
            simple[DELETE if gone_before else RESTORE].append((net.record, version))

    def _put_back(self, entity: str, net: Net, operation: Operation) -> None:
        layout = self._reader.layout(entity)
        record = self._reader.get(entity, uuid.UUID(bytes=net.record))
        known = {k: v for k, v in net.before.items() if layout.entity.find(k)}
        values = {k: from_json(layout.entity.field(k), v) for k, v in known.items()}
        self._writer.store(layout, record, values)
        pairs = {k: [to_json(layout.entity.field(k), record.get(k)), v] for k, v in known.items()}
        self._journal.record(operation, entity, record.id, UPDATE, record.version + 1, pairs)

    def _mark_many(self, entity: str, action: str, items: Sequence[tuple[bytes, int]], operation: Operation) -> None:
        if not items:
            return
        table = self._reader.layout(entity).table.name
        moment = to_millis(now())
        gone = moment if action == DELETE else None
        self._connection.exec_driver_sql(
            f"UPDATE {table} SET deleted_at=?, version=version+1, updated_at=? WHERE org_id=1 AND id=?",
            [(gone, moment, record) for record, _ in items],
        )
        self._journal.record_many(operation, entity, [(record, action, version + 1, "") for record, version in items])


def netted(entity: str, rows: Sequence[Any]) -> list[Net]:
    """One `Net` per record: the first value before of each field, the last version after."""
    nets: dict[bytes, tuple[list[str], int, dict[str, Any]]] = {}
    for record, action, version, text in rows:
        actions, _, before = nets.get(record, ([], 0, {}))
        if text and action == UPDATE:
            for key, pair in json.loads(text).items():
                if key != "raw":
                    before.setdefault(key, pair[0])
        nets[record] = ([*actions, action], version, before)
    return [Net(record, entity, tuple(a), v, b) for record, (a, v, b) in nets.items()]


def net_batches(connection: sa.Connection, target: uuid.UUID, entity: str) -> Iterator[list[Net]]:
    """Net changes of an operation to whole records, in batches, in order of record id."""
    last = b""
    while True:
        query = (
            "SELECT DISTINCT record_id FROM change WHERE org_id=1 AND operation_id=? AND entity=? AND record_id > ? "
            "ORDER BY record_id LIMIT ?"
        )
        ids = [row[0] for row in connection.exec_driver_sql(query, (target.bytes, entity, last, BATCH))]
        if not ids:
            return
        rows = connection.exec_driver_sql(
            "SELECT record_id, action, version, fields FROM change WHERE org_id=1 AND operation_id=? AND entity=? "
            "AND record_id BETWEEN ? AND ? ORDER BY record_id, rid",
            (target.bytes, entity, ids[0], ids[-1]),
        ).all()
        yield netted(entity, rows)
        last = ids[-1]
