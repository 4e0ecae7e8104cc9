"""Removing every trace of an unfinished operation (a cancelled or crashed import): afterwards it never happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.core.i18n import t
from app.core.jobs import Job
from app.core.values import from_json
from app.db import search
from app.db.journal import CREATE
from app.db.store.reading import Reader
from app.db.store.undo import BATCH, Net, Outcome, net_batches
from app.db.store.writing import Writer
from app.models import ChangeRow, OperationRow


def roll_back(reader: Reader, writer: Writer, target: uuid.UUID, made_tags: Iterable[str], job: Job) -> Outcome:
    """Created records go for good, updated ones get their old values and version back. The caller commits.

    Records that somebody changed in the meantime are kept and listed.
    """
    connection = reader.connection
    outcome = Outcome()
    for key in reversed(reader.registry.keys()):
        _erase_created(connection, target, key, reader.layout(key).table.name, outcome, job)
        for batch in net_batches(connection, target, key):
            _put_back(reader, writer, key, batch, outcome)
            job.progress(t("正在回退"), outcome.reverted)
    connection.execute(sa.delete(ChangeRow).where(ChangeRow.org_id == 1, ChangeRow.operation_id == target))
    connection.execute(sa.delete(OperationRow).where(OperationRow.org_id == 1, OperationRow.id == target))
    _bookkeeping(reader, made_tags)
    search.drain(connection)
    return outcome


def _erase_created(
    connection: sa.Connection, target: uuid.UUID, entity: str, table: str, outcome: Outcome, job: Job
) -> None:
    while True:
        rows = connection.exec_driver_sql(
            "SELECT rid, record_id FROM change WHERE org_id=1 AND operation_id=? AND entity=? AND action=? LIMIT ?",
            (target.bytes, entity, CREATE, BATCH),
        ).all()
        if not rows:
            return
        ids = [(row[1],) for row in rows]
        connection.exec_driver_sql("DELETE FROM custom_value WHERE org_id=1 AND record_id=?", ids)
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE org_id=1 AND id=?", ids)
        connection.exec_driver_sql("DELETE FROM change WHERE rid=?", [(row[0],) for row in rows])
        outcome.reverted += len(rows)
        job.progress(t("正在回退"), outcome.reverted)


def _put_back(reader: Reader, writer: Writer, entity: str, batch: Sequence[Net], outcome: Outcome) -> None:
    layout = reader.layout(entity)
    records = {r.id.bytes: r for r in reader.by_ids(entity, [uuid.UUID(bytes=net.record) for net in batch])}
    for net in batch:
        record = records.get(net.record)
        if record is None or CREATE in net.actions:
            continue
        if record.version != net.version:
            outcome.keep(entity, record.id, str(record.get(layout.entity.title)), t("之后又被修改过"))
            continue
        known = {k: v for k, v in net.before.items() if layout.entity.find(k)}
        writer.store(layout, record, {k: from_json(layout.entity.field(k), v) for k, v in known.items()})
        table = layout.table
        connection = reader.connection
        connection.execute(
            sa.update(table)
            .where(table.c.org_id == 1, table.c.id == record.id)
            .values(version=net.version - len(net.actions), updated_at=record.get("updated_at"))
        )
        outcome.reverted += 1


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
