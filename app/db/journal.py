"""The journal: every write happens in an Operation and leaves Changes. History, audit, timeline, undo and refresh read it.

Each user's operations form a chain: an operation carries an HMAC over its predecessor, itself and a rolling hash of its
changes. The head of the chain is also kept outside the file (`anchors`), so that a cut tail is noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.access import Actor
from app.core.clock import now
from app.core.ids import uuid7, uuid7_bytes
from app.core.primitives import to_millis
from app.core.records import ChangeSet, Note
from app.db.dialect import dialect_of, office_of
from app.db.dialect.expressions import IdBytes
from app.models import ChangeRow, OperationRow, User

_CHANGE: Any = ChangeRow.__table__
_CHANGE_COLUMNS = ("id", "operation_id", "entity", "record_id", "action", "version", "fields")
_RID: Any = sa.literal_column("change.rid", sa.BigInteger)
_USER: Any = User.__table__
#: keys of a change that begin so are bookkeeping, not fields
HIDDEN = "@"
CREATE, UPDATE, DELETE, RESTORE = "create", "update", "delete", "restore"
#: ids named one by one in a ChangeSet; beyond that a screen reloads as a whole
NAMED_IDS = 500


@dataclass
class Operation:
    """An operation being written. Not thread-safe; belongs to one unit of work at a time."""

    id: uuid.UUID
    kind: str
    summary: str
    actor: Actor
    origin: str
    started_at: datetime
    params: dict[str, Any] = field(default_factory=dict)
    undoes: uuid.UUID | None = None
    digest: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    stored: bool = False
    touched: dict[str, set[uuid.UUID] | None] = field(default_factory=dict)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def touch(self, entity: str, record: uuid.UUID) -> None:
        """Remember for the ChangeSet."""
        known = self.touched.setdefault(entity, set())
        if known is not None:
            known.add(record)
            if len(known) > NAMED_IDS:
                self.touched[entity] = None

    def change_set(self) -> ChangeSet:
        """What this operation touched so far."""
        named = {k: None if v is None else frozenset(v) for k, v in self.touched.items()}
        return ChangeSet(self.id, named, self.told())

    def told(self) -> tuple[Note, ...]:
        """What is to be told of it, most frequent first."""
        return tuple(Note(entity, text, n) for (entity, text), n in self.notes.most_common())


class Journal:
    """Writes operations and changes on one connection."""

    def __init__(self, connection: sa.Connection, chain_key: bytes) -> None:
        self._connection = connection
        self._dialect, self._office = dialect_of(connection), office_of(connection)
        self._key = chain_key

    def begin(
        self,
        kind: str,
        summary: str,
        actor: Actor,
        origin: str,
        *,
        params: Mapping[str, Any] | None = None,
        undoes: uuid.UUID | None = None,
        running: bool = False,
    ) -> Operation:
        """Start an operation. `running` stores it at once: work that spans several commits."""
        operation = Operation(uuid7(), kind, summary[:300], actor, origin, now(), dict(params or {}), undoes)
        self._insert(operation, "running" if running else "open")
        return operation

    def _insert(self, operation: Operation, state: str) -> None:
        row = {
            "org_id": self._office, "id": operation.id, "kind": operation.kind, "state": state, "summary": operation.summary,
            "user_id": operation.actor.user_id, "actor": operation.actor.name,
            "origin": f"{operation.origin}@{platform.node()}"[:40], "started_at": operation.started_at,
            "counts": {}, "params": operation.params, "undoes": operation.undoes, "digest": "", "chain": "",
            "sequence": 0,
        }  # fmt: skip
        self._connection.execute(sa.insert(OperationRow), [row])
        operation.stored = True

    def record(
        self, operation: Operation, entity: str, record: uuid.UUID, action: str, version: int, fields: Mapping[str, Any]
    ) -> None:
        """One change: `fields` maps a key to [before, after] in portable form."""
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")) if fields else ""
        self.record_many(operation, entity, [(record.bytes, action, version, text)])

    def record_many(self, operation: Operation, entity: str, changes: Sequence[tuple[bytes, str, int, str]]) -> None:
        """Many changes of one entity at once: (record id bytes, action, version after, fields JSON)."""
        digest = bytes.fromhex(operation.digest)
        op = operation.id.bytes
        rows = []
        sha = hashlib.sha256
        for key, (record, action, version, text) in zip(uuid7_bytes(len(changes)), changes, strict=True):
            digest = sha(digest + record + f"{entity}|{action}|{version}|{text}".encode()).digest()
            rows.append((key, op, entity, record, action, version, text))
        operation.digest = digest.hex()
        self._dialect.insert(self._connection, _CHANGE, _CHANGE_COLUMNS, rows)
        for record, *_ in changes[: NAMED_IDS + 1]:
            operation.touch(entity, uuid.UUID(bytes=record))

    def checkpoint(self, operation: Operation, params: Mapping[str, Any]) -> None:
        """Store how far a running operation has come, so that it can be resumed or rolled back."""
        operation.params.update(params)
        self._connection.execute(
            sa.update(OperationRow)
            .where(OperationRow.org_id == self._office, OperationRow.id == operation.id)
            .values(params=operation.params, digest=operation.digest, counts=operation.counts)
        )

    def finish(self, operation: Operation, state: str = "done") -> None:
        """Close the operation and chain it to the user's previous one."""
        o = OperationRow
        if operation.actor.user_id is not None:  # two at a time would give one number twice
            self._dialect.hold(self._connection, _USER, operation.actor.user_id.bytes)
        mine = sa.and_(o.org_id == self._office, o.user_id == operation.actor.user_id, o.sequence > 0)
        last = self._connection.execute(
            sa.select(o.sequence, o.chain).where(mine).order_by(o.sequence.desc()).limit(1)
        ).first()
        sequence, previous = (last[0] + 1, last[1]) if last else (1, "")
        finished = now()
        chain = chain_link(self._key, previous, operation_line(
            operation.id, operation.kind, operation.summary, operation.actor.user_id, operation.started_at,
            operation.digest, sequence,
        ))  # fmt: skip
        self._connection.execute(
            sa.update(o)
            .where(o.org_id == self._office, o.id == operation.id)
            .values(
                state=state, finished_at=finished, counts=operation.counts, params=operation.params,
                digest=operation.digest, chain=chain, sequence=sequence, summary=operation.summary,
            )
        )  # fmt: skip

    def finish_stored(self, target: uuid.UUID, state: str) -> None:
        """Close a stored operation whose list of changes was cut; what is left of it goes into its author's chain."""
        row = self._connection.execute(
            sa.select(OperationRow).where(OperationRow.org_id == self._office, OperationRow.id == target)
        ).one()
        author = Actor(row.user_id, row.actor, {})
        operation = Operation(row.id, row.kind, row.summary, author, row.origin, row.started_at, dict(row.params or {}))
        operation.counts, operation.digest = dict(row.counts or {}), _digest_of(self._connection, target)
        self.finish(operation, state)

    def drop(self, operation: Operation) -> None:
        """Forget an operation that changed nothing."""
        self._connection.execute(
            sa.delete(OperationRow).where(OperationRow.org_id == self._office, OperationRow.id == operation.id)
        )


def changes_of(connection: sa.Connection, entity: str, record: uuid.UUID) -> Sequence[Any]:
    """Rows (id, started_at, actor, kind, action, fields) of all changes of a record, newest first."""
    c, o = ChangeRow, OperationRow
    query = (
        sa.select(o.id, o.started_at, o.actor, o.kind, c.action, c.fields)
        .join(o, sa.and_(o.org_id == c.org_id, o.id == c.operation_id))
        .where(c.org_id == office_of(connection), c.record_id == record, c.entity == entity)
        .order_by(_RID.desc())
    )
    return connection.execute(query).all()


def operation_line(
    key: uuid.UUID, kind: str, summary: str, user: uuid.UUID | None, started: datetime, digest: str, sequence: int
) -> bytes:
    """What of an operation is under the chain's protection."""
    return f"{key}|{kind}|{summary}|{user}|{to_millis(started)}|{digest}|{sequence}".encode()


def chain_link(key: bytes, previous: str, line: bytes) -> str:
    """HMAC-SHA256 over the previous link and this operation."""
    return hmac.digest(key, previous.encode() + b"|" + line, "sha256").hex()


def verify_chains(connection: sa.Connection, key: bytes) -> list[str]:
    """Ids of operations whose link, order or changes do not fit, as text; empty = untouched."""
    broken: list[str] = []
    previous: dict[uuid.UUID | None, tuple[int, str]] = {}
    o = OperationRow
    query = sa.select(o).where(o.org_id == office_of(connection), o.sequence > 0)
    rows = connection.execute(query.order_by(o.user_id, o.sequence)).all()
    for row in rows:
        sequence, chain = previous.get(row.user_id, (0, ""))
        line = operation_line(row.id, row.kind, row.summary, row.user_id, row.started_at, row.digest, row.sequence)
        fits = row.sequence == sequence + 1 and hmac.compare_digest(row.chain, chain_link(key, chain, line))
        if not fits or _digest_of(connection, row.id) != row.digest:
            broken.append(str(row.id))
        previous[row.user_id] = (row.sequence, row.chain)
    return broken


def _digest_of(connection: sa.Connection, operation: uuid.UUID) -> str:
    digest = b""
    c = _CHANGE.c
    query = (
        sa.select(IdBytes(c.record_id), c.entity, c.action, c.version, c.fields)
        .where(c.org_id == office_of(connection), c.operation_id == operation)
        .order_by(_RID)
    )
    for record, entity, action, version, text in connection.execute(query):
        digest = hashlib.sha256(digest + record + f"{entity}|{action}|{version}|{text}".encode()).digest()
    return digest.hex()


def heads(connection: sa.Connection) -> dict[str, list[Any]]:
    """Per user id: [sequence, chain] of the newest operation; what anchors outside the file remember."""
    o = OperationRow
    mine = o.org_id == office_of(connection)
    newest = sa.select(o.user_id, sa.func.max(o.sequence).label("n")).where(mine).group_by(o.user_id).subquery()
    joined = sa.and_(o.user_id == newest.c.user_id, o.sequence == newest.c.n)
    query = sa.select(o.user_id, o.sequence, o.chain).join(newest, joined).where(mine)
    return {str(user): [sequence, chain] for user, sequence, chain in connection.execute(query) if sequence}


def link_at(connection: sa.Connection, user: str, sequence: int) -> str | None:
    """The chain link of a user's operation number `sequence`; None when it is not there."""
    o = OperationRow
    author = o.user_id.is_(None) if user == str(None) else o.user_id == uuid.UUID(user)
    mine = sa.and_(o.org_id == office_of(connection), author, o.sequence == sequence)
    return connection.execute(sa.select(o.chain).where(mine)).scalar()
