"""What merging is asked and answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.records import ChangeSet, Kept, Record

#: rules of survival, by key
RULES = ("complete", "newest", "longest", "trusted")


@dataclass(frozen=True)
class Survival:
    """Which value of a field survives when records differ. `default` for fields not in `fields`.

    "complete": of the record that says most (the survivor first) · "newest": of the record changed last · "longest": the
    longest text, the largest number, the latest day · "trusted": of the record whose source stands first in `sources`.
    """

    default: str = "complete"
    fields: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One field of a merge: the value of every record in their order, what comes out, and whose value it is (None: of
    several together, as with phones). `differ`: the records do not agree. `rule`: what decided."""

    key: str
    label: str
    values: tuple[Any, ...]
    merged: Any
    source: uuid.UUID | None
    differ: bool
    rule: str


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging these records would do. `follow`: entity → how many of its records move to the survivor."""

    entity: str
    survivor: uuid.UUID
    records: tuple[Record, ...]
    fields: tuple[FieldChoice, ...]
    follow: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MergeResult:
    """How a merge went: the survivor as it is now, how many records went into it, what moved."""

    operation_id: uuid.UUID
    survivor: Record
    merged: int
    moved: Mapping[str, int]
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class BulkMergeResult:
    """How merging many groups went, as one operation. `kept`: groups left alone and why."""

    operation_id: uuid.UUID | None
    groups: int
    merged: int
    moved: Mapping[str, int]
    kept: tuple[Kept, ...]
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class MergeInfo:
    """A merge that was made: for the list of merges."""

    operation_id: uuid.UUID
    at: datetime
    actor: str
    summary: str
    state: str
    merged: int
