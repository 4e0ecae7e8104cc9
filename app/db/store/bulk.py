"""Thousands of new or changed records at once: the same tables, journal and search index as `writing`, in bulk.

Values arrive as stored primitives (see `layout.to_store`), so that nothing is converted twice.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.clock import now
from app.core.fields import FieldType
from app.core.ids import uuid7_bytes
from app.core.records import Record
from app.core.values import to_json
from app.db import search, search_tokens
from app.db.journal import CREATE, HIDDEN, UPDATE, Journal, Operation
from app.db.search_sources import SEARCHED
from app.db.store import children, numbers
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.models.base import to_millis

#: (kind, value, normal, label, extension, valid, note): one contact point as stored
PointRow = tuple[str, str, str, str, str, int, str]


@dataclass(slots=True)
class NewRow:
    """A record to be.

    `columns`: field key → stored primitive (of a link to one record: its id, 16 bytes); `derived`: column name → text;
    `raw`: field key → text of the source where the value differs from it; `entry`: search tokens without the human number.
    """

    columns: dict[str, Any]
    points: list[PointRow]
    tags: tuple[str, ...] = ()
    custom: Sequence[tuple[str, str | None, int | None]] = ()
    raw: dict[str, str] | None = None
    derived: dict[str, str] | None = None
    entry: tuple[str, str, str] = ("", "", "")


@dataclass
class Change:
    """Different values for one existing record: field key → value (not primitive)."""

    record: Record
    values: dict[str, Any]
    raw: dict[str, str] | None = field(default=None)


class BulkWriter:
    """Writes on one connection inside a unit of work."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._connection = reader.connection
        self._journal = journal
        self._tags: dict[str, uuid.UUID] = {}
        self.made_tags: list[str] = []

    # ---- new records --------------------------------------------------------------------------------------------

    def insert(self, operation: Operation, entity: str, rows: Sequence[NewRow], owner: bytes | None) -> list[bytes]:
        """Insert the rows in order; returns their ids. `owner` is for rows without one."""
        if not rows:
            return []
        layout = self._reader.layout(entity)
        ids = uuid7_bytes(len(rows))
        first = self._next_rid(layout.table.name)
        given = numbers.take(self._connection, layout.entity, len(rows)) if layout.entity.number_prefix else 0
        human = [numbers.written(layout.entity, given + i) if given else "" for i in range(len(rows))]
        self._insert_columns(layout, rows, ids, first, human, owner)
        self._insert_points(layout, rows, ids)
        self._insert_tags(rows, ids)
        self._insert_custom(entity, rows, ids)
        changes = [
            (key, CREATE, 1, json.dumps({"raw": r.raw}, ensure_ascii=False, separators=(",", ":")) if r.raw else "")
            for key, r in zip(ids, rows, strict=True)
        ]
        self._journal.record_many(operation, entity, changes)
        table = layout.table.name
        if table not in SEARCHED:
            return ids
        entries = [(first + i, *search_tokens.with_code(r.entry, human[i])) for i, r in enumerate(rows)]
        search.write_entries(self._connection, table, entries)
        return ids

    @contextlib.contextmanager
    def own_search_entries(self) -> Iterator[None]:
        """While inside, the triggers that mark search entries stale are quiet: new rows bring their entry along.

        Rows changed inside must be named with `outdated`. Ends with the transaction at the latest.
        """
        self._connection.exec_driver_sql("INSERT OR IGNORE INTO search_paused(one) VALUES(1)")
        yield
        self._connection.exec_driver_sql("DELETE FROM search_paused")

    def outdated(self, table: str, records: Sequence[bytes]) -> None:
        """These existing records' search entries are stale."""
        if records and table in SEARCHED:
            self._connection.exec_driver_sql(
                f"INSERT OR IGNORE INTO {table}_dirty(rid) SELECT rid FROM {table} WHERE org_id=1 AND id=?",
                [(key,) for key in records],
            )

    def _next_rid(self, table: str) -> int:
        return int(self._connection.exec_driver_sql(f"SELECT coalesce(max(rid), 0) + 1 FROM {table}").scalar_one())

    def _insert_columns(
        self,
        layout: Layout,
        rows: Sequence[NewRow],
        ids: Sequence[bytes],
        first: int,
        human: Sequence[str],
        owner: bytes | None,
    ) -> None:
        fields = [f for f in layout.column_fields() if not f.readonly]
        links = layout.reference_fields()
        keys = [f.key for f in (*fields, *links)]
        names = [*(layout.column(f.key).name for f in fields), *(layout.reference(f.key).name for f in links)]  # type: ignore[union-attr]
        fixed = ["rid", "org_id", "id", "version", "created_at", "updated_at"]
        has_owner = "owner" in keys
        if layout.entity.number_prefix:
            fixed.append("number")
        if "currency" in layout.table.c:
            fixed.append("currency")
        derived = [c for c in ("name_key", "match_key") if c in layout.table.c]
        moment = to_millis(now())
        tuples = []
        for i, row in enumerate(rows):
            columns = row.columns
            if has_owner and not columns.get("owner"):
                columns["owner"] = owner
            head: list[Any] = [first + i, 1, ids[i], 1, columns.get("created_at") or moment, moment]
            if human[i]:
                head.append(human[i])
            if "currency" in fixed:
                head.append("CNY")
            known = row.derived or {}
            tuples.append((*head, *(known.get(c, "") for c in derived), *map(columns.get, keys)))
        all_names = [*fixed, *derived, *names]
        marks = ",".join("?" * len(all_names))
        self._connection.exec_driver_sql(
            f"INSERT INTO {layout.table.name}({','.join(all_names)}) VALUES({marks})", tuples
        )

    def _insert_points(self, layout: Layout, rows: Sequence[NewRow], ids: Sequence[bytes]) -> None:
        flat: list[tuple[Any, ...]] = []
        for key, row in zip(ids, rows, strict=True):
            flat.extend((key, position, *point) for position, point in enumerate(row.points))
        if not flat:
            return
        keys = uuid7_bytes(len(flat))
        self._connection.exec_driver_sql(
            f"INSERT INTO contact_point(org_id, id, {layout.holder}, position, kind, value, normal, label, extension, "
            "valid, opt_out, note) VALUES(1,?,?,?,?,?,?,?,?,?,0,?)",
            [(k, *point) for k, point in zip(keys, flat, strict=True)],
        )

    def _insert_tags(self, rows: Sequence[NewRow], ids: Sequence[bytes]) -> None:
        pairs = [(key, tag, i) for key, row in zip(ids, rows, strict=True) for i, tag in enumerate(row.tags)]
        if not pairs:
            return
        known = self.tag_ids({tag for _, tag, _ in pairs})
        keys = uuid7_bytes(len(pairs))
        self._connection.exec_driver_sql(
            "INSERT INTO customer_tag(org_id, id, customer_id, tag_id, position) VALUES(1,?,?,?,?)",
            [(k, record, known[tag].bytes, i) for k, (record, tag, i) in zip(keys, pairs, strict=True)],
        )

    def tag_ids(self, names: set[str]) -> dict[str, uuid.UUID]:
        """Ids of these tags; new ones are made and noted in `made_tags`."""
        unknown = names - self._tags.keys()
        if unknown:
            listed = sorted(unknown)
            marks = ",".join("?" * len(listed))
            there = {
                row[0]
                for row in self._connection.exec_driver_sql(
                    f"SELECT name FROM tag WHERE org_id=1 AND name IN ({marks})", tuple(listed)
                )
            }
            self._tags.update(children.tag_ids(self._connection, listed))
            self.made_tags.extend(name for name in listed if name not in there)
        return self._tags

    def _insert_custom(self, entity: str, rows: Sequence[NewRow], ids: Sequence[bytes]) -> None:
        flat = [(entity, key, *value) for key, row in zip(ids, rows, strict=True) for value in row.custom]
        if flat:
            keys = uuid7_bytes(len(flat))
            self._connection.exec_driver_sql(
                "INSERT INTO custom_value(org_id, id, entity, record_id, field, text, number) VALUES(1,?,?,?,?,?,?)",
                [(k, *value) for k, value in zip(keys, flat, strict=True)],
            )

    def add_to(self, entity: str, field: str, amounts: Sequence[tuple[int, bytes]]) -> None:
        """Add (minor units, record) to an amount of records that this very operation made: no change of their own."""
        layout = self._reader.layout(entity)
        name = layout.column(field).name
        self._connection.exec_driver_sql(
            f"UPDATE {layout.table.name} SET {name} = coalesce({name}, 0) + ? WHERE org_id=1 AND id=?", amounts
        )

    def tie(self, ties: Sequence[tuple[bytes, bytes, str]]) -> None:
        """(customer, contact, role) ties of new contacts."""
        if ties:
            keys = uuid7_bytes(len(ties))
            self._connection.exec_driver_sql(
                "INSERT OR IGNORE INTO customer_contact(org_id, id, customer_id, contact_id, role, position) "
                "VALUES(1,?,?,?,?,0)",
                [(k, *tie) for k, tie in zip(keys, ties, strict=True)],
            )

    # ---- existing records ---------------------------------------------------------------------------------------

    def update(self, operation: Operation, entity: str, changes: Sequence[Change]) -> None:
        """Store different values of existing records, one version up each."""
        layout = self._reader.layout(entity)
        groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        journal: list[tuple[bytes, str, int, str]] = []
        moment = to_millis(now())
        for change in changes:
            record = change.record
            columns = self._split(layout, record.id, change.values)
            groups[tuple(columns)].append((*columns.values(), moment, record.id.bytes, record.version))
            journal.append((record.id.bytes, UPDATE, record.version + 1, _journaled(layout, change)))
        for names, rows in groups.items():
            sets = "".join(f"{name}=?, " for name in names)
            self._connection.exec_driver_sql(
                f"UPDATE {layout.table.name} SET {sets}version=version+1, updated_at=? "
                "WHERE org_id=1 AND id=? AND version=?",
                rows,
            )
        if journal:
            self._journal.record_many(operation, entity, journal)

    def _split(self, layout: Layout, record: uuid.UUID, values: Mapping[str, Any]) -> dict[str, Any]:
        """Child values are stored at once; column values come back as primitives by column name."""
        from app.db.store.layout import to_store

        columns: dict[str, Any] = {}
        for key, value in values.items():
            known = layout.entity.field(key)
            if known.type is FieldType.TAGS and value:
                self.tag_ids(set(value))  # so that new ones are noted
            own = layout.stored(known, value)
            if own is None:
                children.replace(self._connection, layout, record, known, value)
            else:
                columns[own[0]] = own[1].bytes if isinstance(own[1], uuid.UUID) else to_store(known, own[1])
        columns |= layout.derive(values)
        return columns


def _journaled(layout: Layout, change: Change) -> str:
    fields: dict[str, Any] = {}
    for key, after in change.values.items():
        known = layout.entity.field(key)
        fields[key] = [to_json(known, change.record.get(key)), to_json(known, after)]
    stamp = layout.entity.find("updated_at")
    if stamp is not None:  # for a roll-back that leaves no trace; not a change people see
        fields[f"{HIDDEN}updated_at"] = [to_json(stamp, change.record.get("updated_at")), None]
    if change.raw:
        kept = {k: v for k, v in change.raw.items() if k in change.values}
        if kept:
            fields["raw"] = kept
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
