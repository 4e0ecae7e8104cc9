"""Looking closely at operations: filtered lists by row handle, what one operation changed, what an undo would keep."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.core.fields import Field, FieldType
from app.core.jobs import Job
from app.core.records import FieldChange, Kept, OperationInfo
from app.core.values import UserNames, from_json, money_shown, to_text
from app.db.journal import HIDDEN
from app.db.store.undo import Undo
from app.db.unit_of_work import UnitOfWork
from app.models import ChangeRow, OperationRow
from app.services.context import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

_RID: sa.ColumnClause[int] = sa.literal_column("operation.rid")
Users = list[tuple[uuid.UUID, str]]


@dataclass(frozen=True)
class Wanted:
    """Which operations: of these kinds (empty = all), by this person, begun in [since, until)."""

    kinds: frozenset[str] = frozenset()
    user: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


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


class OperationBrowser:
    """Reads only. Others' operations are for administrators and team leads."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def handles(self, wanted: Wanted, job: Job | None = None) -> Ids:
        """Row handles (int64) of the operations that fit, newest first."""
        import numpy as np

        o = OperationRow
        query = sa.select(_RID).select_from(o).where(*self._where(wanted)).order_by(o.started_at.desc(), _RID.desc())
        with self._context.archive.session() as session:
            if job is not None:
                job.check()
            return np.fromiter((row[0] for row in session.execute(query)), dtype=np.int64)

    def page(self, handles: Iterable[int]) -> dict[int, OperationInfo]:
        """The operations behind handles."""
        query = sa.select(_RID, OperationRow).where(_RID.in_(list(handles)), *self._where(Wanted()))
        with self._context.archive.session() as session:
            return {int(rid): _info(row) for rid, row in session.execute(query)}

    def handle_of(self, operation: uuid.UUID) -> int | None:
        """The row handle of an operation."""
        with self._context.archive.session() as session:
            return session.scalar(sa.select(_RID).select_from(OperationRow).where(OperationRow.id == operation))

    def facets(self) -> tuple[tuple[str, ...], Users]:
        """(kinds that occur, people who did something): what a filter can offer."""
        o = OperationRow
        seen = self._where(Wanted())
        with self._context.archive.session() as session:
            kinds = tuple(session.scalars(sa.select(o.kind).where(*seen).distinct().order_by(o.kind)))
            people = session.execute(sa.select(o.user_id, sa.func.max(o.actor)).where(*seen).group_by(o.user_id))
            return kinds, sorted(((u, name) for u, name in people if u is not None), key=lambda pair: pair[1])

    def touched(self, operation: uuid.UUID, *, limit: int = 200) -> tuple[int, list[Touched]]:
        """(how many changes in all, the first `limit` of them in the order they were made)."""
        c = ChangeRow
        of_operation = (c.org_id == 1, c.operation_id == operation)
        with self._context.reading() as work:
            total = work.session.scalar(sa.select(sa.func.count()).select_from(c).where(*of_operation)) or 0
            query = (
                sa.select(c.entity, c.record_id, c.action, c.fields)
                .where(*of_operation)
                .order_by(sa.literal_column("change.rid"))
                .limit(limit)
            )
            rows = work.session.execute(query).all()
            titles = self._titles(work, rows)
        return total, [
            Touched(
                row.entity, row.record_id, titles.get((row.entity, row.record_id), ""), row.action, self._fields(row)
            )
            for row in rows
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

    def _where(self, wanted: Wanted) -> list[Any]:
        o, actor = OperationRow, self._context.actor
        where: list[Any] = [o.org_id == 1]
        if not actor.is_admin:
            where.append(o.user_id.in_(sorted(actor.team_user_ids | {actor.user_id})))
        if wanted.kinds:
            where.append(o.kind.in_(sorted(wanted.kinds)))
        if wanted.user is not None:
            where.append(o.user_id == wanted.user)
        if wanted.since is not None:
            where.append(o.started_at >= wanted.since)
        if wanted.until is not None:
            where.append(o.started_at < wanted.until)
        if wanted.text:
            where.append(o.summary.contains(wanted.text, autoescape=True))
        return where

    @staticmethod
    def _titles(work: UnitOfWork, rows: Iterable[Any]) -> dict[tuple[str, uuid.UUID], str]:
        ids: dict[str, set[uuid.UUID]] = {}
        for row in rows:
            ids.setdefault(row.entity, set()).add(row.record_id)
        titles = {}
        for entity, wanted in ids.items():
            title = work.reader.registry.entity(entity).title
            for record in work.reader.by_ids(entity, wanted, [title]):
                titles[entity, record.id] = str(record.get(title) or "")
        return titles

    def _fields(self, row: Any) -> tuple[FieldChange, ...]:
        pairs = json.loads(row.fields) if row.fields else {}
        entity, actor = self._context.registry.entity(row.entity), self._context.actor
        changes = []
        for key, pair in pairs.items():
            if key == "raw" or key.startswith(HIDDEN):
                continue
            field = entity.find(key)
            hidden = field is not None and not actor.sees(row.entity, field)
            before, after = ("***", "***") if hidden else pair
            changes.append(FieldChange(key, before, after))
        return tuple(changes)


def _shown(field: Field, value: Any, users: UserNames) -> str:
    if value == "***":
        return "***"
    try:
        found = from_json(field, value)
        if field.type is FieldType.MONEY and found is not None:
            return money_shown(found)
        return to_text(field, found, users)
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return _plain(value)  # written by an older version, or the field changed its type


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _info(row: OperationRow) -> OperationInfo:
    return OperationInfo(
        row.id, row.kind, row.summary, row.state, row.actor, row.origin, row.started_at, row.finished_at,
        dict(row.counts or {}), row.undoes, dict(row.params or {}),
    )  # fmt: skip
