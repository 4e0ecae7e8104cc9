"""Removing every trace of an unfinished operation (a cancelled or crashed import): afterwards it never happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.core.validation import InvalidFields
from app.core.values import from_json
from app.db import search
from app.db.journal import CREATE, HIDDEN
from app.db.store import children
from app.db.store.children import chunks
from app.db.store.drafts import Change
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.db.store.storing import Former
from app.db.store.undo import BATCH, Net, Outcome, former_values, net_batches
from app.db.store.writing import Writer
from app.models import ChangeRow, Counter, OperationRow, RecordTag, Tag, Tie


def roll_back(reader: Reader, writer: Writer, target: uuid.UUID, made_tags: Iterable[str], job: Job) -> Outcome:
    """Created records go for good, updated ones get their old values and version back. The caller commits.

    Records that somebody changed or tied something to in the meantime are kept and listed; then the operation stays in
    the history with their changes, as partly undone.
    """
    connection = reader.connection
    everything = writer.everywhere()
    outcome = Outcome()
    kept: set[bytes] = set()
    for key in reversed(reader.registry.keys()):
        layout = reader.layout(key)
        kept |= _erase_created(reader, target, layout, outcome, job)
        for batch in net_batches(connection, target, key):
            kept |= _put_back(everything, key, batch, outcome)
            job.progress(t("正在回退"), outcome.reverted)
    of_target = (ChangeRow.org_id == reader.office, ChangeRow.operation_id == target)
    if kept:
        gone = ChangeRow.record_id.not_in([uuid.UUID(bytes=key) for key in kept])
        connection.execute(sa.delete(ChangeRow).where(*of_target, gone))
        writer.journal.finish_stored(target, "partly_undone")
    else:
        connection.execute(sa.delete(ChangeRow).where(*of_target))
        connection.execute(
            sa.delete(OperationRow).where(OperationRow.org_id == reader.office, OperationRow.id == target)
        )
    _bookkeeping(reader, made_tags)
    search.drain(connection)
    return outcome


def _erase_created(reader: Reader, target: uuid.UUID, layout: Layout, outcome: Outcome, job: Job) -> set[bytes]:
    """Returns the records that stay."""
    connection, c = reader.connection, layout.table.c
    title: Any = layout.column(layout.entity.title)
    kept: set[bytes] = set()
    last = uuid.UUID(int=0)
    change = ChangeRow.__table__.c
    made = (
        change.org_id == reader.office, change.operation_id == target, change.entity == layout.entity.key,
        change.action == CREATE,
    )  # fmt: skip
    joined = ChangeRow.__table__.outerjoin(layout.table, sa.and_(c.org_id == change.org_id, c.id == change.record_id))
    while True:
        query = sa.select(change.record_id, title).select_from(joined).where(*made, change.record_id > last)
        rows = connection.execute(query.order_by(change.record_id).limit(BATCH)).all()
        if not rows:
            return kept
        last = rows[-1][0]
        staying = _in_use(reader, target, layout, [row[0] for row in rows])
        for record, called in rows:
            if record in staying:
                outcome.keep(layout.entity.key, record, str(called), t("之后又被修改过"))
        kept |= {record.bytes for record in staying}
        going = [record for record, _ in rows if record not in staying]
        for part in chunks(going):
            children.erase(connection, part)
            connection.execute(sa.delete(layout.table).where(c.org_id == reader.office, c.id.in_(part)))
            connection.execute(sa.delete(ChangeRow).where(*made, change.record_id.in_(part)))
        outcome.reverted += len(going)
        job.progress(t("正在回退"), outcome.reverted)


def _in_use(reader: Reader, target: uuid.UUID, layout: Layout, records: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those that another operation changed, or that (the operation's own being gone by now) others are tied to."""
    found: set[uuid.UUID] = set()
    h = ChangeRow
    for part in chunks(records):
        others = (h.org_id == reader.office, h.record_id.in_(part), h.operation_id != target)
        found.update(reader.connection.execute(sa.select(h.record_id).where(*others)).scalars())
        for column in _referring(reader, layout):
            tied = sa.select(column).where(column.table.c.org_id == reader.office, column.in_(part))
            found.update(reader.connection.execute(tied).scalars())
    return found


def _referring(reader: Reader, layout: Layout) -> list[Any]:
    """The columns of all links to records of this entity from others."""
    found: list[Any] = [Tie.__table__.c.target_id]
    for other in reader.registry:
        there = reader.layout(other.key)
        for field in there.reference_fields():
            column = there.reference(field.key)
            if field.target == layout.entity.key and column is not None:
                found.append(column)
    return found


def _put_back(writer: Writer, entity: str, batch: Sequence[Net], outcome: Outcome) -> set[bytes]:
    """Returns the records that stay as they are."""
    reader = writer.reader
    layout = reader.layout(entity)
    records: dict[bytes, Record] = {}
    changed = [net for net in batch if CREATE not in net.actions]
    for part in chunks([uuid.UUID(bytes=net.record) for net in changed]):
        records.update((r.id.bytes, r) for r in reader.by_ids(entity, part))
    former = former_values(reader, layout, changed)
    kept: set[bytes] = set()
    back: list[Former] = []
    for net in changed:
        record = records.get(net.record)
        if record is None:
            continue
        reason = _obstacle(writer, layout, record, net, former[net.record])
        if reason:
            outcome.keep(entity, record.id, str(record.get(layout.entity.title)), reason)
            kept.add(net.record)
            continue
        moment = _stamp(layout, net) or record.get("updated_at")
        back.append(Former(Change(record, former[net.record]), net.version - len(net.actions), moment))
        outcome.reverted += 1
    writer.unwrite(entity, back)
    return kept


def _obstacle(writer: Writer, layout: Layout, record: Record, net: Net, values: Mapping[str, Any]) -> str:
    if record.version != net.version or not net.in_one_go:
        return t("之后又被修改过")
    try:
        writer.check_unique(layout, values, record.id)
    except InvalidFields as error:
        return str(error)
    return ""


def _stamp(layout: Layout, net: Net) -> datetime | None:
    """When the record had been changed last before the operation."""
    stamp = layout.entity.find("updated_at")
    return from_json(stamp, net.before.get(f"{HIDDEN}updated_at")) if stamp else None


def _bookkeeping(reader: Reader, made_tags: Iterable[str]) -> None:
    """Unused tags the operation made go; number counters step back to the highest number in use."""
    connection, office = reader.connection, reader.office
    used = sa.select(RecordTag.tag_id).where(RecordTag.org_id == office)
    for part in chunks(list(made_tags)):
        unused = (Tag.org_id == office, Tag.name.in_(part), Tag.id.not_in(used))
        connection.execute(sa.delete(Tag).where(*unused))
    for entity in reader.registry:
        if entity.number_prefix:
            c = reader.layout(entity.key).table.c
            digits = sa.cast(sa.func.substr(c.number, len(entity.number_prefix) + 1), sa.BigInteger)
            numbered = sa.select(sa.func.max(digits)).where(
                c.org_id == office, c.number.startswith(entity.number_prefix, autoescape=True)
            )
            top = connection.execute(numbered).scalar() or 0
            mine = (Counter.org_id == office, Counter.name == entity.key)
            connection.execute(sa.update(Counter).where(*mine).values(value=top))
