"""Looking closely at operations: filtered lists by row handle, what one operation changed, what an undo would keep."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.access import Actor
from app.core.fields import Field
from app.core.jobs import Job
from app.core.records import FieldChange, Kept, OperationInfo
from app.core.values import UserNames, from_json, shown
from app.db import operations
from app.db.journal import HIDDEN
from app.db.operations import StoredChange, Wanted
from app.db.store.undo import Undo
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

__all__ = ["OperationBrowser", "Touched", "UndoPreview", "Users", "Wanted"]

Users = list[tuple[uuid.UUID, str]]


@dataclass(frozen=True)
class Touched:
    """What an operation did to one record. `title` is "" for a record that is gone or not for this person's eyes."""

    entity: str
    id: uuid.UUID
    title: str
    action: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class UndoPreview:
    """How an undo would go: so many put back, so many kept because they were changed since (the first ones named)."""

    reverted: int
    kept: tuple[Kept, ...]
    kept_count: int


def seen_by(actor: Actor) -> operations.Seen:
    """Whose operations an actor may see: administrators everybody's, others their own and their team's."""
    return None if actor.is_admin else actor.team_user_ids | {actor.user_id}


class OperationBrowser:
    """Reads only. Others' operations are for administrators and team leads."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def handles(self, wanted: Wanted, job: Job | None = None) -> Ids:
        """Row handles (int64) of the operations that fit, newest first."""
        import numpy as np

        with self._context.reading() as work:
            if job is not None:
                job.check()
            return np.array(operations.handles(work.connection, wanted, self._seen()), dtype=np.int64)

    def page(self, handles: Iterable[int]) -> dict[int, OperationInfo]:
        """The operations behind handles."""
        with self._context.reading() as work:
            return operations.by_handles(work.connection, handles, self._seen())

    def handle_of(self, operation: uuid.UUID) -> int | None:
        """The row handle of an operation."""
        with self._context.reading() as work:
            return operations.handle_of(work.connection, operation)

    def facets(self) -> tuple[tuple[str, ...], Users]:
        """(kinds that occur, people who did something): what a filter can offer."""
        seen = self._seen()
        with self._context.reading() as work:
            return operations.kinds(work.connection, seen), operations.people(work.connection, seen)

    def touched(self, operation: uuid.UUID, *, limit: int = 200) -> tuple[int, list[Touched]]:
        """(how many changes in all, the first `limit` of them in the order they were made)."""
        with self._context.reading() as work:
            total, changes = operations.changes(work.connection, operation, limit)
            titles = self._titles(work, changes)
        return total, [
            Touched(c.entity, c.record, titles.get((c.entity, c.record), ""), c.action, self._fields(c))
            for c in changes
        ]

    def preview(self, operation: uuid.UUID, job: Job) -> UndoPreview:
        """Do the undo and take it back: exactly what it would do. For the writing thread."""
        with self._context.writing() as work:
            trial = work.operation("undo", "", undoes=operation)
            outcome = Undo(work.writer).run(operation, trial, job)
        return UndoPreview(outcome.reverted, tuple(outcome.kept), outcome.kept_count)

    def shown(self, entity: str, change: FieldChange, users: UserNames) -> tuple[str, str, str]:
        """(label, before, after) of one changed field for people."""
        field = self._context.registry.entity(entity).find(change.key)
        if field is None:
            return change.key, _plain(change.before), _plain(change.after)
        return field.label, _shown(field, change.before, users), _shown(field, change.after, users)

    def _seen(self) -> operations.Seen:
        return seen_by(self._context.actor)

    @staticmethod
    def _titles(work: UnitOfWork, changes: Iterable[StoredChange]) -> dict[tuple[str, uuid.UUID], str]:
        ids: dict[str, set[uuid.UUID]] = {}
        for change in changes:
            ids.setdefault(change.entity, set()).add(change.record)
        titles = {}
        for entity, wanted in ids.items():
            title = work.reader.registry.entity(entity).title
            for record in work.reader.by_ids(entity, wanted, [title]):
                titles[entity, record.id] = str(record.get(title) or "")
        return titles

    def _fields(self, change: StoredChange) -> tuple[FieldChange, ...]:
        pairs = json.loads(change.fields) if change.fields else {}
        entity, actor = self._context.registry.entity(change.entity), self._context.actor
        changes = []
        for key, pair in pairs.items():
            if key == "raw" or key.startswith(HIDDEN):
                continue
            field = entity.find(key)
            hidden = field is not None and not actor.sees(change.entity, field)
            before, after = ("***", "***") if hidden else pair
            changes.append(FieldChange(key, before, after))
        return tuple(changes)


def _shown(field: Field, value: Any, users: UserNames) -> str:
    if value == "***":
        return "***"
    try:
        found = from_json(field, value)
        return shown(field, found, users)
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return _plain(value)  # written by an older version, or the field changed its type


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
