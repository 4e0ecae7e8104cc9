"""The verbs that every kind of record has: list, get, create, update, delete, restore, history."""

from __future__ import annotations

import builtins
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.fields import Entity
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, FieldChange, HistoryEntry, Kept, Record, Sort
from app.db.interrupt import stopped_by
from app.db.journal import DELETE, HIDDEN, RESTORE, Operation, changes_of
from app.db.store import lookup, tags
from app.db.unit_of_work import UnitOfWork
from app.errors import AppError
from app.services.context import Context

if TYPE_CHECKING:
    from app.db.store.reading import Handles

#: from this many rows on, a backup is made first
BACKUP_FROM = 50
#: so many records are read, changed and written together
BATCH = 1000
BeforeMany = Callable[[str, Job], None]
Records = list[Record]
History = list[HistoryEntry]
Counted = list[tuple[str, int]]
#: record → whether it changed, or why it did not
Outcomes = Mapping[uuid.UUID, AppError | bool]
Change = Callable[[UnitOfWork, Operation, Records], Outcomes]


@dataclass(frozen=True)
class ManyResult:
    """Outcome of a change to many records: how many changed, how many already were so, which were left alone and why."""

    changed: int
    unchanged: int
    kept: tuple[Kept, ...]
    changes: ChangeSet


class RecordService:
    """Service of one entity. `before_many` is called before a bulk change (it makes a backup)."""

    def __init__(self, context: Context, entity: str, before_many: BeforeMany | None = None) -> None:
        self._context = context
        self._key = entity
        self._before_many = before_many

    @property
    def key(self) -> str:
        """The entity's key."""
        return self._key

    @property
    def entity(self) -> Entity:
        """The entity with its custom fields."""
        return self._context.registry.entity(self._key)

    # ---- reading ------------------------------------------------------------------------------------------------

    def handles(
        self,
        condition: Filter | None = None,
        sorts: Sequence[Sort] = (),
        *,
        limit: int | None = None,
        deleted: bool = False,
        job: Job | None = None,
    ) -> Handles:
        """Row handles (int64 array) of all records that fit, in order; `job` cancels the query."""
        with self._context.reading() as work, stopped_by(job or Job(), work.connection):
            return work.reader.handles(self._key, condition, sorts, limit=limit, deleted=deleted)

    def page(self, handles: Iterable[int], fields: Iterable[str] | None = None) -> dict[int, Record]:
        """The records behind handles; gone or invisible ones are missing."""
        with self._context.reading() as work:
            return work.reader.records(self._key, handles, fields)

    def count(self, condition: Filter | None = None, *, deleted: bool = False) -> int:
        with self._context.reading() as work:
            return work.reader.count(self._key, condition, deleted=deleted)

    def list(
        self,
        condition: Filter | None = None,
        sorts: Sequence[Sort] = (),
        *,
        limit: int = 100,
        offset: int = 0,
        deleted: bool = False,
    ) -> tuple[int, Records]:
        """(how many fit in all, the records `offset` … `offset+limit`)."""
        with self._context.reading() as work:
            handles = work.reader.handles(self._key, condition, sorts, deleted=deleted)
            part = [int(h) for h in handles[offset : offset + limit]]
            return len(handles), list(work.reader.each(self._key, part))

    def get(self, record: uuid.UUID) -> Record:
        """One record; raises NotFound."""
        with self._context.reading() as work:
            return work.reader.get(self._key, record)

    def current(self, record: uuid.UUID) -> Record:
        """The record, or the one it was merged into since; raises NotFound."""
        with self._context.reading() as work:
            return work.reader.get(self._key, work.reader.survivor(self._key, record))

    def find_by(self, field: str, value: str) -> Record | None:
        """The one record whose unique text field has this value, or had it before it was merged into another; or None."""
        from app.core.filters import Condition

        with self._context.reading() as work:
            handles = work.reader.handles(self._key, Condition(field, "eq", value), limit=2)
            if len(handles) == 1:
                return next(iter(work.reader.each(self._key, handles.tolist())), None)
            hits = lookup.find(work.connection, work.reader.layout(self._key), field, [value]).get(value, ())
            live = [key for key, deleted in hits if not deleted]
            return work.reader.find(self._key, uuid.UUID(bytes=live[0])) if len(live) == 1 else None

    def handle_of(self, record: uuid.UUID) -> int | None:
        with self._context.reading() as work:
            return work.reader.handle_of(self._key, work.reader.survivor(self._key, record))

    def distinct(self, field: str, *, limit: int = 200) -> Counted:
        """The values of a column field with how often they occur among visible live records, most frequent first."""
        with self._context.reading() as work:
            return work.reader.distinct(self._key, field, limit)

    def history(self, record: uuid.UUID) -> History:
        """All changes of a record, newest first."""
        with self._context.reading() as work:
            work.reader.get(self._key, record)
            rows = changes_of(work.connection, self._key, record)
            hidden = {f.key for f in self.entity.fields if not self._context.actor.sees(self._key, f)}
        return [_entry(row, hidden) for row in rows]

    # ---- writing ------------------------------------------------------------------------------------------------

    def create(self, values: Mapping[str, Any]) -> tuple[Record, ChangeSet]:
        """A new record. Raises InvalidFields, NotPermitted."""
        with self._context.writing() as work:
            operation = work.operation("create", t("新建{entity}", entity=self.entity.label))
            record = work.writer.create(operation, self._key, values)
            operation.summary = t("新建{entity}：{title}", entity=self.entity.label, title=self._title(record))[:300]
            return record, work.commit()

    def update(
        self, record: uuid.UUID, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> tuple[Record, ChangeSet]:
        """Change fields. Raises InvalidFields, Conflict, NotPermitted, NotFound."""
        with self._context.writing() as work:
            operation = work.operation("edit", t("修改{entity}", entity=self.entity.label))
            updated, _ = work.writer.update(operation, self._key, record, changes, expected_version=expected_version)
            labels = "、".join(self.entity.field(k).label for k in changes)
            operation.summary = t("修改“{title}”：{fields}", title=self._title(updated), fields=labels)[:300]
            return updated, work.commit()

    def update_many(self, handles: Sequence[int], changes: Mapping[str, Any], job: Job | None = None) -> ManyResult:
        """Set the same fields on many records, as one operation. Records out of reach are kept and listed."""
        labels = "、".join(self.entity.field(k).label for k in changes)
        summary = t("批量修改 {n} 条{entity}：{fields}", n=len(handles), entity=self.entity.label, fields=labels)

        def change(work: UnitOfWork, operation: Operation, records: Records) -> Outcomes:
            return work.writer.update_many(operation, self._key, records, changes)

        return self._many(handles, "bulk_edit", summary, change, tuple(changes), job or Job())

    def tags(self) -> builtins.list[tuple[str, str, int]]:
        """(name, colour token, number of visible live records of this kind) of all tags of the office, by name."""
        with self._context.reading() as work:
            return tags.counted(work.reader, [self._key])

    def tag_many(
        self, handles: Sequence[int], *, add: Iterable[str] = (), remove: Iterable[str] = (), job: Job | None = None
    ) -> ManyResult:
        """Add and remove tags on many records, as one operation."""
        plus, minus = list(add), set(remove)
        names = "、".join([*plus, *minus])

        def tagged(record: Record) -> dict[str, Any]:
            tags = [tag for tag in record.get("tags") or () if tag not in minus]
            return {"tags": tuple(dict.fromkeys([*tags, *plus]))}

        def change(work: UnitOfWork, operation: Operation, records: Records) -> Outcomes:
            return work.writer.update_each(operation, self._key, records, {r.id: tagged(r) for r in records})

        return self._many(handles, "bulk_edit", t("批量打标签：{names}", names=names), change, ("tags",), job or Job())

    def delete_many(self, handles: Sequence[int], job: Job | None = None) -> ManyResult:
        """Into the recycle bin, as one operation."""
        summary = t("删除 {n} 条{entity}", n=len(handles), entity=self.entity.label)
        return self._many(handles, "delete", summary, self._marking(DELETE), (), job or Job())

    def restore_many(self, handles: Sequence[int], job: Job | None = None) -> ManyResult:
        """Back from the recycle bin, as one operation."""
        summary = t("恢复 {n} 条{entity}", n=len(handles), entity=self.entity.label)
        return self._many(handles, "restore", summary, self._marking(RESTORE), (), job or Job())

    def _marking(self, action: str) -> Change:
        def mark(work: UnitOfWork, operation: Operation, records: Records) -> Outcomes:
            return work.writer.mark_many(operation, self._key, records, action)

        return mark

    def delete(self, record: uuid.UUID) -> ChangeSet:
        """One record into the recycle bin."""
        with self._context.writing() as work:
            title = self._title(work.reader.get(self._key, record))
            operation = work.operation("delete", t("删除{entity}：{title}", entity=self.entity.label, title=title))
            work.writer.delete(operation, self._key, record)
            return work.commit()

    def _many(
        self, handles: Sequence[int], kind: str, summary: str, change: Change, fields: Sequence[str], job: Job
    ) -> ManyResult:
        """`change` in batches over these records, of which `fields` must be known; one operation."""
        if len(handles) >= BACKUP_FROM and self._before_many:
            self._before_many(kind, job)
        changed = unchanged = 0
        kept: builtins.list[Kept] = []
        with self._context.writing() as work:
            operation = work.operation(kind, summary)
            for start in range(0, len(handles), BATCH):
                job.progress(summary, start, len(handles))
                records = work.writer.known_by_handle(self._key, handles[start : start + BATCH], fields)
                for record, outcome in zip(
                    records, self._outcomes(change(work, operation, records), records), strict=True
                ):
                    if isinstance(outcome, AppError):
                        kept.append(Kept(self._key, record.id, self._title(record), str(outcome)))
                    else:
                        changed += outcome
                        unchanged += not outcome
            operation.counts = {"changed": changed} if changed else {}
            job.progress(summary, len(handles), len(handles))
            changes = work.commit()
        if not fields:  # rows that came or went; other values change little of what the engine knows
            self._context.after_bulk([self._key], changed)
        return ManyResult(changed, unchanged, tuple(kept), changes)

    @staticmethod
    def _outcomes(found: Outcomes, records: Records) -> builtins.list[AppError | bool]:
        return [found[record.id] for record in records]

    def _title(self, record: Record) -> str:
        return str(record.get(self.entity.title) or "")


def _entry(row: Any, hidden: set[str]) -> HistoryEntry:
    fields = json.loads(row.fields) if row.fields else {}
    raw = {k: v for k, v in fields.pop("raw", {}).items() if k not in hidden}
    shown = tuple(
        FieldChange(k, "***" if k in hidden else pair[0], "***" if k in hidden else pair[1])
        for k, pair in fields.items()
        if not k.startswith(HIDDEN)
    )
    return HistoryEntry(row.id, row.started_at, row.actor, row.kind, row.action, shown, raw)
