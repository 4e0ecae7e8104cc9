"""What crosses the border between services and everything above them: frozen, without a database behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.core.i18n import t

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `handle` is the opaque row number tables use; `masked` names fields whose value is hidden."""

    entity: str
    id: uuid.UUID
    handle: int
    version: int
    values: Values
    masked: frozenset[str] = frozenset()
    deleted_at: datetime | None = None

    def get(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of values that were written otherwise than asked for; of `n` records. `text` begins with
    the field's label."""

    entity: str
    text: str
    n: int

    @property
    def words(self) -> str:
        """The sentence, with how many records it is about."""
        return self.text if self.n == 1 else t("{text}（{n} 条）", text=self.text, n=self.n)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What an operation touched: entity → ids, or None when there are too many to name; and what is to be told of it."""

    operation_id: uuid.UUID | None = None
    touched: Mapping[str, frozenset[uuid.UUID] | None] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Note, ...] = ()

    def concerns(self, *entities: str) -> bool:
        return any(entity in self.touched for entity in entities)


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """One entry of the history. `state`: running, done, cancelled, undone, partly_undone."""

    id: uuid.UUID
    kind: str
    summary: str
    state: str
    actor: str
    origin: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    undoes: uuid.UUID | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def undoable(self) -> bool:
        return self.state == "done" and self.kind not in ("setup", "users", "keys", "export", "send")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that undo left alone, and why."""

    entity: str
    id: uuid.UUID
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoResult:
    """How an undo went: rows put back, rows kept because they were edited since."""

    operation_id: uuid.UUID
    reverted: int
    kept: tuple[Kept, ...]
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of a record's history: values in portable form (see `values.to_json`)."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record, newest first in lists."""

    operation_id: uuid.UUID
    at: datetime
    actor: str
    kind: str
    action: str
    fields: tuple[FieldChange, ...]
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by one field."""

    key: str
    descending: bool = False
