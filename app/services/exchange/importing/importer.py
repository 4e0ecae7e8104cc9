"""Import: inspect, propose a plan, dry-run, run, resume. One operation, undone as a whole; cancelled without a trace."""

from __future__ import annotations

import contextlib
import gc
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.access import Action
from app.core.fields import Entity, FieldType, Registry
from app.core.i18n import language, t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.db.bulk_indexes import without_listing_indexes
from app.db.journal import Operation
from app.db.search import live_counts
from app.db.store.lookup import orders_made
from app.db.store.rollback import roll_back
from app.errors import Cancelled, EnvironmentProblem, UserError
from app.services.context import Context
from app.services.customers.fields import CustomFieldService
from app.services.exchange.files.records import Inspection, ReadOptions
from app.services.exchange.files.source import inspect
from app.services.exchange.importing.column_check import PreviewCheck, check_preview
from app.services.exchange.importing.cooked import Cook, CookedPiece
from app.services.exchange.importing.errors_book import ErrorsBook
from app.services.exchange.importing.import_files import beside, free_name, options_json, rows_tuple, sha256
from app.services.exchange.importing.numbering import numbered_apart
from app.services.exchange.importing.prepare import Prepared, Preparer
from app.services.exchange.importing.report import ImportReport, Tally
from app.services.exchange.importing.writer import BatchWriter
from app.services.exchange.mapping.mapping import propose
from app.services.exchange.mapping.plan import CREATE, ImportPlan, Rule
from app.services.exchange.mapping.presets import PresetService
from app.services.exchange.mapping.survey import ColumnFacts, Survey
from app.services.exchange.mapping.targets import NEW, header_key, target_of
from app.services.exchange.mapping.whole_table import (
    WholePlan,
    is_foreign,
    named,
    new_labels,
    settled,
    unplaced,
    widened,
)
from app.services.people.service import PeopleService

BATCH_ROWS = 4000
_PIECE_ROWS = 1000  # taken over from the reading process at a time: unpickling stops every other thread
MANY_ROWS = 20_000
_AS_FOUND = ReadOptions()
BeforeMany = Callable[[str, Job], None]
#: the office's own match rules for an entity, () = the built-in ones
OwnRules = Callable[[str], tuple[Rule, ...]]


class ImportService:
    """Needs the right to import. `before_many` makes the backup, `cook` knows cleaning recipes."""

    def __init__(
        self,
        context: Context,
        people: PeopleService,
        presets: PresetService,
        cook: Cook,
        before_many: BeforeMany,
        own_rules: OwnRules = lambda _entity: (),
    ) -> None:
        self._context = context
        self._people = people
        self._presets = presets
        self._cook = cook
        self._before_many = before_many
        self._own_rules = own_rules

    # ---- before writing -----------------------------------------------------------------------------------------

    def inspect(self, path: Path, options: ReadOptions = _AS_FOUND, job: Job | None = None) -> Inspection:
        """What the file holds; raises UserError for files that cannot be read."""
        return inspect(path, options, job)

    def with_recipe(self, inspection: Inspection, recipe: Mapping[str, Any] | None) -> Inspection:
        """The inspection after a cleaning recipe, on which mapping and import then stand; None takes a recipe away.

        Raises UserError naming what does not fit.
        """
        return self._cook.after(inspection, recipe) if recipe is not None else inspection.raw or inspection

    def propose(self, inspection: Inspection, entity: str) -> ImportPlan:
        """The plan with the best mapping: as last time for the same headers, else by header words and content."""
        remembered = self._presets.remembered(entity, inspection.fingerprint)
        plan = propose(inspection, self._context.registry.entity(entity), self._context.registry, remembered)
        words = self._presets.words(entity, inspection.fingerprint) if remembered is not None else {}
        columns = (replace(c, values=words.get(header_key(c.name), {})) for c in plan.columns)
        return replace(plan, columns=tuple(columns)) if words else plan

    def whole(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        plan: ImportPlan,
        job: Job | None = None,
        *,
        unmapped: str = "",
        mode: str = CREATE,
    ) -> WholePlan:
        """The proposed plan with a name for every row and a place for every column, after a look at all rows.

        `unmapped`: "fields" brings in columns too that were left out the last time, "skip" leaves all of them out.
        """
        registry = self._context.registry
        entity = registry.entity(plan.entity)
        plan = named(inspection, plan, entity, registry, mode)
        if unmapped != "skip" and self._context.actor.is_admin:
            plan = widened(inspection, plan, entity, forced=unmapped == "fields")
        strict = {
            i: FieldType(c.target.split(":", 2)[2])
            for i, c in enumerate(plan.columns)
            if c.target and c.target.startswith(NEW)
        }
        numbers = frozenset(
            i for i, c in enumerate(plan.columns) if c.target == "external_id" and entity.key != "orders"
        )
        facts: list[ColumnFacts] = []
        for piece in self._cook.read(path, options, inspection, Survey(plan, registry, strict, numbers), job=job):
            facts = piece.made
        if facts and self._context.actor.is_admin:
            plan = settled(plan, facts, entity, registry)
        if mode == CREATE:
            with self._context.reading() as work:
                plan = numbered_apart(inspection, plan, work.reader)
        plan = replace(plan, bad_cells="keep") if is_foreign(plan) else _lenient_texts(plan, entity, registry)
        return WholePlan(plan, new_labels(plan), unplaced(inspection, plan))

    def check_preview(self, inspection: Inspection, plan: ImportPlan) -> PreviewCheck:
        """How the first rows would be understood, quickly, while a person maps columns."""
        return check_preview(inspection, _without_new(plan), self._context.registry, self._users())

    def dry_run(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        plan: ImportPlan,
        job: Job | None = None,
        errors_to: Path | None = None,
    ) -> ImportReport:
        """Everything `run` would do, over all rows with the same code, and then taken back."""
        plan = self._ruled(plan)
        self.check_plan(plan, inspection)
        job, started = job or Job(), time.monotonic()
        tally = Tally(len(inspection.columns))
        book = self._book(path, inspection, errors_to) if errors_to else self._book(path, inspection, None, silent=True)
        plan = _without_new(plan)
        try:
            with self._context.writing() as work:
                operation = work.journal.begin("import", "", work.actor, work.origin)
                writer = self._writer(plan, tally, book)
                for rows in _without_collector(
                    self._prepared(path, options, inspection, plan, job, tally, explain=True)
                ):
                    writer.write(work, operation, rows)
                    _count_filled(tally, rows)
                    job.progress(t("正在检查"), tally.counts["rows"], inspection.rows)
            errors_file = book.close()
        except BaseException:
            book.discard()
            raise
        return tally.report(operation=None, seconds=time.monotonic() - started, dry_run=True, errors_file=errors_file)

    # ---- writing ------------------------------------------------------------------------------------------------

    def run(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        plan: ImportPlan,
        job: Job | None = None,
        errors_to: Path | None = None,
    ) -> ImportReport:
        """Backup, then import in batches. Cancelling or failing rolls everything back; a kill leaves an operation that
        can be resumed or rolled back at the next start."""
        plan = self._ruled(plan)
        self.check_plan(plan, inspection)
        job = job or Job()
        self._before_many("import", job)
        with self._context.writing() as work:
            plan, made_fields = self._make_fields(work, plan)
            operation = work.journal.begin(
                "import", t("导入 {name}", name=path.name), work.actor, work.origin, running=True,
                params={
                    "path": str(path.resolve()), "sha256": sha256(path), "options": options_json(options),
                    "plan": plan.to_json(), "done_row": 0, "made_tags": [], "made_fields": made_fields,
                    "errors_to": str(errors_to) if errors_to else None, "recipe": inspection.recipe,
                },
            )  # fmt: skip
            work.commit()
        self._context.reload_registry()
        report = self._write(path, options, inspection, plan, job, operation, errors_to)
        self._presets.save_last(inspection, plan)
        return report

    def resume(self, operation: uuid.UUID, job: Job | None = None) -> ImportReport:
        """Go on with an import that a crash interrupted; the file must be the same."""
        from app.services.history.service import HistoryService

        info = HistoryService(self._context).get(operation)
        if info.state != "running" or info.kind != "import":
            raise UserError(t("这个操作不是中断的导入。"))
        path = Path(info.params["path"])
        if not path.exists() or sha256(path) != info.params["sha256"]:
            raise UserError(t("原来的文件不在了，或已被修改：{path}。可以选择回退这次导入。", path=path))
        options = ReadOptions(
            **{**info.params["options"], "header_rows": rows_tuple(info.params["options"]["header_rows"])}
        )
        plan = ImportPlan.from_json(info.params["plan"])
        inspection = self.with_recipe(inspect(path, options, job), info.params.get("recipe"))
        resumed = Operation(
            info.id, info.kind, info.summary, self._context.actor, info.origin, info.started_at, dict(info.params),
            counts=dict(info.counts), digest=str(info.params.get("digest", "")), stored=True,
        )  # fmt: skip
        errors_to = Path(info.params["errors_to"]) if info.params.get("errors_to") else None
        return self._write(path, options, inspection, plan, job or Job(), resumed, errors_to)

    def _write(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        plan: ImportPlan,
        job: Job,
        operation: Operation,
        errors_to: Path | None,
    ) -> ImportReport:
        started = time.monotonic()
        tally = Tally(len(inspection.columns))
        tally.counts.update({k: v for k, v in operation.counts.items() if k in tally.counts})
        book = self._book(path, inspection, errors_to)
        done_row = int(operation.params.get("done_row", 0))
        try:
            with self._indexes_for(inspection.rows, job):
                writer = self._writer(plan, tally, book)
                if writer.lines is not None and done_row:
                    with self._context.reading() as work:
                        writer.lines.resume(orders_made(work.connection, operation.id))
                for rows in _without_collector(self._prepared(path, options, inspection, plan, job, tally)):
                    todo, passed = [r for r in rows if r.row > done_row], [r for r in rows if r.row <= done_row]
                    _again(book, passed)
                    if writer.lines is not None:
                        writer.lines.passed(passed)
                    if todo:
                        self._batch(operation, writer, tally, todo)
                    job.progress(t("正在导入"), tally.counts["rows"], inspection.rows)
            errors_file = book.close()
            operation.summary = t("导入 {name}：新建 {n} 条", name=path.name, n=tally.counts["created"])
            with self._context.writing() as work:
                work.journal.finish(operation)
                work.commit()
        except BaseException as error:
            book.discard()
            self._take_back(operation, error)
            raise
        if writer.grown:
            self._context.reload_registry()
        touched = {**operation.change_set().touched, plan.entity: None}
        self._context.after_bulk(touched, tally.counts["rows"])
        return tally.report(
            operation=operation.id, seconds=time.monotonic() - started, dry_run=False, errors_file=errors_file,
            changes=ChangeSet(operation.id, touched),
        )  # fmt: skip

    def _indexes_for(self, rows: int, job: Job) -> contextlib.AbstractContextManager[None]:
        """Many rows into a smaller archive: cheaper to build the listing indexes once at the end."""
        archive = self._context.archive
        if rows < MANY_ROWS or rows < live_counts(archive)["customers"] // 2:
            return contextlib.nullcontext()
        return without_listing_indexes(archive.engine, job)

    def _batch(self, operation: Operation, writer: BatchWriter, tally: Tally, rows: list[Prepared]) -> None:
        with self._context.writing() as work:
            writer.write(work, operation, rows)
            operation.counts = dict(tally.counts)
            work.journal.checkpoint(
                operation,
                {"done_row": rows[-1].row, "made_tags": list(writer.made_tags), "digest": operation.digest},
            )
            work.commit()

    def _take_back(self, operation: Operation, error: BaseException) -> None:
        """After a cancel or a failure nothing of the import remains."""
        try:
            with self._context.writing() as work:
                made_tags = operation.params.get("made_tags", ())
                roll_back(work.reader, work.writer, operation.id, made_tags, Job())
                CustomFieldService.drop_unused(work, operation.params.get("made_fields", ()))
                work.commit()
            self._context.reload_registry()
        except EnvironmentProblem as problem:
            if not isinstance(error, Cancelled):
                raise
            raise problem from error

    def _ruled(self, plan: ImportPlan) -> ImportPlan:
        """Where the person chose no match fields, the office's own rules for imports, if it has any."""
        if not self._context.actor.is_admin:  # whose lists they are not
            plan = replace(plan, new_choices=False)
        if not self._context.actor.is_admin:  # whose pick-lists they are not
            plan = replace(plan, new_choices=False)
        return plan if plan.match else replace(plan, match=self._own_rules(plan.entity))

    # ---- parts --------------------------------------------------------------------------------------------------

    def check_plan(self, plan: ImportPlan, inspection: Inspection) -> None:
        """Raise UserError or NotPermitted when the plan cannot be carried out on this file."""
        plan.check()
        self._context.actor.require(plan.entity, Action.IMPORT)
        if len(plan.columns) != len(inspection.columns):
            raise UserError(t("导入方案的列数与文件不同，请重新匹配列。"))
        entity = self._context.registry.entity(plan.entity)
        given = plan.targets() | set(plan.defaults) | ({entity.title} if plan.titles else set())
        named_otherwise = entity.key in ("deals", "tickets") and given & {"customer", "external_id", "customer.name"}
        for field in entity.fields:
            if not field.required or plan.mode == "update" or (field.key == entity.title and named_otherwise):
                continue
            if field.key == entity.title and entity.titled_by in given:
                continue
            if field.key not in given:
                raise UserError(t("必填字段“{field}”还没有对应的列，请先指定。", field=field.label))
        used = [c.target for c in plan.columns if c.target]
        from app.services.exchange.mapping.targets import holds_several, target_of

        for key in {k for k in used if used.count(k) > 1}:
            target = target_of(key, entity, self._context.registry)
            if target is None or not holds_several(target.field):
                raise UserError(t("有两列都对应到“{field}”，请只留一列。", field=target.label if target else key))
        unknown = [k for k in used if target_of(k, entity, self._context.registry) is None]
        if unknown:
            raise UserError(t("“{entity}”没有字段“{key}”。", entity=entity.label, key=unknown[0]))

    def _prepared(
        self,
        path: Path,
        options: ReadOptions,
        inspection: Inspection,
        plan: ImportPlan,
        job: Job,
        tally: Tally,
        *,
        explain: bool = False,
    ) -> Iterator[list[Prepared]]:
        preparer = Preparer(plan, self._context.registry, self._users(), language(), explain=explain)
        rows = min(BATCH_ROWS, _PIECE_ROWS)
        pieces = self._cook.read(path, options, inspection, preparer, batch_rows=rows, job=job)
        return _gathered(_told(pieces, tally), BATCH_ROWS)

    def _users(self) -> Mapping[str, str]:
        known: dict[str, str] = {}
        for person in self._people.list(active_only=True):
            known[person.name] = known[person.username] = person.id.hex
        return known

    def _writer(self, plan: ImportPlan, tally: Tally, book: ErrorsBook) -> BatchWriter:
        owner = uuid.UUID(plan.owner) if plan.owner else self._context.actor.user_id
        return BatchWriter(plan, tally, book, self._context.actor, owner.bytes)

    @staticmethod
    def _book(path: Path, inspection: Inspection, errors_to: Path | None, *, silent: bool = False) -> ErrorsBook:
        target = errors_to or free_name(beside(path) / t("{stem}_问题行.xlsx", stem=path.stem))
        return ErrorsBook(target, [c.name for c in inspection.columns], language(), silent=silent)

    def _make_fields(self, work: Any, plan: ImportPlan) -> tuple[ImportPlan, list[str]]:
        """Custom fields for columns that become new ones; the plan then names their real keys."""
        columns, made = [], []
        for column in plan.columns:
            if column.target and column.target.startswith(NEW):
                self._context.actor.require_admin()
                _, label, kind = column.target.split(":", 2)
                key = CustomFieldService.make(work, plan.entity, label, FieldType(kind))
                made.append(key)
                columns.append(replace(column, target=key))
            else:
                columns.append(column)
        return replace(plan, columns=tuple(columns)), made


def _told(pieces: Iterator[CookedPiece], tally: Tally) -> Iterator[list[Prepared]]:
    """The rows of the pieces; the tally learns how the recipe went."""
    for piece in pieces:
        tally.recipe = piece.report or None
        yield piece.made


def _gathered(pieces: Iterator[list[Prepared]], rows: int) -> Iterator[list[Prepared]]:
    """Pieces joined into batches of `rows`, each written in one transaction."""
    batch: list[Prepared] = []
    for piece in pieces:
        batch.extend(piece)
        if len(batch) >= rows:
            yield batch
            batch = []
    if batch:
        yield batch


def _without_collector(batches: Iterator[list[Prepared]]) -> Iterator[list[Prepared]]:
    """The batches, with the cyclic garbage collector at rest: it would walk millions of live tuples for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield from batches
    finally:
        if was_on:
            gc.enable()


def _without_new(plan: ImportPlan) -> ImportPlan:
    """For a dry run: columns for fields that do not exist yet are checked by type only when the field is there."""
    return replace(
        plan,
        columns=tuple(replace(c, target=None) if c.target and c.target.startswith(NEW) else c for c in plan.columns),
    )


def _lenient_texts(plan: ImportPlan, entity: Entity, registry: Registry) -> ImportPlan:
    """Texts that are too long are cut and kept whole among the remarks."""
    columns = []
    for column in plan.columns:
        target = target_of(column.target, entity, registry) if column.target else None
        text = target is not None and target.field.type in (FieldType.TEXT, FieldType.LONG_TEXT)
        columns.append(replace(column, lenient=True) if text else column)
    return replace(plan, columns=tuple(columns))


def _count_filled(tally: Tally, rows: list[Prepared]) -> None:
    for row in rows:
        for stat, cell in zip(tally.columns, row.cells, strict=True):
            stat.filled += bool(cell)


def _again(book: ErrorsBook, rows: list[Prepared]) -> None:
    """Rows a crashed run had refused stand in the resumed run's errors workbook too."""
    for row in rows:
        if row.rejected:
            problems = [(index, text) for index, _, text, severity in row.problems or () if severity == "error"]
            book.add(row.row, row.cells, "rejected", problems)
