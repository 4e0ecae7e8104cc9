"""Undo of any operation, days later: everything goes back except rows that were changed since, which are kept and told."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa

from app.core.fields import FieldType
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Kept, Record
from app.core.validation import InvalidFields
from app.core.values import from_json
from app.db.dialect import office_of
from app.db.journal import CREATE, DELETE, RESTORE, UPDATE, Operation
from app.db.store import checks
from app.db.store.children import chunks
from app.db.store.drafts import Change, ChangeDraft
from app.db.store.layout import Layout
from app.db.store.partly import put_back_partly
from app.db.store.reading import Reader
from app.db.store.writing import Writer
from app.models import ChangeRow, OperationRow

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
    def made(self) -> bool:
        """Whether the record was not there before: made, or taken out of the recycle bin."""
        return self.actions[0] in (CREATE, RESTORE)

    @property
    def in_one_go(self) -> bool:
        """Whether nobody else changed the record in between."""
        return self.version - self.first + 1 == len(self.actions)


class Undo:
    """Reverts one operation inside another one (so that undo is itself journaled, and can be undone)."""

    def __init__(self, writer: Writer) -> None:
        # one's own change is put back even where the record has left one's sight; masked values would be journaled
        self._writer = writer.everywhere()
        self._reader = self._writer.reader
        self._connection = writer.connection
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
        with self._writer.settling_last():
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
            .where(c.org_id == self._reader.office, c.operation_id == target)
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
        current = self._current(layout, batch)
        later = [
            n.record
            for n in batch
            if n.record in current and not (n.in_one_go and current[n.record].version == n.version)
        ]
        standings = self._standings(entity, target, later)
        back: list[Net] = []
        apart: list[Net] = []
        for net in batch:
            row = current.get(net.record)
            record = uuid.UUID(bytes=net.record)
            standing = standings.get(net.record, Standing.HOLDS)
            if row is None:
                outcome.keep(entity, record, "", t("已被彻底删除"))
            elif row.whole is not None and row.whole in outcome.kept_ids:
                continue  # a part of a record that stays as it is
            elif standing is Standing.CHANGED_SINCE and self._by_field:
                apart.append(net)
            elif standing is Standing.CHANGED_SINCE:
                outcome.keep(entity, record, row.title, t("之后又被修改过"))
            elif standing is Standing.HOLDS:
                back.append(net)
        self._put_back(layout, back, current, operation, outcome)
        self._come_apart(layout, apart, current, operation, outcome)

    def _current(self, layout: Layout, batch: Sequence[Net]) -> dict[bytes, _Row]:
        c = layout.table.c
        title: Any = layout.column(layout.entity.title)
        whole: Any = layout.reference(layout.entity.parent) if layout.entity.parent else sa.null()
        found: dict[bytes, _Row] = {}
        for part in chunks([uuid.UUID(bytes=net.record) for net in batch]):
            query = sa.select(c.id, c.version, c.deleted_at.is_not(None), title, whole)
            where = (c.org_id == self._reader.office, c.id.in_(part))
            for key, version, gone, called, of in self._connection.execute(query.where(*where)):
                found[key.bytes] = _Row(version, bool(gone), str(called), of)
        return found

    def _standings(self, entity: str, target: uuid.UUID, records: Sequence[bytes]) -> dict[bytes, Standing]:
        c, o = ChangeRow, OperationRow
        logs: dict[bytes, list[Step]] = defaultdict(list)
        for part in chunks([uuid.UUID(bytes=key) for key in records]):
            query = (
                sa.select(c.record_id, c.operation_id, o.undoes)
                .join(o, sa.and_(o.org_id == c.org_id, o.id == c.operation_id))
                .where(c.org_id == self._reader.office, c.entity == entity, c.record_id.in_(part))
                .order_by(sa.literal_column("change.rid"))
            )
            for record, operation, undoes in self._connection.execute(query):
                logs[record.bytes].append((operation.bytes, undoes.bytes if undoes else None))
        return {record: standing(log, target.bytes) for record, log in logs.items()}

    def _put_back(
        self,
        layout: Layout,
        nets: Sequence[Net],
        current: Mapping[bytes, _Row],
        operation: Operation,
        outcome: Outcome,
    ) -> None:
        """Records that are as the operation left them get their former values, and are deleted or restored again."""
        entity = layout.entity.key
        changed = [n for n in nets if n.before and not n.made]
        records = self._records(entity, changed)
        former = former_values(self._reader, layout, changed)
        changes = [Change(records[n.record], former[n.record]) for n in changed if n.record in records]
        refused = self._taken(layout, changes)
        for change in changes:
            if change.record.id in refused:
                title = current[change.record.id.bytes].title
                outcome.keep(entity, change.record.id, title, refused[change.record.id])
        kept = [c for c in changes if c.record.id not in refused and c.values]
        self._writer.touch_many(operation, entity, kept)
        for action, wanted in ((DELETE, True), (RESTORE, False)):
            marked = [
                n for n in nets
                if n.made is wanted and current[n.record].gone is not wanted
                and uuid.UUID(bytes=n.record) not in refused
            ]  # fmt: skip
            self._mark(entity, action, [n.record for n in marked], operation)
        outcome.reverted += len(nets) - len(refused)

    def _come_apart(
        self,
        layout: Layout,
        nets: Sequence[Net],
        current: Mapping[bytes, _Row],
        operation: Operation,
        outcome: Outcome,
    ) -> None:
        """Records changed since: what is still as the operation left it goes back, and they come out of the bin again."""
        entity = layout.entity.key
        records = self._records(entity, nets)
        former = former_values(self._reader, layout, nets)
        changes: list[Change] = []
        for net in nets:
            record = records[net.record]
            values, stay = put_back_partly(layout, record, former[net.record], net.after)
            if values:
                changes.append(Change(record, values))
            if stay:
                labels = "、".join(layout.entity.field(key).label for key in stay)
                outcome.keep(entity, record.id, current[net.record].title, t("之后又改过：{fields}", fields=labels))
            else:
                outcome.reverted += 1
        for change in changes:
            self._writer.check_unique(layout, change.values, change.record.id)
        self._writer.touch_many(operation, entity, changes)
        out = [n.record for n in nets if n.actions[-1] == DELETE and current[n.record].gone]
        self._mark(entity, RESTORE, out, operation)

    def _records(self, entity: str, nets: Sequence[Net]) -> dict[bytes, Record]:
        found: dict[bytes, Record] = {}
        for part in chunks([uuid.UUID(bytes=net.record) for net in nets]):
            found.update((record.id.bytes, record) for record in self._reader.by_ids(entity, part))
        return found

    def _taken(self, layout: Layout, changes: Sequence[Change]) -> dict[uuid.UUID, str]:
        """Records whose former unique value somebody else has now, with the reason."""
        drafts = [ChangeDraft(layout.entity, change) for change in changes]
        checks.unique(self._reader, layout, drafts)
        return {d.id: str(InvalidFields(layout.entity, d.problems)) for d in drafts if d.problems}

    def _mark(self, entity: str, action: str, records: Sequence[bytes], operation: Operation) -> None:
        for part in chunks([uuid.UUID(bytes=key) for key in records]):
            self._writer.mark(operation, entity, self._writer.known(entity, part), action)


@dataclass(frozen=True, slots=True)
class _Row:
    """A record as it is now. `whole`: the record it is a part of."""

    version: int
    gone: bool
    title: str
    whole: uuid.UUID | None


def former_values(reader: Reader, layout: Layout, nets: Sequence[Net]) -> dict[bytes, dict[str, Any]]:
    """Record → the values before the operation, of the fields that are still there; ties to records erased since are left
    out."""
    found: dict[bytes, dict[str, Any]] = {}
    linked: dict[str, set[uuid.UUID]] = defaultdict(set)
    for net in nets:
        known = {k: v for k, v in net.before.items() if layout.entity.find(k)}
        values = {k: from_json(layout.entity.field(k), v) for k, v in known.items()}
        found[net.record] = values
        for key, value in values.items():
            if value and layout.entity.field(key).type is FieldType.LINKS:
                linked[layout.entity.field(key).target].update(link.id for link in value)
    there = {target: reader.seen(target, ids) for target, ids in linked.items()}
    for values in found.values():
        for key, value in values.items():
            field_ = layout.entity.field(key)
            if value and field_.type is FieldType.LINKS:
                values[key] = tuple(link for link in value if link.id in there[field_.target]) or None
    return found


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
    c = ChangeRow
    mine = (c.org_id == office_of(connection), c.operation_id == target, c.entity == entity)
    last = uuid.UUID(int=0)
    while True:
        query = sa.select(c.record_id).distinct().where(*mine, c.record_id > last).order_by(c.record_id).limit(BATCH)
        ids = list(connection.execute(query).scalars())
        if not ids:
            return
        whole = sa.select(c.record_id, c.action, c.version, c.fields).where(*mine, c.record_id.between(ids[0], ids[-1]))
        rows = connection.execute(whole.order_by(c.record_id, sa.literal_column("rid"))).all()
        yield netted(entity, [(row[0].bytes, *row[1:]) for row in rows])
        last = ids[-1]
