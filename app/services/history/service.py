"""The operations of the archive: list them, undo any of them, finish what a crash left half-done."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, OperationInfo, UndoResult
from app.db import operations
from app.db.operations import Wanted
from app.db.store.match_pairs import reopen_parted
from app.db.store.rollback import roll_back
from app.db.store.undo import Outcome, Undo
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, NotPermitted, UserError
from app.services.context import Context
from app.services.history.detail import seen_by

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
        with self._context.reading() as work:
            return operations.page(
                work.connection, Wanted(state=state), seen_by(self._context.actor), limit=limit, offset=offset
            )

    def get(self, operation: uuid.UUID) -> OperationInfo:
        """One operation; raises NotFound."""
        with self._context.reading() as work:
            found = operations.find(work.connection, operation, seen_by(self._context.actor))
        if found is None:
            raise NotFound(t("没有这个操作：{id}", id=operation))
        return found

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
        with self._context.reading() as work:
            return operations.records_made(work.connection, operation, entity)

    def last_undoable(self) -> OperationInfo | None:
        """The actor's newest operation that can be undone (Ctrl+Z)."""
        with self._context.reading() as work:
            return operations.last_of(work.connection, self._context.actor.user_id, "done", _NEVER_UNDONE | {"undo"})

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
        self._context.reload_registry()  # a merged value of a pick-list is offered again
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
        info, actor = self.get(operation), self._context.actor
        with self._context.reading() as work:
            own = operations.find(work.connection, operation, (actor.user_id,))
        if not actor.is_admin and own is None:
            raise NotPermitted(t("只能撤销自己的操作；别人的操作请管理员撤销。"))
        return info


def _note_undone(work: UnitOfWork, operation: uuid.UUID, outcome: Outcome) -> None:
    """What this operation had undone holds again, what that one had undone does not, and so on down the line."""
    connection = work.connection
    operations.set_state(connection, operation, "partly_undone" if outcome.kept_count else "undone")
    line = operations.undone_by(connection, operation)
    if not outcome.reverted or not line:
        return
    if outcome.kept_count or operations.kept_any(connection, line[-1]):  # then it differs from record to record
        for at in line:
            operations.set_state(connection, at, work.undo.state_of(at))
    else:
        for at, state in zip(line, itertools.cycle(("done", "undone")), strict=False):
            operations.set_state(connection, at, state)
