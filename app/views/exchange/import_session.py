"""What the wizard's steps share: the file, what was found in it, the plan, the reports; all work in the background."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.core.fields import Entity
from app.core.i18n import t
from app.core.jobs import Progress
from app.services.exchange.column_check import PreviewCheck
from app.services.exchange.plan import ImportPlan
from app.services.exchange.reading.records import Inspection, ReadOptions
from app.services.exchange.report import ImportReport
from app.services.exchange.targets import Target, targets_of
from app.views.operations.task import Task
from app.views.shell.desk import Desk


class ImportSession(QObject):
    """One run of the wizard.

    Signals:
        busy(str): a long step began (its words), or "" when it ended; progress(Progress): how far it is;
        inspected(), planned(), previewed(), checked(), imported(): that much is known now;
        failed(Exception): the step did not work; cancelled(): the person stopped it.
    """

    busy = Signal(str)
    progress = Signal(object)
    inspected = Signal()
    planned = Signal()
    previewed = Signal()
    checked = Signal()
    imported = Signal()
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, desk: Desk, entity: str, parent: QObject) -> None:
        super().__init__(parent)
        self.desk = desk
        self.entity_key = entity
        self.options = ReadOptions()
        self.path: Path | None = None
        self.inspection: Inspection | None = None
        self.plan: ImportPlan | None = None
        self.preview: PreviewCheck | None = None
        self.dry: ImportReport | None = None
        self.report: ImportReport | None = None
        self._task: Task | None = None
        self._preview_task: Task | None = None

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

    def open(self, path: Path, options: ReadOptions | None = None) -> None:
        """Look into a file (again, with other options)."""
        self.path, self.options = path, options or ReadOptions()
        wanted = self.options

        def work(job: Any) -> tuple[Inspection, ImportPlan]:
            inspection = self.desk.workspace.imports.inspect(path, wanted, job)
            return inspection, self.desk.workspace.imports.propose(inspection, self.entity_key)

        def done(found: tuple[Inspection, ImportPlan]) -> None:
            self.inspection, self.plan = found
            self.preview = self.dry = None
            self._end()
            self.inspected.emit()
            self.planned.emit()
            self._look()

        self._start(t("正在读取 {name}", name=path.name), work, done, pool="read")

    def reread(self, **options: Any) -> None:
        """The same file read otherwise: sheet, encoding, delimiter, header_rows."""
        assert self.path is not None
        self.open(self.path, replace(self.options, **options))

    def forget(self) -> None:
        """Back to no file."""
        self.path = self.inspection = self.plan = self.preview = self.dry = None

    def set_entity(self, entity: str) -> None:
        """Import into another kind of record; the columns are mapped anew."""
        self.entity_key = entity
        if self.inspection is not None:
            self.plan = self.desk.workspace.imports.propose(self.inspection, entity)
            self.preview = self.dry = None
            self.planned.emit()
            self._look()

    # ---- the plan -----------------------------------------------------------------------------------------------

    def change(self, plan: ImportPlan) -> None:
        """Another plan; the preview follows."""
        self.plan = plan
        self.dry = None
        self.planned.emit()
        self._look()

    def retarget(self, index: int, target: str | None) -> None:
        """Another target for one column, chosen by the person."""
        assert self.plan is not None
        self.change(self.plan.with_target(index, target))

    def obstacle(self) -> str:
        """Why the plan cannot be carried out, in words; "" when it can."""
        plan = self.plan
        if plan is None or self.inspection is None:
            return t("请先选择文件。")
        try:
            self.desk.workspace.imports.check_plan(plan, self.inspection)
        except Exception as error:  # noqa: BLE001 - every reason is told in place
            return str(error)
        return ""

    def _look(self) -> None:
        """Prepare the preview rows in the background; the last question wins."""
        if self._preview_task is not None:
            self._preview_task.job.cancel()
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
        """The dry run."""
        path, inspection, plan = self._settled()

        def work(job: Any) -> ImportReport:
            return self.desk.workspace.imports.dry_run(path, self.options, inspection, plan, job, errors_to)

        def done(report: ImportReport) -> None:
            self.dry = report
            self._end()
            self.checked.emit()

        self._start(t("正在检查全部 {n} 行", n=f"{inspection.rows:,}"), work, done)

    def run(self) -> None:
        """The import itself; pages are told."""
        path, inspection, plan = self._settled()

        def work(job: Any) -> ImportReport:
            return self.desk.workspace.imports.run(path, self.options, inspection, plan, job)

        def done(report: ImportReport) -> None:
            self.report = report
            self._end()
            self.imported.emit()
            self.desk.changed.emit(report.changes, self)

        self._start(t("正在导入 {n} 行", n=f"{inspection.rows:,}"), work, done)

    def _settled(self) -> tuple[Path, Inspection, ImportPlan]:
        assert self.path is not None
        assert self.inspection is not None
        assert self.plan is not None
        return self.path, self.inspection, self.plan

    def cancel(self) -> None:
        """Stop the running step; an import takes back what it wrote."""
        if self._task is not None:
            self._task.job.cancel()

    def _start(self, words: str, work: Any, done: Any, pool: str = "write") -> None:
        if self._task is not None:
            return
        self.busy.emit(words)
        self._task = self.desk.runner.start(
            work, on_done=done, on_progress=self._on_progress, on_failed=self._on_failed, on_cancelled=self._on_cancelled,
            owner=self, title=words, pool="read" if pool == "read" else "write",
        )  # fmt: skip

    def _on_progress(self, progress: Progress) -> None:
        self.progress.emit(progress)

    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        self._task = None
        self.busy.emit("")
