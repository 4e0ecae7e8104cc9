"""The workbench over the archive: records as a table of texts, and what was cleaned written back as one operation."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.access import Action
from app.core.fields import POINT_TYPES, Entity, Field, FieldType
from app.core.filters import Filter
from app.core.i18n import language, t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.core.validation import clean_value
from app.db.journal import Operation
from app.db.store.drafts import Change
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.context import Context
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.exporting.export import owner_names
from app.services.exchange.mapping.targets import file_headers
from app.services.people.service import PeopleService
from app.services.records import BACKUP_FROM
from app.services.workbench.files import write_table

if TYPE_CHECKING:
    from app.services.workbench.table import Column, Table

BeforeMany = Callable[[str, Job], None]
LISTED = 1_000
_BATCH = 500
#: ties and people are no texts
_NEVER = frozenset({FieldType.LINKS, FieldType.ADDRESSES, FieldType.USER})


@dataclass(frozen=True)
class Records:
    """Records of an entity as a table: its row numbers are the records' handles. `versions`: by handle."""

    entity: str
    table: Table
    versions: Mapping[int, int] = field(repr=False)


@dataclass(frozen=True)
class Left:
    """A cell, or with `field` "" a whole record, that was not written, and why."""

    id: uuid.UUID | None
    title: str
    field: str
    cell: str
    why: str


@dataclass(frozen=True)
class WriteBack:
    """How writing back went, or with `dry_run` would go. `samples`: (title, field, before, after)."""

    operation: uuid.UUID | None
    records: int
    cells: int
    unchanged: int
    left: tuple[Left, ...]
    left_count: int
    ignored: tuple[str, ...]
    dry_run: bool
    samples: tuple[tuple[str, str, str, str], ...] = ()
    changes: ChangeSet = field(default_factory=ChangeSet)


class WorkbenchService:
    """`before_many` makes the backup before many records are changed."""

    def __init__(self, context: Context, people: PeopleService, before_many: BeforeMany) -> None:
        self._context = context
        self._people = people
        self._before_many = before_many

    def fields(self, entity: str) -> list[Field]:
        """The fields a table of records has: what the actor sees in full and may change by cleaning."""
        described = self._context.registry.entity(entity)
        actor = self._context.actor
        return [f for f in described.fields if _cleanable(f) and actor.sees(entity, f)]

    def load(self, entity: str, condition: Filter | None = None, job: Job | None = None) -> Records:
        """The visible records that fit, as texts; columns are named as in exported files."""
        from app.services.workbench.table import TableBuilder

        job = job or Job()
        described = self._context.registry.entity(entity)
        fields = self.fields(entity)
        names = self.names(described, fields)
        users = owner_names(self._people)
        builder = TableBuilder(list(names), list(names.values()))
        versions: dict[int, int] = {}
        text = t("正在读取{entity}", entity=described.label)
        with self._context.reading() as work:
            handles = work.reader.handles(entity, condition)
            numbers: list[int] = []
            rows: list[list[str]] = []
            for done, record in enumerate(work.reader.each(entity, handles.tolist(), [f.key for f in fields])):
                if done % _BATCH == 0:
                    job.progress(text, done, len(handles))
                    builder.add(numbers, rows)
                    numbers, rows = [], []
                numbers.append(record.handle)
                versions[record.handle] = record.version
                rows.append([cell_text(f, record.get(f.key), users) for f in fields])
            builder.add(numbers, rows)
        return Records(entity, builder.table(), versions)

    @staticmethod
    def names(entity: Entity, fields: Iterable[Field]) -> dict[str, str]:
        """Column name → field key."""
        headers = file_headers(entity, language())
        return {headers[f.key]: f.key for f in fields}

    def renames(self, entity: str) -> dict[str, str]:
        """Field key → column name: recipes for records may name fields by their keys."""
        described = self._context.registry.entity(entity)
        return {key: name for name, key in self.names(described, self.fields(entity)).items()}

    def export(
        self, records: Records, table: Table, target: Path, job: Job | None = None, *, removed: bool = False
    ) -> int:
        """The records as they stand on the bench, as .xlsx or .csv; returns the rows. As any export it needs the right to,
        leaves out what that right does not reach, and stands in the audit chain."""
        import numpy as np

        self._context.actor.require(records.entity, Action.EXPORT)
        entity = self._context.registry.entity(records.entity)
        with self._context.reading() as work:
            reached = work.reader.handles(records.entity, action=Action.EXPORT)
        may = np.isin(table.numbers, reached)
        rows = write_table(target, replace(table, alive=table.alive & may) if not removed else _only(table, may), job,
                           removed=removed)  # fmt: skip
        if not self._context.archive.read_only:
            with self._context.writing() as work:
                summary = t("导出 {n} 条{entity}到 {name}", n=rows, entity=entity.label, name=target.name)
                params = {"columns": list(table.names), "path": str(target)}
                operation = work.operation("export", summary, params=params)
                operation.counts = {"exported": rows}
                work.commit()
        return rows

    def preview(self, records: Records, table: Table, job: Job | None = None) -> WriteBack:
        """What `apply` would do, without doing it."""
        return self._write(records, table, job or Job(), dry_run=True)

    def apply(self, records: Records, table: Table, job: Job | None = None) -> WriteBack:
        """Write the changed cells back, as one operation with one undo. Records changed since they were loaded, cells
        that cannot be understood, and what the actor may not edit are kept and listed. Rows taken out and columns that
        are no field are left alone. Raises NotPermitted."""
        job = job or Job()
        self._context.actor.require(records.entity, Action.EDIT)
        if len(changed_places(records.table, table)) >= BACKUP_FROM:
            self._before_many("clean", job)
        return self._write(records, table, job, dry_run=False)

    def _write(self, records: Records, table: Table, job: Job, *, dry_run: bool) -> WriteBack:
        entity = self._context.registry.entity(records.entity)
        writing = _Writing(self._context, self._people, entity, records, table)
        with self._context.writing() as work:
            operation = work.operation(
                "clean", t("清洗{entity}", entity=entity.label), params={"columns": [f.key for f in writing.fields]}
            )
            writing.run(work, operation, job)
            operation.summary = t("清洗{entity}：{n} 条", entity=entity.label, n=writing.records)[:300]
            operation.counts = {"changed": writing.records} if writing.records else {}
            changes = ChangeSet(notes=operation.told()) if dry_run else work.commit()
        return writing.result(None if dry_run else changes.operation_id, changes, dry_run=dry_run)


def _cleanable(known: Field) -> bool:
    return not known.readonly and known.importable and known.type not in _NEVER


def _only(table: Table, may: Any) -> Table:
    """The table where only the rows of `may` count as taken out."""
    return replace(table, alive=table.alive | ~may)


def _pairs(before: Table, after: Table) -> list[tuple[Column | None, Column]]:
    """(the column as loaded, the column now) of those that say something else now."""
    found: list[tuple[Column | None, Column]] = []
    old = {column.source: column for column in before.columns}
    for column in after.columns:
        known = old.get(column.source) if column.source else None
        if known is None or known.codes is not column.codes:
            found.append((known, column))
    return found


def changed_places(before: Table, after: Table) -> list[int]:
    """The rows still there in which a cell of a loaded column is another text now, or a new column has one."""
    import numpy as np

    mask = np.zeros(after.size, np.bool_)
    for old, column in _pairs(before, after):
        mask |= _differs(old, column)
    return np.flatnonzero(mask & after.alive).tolist()


def _differs(old: Column | None, column: Column) -> Any:
    import numpy as np

    if old is None:
        return column.codes != 0
    index = {value: code for code, value in enumerate(old.values)}
    lut = np.fromiter((index.get(value, -1) for value in column.values), np.int64, len(column.values))
    return lut[column.codes] != old.codes


class _Writing:
    """One pass over the changed rows."""

    def __init__(self, context: Context, people: PeopleService, entity: Entity, records: Records, table: Table) -> None:
        self._context = context
        self._entity = entity
        self._loaded = records
        self._table = table
        self.records = self.cells = self.unchanged = self.left_count = 0
        self._left: list[Left] = []
        self._samples: list[tuple[str, str, str, str]] = []
        self._users = owner_names(people)
        self.fields: list[Field] = []
        self.ignored: list[str] = []
        self._columns: list[tuple[Field, Column | None, Column, Callable[[str], Any]]] = []
        self._pick()

    def _pick(self) -> None:
        """The columns that belong to a field and changed; the names of those that belong to none."""
        headers = {name: key for key, name in file_headers(self._entity, language()).items()}
        old = {column.source: column for column in self._loaded.table.columns}
        named = {column.source for column in self._table.columns if column.source}
        for before, column in _pairs(self._loaded.table, self._table):
            key = column.source or headers.get(column.name, column.name)
            known = self._entity.find(key)
            usable = known is not None and _cleanable(known)
            if known is None or not usable or (not column.source and key in named):
                self.ignored.append(column.name)
                continue
            if not self._context.actor.sees(self._entity.key, known):
                self.ignored.append(column.name)
                continue
            convert = converter(known, Options(ColumnPlan(column.name)))
            self.fields.append(known)
            self._columns.append((known, before or old.get(key), column, convert))

    def run(self, work: UnitOfWork, operation: Operation, job: Job) -> None:
        """Convert and write every changed row."""
        places = changed_places(self._loaded.table, self._table)
        text = t("正在写回{entity}", entity=self._entity.label)
        wanted = [f.key for f in self.fields]
        for start in range(0, len(places), _BATCH):
            job.progress(text, start, len(places))
            part = places[start : start + _BATCH]
            handles = self._table.numbers[part].tolist()
            there = {r.handle: r for r in work.writer.known_by_handle(self._entity.key, handles, wanted)}
            may = work.reader.reachable(self._entity.key, [r.id for r in there.values()], Action.EDIT)
            changes: list[Change] = []
            for place, handle in zip(part, handles, strict=True):
                record = there.get(handle)
                change = self._change(record, place, handle, may)
                if change is None:
                    continue
                changes.append(change)
            self._store(work, operation, changes)
        job.progress(text, len(places), len(places))

    def _store(self, work: UnitOfWork, operation: Operation, changes: list[Change]) -> None:
        """Write the changes; records against which something speaks are left alone."""
        batch = work.writer.change(operation, self._entity.key, changes)
        for draft, change in zip(batch.drafts, changes, strict=True):
            if not draft.problems:
                self.records += 1
                continue
            title = str(change.record.get(self._entity.title) or "")
            for key, why in draft.problems.items():
                known = self._entity.field(key)
                self._leave(change.record.id, title, known.label, cell_text(known, draft.get(key), self._users), why)

    def _change(self, record: Record | None, place: int, handle: int, may: set[uuid.UUID]) -> Change | None:
        if record is None or record.deleted_at is not None:
            self._leave(None, str(handle), "", "", t("这条档案已被删除，或您看不到它了"))
            return None
        title = str(record.get(self._entity.title) or "")
        if record.version != self._loaded.versions.get(handle):
            self._leave(record.id, title, "", "", t("载入之后又被改过，保持不变"))
            return None
        if record.id not in may:
            self._leave(record.id, title, "", "", t("您无权修改这条档案"))
            return None
        values: dict[str, Any] = {}
        for known, before, column, convert in self._columns:
            cell = str(column.values[column.codes[place]])
            was = str(before.values[before.codes[place]]) if before is not None else ""
            if cell == was or (before is None and not cell):
                continue
            value, why = self._value(record, known, cell, convert)
            if why:
                self._leave(record.id, title, known.label, cell, why)
                continue
            shown = cell_text(known, record.get(known.key), self._users)
            if value == (record.get(known.key) or None) or value == record.get(known.key):
                continue
            values[known.key] = value
            self.cells += 1
            if len(self._samples) < LISTED:
                self._samples.append((title, known.label, shown, cell_text(known, value, self._users)))
        if not values:
            self.unchanged += 1
            return None
        return Change(record, values)

    def _value(self, record: Record, known: Field, cell: str, convert: Callable[[str], Any]) -> tuple[Any, str]:
        """(the value to store, "") or (None, why not)."""
        value, problem = convert(cell)
        if problem is not None and problem.severity == "error":
            return None, problem.text
        if value is None and known.required:
            return None, t("必填，不能清空")
        try:
            value = clean_value(known, value)
        except UserError as error:
            return None, "；".join(error.details) or str(error)
        return _kept_points(known, record, value), ""

    def _leave(self, record: uuid.UUID | None, title: str, label: str, cell: str, why: str) -> None:
        self.left_count += 1
        if len(self._left) < LISTED:
            self._left.append(Left(record, title, label, cell, why))

    def result(self, operation: uuid.UUID | None, changes: ChangeSet, *, dry_run: bool) -> WriteBack:
        """How it went."""
        return WriteBack(
            operation, self.records, self.cells, self.unchanged, tuple(self._left), self.left_count,
            tuple(self.ignored), dry_run, tuple(self._samples), changes,
        )  # fmt: skip


def _kept_points(known: Field, record: Record, value: Any) -> Any:
    """Labels, notes and opt-outs of points that are still there stay with them: a text does not carry them."""
    if known.type not in POINT_TYPES or not value:
        return value
    old = {(p.normal, p.extension): p for p in record.get(known.key) or ()}
    return tuple(old.get((p.normal, p.extension), p) for p in value)
