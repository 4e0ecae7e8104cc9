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
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.db.store.undo import BATCH, Net, Outcome, former_values, net_batches
from app.db.store.writing import Writer
from app.models import ChangeRow, OperationRow


def roll_back(reader: Reader, writer: Writer, target: uuid.UUID, made_tags: Iterable[str], job: Job) -> Outcome:
    """Created records go for good, updated ones get their old values and version back. The caller commits.

    Records that somebody changed or tied something to in the meantime are kept and listed; then the operation stays in
    the history with their changes, as partly undone.
    """
    connection = reader.connection
    everything = Reader(connection, reader.registry, reader.actor.unrestricted())
    outcome = Outcome()
    kept: set[bytes] = set()
    for key in reversed(reader.registry.keys()):
        layout = reader.layout(key)
        kept |= _erase_created(reader, target, layout, outcome, job)
        for batch in net_batches(connection, target, key):
            kept |= _put_back(everything, writer, key, batch, outcome)
            job.progress(t("正在回退"), outcome.reverted)
    of_target = (ChangeRow.org_id == 1, ChangeRow.operation_id == target)
    if kept:
        gone = ChangeRow.record_id.not_in([uuid.UUID(bytes=key) for key in kept])
        connection.execute(sa.delete(ChangeRow).where(*of_target, gone))
        writer.journal.finish_stored(target, "partly_undone")
    else:
        connection.execute(sa.delete(ChangeRow).where(*of_target))
        connection.execute(sa.delete(OperationRow).where(OperationRow.org_id == 1, OperationRow.id == target))
    _bookkeeping(reader, made_tags)
    search.drain(connection)
    return outcome


def _erase_created(reader: Reader, target: uuid.UUID, layout: Layout, outcome: Outcome, job: Job) -> set[bytes]:
    """Returns the records that stay."""
    connection = reader.connection
    table, title = layout.table.name, layout.entity.title
    kept: set[bytes] = set()
    last = 0
    while True:
        rows = connection.exec_driver_sql(
            f"SELECT c.rid, c.record_id, t.{title} FROM change c LEFT JOIN {table} t ON t.org_id=1 AND t.id=c.record_id "
            "WHERE c.org_id=1 AND c.operation_id=? AND c.entity=? AND c.action=? AND c.rid > ? ORDER BY c.rid LIMIT ?",
            (target.bytes, layout.entity.key, CREATE, last, BATCH),
        ).all()
        if not rows:
            return kept
        last = rows[-1][0]
        staying = _in_use(reader, target, layout, [row[1] for row in rows])
        for _, record, called in rows:
            if record in staying:
                outcome.keep(layout.entity.key, uuid.UUID(bytes=record), str(called), t("之后又被修改过"))
        kept |= staying
        going = [row for row in rows if row[1] not in staying]
        ids = [(row[1],) for row in going]
        if ids:
            connection.exec_driver_sql("DELETE FROM custom_value WHERE org_id=1 AND record_id=?", ids)
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE org_id=1 AND id=?", ids)
            connection.exec_driver_sql("DELETE FROM change WHERE rid=?", [(row[0],) for row in going])
        outcome.reverted += len(going)
        job.progress(t("正在回退"), outcome.reverted)


def _in_use(reader: Reader, target: uuid.UUID, layout: Layout, records: Sequence[bytes]) -> set[bytes]:
    """Those that another operation changed, or that (the operation's own being gone by now) others are tied to."""
    connection = reader.connection
    marks = ",".join("?" * len(records))
    changed = f"SELECT record_id FROM change WHERE org_id=1 AND record_id IN ({marks}) AND operation_id <> ?"
    found = {row[0] for row in connection.exec_driver_sql(changed, (*records, target.bytes))}
    for table, column in _referring(reader, layout):
        tied = f"SELECT {column} FROM {table} WHERE org_id=1 AND {column} IN ({marks})"
        found |= {row[0] for row in connection.exec_driver_sql(tied, tuple(records))}
    return found


def _referring(reader: Reader, layout: Layout) -> list[tuple[str, str]]:
    """(table, column) of every link to records of this entity from others."""
    found = [("customer_contact", "customer_id")] if layout.entity.key == "customers" else []
    for other in reader.registry:
        there = reader.layout(other.key)
        for field in there.reference_fields():
            column = there.reference(field.key)
            if field.target == layout.entity.key and column is not None:
                found.append((other.table, column.name))
    return found


def _put_back(reader: Reader, writer: Writer, entity: str, batch: Sequence[Net], outcome: Outcome) -> set[bytes]:
    """Returns the records that stay as they are."""
    layout = reader.layout(entity)
    records = {r.id.bytes: r for r in reader.by_ids(entity, [uuid.UUID(bytes=net.record) for net in batch])}
    kept: set[bytes] = set()
    for net in batch:
        record = records.get(net.record)
        if record is None or CREATE in net.actions:
            continue
        values = former_values(reader, layout, net)
        reason = _obstacle(writer, layout, record, net, values)
        if reason:
            outcome.keep(entity, record.id, str(record.get(layout.entity.title)), reason)
            kept.add(net.record)
            continue
        writer.store(layout, record, values)
        table = layout.table
        reader.connection.execute(
            sa.update(table)
            .where(table.c.org_id == 1, table.c.id == record.id)
            .values(version=net.version - len(net.actions), updated_at=_stamp(layout, net) or record.get("updated_at"))
        )
        outcome.reverted += 1
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
    connection = reader.connection
    for name in made_tags:
        connection.exec_driver_sql(
            "DELETE FROM tag WHERE org_id=1 AND name=? AND id NOT IN (SELECT tag_id FROM customer_tag WHERE org_id=1)",
            (name,),
        )
    for entity in reader.registry:
        if entity.number_prefix:
            connection.exec_driver_sql(
                f"UPDATE counter SET value = coalesce((SELECT max(CAST(substr(number, ?) AS INTEGER)) "
                f"FROM {entity.table} WHERE org_id=1 AND number LIKE ?), 0) WHERE org_id=1 AND name=?",
                (len(entity.number_prefix) + 1, f"{entity.number_prefix}%", entity.key),
            )
