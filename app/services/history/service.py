"""The operations of the archive: list them, undo any of them, finish what a crash left half-done."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import sqlalchemy as sa

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, OperationInfo, UndoResult
from app.db.journal import CREATE
from app.db.store.match_pairs import reopen_parted
from app.db.store.rollback import roll_back
from app.db.store.undo import Outcome, Undo
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, NotPermitted, UserError
from app.models import ChangeRow, OperationRow
from app.services.context import Context

Operations = list[OperationInfo]
RecordIds = list[uuid.UUID]
_NEVER_UNDONE = frozenset({"setup", "users", "keys", "export", "send"})


class HistoryService:
    """Operations are undone by their own author or an administrator."""

    def __init__(self, context: Context, before_many: Callable[[str, Job], None] | None = None) -> None:
        self._context = context
        self._before_many = before_many

    def list(self, *, limit: int = 200, offset: int = 0, state: str | None = None) -> tuple[int, Operations]:
        """(how many in all, operations newest first). Others' operations are for administrators and team leads."""
        o = OperationRow
        where = [self._mine_to_see()]
        if state is not None:
            where.append(o.state == state)
        with self._context.archive.session() as session:
            total = session.scalar(sa.select(sa.func.count()).select_from(o).where(*where)) or 0
            rows = session.scalars(
                sa.select(o).where(*where).order_by(o.started_at.desc(), o.id.desc()).limit(limit).offset(offset)
            ).all()
            return total, [_info(row) for row in rows]

    def _mine_to_see(self) -> sa.ColumnElement[bool]:
        o, actor = OperationRow, self._context.actor
        seen = sa.true() if actor.is_admin else o.user_id.in_(sorted(actor.team_user_ids | {actor.user_id}))
        return sa.and_(o.org_id == 1, seen)

    def get(self, operation: uuid.UUID) -> OperationInfo:
        """One operation; raises NotFound."""
        return _info(self._row(operation))

    def _row(self, operation: uuid.UUID) -> OperationRow:
        with self._context.archive.session() as session:
            row = session.scalar(sa.select(OperationRow).where(OperationRow.id == operation, self._mine_to_see()))
        if row is None:
            raise NotFound(t("没有这个操作：{id}", id=operation))
        return row

    def find(self, text: str) -> OperationInfo:
        """The operation with this id, or whose id begins with this text (as shown in lists)."""
        try:
            return self.get(uuid.UUID(text))
        except ValueError:
            pass
        _, recent = self.list(limit=1000)
        hits = [o for o in recent if o.id.hex.startswith(text.replace("-", "").lower())] if len(text) >= 4 else []
        if len(hits) != 1:
            raise NotFound(t("没有这个操作：{id}", id=text))
        return hits[0]

    def records_made(self, operation: uuid.UUID, entity: str) -> RecordIds:
        """The records of an entity that an operation created."""
        c = ChangeRow
        query = sa.select(c.record_id).where(
            c.org_id == 1, c.operation_id == operation, c.entity == entity, c.action == CREATE
        )
        with self._context.archive.session() as session:
            return [*session.scalars(query)]

    def last_undoable(self) -> OperationInfo | None:
        """The actor's newest operation that can be undone (Ctrl+Z)."""
        o = OperationRow
        with self._context.archive.session() as session:
            row = session.scalar(
                sa.select(o)
                .where(o.org_id == 1, o.user_id == self._context.actor.user_id, o.state == "done")
                .where(o.kind.not_in([*_NEVER_UNDONE, "undo"]))
                .order_by(o.started_at.desc(), o.id.desc())
                .limit(1)
            )
        return None if row is None else _info(row)

    def undo(self, operation: uuid.UUID, job: Job | None = None) -> UndoResult:
        """Put everything back that this operation changed; rows changed since are kept and listed.

        Undoing an undo does the operation again. An unfinished operation is rolled back.
        """
        work_job = job or Job()
        info = self._allowed(operation)
        if info.state == "running":
            return self.roll_back(operation, work_job)
        if info.state == "undone":
            raise UserError(t("这个操作已经撤销过了。"))
        if info.kind in _NEVER_UNDONE or info.state not in ("done", "partly_undone"):
            raise UserError(t("这类操作不能撤销。"))
        if sum(info.counts.values()) >= 1000 and self._before_many:
            self._before_many("undo", work_job)
        with self._context.writing() as work:
            undoing = work.operation("undo", t("撤销：{what}", what=info.summary), undoes=operation)
            undo = Undo(work.writer)
            outcome = undo.run(operation, undoing, work_job, by_field=info.kind == "merge")
            if outcome.reverted:
                undoing.counts = {"reverted": outcome.reverted, "kept": outcome.kept_count}
            _note_undone(work, operation, outcome)
            if info.kind == "merge":
                reopen_parted(work.connection)
            changes = work.commit()
        self._context.after_bulk(changes.touched, outcome.reverted)
        return UndoResult(undoing.id, outcome.reverted, tuple(outcome.kept), changes)

    def unfinished(self) -> Operations:
        """Operations a crash or power cut left half-done; to be resumed or rolled back."""
        return self.list(state="running")[1]

    def roll_back(self, operation: uuid.UUID, job: Job | None = None) -> UndoResult:
        """Remove every trace of an unfinished operation: created records go for good, updated ones get their old values.

        Records changed since are kept and listed. Raises UserError for an operation that is finished.
        """
        info = self._allowed(operation)
        if info.state != "running":
            raise UserError(t("这个操作已经完成，不能回退，只能撤销。"))
        with self._context.writing() as work:
            outcome = roll_back(work.reader, work.writer, operation, info.params.get("made_tags", ()), job or Job())
            work.commit()
        touched: dict[str, frozenset[uuid.UUID] | None] = dict.fromkeys(self._context.registry.keys())
        return UndoResult(operation, outcome.reverted, tuple(outcome.kept), ChangeSet(operation, touched))

    def _allowed(self, operation: uuid.UUID) -> OperationInfo:
        row, actor = self._row(operation), self._context.actor
        if not actor.is_admin and row.user_id != actor.user_id:
            raise NotPermitted(t("只能撤销自己的操作；别人的操作请管理员撤销。"))
        return _info(row)


def _note_undone(work: UnitOfWork, operation: uuid.UUID, outcome: Outcome) -> None:
    """What this operation had undone holds again, what that one had undone does not, and so on down the line."""
    _set_state(work, operation, "partly_undone" if outcome.kept_count else "undone")
    line = _undone_by(work, operation)
    if not outcome.reverted or not line:
        return
    if outcome.kept_count or _kept_any(work, line[-1]):  # then it differs from record to record
        for at in line:
            _set_state(work, at, work.undo.state_of(at))
    else:
        for at, state in zip(line, itertools.cycle(("done", "undone")), strict=False):
            _set_state(work, at, state)


def _set_state(work: UnitOfWork, operation: uuid.UUID, state: str) -> None:
    o = OperationRow
    work.connection.execute(sa.update(o).where(o.org_id == 1, o.id == operation).values(state=state))


def _undone_by(work: UnitOfWork, operation: uuid.UUID) -> list[uuid.UUID]:
    """What the operation undoes, what that one undoes …, down to the first act."""
    o, line = OperationRow, [operation]
    while (
        at := work.connection.execute(sa.select(o.undoes).where(o.org_id == 1, o.id == line[-1])).scalar()
    ) is not None:
        line.append(at)
    return line[1:]


def _kept_any(work: UnitOfWork, act: uuid.UUID) -> bool:
    """Whether undoing the act, or undoing that, ever left records alone."""
    o = OperationRow
    first = sa.select(o.id).where(o.org_id == 1, o.id == act).cte(recursive=True)
    family = first.union_all(sa.select(o.id).where(o.org_id == 1, o.undoes == first.c.id))
    counts = work.connection.execute(
        sa.select(o.counts).join(family, family.c.id == o.id).where(o.org_id == 1)
    ).scalars()
    return any((found or {}).get("kept") for found in counts)


def _info(row: OperationRow) -> OperationInfo:
    return OperationInfo(
        row.id, row.kind, row.summary, row.state, row.actor, row.origin, row.started_at, row.finished_at,
        dict(row.counts or {}), row.undoes, dict(row.params or {}),
    )  # fmt: skip
