"""What the parts of the workbench share: the source, the history of steps, the facets; all work in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.workbench.files import Loaded, load_file, write_table
from app.services.workbench.service import Records, WriteBack
from app.views.operations.task import Task
from app.views.shell.desk import Desk

if TYPE_CHECKING:
    from app.services.workbench.clusters import Clusters, Method
    from app.services.workbench.facets import Browse, Facet
    from app.services.workbench.history import Entry, History
    from app.services.workbench.profile import Profile
    from app.services.workbench.recipe import Check, Recipe
    from app.services.workbench.steps import Step
    from app.services.workbench.table import Table


@dataclass(frozen=True)
class Source:
    """Where the table came from: a file, or records of the archive."""

    title: str
    loaded: Loaded | None = None
    records: Records | None = None
    condition: Filter | None = None


class Bench(QObject):
    """One table being cleaned.

    Signals:
        opened(): another table, or none; changed(): a step was taken or taken back; browsed(): rows and counts of the
        facets are there; picked(str): the column in hand; profiled(Profile); busy(str): a long step began, "" = ended;
        progress(Progress): how far it is.
    """

    opened = Signal()
    changed = Signal()
    browsed = Signal()
    picked = Signal(str)
    profiled = Signal(object)
    busy = Signal(str)
    progress = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self.desk = desk
        self.source: Source | None = None
        self.history: History | None = None
        self.facets: list[Facet] = []
        self.browse: Browse | None = None
        self.column = ""
        self._task: Task | None = None
        self._browsing: Task | None = None
        self._profiling: Task | None = None

    @property
    def table(self) -> Table:
        """The table as it is now; only while there is one."""
        assert self.history is not None
        return self.history.table

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    @property
    def idle(self) -> bool:
        """Whether nothing at all runs, not even counting."""
        return self._task is None and self._browsing is None and self._profiling is None

    # ---- the source ---------------------------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Take a file onto the bench."""

        def done(loaded: Loaded) -> None:
            self._begin(Source(path.name, loaded=loaded), loaded.table)

        self._start(t("正在读取“{name}”", name=path.name), lambda job: load_file(path, job=job), done)

    def open_records(self, entity: str, condition: Filter | None = None) -> None:
        """Take records of the archive onto the bench."""
        workspace = self.desk.workspace
        label = workspace.context.registry.entity(entity).label

        def done(records: Records) -> None:
            self._begin(Source(t("档案：{entity}", entity=label), records=records, condition=condition), records.table)

        title = t("正在读取{entity}", entity=label)
        self._start(title, lambda job: workspace.workbench.load(entity, condition, job), done)

    def _begin(self, source: Source, table: Table) -> None:
        from app.services.workbench.history import History

        self.source, self.history = source, History(table)
        self.facets, self.browse = [], None
        self.column = table.names[0] if table.names else ""
        self.opened.emit()
        self.recount()
        self.pick(self.column)

    def close(self) -> None:
        """Leave the table; what was not saved is gone."""
        for task in (self._task, self._browsing, self._profiling):
            if task is not None:
                task.cancel()
        self.source = self.history = self.browse = None
        self.facets, self.column = [], ""
        self.opened.emit()

    # ---- facets -------------------------------------------------------------------------------------------------

    def add_facet(self, facet: Facet) -> None:
        """One more facet; one of the same column and kind takes its place."""
        for at, known in enumerate(self.facets):
            if (known.column, known.kind) == (facet.column, facet.kind):
                self.facets[at] = facet
                break
        else:
            self.facets.append(facet)
        self.recount()

    def set_facet(self, at: int, facet: Facet) -> None:
        """Another choice in a facet."""
        self.facets[at] = facet
        self.recount()

    def remove_facet(self, at: int) -> None:
        """Without this facet."""
        del self.facets[at]
        self.recount()

    def reset_facets(self) -> None:
        """All facets let every row through again."""
        from app.services.workbench.facets import Facet

        self.facets = [Facet(known.kind, known.column) for known in self.facets]
        self.recount()

    @property
    def chosen(self) -> tuple[Facet, ...]:
        """The facets that keep rows out: what the next step works on."""
        return tuple(facet for facet in self.facets if facet.chosen)

    def recount(self) -> None:
        """Rows and counts anew, in the background; a newer question takes the place of an older one."""
        from app.services.workbench.facets import browse

        if self.history is None:
            return
        table, facets = self.table, tuple(self.facets)
        if self._browsing is not None:
            self._browsing.cancel()

        def done(found: Browse) -> None:
            if self.history is not None and table is self.table and facets == tuple(self.facets):
                self.browse = found
                self.browsed.emit()

        self._browsing = task = self.desk.read(lambda job: browse(table, facets, job=job), done, owner=self)
        task.finished.connect(lambda: self._ended("_browsing", task))
        if task.over:
            self._browsing = None

    # ---- the column in hand -------------------------------------------------------------------------------------

    def pick(self, column: str) -> None:
        """Look at another column."""
        self.column = column
        self.picked.emit(column)
        self.describe()

    def describe(self) -> None:
        """The profile of the column in hand, over all rows still there."""
        from app.services.workbench.profile import profile

        if self.history is None:
            return
        known = self.table.find(self.column)
        if known is None:
            return
        alive = self.table.alive
        if self._profiling is not None:
            self._profiling.cancel()

        def done(found: Profile) -> None:
            if found.name == self.column:
                self.profiled.emit(found)

        self._profiling = task = self.desk.read(lambda job: profile(known, alive, job), done, owner=self)
        task.finished.connect(lambda: self._ended("_profiling", task))
        if task.over:
            self._profiling = None

    def _ended(self, name: str, task: Task) -> None:
        if getattr(self, name) is task:
            setattr(self, name, None)

    # ---- steps --------------------------------------------------------------------------------------------------

    def try_step(self, step: Step, on_done: Callable[[Entry], None], on_failed: Callable[[Exception], None]) -> Task:
        """What the step would do, for a preview."""
        history = self.history
        assert history is not None
        return self.desk.read(lambda job: history.tried(step, job), on_done, owner=self, on_failed=on_failed)

    def do_step(self, step: Step, on_done: Callable[[], None] | None = None) -> None:
        """Take a step."""
        history = self.history
        assert history is not None

        def done(entry: Entry) -> None:
            self.take(entry)
            if on_done is not None:
                on_done()

        self._start(t("正在处理“{column}”", column=step.column), lambda job: history.tried(step, job), done)

    def take(self, entry: Entry) -> None:
        """A tried step is taken."""
        assert self.history is not None
        self.history.take(entry)
        self._stepped()

    def go_to(self, at: int) -> None:
        """Back or forth in the history; not while a step is under way, which goes behind the one it began with."""
        if self.history is not None and self._task is None and at != self.history.at:
            self.history.go_to(at)
            self._stepped()

    def undo(self) -> None:
        """One step back."""
        if self.history is not None:
            self.go_to(self.history.at - 1)

    def redo(self) -> None:
        """One step forth."""
        if self.history is not None:
            self.go_to(self.history.at + 1)

    def _stepped(self) -> None:
        names = self.table.names
        self.facets = [f for f in self.facets if not f.column or f.column in names]
        if self.column not in names:
            self.column = names[0] if names else ""
        self.browse = None
        self.changed.emit()
        self.recount()
        self.pick(self.column)

    def _placed(self, body: Mapping[str, Any]) -> Recipe:
        """The recipe for the table here: of records, fields may be named by their keys."""
        from dataclasses import replace

        from app.services.workbench.recipe import recipe_of

        recipe = recipe_of(body)
        if self.source is None or self.source.records is None:
            return recipe
        there = set(self.table.names)
        keys = self.desk.workspace.workbench.renames(self.source.records.entity)
        return replace(recipe, renames={**{k: n for k, n in keys.items() if k not in there}, **recipe.renames})

    def check_recipe(self, body: Mapping[str, Any], on_done: Callable[[Check], None]) -> None:
        """Whether a recipe fits the table as it is now."""
        from app.services.workbench.recipe import check

        recipe, names = self._placed(body), self.table.names
        self.desk.read(lambda _job: check(recipe, names), on_done, owner=self, on_failed=self.desk.dialogs.show_error)

    def run_recipe(self, body: Mapping[str, Any], on_done: Callable[[dict[str, Any]], None]) -> None:
        """All steps of a recipe, one after another in the history; refused as a whole when it does not fit."""
        from app.services.workbench.history import Entry
        from app.services.workbench.recipe import Replay, require

        table = self.table
        recipe = self._placed(body)

        def work(job: Job) -> tuple[list[Entry], dict[str, Any]]:
            require(recipe, table.names)
            going = Replay(recipe)
            entries = going.walk(table, job)
            return [Entry(*one) for one in entries], going.report()

        def done(found: tuple[list[Entry], dict[str, Any]]) -> None:
            assert self.history is not None
            for entry in found[0]:
                self.history.take(entry)
            self._stepped()
            on_done(found[1])

        self._start(t("正在运行清洗配方"), work, done)

    def cluster(
        self, method: Method, on_done: Callable[[Clusters], None], on_failed: Callable[[Exception], None]
    ) -> Task:
        """Clusters of the column in hand over the rows the facets choose."""
        from app.services.workbench.clusters import cluster
        from app.services.workbench.facets import rows_of

        table, facets, name = self.table, self.chosen, self.column
        return self.desk.read(
            lambda job: cluster(table.column(name), method, rows_of(table, facets, job), job),
            on_done, owner=self, on_failed=on_failed,
        )  # fmt: skip

    # ---- results ------------------------------------------------------------------------------------------------

    def export(self, path: Path, *, removed: bool, on_done: Callable[[int], object]) -> None:
        """The table, or the rows taken out, as a file."""
        assert self.source is not None
        table, records = self.table, self.source.records
        service = self.desk.workspace.workbench

        def work(job: Job) -> int:
            if records is not None:
                return service.export(records, table, path, job, removed=removed)
            return write_table(path, table, job, removed=removed)

        self._start(t("正在写入 {name}", name=path.name), work, on_done)

    def preview_back(self, on_done: Callable[[WriteBack], None]) -> None:
        """What writing back would change."""
        assert self.source is not None
        records, table = self.source.records, self.table
        assert records is not None
        service = self.desk.workspace.workbench
        self._start(t("正在核对要写回的内容"), lambda job: service.preview(records, table, job), on_done)

    def write_back(self, on_done: Callable[[WriteBack], None]) -> None:
        """Write the cleaned cells back as one operation."""
        assert self.source is not None
        records, table, condition = self.source.records, self.table, self.source.condition
        assert records is not None
        service = self.desk.workspace.workbench

        def done(result: WriteBack) -> None:
            on_done(result)
            self.open_records(records.entity, condition)

        self.desk.operate(
            lambda job: service.apply(records, table, job),
            title=t("正在写回档案"), owner=self, on_done=done, initiator=self,
            told=lambda result: t("已清洗 {n} 条档案", n=result.records) if result.records else "",
        )  # fmt: skip

    def import_wish(self) -> dict[str, Any]:
        """What the import wizard is asked for: the file with the steps as its recipe. Raises UserError where the steps
        cannot be replayed."""
        assert self.source is not None
        assert self.history is not None
        loaded = self.source.loaded
        assert loaded is not None
        recipe = self.history.recipe()
        if any(facet.kind == "flag" for step in recipe.steps for facet in step.rows):
            raise UserError(t("有的步骤按标记选行，导入时无法重放。请先导出清洗后的文件，再导入那个文件。"))
        body = recipe.to_json() if recipe.steps else None
        return {"path": loaded.path, "recipe": body, "options": loaded.options}

    # ---- long work ----------------------------------------------------------------------------------------------

    def _start(self, title: str, work: Callable[[Job], Any], on_done: Callable[[Any], object]) -> None:
        if self._task is not None:
            return
        task = self.desk.read(work, self._finishing(on_done), owner=self, title=title, on_failed=self._failed)
        if task.over:
            return
        self._task = task
        task.progress.connect(self.progress)
        task.cancelled.connect(lambda: self._over(task))
        self.busy.emit(title)

    def _finishing(self, on_done: Callable[[Any], object]) -> Callable[[Any], None]:
        def done(result: Any) -> None:
            self._over(self._task)
            on_done(result)

        return done

    def _failed(self, error: Exception) -> None:
        self._over(self._task)
        self.desk.dialogs.show_error(error)

    def _over(self, task: Task | None) -> None:
        if task is self._task:
            self._task = None
            self.busy.emit("")

    def cancel(self) -> None:
        """Stop the long step that runs."""
        if self._task is not None:
            self._task.cancel()
