"""Rows into the tables of records, in bulk: columns, parts, search entries. No rights and no rules: those are the writer's."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.fields import POINT_TYPES, Field, FieldType
from app.core.i18n import t
from app.core.ids import uuid7_bytes
from app.core.primitives import to_millis
from app.db import search, search_tokens
from app.db.dialect import Row, dialect_of, office_of
from app.db.search_sources import SEARCHED
from app.db.store import children, numbers
from app.db.store.drafts import Change, NewRow
from app.db.store.layout import Layout, to_store
from app.errors import Conflict

#: columns that follow from the name
_DERIVED = ("name_key", "match_key")
#: fields that every new row gets
_SET = ("number", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Former:
    """A record as it was before: its values, its version, when it had been changed last."""

    change: Change
    version: int
    updated_at: datetime


class Tables:
    """The tables of one connection. `made_tags`: names of tags that had to be made."""

    def __init__(self, connection: sa.Connection, layouts: children.Layouts) -> None:
        self._connection = connection
        self._layouts = layouts
        self._dialect = dialect_of(connection)
        self._tags: dict[str, uuid.UUID] = {}
        self._quiet = False
        self.made_tags: list[str] = []

    # ---- new rows -----------------------------------------------------------------------------------------------

    def insert(self, layout: Layout, ids: Sequence[bytes], rows: Sequence[NewRow]) -> None:
        """Insert the rows under these ids, with human numbers where the kind has them, and all their parts."""
        first = self._dialect.reserve(self._connection, layout.table, len(rows))
        human = self._numbers(layout, len(rows))
        self._insert_columns(layout, ids, rows, first, human)
        children.insert_points(self._connection, layout, ids, [row.points for row in rows])
        self.tag_ids({tag for row in rows for tag in row.tags})
        children.insert_tags(self._connection, layout, ids, [row.tags for row in rows], self._tags)
        children.insert_addresses(self._connection, layout, ids, [row.addresses for row in rows])
        children.insert_ties(self._connection, layout, ids, [row.ties for row in rows])
        children.insert_files(self._connection, layout, ids, [row.files for row in rows])
        children.insert_custom(self._connection, layout, ids, [row.custom for row in rows])
        self._index(layout.table.name, ids, rows, first, human)

    def _numbers(self, layout: Layout, count: int) -> list[str]:
        if not layout.entity.number_prefix:
            return [""] * count
        given = numbers.take(self._connection, layout.entity, count)
        return [numbers.written(layout.entity, given + i) for i in range(count)]

    def _insert_columns(
        self, layout: Layout, ids: Sequence[bytes], rows: Sequence[NewRow], first: int, human: Sequence[str]
    ) -> None:
        own = [*(f.key for f in layout.column_fields()), *(f.key for f in layout.reference_fields())]
        given: set[str] = set().union(*(row.columns for row in rows))
        keys = [k for k in own if k in given and k not in _SET and not layout.computed(k)]
        names = [layout.stored_name(key) for key in keys]
        fixed = ["rid", "id", "version", "created_at", "updated_at"]
        fixed += [name for name in ("number", "currency") if name in layout.table.c]
        derived = [c for c in _DERIVED if c in layout.table.c]
        numbered, priced = "number" in fixed, "currency" in fixed
        moment = to_millis(now())
        made: list[Row] = []
        for i, row in enumerate(rows):
            head: list[Any] = [first + i, ids[i], 1, row.columns.get("created_at") or moment, moment]
            if numbered:
                head.append(human[i])
            if priced:
                head.append("CNY")
            known = row.derived or {}
            made.append((*head, *(known.get(c, "") for c in derived), *map(row.columns.get, keys)))
        self._dialect.insert(self._connection, layout.table, [*fixed, *derived, *names], made)

    def tag_ids(self, names: set[str]) -> dict[str, uuid.UUID]:
        """Ids of these tags; new ones are made and noted in `made_tags`."""
        unknown = names - self._tags.keys()
        if unknown:
            found, made = children.tag_ids(self._connection, sorted(unknown))
            self._tags.update(found)
            self.made_tags.extend(made)
        return self._tags

    # ---- search entries -----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def own_search_entries(self) -> Iterator[None]:
        """While inside, the triggers that mark search entries stale are quiet: new rows bring their entry along.

        Rows changed inside must be named with `outdated`. Ends with the transaction at the latest.
        """
        search.pause(self._connection)
        self._quiet = True
        yield
        self._quiet = False
        search.resume(self._connection)

    def outdated(self, table: str, records: Sequence[bytes]) -> None:
        """These existing records' search entries are stale."""
        if records and table in SEARCHED:
            search.mark(self._connection, table, records)

    def _index(
        self, table: str, ids: Sequence[bytes], rows: Sequence[NewRow], first: int, human: Sequence[str]
    ) -> None:
        if not self._quiet or table not in SEARCHED:
            return  # the triggers see to it
        entries = [
            (first + i, *search_tokens.with_code(row.entry, human[i])) for i, row in enumerate(rows) if row.entry
        ]
        search.write_entries(self._connection, table, entries)
        self.outdated(table, [key for key, row in zip(ids, rows, strict=True) if not row.entry])

    # ---- rows that are there ------------------------------------------------------------------------------------

    def update(self, layout: Layout, changes: Sequence[Change]) -> None:
        """Store different values of existing records, one version up each. Raises Conflict when a record is no longer as
        it was read."""
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        below: dict[str, dict[uuid.UUID, Any]] = defaultdict(dict)
        moment = to_millis(now())
        for change in changes:
            columns = self._columns(layout, change, below)
            key, version = change.record.id.bytes, change.record.version
            groups[tuple(columns)].append((*columns.values(), version + 1, moment, key, version))
        for names, rows in groups.items():
            done = self._dialect.update(self._connection, layout.table, [*names, "version", "updated_at"], rows)
            if done != len(rows):
                raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))
        for field, values in below.items():
            self._replace(layout, layout.entity.field(field), values)
        if self._quiet and layout.table.name in SEARCHED:
            stale = [c.record.id.bytes for c in changes if _read_differently(layout, c)]
            self.outdated(layout.table.name, stale)

    def grow(self, layout: Layout, field: str, amounts: Sequence[tuple[int, bytes]]) -> None:
        """Add (minor units, record) to an amount."""
        c = layout.table.c
        column = c[layout.stored_name(field)]
        mine = (c.org_id == office_of(self._connection), c.id == sa.bindparam("record"))
        more = sa.func.coalesce(column, 0) + sa.bindparam("more", type_=sa.BigInteger)
        rows = [{"record": uuid.UUID(bytes=key), "more": amount} for amount, key in amounts]
        self._connection.execute(sa.update(layout.table).where(*mine).values({column: more}), rows)

    def unwrite(self, layout: Layout, formers: Sequence[Former]) -> None:
        """Put records back as if they had never been written: values, version and time of the last change."""
        self.update(layout, [former.change for former in formers])
        rows = [
            (
                former.version,
                to_millis(former.updated_at),
                former.change.record.id.bytes,
                former.change.record.version + 1,
            )
            for former in formers
        ]
        self._dialect.update(self._connection, layout.table, ["version", "updated_at"], rows)

    def _columns(self, layout: Layout, change: Change, below: dict[str, dict[uuid.UUID, Any]]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for key, value in change.values.items():
            known = layout.entity.field(key)
            own = layout.stored(known, value)
            if own is None:
                below[key][change.record.id] = value
            else:
                columns[own[0]] = own[1].bytes if isinstance(own[1], uuid.UUID) else to_store(known, own[1])
        columns |= layout.derive(change.values)
        return columns

    def _replace(self, layout: Layout, known: Field, values: Mapping[uuid.UUID, Any]) -> None:
        if known.type is FieldType.TAGS:
            self.tag_ids({tag for tags in values.values() for tag in tags or ()})
        children.replace(self._connection, self._layouts, layout, known, values, self._tags)

    def mark(self, layout: Layout, records: Sequence[tuple[bytes, int]], *, deleted: bool) -> None:
        """Into the recycle bin or out of it: (record, its version) each, one version up."""
        moment = to_millis(now())
        rows = [(moment if deleted else None, version + 1, moment, key, version) for key, version in records]
        done = self._dialect.update(self._connection, layout.table, ["deleted_at", "version", "updated_at"], rows)
        if done != len(rows):
            raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))


def _read_differently(layout: Layout, change: Change) -> bool:
    """Whether a search would find the record by other words now."""
    sources = SEARCHED[layout.table.name]
    own = {*sources.names, *sources.texts, *sources.codes}
    for key in change.values:
        known = layout.entity.field(key)
        if (
            key in own
            or (sources.points and known.type in POINT_TYPES)
            or known.type in (FieldType.LINKS, FieldType.FILES)
        ):
            return True
    return False


def fresh_ids(count: int) -> list[bytes]:
    """Ids for new records, in increasing order."""
    return uuid7_bytes(count)
