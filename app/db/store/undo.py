"""Undo of any operation, days later: everything goes back except rows that were changed since, which are kept and told."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.fields import FieldType
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Kept, Record
from app.core.validation import InvalidFields
from app.core.values import from_json, to_json
from app.db.journal import CREATE, DELETE, RESTORE, UPDATE, Journal, Operation
from app.db.store.layout import Layout
from app.db.store.partly import put_back_partly
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
    kept_ids: set[uuid.UUID] = field(default_factory=set)

    def keep(self, entity: str, record: uuid.UUID, title: str, reason: str) -> None:
        self.kept_count += 1
        self.kept_ids.add(record)
        if len(self.kept) < KEPT_LISTED:
            self.kept.append(Kept(entity, record, title, reason))


@dataclass(frozen=True)
class Net:
    """What an operation did to one record, all its changes together. `first` and `version`: after its first and last one.
    `before`, `after`: the values of the fields it changed, in portable form."""

    record: bytes
    entity: str
    actions: tuple[str, ...]
    first: int
    version: int
    before: dict[str, Any]
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def in_one_go(self) -> bool:
        """Whether nobody else changed the record in between."""
        return self.version - self.first + 1 == len(self.actions)


class Undo:
    """Reverts one operation inside another one (so that undo is itself journaled, and can be undone)."""

    def __init__(self, reader: Reader, writer: Writer, journal: Journal) -> None:
        # one's own change is put back even where the record has left one's sight; masked values would be journaled
        self._reader = Reader(reader.connection, reader.registry, reader.actor.unrestricted())
        self._writer = writer
        self._journal = journal
        self._connection = reader.connection
        self._by_field = False

    def run(self, target: uuid.UUID, operation: Operation, job: Job, *, by_field: bool = False) -> Outcome:
        """Revert `target`, newest entity kinds last created first; parts after what they are parts of.

        `by_field`: of records changed since, the fields that are still as `target` left them go back (a merge: what came
        later stays, the rest comes apart).
        """
        outcome = Outcome()
        self._by_field = by_field
        entities = self._entities(target)
        total = sum(count for _, count in entities)
        done = 0
        registry = self._reader.registry
        newest_first = list(reversed(entities))
        for entity, _count in sorted(newest_first, key=lambda pair: bool(registry.entity(pair[0]).parent)):
            for batch in net_batches(self._connection, target, entity):
                job.progress(t("正在撤销"), done, total)
                self._revert(entity, batch, target, operation, outcome)
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

    def state_of(self, target: uuid.UUID) -> str:
        """Whether the operation is "done", "undone" or "partly_undone", judged record by record."""
        found: set[bool] = set()
        for entity, _ in self._entities(target):
            for batch in net_batches(self._connection, target, entity):
                standings = self._standings(entity, target, [net.record for net in batch])
                found.update(standing is not Standing.UNDONE for standing in standings.values())
        return "partly_undone" if len(found) > 1 else "done" if True in found else "undone"

    def _revert(
        self, entity: str, batch: Sequence[Net], target: uuid.UUID, operation: Operation, outcome: Outcome
    ) -> None:
        layout = self._reader.layout(entity)
        marks = ",".join("?" * len(batch))
        title = layout.entity.title
        whole = f"{layout.entity.parent}_id" if layout.entity.parent else "NULL"
        rows = self._connection.exec_driver_sql(
            f"SELECT id, version, deleted_at, {title}, {whole} FROM {layout.table.name} WHERE org_id=1 AND id IN ({marks})",
            tuple(net.record for net in batch),
        )
        current = {row[0]: row for row in rows}
        later = [
            n.record for n in batch if n.record in current and not (n.in_one_go and current[n.record][1] == n.version)
        ]
        standings = self._standings(entity, target, later)
        simple: dict[str, list[tuple[bytes, int]]] = {DELETE: [], RESTORE: []}
        for net in batch:
            row = current.get(net.record)
            record = uuid.UUID(bytes=net.record)
            standing = standings.get(net.record, Standing.HOLDS)
            if row is None:
                outcome.keep(entity, record, "", t("已被彻底删除"))
            elif row[4] is not None and uuid.UUID(bytes=row[4]) in outcome.kept_ids:
                continue  # a part of a record that stays as it is
            elif standing is Standing.CHANGED_SINCE and self._by_field:
                self._come_apart(entity, net, row, simple, operation, outcome)
            elif standing is Standing.CHANGED_SINCE:
                outcome.keep(entity, record, str(row[3]), t("之后又被修改过"))
            elif standing is Standing.HOLDS:
                try:
                    self._sort_out(entity, net, row, simple, operation)
                except InvalidFields as error:
                    outcome.keep(entity, record, str(row[3]), str(error))
                else:
                    outcome.reverted += 1
        for action, items in simple.items():
            self._mark_many(entity, action, items, operation)

    def _standings(self, entity: str, target: uuid.UUID, records: Sequence[bytes]) -> dict[bytes, Standing]:
        if not records:
            return {}
        marks = ",".join("?" * len(records))
        rows = self._connection.exec_driver_sql(
            "SELECT c.record_id, c.operation_id, o.undoes FROM change c "
            "JOIN operation o ON o.org_id = c.org_id AND o.id = c.operation_id "
            f"WHERE c.org_id=1 AND c.entity=? AND c.record_id IN ({marks}) ORDER BY c.rid",
            (entity, *records),
        )
        logs: dict[bytes, list[Step]] = defaultdict(list)
        for record, operation, undoes in rows:
            logs[record].append((operation, undoes))
        return {record: standing(log, target.bytes) for record, log in logs.items()}

    def _sort_out(
        self, entity: str, net: Net, row: Any, simple: dict[str, list[tuple[bytes, int]]], operation: Operation
    ) -> None:
        gone_before = net.actions[0] == CREATE or net.actions[0] == RESTORE
        gone_now = row[2] is not None
        version = row[1]
        if net.before and not gone_before:
            self._put_back(entity, net, operation)
            version += 1
        if gone_before != gone_now:
            simple[DELETE if gone_before else RESTORE].append((net.record, version))

    def _come_apart(
        self,
        entity: str,
        net: Net,
        row: Any,
        simple: dict[str, list[tuple[bytes, int]]],
        operation: Operation,
        outcome: Outcome,
    ) -> None:
        """A record changed since: what is still as the operation left it goes back, and it comes out of the bin again."""
        layout = self._reader.layout(entity)
        record = self._reader.get(entity, uuid.UUID(bytes=net.record))
        values, stay = put_back_partly(layout, record, former_values(self._reader, layout, net), net.after)
        version = record.version
        if values:
            self._store(layout, record, values, operation)
            version += 1
        if net.actions[-1] == DELETE and row[2] is not None:
            simple[RESTORE].append((net.record, version))
        if stay:
            labels = "、".join(layout.entity.field(key).label for key in stay)
            outcome.keep(entity, record.id, str(row[3]), t("之后又改过：{fields}", fields=labels))
        else:
            outcome.reverted += 1

    def _put_back(self, entity: str, net: Net, operation: Operation) -> None:
        layout = self._reader.layout(entity)
        record = self._reader.get(entity, uuid.UUID(bytes=net.record))
        self._store(layout, record, former_values(self._reader, layout, net), operation)

    def _store(self, layout: Layout, record: Record, values: dict[str, Any], operation: Operation) -> None:
        entity = layout.entity.key
        self._writer.check_unique(layout, values, record.id)
        self._writer.store(layout, record, values)
        pairs = {
            k: [to_json(layout.entity.field(k), record.get(k)), to_json(layout.entity.field(k), v)]
            for k, v in values.items()
        }
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


def former_values(reader: Reader, layout: Layout, net: Net) -> dict[str, Any]:
    """The values before the operation, of the fields that are still there; ties to records erased since are left out."""
    known = {k: v for k, v in net.before.items() if layout.entity.find(k)}
    values = {k: from_json(layout.entity.field(k), v) for k, v in known.items()}
    for key, value in values.items():
        if value and layout.entity.field(key).type is FieldType.LINKS:
            target = reader.registry.entity(layout.entity.field(key).target)
            there = {r.id for r in reader.by_ids(target.key, [link.id for link in value], [target.title])}
            values[key] = tuple(link for link in value if link.id in there) or None
    return values


#: (operation, the operation it undoes) of one change of a record
Step = tuple[bytes, bytes | None]


class Standing(Enum):
    """Whether a record is as an operation left it: yes; changed since; the operation is undone for this record already."""

    HOLDS = "holds"
    CHANGED_SINCE = "changed since"
    UNDONE = "undone"


@dataclass(eq=False)
class _Layer:
    """One act on a record: the operations that did it (and did it again), and those that took it back. `below`: what it
    lay on when it was taken back."""

    done_by: set[bytes]
    undone_by: set[bytes] = field(default_factory=set)
    below: tuple[_Layer, ...] = ()


def standing(log: Sequence[Step], target: bytes) -> Standing:
    """How `target` stands on a record with this log of changes, oldest first.

    Operations lie on each other like layers. An undo takes the topmost layer away and undoing the undo puts it back, so
    acts that were taken back do not stand between the record and an earlier operation.
    """
    layers, taken = _layers(log)
    mine = [x for x in layers if target in x.done_by]
    if mine:
        return Standing.HOLDS if mine == layers[-1:] else Standing.CHANGED_SINCE
    undoing = next((x for x in taken if target in x.undone_by), None)
    if undoing is None:
        return Standing.UNDONE
    return Standing.HOLDS if undoing.below == tuple(layers) else Standing.CHANGED_SINCE


def _layers(log: Sequence[Step]) -> tuple[list[_Layer], list[_Layer]]:
    """The layers that lie on the record, and those that were taken back."""
    layers: list[_Layer] = []
    taken: list[_Layer] = []
    last: bytes | None = None
    for operation, undoes in log:
        if operation == last:
            continue
        last = operation
        back = next((x for x in reversed(taken) if undoes in x.undone_by), None)
        if layers and undoes in layers[-1].done_by:
            top = layers.pop()
            top.undone_by.add(operation)
            top.below = tuple(layers)
            taken.append(top)
        elif back is not None:
            taken.remove(back)
            back.done_by.add(operation)
            layers.append(back)
        else:
            layers.append(_Layer({operation}))
    return layers, taken


def netted(entity: str, rows: Sequence[Any]) -> list[Net]:
    """One `Net` per record: the first value before of each field, the last version after."""
    nets: dict[bytes, tuple[list[str], int, int, dict[str, Any], dict[str, Any]]] = {}
    for record, action, version, text in rows:
        actions, first, _, before, after = nets.get(record, ([], version, 0, {}, {}))
        if text and action == UPDATE:
            for key, pair in json.loads(text).items():
                if key != "raw":
                    before.setdefault(key, pair[0])
                    after[key] = pair[1]
        nets[record] = ([*actions, action], first, version, before, after)
    return [Net(record, entity, tuple(a), f, v, b, c) for record, (a, f, v, b, c) in nets.items()]


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
