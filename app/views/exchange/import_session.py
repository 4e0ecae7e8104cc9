"""What the wizard's steps share: the file, what was found in it, the plan, the reports; all work in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from app.core.fields import Entity, Field
from app.core.i18n import t
from app.core.jobs import Progress
from app.core.kinds import Kind, kind_of
from app.core.pinyin import spoken
from app.errors import AppError
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.files.records import Inspection, ReadOptions
from app.services.exchange.importing.column_check import PreviewCheck
from app.services.exchange.importing.report import ImportReport
from app.services.exchange.mapping.mapping import order_is_open, tuned
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import Target, target_of, targets_of
from app.services.exchange.mapping.whole_table import homeless, widened
from app.views.operations.task import Task
from app.views.shell.desk import Desk

Order = Literal["ymd", "mdy", "dmy"]


#: a word of the file becomes a value of the list
NEW_WORD = "+"


@dataclass(frozen=True)
class Word:
    """A word of the file that a pick-list has not: in how many rows, what it means ("" = left out), whether it may become a
    value of its own."""

    column: int
    field: Field
    text: str
    rows: int
    meant: str
    grows: bool


class ImportSession(QObject):
    """One run of the wizard. A newer question takes the place of one that is still being answered; an import that
    writes is never replaced.

    Signals:
        busy(str): a long step began (its words), or "" when it ended; progress(Progress): how far it is;
        inspected(), planned(), previewed(), checked(), imported(): that much is known now;
        refused(Exception): a file cannot be read, what was open before stays;
        failed(Exception): another step did not work; cancelled(): the person stopped it.
    """

    busy = Signal(str)
    progress = Signal(object)
    inspected = Signal()
    planned = Signal()
    previewed = Signal()
    checked = Signal()
    imported = Signal()
    refused = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, desk: Desk, entity: str, parent: QObject) -> None:
        super().__init__(parent)
        self.desk = desk
        self.entity_key = entity
        self.is_writing = False
        self._task: Task | None = None
        self._preview_task: Task | None = None
        self._opening: tuple[Path, ReadOptions] | None = None
        self.forget()

    def forget(self) -> None:
        """Back to no file."""
        self.recipe: Mapping[str, Any] | None = None  # cleaning steps that run before the mapping
        self.path: Path | None = None
        self.options = ReadOptions()
        self.inspection: Inspection | None = None
        self.plan: ImportPlan | None = None
        self.preview: PreviewCheck | None = None
        self.dry: ImportReport | None = None
        self.report: ImportReport | None = None
        self.preset = ""  # name of the saved plan in use
        self._obstacle: tuple[ImportPlan, str] | None = None

    @property
    def entity(self) -> Entity:
        return self.desk.workspace.context.registry.entity(self.entity_key)

    def targets(self) -> list[Target]:
        """Where columns can go."""
        return targets_of(self.entity, self.desk.workspace.context.registry)

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    # ---- the file -----------------------------------------------------------------------------------------------

    def open(self, path: Path, options: ReadOptions | None = None, entity: str = "") -> None:
        """Look into a file (again, with other options or for another kind of record)."""
        wanted, kind = options or ReadOptions(), entity or self.entity_key
        imports, registry = self.desk.workspace.imports, self.desk.workspace.context.registry
        targets = targets_of(registry.entity(kind), registry)
        if self.path is not None and path != self.path:
            self.recipe = None  # it was made for the other file
        recipe = self.recipe

        def work(job: Any) -> tuple[Inspection, ImportPlan]:
            inspection = imports.with_recipe(imports.inspect(path, wanted, job), recipe)
            for target in targets:
                spoken(target.label)  # here, for the first call loads a large table
            return inspection, imports.propose(inspection, kind)

        def done(found: tuple[Inspection, ImportPlan]) -> None:
            self.path, self.options, self.entity_key = path, wanted, kind
            self.inspection, plan = found
            self.preset = ""
            self.inspected.emit()
            self.change(plan)

        self._start(t("正在读取 {name}", name=path.name), work, done, refusal=self.refused)
        self._opening = (path, wanted)

    def reread(self, **options: Any) -> None:
        """The same file read otherwise: sheet, encoding, delimiter, header_rows."""
        path, known = self._opening or (self.path, self.options)
        assert path is not None
        self.open(path, replace(known, **options))

    def set_entity(self, entity: str) -> None:
        """Import into another kind of record; the columns are mapped anew."""
        inspection = self.inspection
        if self._opening is not None:
            self.open(*self._opening, entity)
        elif inspection is None:
            self.entity_key = entity
        else:
            self._start(
                t("正在匹配列"),
                lambda _job: self.desk.workspace.imports.propose(inspection, entity),
                self._on_proposed,
            )

    def _on_proposed(self, plan: ImportPlan) -> None:
        self.entity_key = plan.entity
        self.preset = ""
        self.change(plan)

    # ---- the plan -----------------------------------------------------------------------------------------------

    def change(self, plan: ImportPlan) -> None:
        """Another plan; the preview follows."""
        self.plan = plan
        self.dry = self.preview = None
        self.planned.emit()
        self._look()

    def adopt(self, plan: ImportPlan, name: str) -> None:
        """Go on with a saved plan."""
        self.preset = name
        self.change(plan)

    def retarget(self, index: int, target: str | None) -> None:
        """Another target for one column, chosen by the person; its unit and date order are settled anew."""
        assert self.plan is not None
        registry = self.desk.workspace.context.registry
        found = target_of(target, self.entity, registry) if target else None
        column = ColumnPlan(self.plan.columns[index].name, target, 1.0, "person")
        self._put(index, tuned(column, self._cells(index), (found,)) if found else column)

    def columns_without_place(self) -> int:
        """How many columns with content are not imported and could become fields of their own."""
        return len(homeless(self.inspection, self.plan)) if self.inspection and self.plan else 0

    def make_fields(self) -> None:
        """A field for every column that is not imported: an existing one of its name, or a new one."""
        assert self.inspection is not None
        assert self.plan is not None
        self.change(widened(self.inspection, self.plan, self.entity, forced=True))

    def set_unit(self, index: int, unit: int) -> None:
        """How many 元 a written 1 of an amount column stands for."""
        assert self.plan is not None
        self._put(index, replace(self.plan.columns[index], unit=unit))

    def set_date_order(self, index: int, order: Order) -> None:
        """The order of short dates, settled by the person."""
        assert self.plan is not None
        self._put(index, replace(self.plan.columns[index], date_order=order, order_certain=True))

    def words(self) -> list[Word]:
        """The words of the file that a pick-list has not, as the check found them and as the person decided."""
        plan, registry = self.plan, self.desk.workspace.context.registry
        if plan is None:
            return []
        counts = dict(self.dry.words) if self.dry is not None else {}
        found: list[Word] = []
        for index, column in enumerate(plan.columns):
            target = target_of(column.target, self.entity, registry) if column.target else None
            if target is None or not kind_of(target.field).listed:
                continue
            texts = dict.fromkeys((*column.values, *(text for at, text in counts if at == index)))
            grows = target.field.office and plan.new_choices and self.desk.workspace.actor.is_admin
            grows = grows and target.key == target.field.key
            for text in texts:
                meant = column.values.get(text, NEW_WORD if grows else "")
                found.append(Word(index, target.field, text, counts.get((index, text), 0), meant, grows))
        return found

    def set_word(self, word: Word, meant: str) -> None:
        """What a word of the file means: a code, "" to leave it out, NEW_WORD for a value of its own."""
        assert self.plan is not None
        column = self.plan.columns[word.column]
        values = {text: code for text, code in column.values.items() if text != word.text}
        if meant != NEW_WORD:
            values[word.text] = meant
        self._put(word.column, replace(column, values=values))

    def asks_order(self, index: int) -> bool:
        """Whether a date column can be read in several ways and its cells do not settle which."""
        kind = self.field_kind(index)
        return kind is not None and (kind.day or kind.yearly) and order_is_open(self._cells(index))

    def field_kind(self, index: int) -> Kind | None:
        """What the field of a column holds; None when the column is not imported."""
        key = self.plan.columns[index].target if self.plan else None
        found = target_of(key, self.entity, self.desk.workspace.context.registry) if key else None
        return kind_of(found.field) if found else None

    def _put(self, index: int, column: ColumnPlan) -> None:
        assert self.plan is not None
        columns = list(self.plan.columns)
        columns[index] = column
        self.change(replace(self.plan, columns=tuple(columns)))

    def _cells(self, index: int) -> list[str]:
        return [row[index] for row in self.inspection.preview] if self.inspection else []

    def obstacle(self) -> str:
        """Why the plan cannot be carried out, in words; "" when it can."""
        plan = self.plan
        if plan is None or self.inspection is None:
            return t("请先选择文件。")
        if self._obstacle is None or self._obstacle[0] is not plan:
            words = ""
            try:
                self.desk.workspace.imports.check_plan(plan, self.inspection)
            except AppError as error:
                words = str(error)
            self._obstacle = (plan, words)
        return self._obstacle[1]

    def _look(self) -> None:
        """Prepare the preview rows in the background; the last question wins."""
        if self._preview_task is not None:
            self._preview_task.cancel()
        plan, inspection = self.plan, self.inspection
        if plan is None or inspection is None:
            return

        def done(found: PreviewCheck) -> None:
            if self.plan is plan:
                self.preview = found
                self.previewed.emit()

        self._preview_task = self.desk.read(
            lambda _job: self.desk.workspace.imports.check_preview(inspection, plan), done, owner=self
        )

    # ---- over all rows ------------------------------------------------------------------------------------------

    def check(self, errors_to: Path | None = None) -> None:
        """The dry run; with `errors_to` the rows that will not be imported are written there."""
        path, inspection, plan = self._settled()
        options = self.options

        def work(job: Any) -> ImportReport:
            return self.desk.workspace.imports.dry_run(path, options, inspection, plan, job, errors_to)

        def done(report: ImportReport) -> None:
            self.dry = report
            self.checked.emit()

        self._start(t("正在检查全部 {n} 行", n=f"{inspection.rows:,}"), work, done, pool="write")

    def run(self) -> None:
        """The import itself; pages are told."""
        path, inspection, plan = self._settled()
        options = self.options

        def work(job: Any) -> ImportReport:
            return self.desk.workspace.imports.run(path, options, inspection, plan, job)

        def done(report: ImportReport) -> None:
            self.report = report
            self.imported.emit()
            self.desk.changed.emit(report.changes, self)

        self._start(t("正在导入 {n} 行", n=f"{inspection.rows:,}"), work, done, pool="write", writes=True)

    def _settled(self) -> tuple[Path, Inspection, ImportPlan]:
        assert self.path is not None
        assert self.inspection is not None
        assert self.plan is not None
        return self.path, self.inspection, self.plan

    # ---- one step at a time -------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Stop the running step; an import takes back what it wrote."""
        if self._task is not None:
            self._task.cancel()

    def _start(
        self,
        words: str,
        work: Callable[[Any], Any],
        done: Callable[[Any], None],
        *,
        pool: Literal["read", "write"] = "read",
        refusal: Any = None,
        writes: bool = False,
    ) -> None:
        if self.is_writing:
            return
        self.cancel()
        self._opening, self.is_writing = None, writes

        def ended(then: Callable[..., object], *answer: Any) -> None:
            if self._task is not task:
                return  # a newer question took its place
            self._task, self._opening, self.is_writing = None, None, False
            then(*answer)
            if self._task is None:  # unless that led to the next step
                self.busy.emit("")

        task = self._task = self.desk.runner.start(
            work, on_done=lambda found: ended(done, found), owner=self, title=words, pool=pool,
            on_progress=lambda progress: self._on_progress(task, progress),
            on_failed=lambda error: ended((refusal if refusal and isinstance(error, AppError) else self.failed).emit, error),
            on_cancelled=lambda: ended(self.cancelled.emit),
        )  # fmt: skip
        self.busy.emit(words)

    def _on_progress(self, task: Task, progress: Progress) -> None:
        if self._task is task:
            self.progress.emit(progress)
