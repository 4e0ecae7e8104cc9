"""Migrations from other systems: detect, plan, try, run, run again for what changed, take back, sign off."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.clock import now
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.errors import AppError, Cancelled, NotFound, UserError
from app.services.context import Context
from app.services.customers.fields import CustomFieldService
from app.services.exchange.files.records import Inspection, ReadOptions
from app.services.exchange.importing.importer import ImportService
from app.services.exchange.mapping.mapping import propose
from app.services.exchange.mapping.plan import UPSERT, ImportPlan
from app.services.history.service import HistoryService
from app.services.migration.detection import Detected, detected, files_of
from app.services.migration.other_archive import export_archive
from app.services.migration.presets import KEDANG, preset_for
from app.services.migration.projects import ProjectStore
from app.services.migration.records import (
    DONE,
    FULL,
    INCREMENTAL,
    ORDER,
    ROLLED_BACK,
    RUNNING,
    SIGNED_OFF,
    STOPPED,
    TRIAL,
    Project,
    RolledBack,
    Run,
    Step,
    StepResult,
)
from app.services.migration.runner import StepRunner, options_of

#: a copy of the archive that is thrown away, with services on it
Scratch = Callable[[Job], AbstractContextManager[tuple[Context, ImportService]]]
#: another archive, open for reading: (path, user, password)
OpenOther = Callable[[Path, str, str], AbstractContextManager[Context]]


class MigrationService:
    """For administrators. `before_many` makes the backup before a run."""

    def __init__(
        self,
        context: Context,
        imports: ImportService,
        history: HistoryService,
        scratch: Scratch,
        open_other: OpenOther,
    ) -> None:
        self._context = context
        self._imports = imports
        self._history = history
        self._scratch = scratch
        self._open_other = open_other
        self._store = ProjectStore(context)

    # ---- plans --------------------------------------------------------------------------------------------------

    def detect(self, paths: Sequence[Path], job: Job | None = None) -> list[Detected]:
        """Whose exports these files are, in the order in which they would be brought over."""
        found = [detected(inspection, self._context.registry) for inspection in self._tables(paths, job or Job())]
        return sorted(found, key=lambda d: _place(d.entity))

    def create(self, name: str, paths: Sequence[Path], job: Job | None = None) -> Project:
        """A project of these files, each mapped by its system's preset, else by headers and content."""
        self._context.actor.require_admin()
        work_job = job or Job()
        steps = [self._step(inspection, "", work_job) for inspection in self._tables(paths, work_job)]
        if not steps:
            raise UserError(t("这些文件里没有可以导入的数据。"))
        return self._store.add(name, sorted(steps, key=lambda s: _place(s.entity)))

    def create_from_archive(
        self, name: str, archive: Path, user: str, password: str, folder: Path, job: Job | None = None
    ) -> Project:
        """A project that brings another archive over: its records are written as files into `folder` first."""
        self._context.actor.require_admin()
        work_job = job or Job()
        with self._open_other(archive, user, password) as other:
            files = export_archive(other, folder, work_job)
        steps = [
            self._step(inspection, entity, work_job, KEDANG)
            for entity, path in files
            for inspection in self._tables([path], work_job)
        ]
        if not steps:
            raise UserError(t("这个档案里没有可以导入的数据。"))
        return self._store.add(name, sorted(steps, key=lambda s: _place(s.entity)))

    def projects(self) -> list[Project]:
        """All projects, the latest changed first."""
        return self._store.all()

    def get(self, name: str) -> Project:
        """The project with this name; raises NotFound."""
        return self._store.get(name)

    def delete(self, name: str) -> None:
        """Forget a project; what it brought over stays."""
        self._context.actor.require_admin()
        self._store.remove(name)

    def add_files(self, name: str, paths: Sequence[Path], job: Job | None = None) -> Project:
        """Further files for a project."""
        project = self._open_to_change(name)
        known = {(s.path, s.sheet) for s in project.steps}
        work_job = job or Job()
        more = [
            self._step(found, "", work_job)
            for found in self._tables(paths, work_job)
            if (found.path, found.sheet) not in known
        ]
        return self._save(project, [*project.steps, *more])

    def remove_step(self, name: str, index: int) -> Project:
        """A project without one of its tables."""
        project = self._open_to_change(name)
        return self._save(project, [s for i, s in enumerate(project.steps) if i != index])

    def set_entity(self, name: str, index: int, entity: str, job: Job | None = None) -> Project:
        """Another kind of record for a table; its columns are mapped anew."""
        project = self._open_to_change(name)
        step = project.steps[index]
        inspection = self._imports.inspect(step.path, options_of(step), job)
        made = self._step(inspection, entity, job or Job())
        return self._save(project, [made if i == index else s for i, s in enumerate(project.steps)])

    def set_plan(self, name: str, index: int, plan: ImportPlan) -> Project:
        """Another mapping for a table."""
        project = self._open_to_change(name)
        plan.check()
        steps = [replace(s, plan=plan) if i == index else s for i, s in enumerate(project.steps)]
        return self._save(project, steps)

    def inspection(self, step: Step, job: Job | None = None) -> Inspection:
        """What the step's table holds, after its cleaning recipe."""
        return StepRunner(self._context, self._imports).inspection(step, job)

    def set_recipe(self, name: str, index: int, recipe: str, job: Job | None = None) -> Project:
        """Clean the table by a saved recipe before it is brought over ("" = no longer); its columns are mapped anew.
        Raises UserError when the recipe does not fit the file."""
        project = self._open_to_change(name)
        step = replace(project.steps[index], recipe=recipe)
        inspection = self.inspection(step, job)
        made = replace(self._step(inspection, step.entity, job or Job(), step.system), recipe=recipe)
        return self._save(project, [made if i == index else s for i, s in enumerate(project.steps)])

    # ---- runs ---------------------------------------------------------------------------------------------------

    def trial(self, name: str, job: Job | None = None) -> Run:
        """Every step on a copy of the archive that is thrown away; the run tells what would come of it."""
        self._context.actor.require_admin()
        project, work_job = self._store.get(name), job or Job()
        run = self._store.begin(project, TRIAL)
        with self._scratch(work_job) as (context, imports), tempfile.TemporaryDirectory(prefix="kedang-") as folder:
            return self._steps(project, run, TRIAL, StepRunner(context, imports), work_job, [], Path(folder))

    def run(self, name: str, job: Job | None = None, *, incremental: bool = False) -> Run:
        """Bring everything over, or what changed since the last run. A run that was stopped goes on with the step it
        stopped at."""
        self._context.actor.require_admin()
        project, work_job = self._store.get(name), job or Job()
        if project.state == SIGNED_OFF:
            raise UserError(t("“{name}”已经签字确认，不能再迁移。", name=project.name))
        self._clear_interrupted(project)
        kind = INCREMENTAL if incremental else FULL
        last = next((r for r in reversed(project.runs) if r.kind != TRIAL), None)
        before: list[StepResult] = []
        if last is not None and last.kind == kind and last.state in (STOPPED, RUNNING) and project.state != ROLLED_BACK:
            before = [*last.steps]
        if incremental and not any(r.kind == FULL and r.state == DONE for r in project.runs):
            raise UserError(t("还没有正式迁移过，请先正式迁移一次。"))
        run = self._store.begin(project, kind, before)
        self._store.change(project.name, state=RUNNING)
        return self._steps(project, run, kind, StepRunner(self._context, self._imports), work_job, before, None)

    def _steps(
        self, project: Project, run: uuid.UUID, kind: str, runner: StepRunner, job: Job, before: Sequence[StepResult],
        errors_in: Path | None,
    ) -> Run:  # fmt: skip
        results, touched = list(before), ChangeSet()
        try:
            for number, step in enumerate(project.steps):
                if number < len(before):
                    continue
                job.check()
                known = self._store.digests(project, number) if kind == INCREMENTAL else None
                errors_to = errors_in / f"{number}.xlsx" if errors_in is not None else None
                done = runner.run(number, step, job, known, errors_to)
                results.append(done.result if errors_in is None else replace(done.result, operation="", errors_file=""))
                if kind != TRIAL:
                    self._store.remember(project, number, done.digests)
                    if done.report is not None:
                        merged = {**touched.touched, **done.report.changes.touched}
                        touched = ChangeSet(done.report.changes.operation_id, merged)
                self._store.note(run, results)
        except BaseException as error:
            words = t("已取消") if isinstance(error, Cancelled) else str(error) or type(error).__name__
            self._store.note(run, results, STOPPED, words)
            if kind != TRIAL:
                self._store.change(project.name, state=STOPPED)
            if isinstance(error, AppError) and len(results) < len(project.steps):
                text = t("第 {n} 步（{file}）：{problem}", n=len(results) + 1, file=project.steps[len(results)].path.name,
                         problem=str(error))  # fmt: skip
                raise UserError(text, details=error.details) from error
            raise
        self._store.note(run, results, DONE)
        if kind != TRIAL:
            self._store.change(project.name, state=DONE)
        found = next(r for r in self._store.get(project.name).runs if r.id == run)
        return replace(found, changes=touched)

    def _clear_interrupted(self, project: Project) -> None:
        """What a crash left of an import of this project's files is taken back before the step begins anew."""
        files = {str(s.path.resolve()) for s in project.steps}
        for operation in self._history.unfinished():
            if operation.kind == "import" and operation.params.get("path") in files:
                self._history.roll_back(operation.id)

    # ---- back, and signed ---------------------------------------------------------------------------------------

    def roll_back(self, name: str, job: Job | None = None) -> RolledBack:
        """Undo all the project brought over, newest first; records changed since are kept and listed."""
        self._context.actor.require_admin()
        project, work_job = self._store.get(name), job or Job()
        if project.state == SIGNED_OFF:
            raise UserError(t("这个迁移已经签字确认，不能整体回退。个别操作仍可在操作记录里撤销。"))
        self._clear_interrupted(project)
        operations: list[str] = []
        for run in project.runs:
            if run.kind != TRIAL:
                operations += [s.operation for s in run.steps if s.operation and s.operation not in operations]
        reverted, undone, kept = 0, 0, []
        touched: dict[str, Any] = {}
        made: list[str] = []
        for text in reversed(operations):
            work_job.check()
            try:
                info = self._history.get(uuid.UUID(text))
            except NotFound:
                continue
            if info.state not in ("done", "partly_undone"):
                continue
            found = self._history.undo(info.id, work_job)
            made += info.params.get("made_fields", ())
            reverted, undone = reverted + found.reverted, undone + 1
            kept += [(k.title, k.reason) for k in found.kept]
            touched |= found.changes.touched
            work_job.progress(t("正在回退迁移"), undone, len(operations))
        if made:
            with self._context.writing() as work:
                CustomFieldService.drop_unused(work, made)
                work.commit()
            self._context.reload_registry()
        self._store.forget_rows(project)
        self._store.change(project.name, state=ROLLED_BACK, signed={})
        return RolledBack(reverted, undone, tuple(kept), ChangeSet(None, touched))

    def sign_off(self, name: str) -> Project:
        """The person in charge confirms that everything is over. Raises UserError before a run is done."""
        self._context.actor.require_admin()
        project = self._store.get(name)
        if project.state != DONE:
            raise UserError(t("正式迁移完成后才能签字确认。"))
        signed = {"by": self._context.actor.name, "at": now().astimezone().isoformat(timespec="seconds")}
        return self._store.change(name, state=SIGNED_OFF, signed=signed)

    def report(self, name: str, target: Path) -> Path:
        """The sign-off report as a workbook; an older file of that name is replaced."""
        from app.services.migration.sign_off import write_report

        return write_report(self._store.get(name), target, self._context.registry)

    # ---- parts --------------------------------------------------------------------------------------------------

    def _tables(self, paths: Sequence[Path], job: Job) -> list[Inspection]:
        """Every table with rows of these files and folders."""
        found: list[Inspection] = []
        files = files_of(paths)
        for done, path in enumerate(files):
            job.progress(t("正在识别 {name}", name=path.name), done, len(files))
            if path.suffix.lower() == ".kedang":
                raise UserError(t("“{name}”是另一个客档通档案，请用“从另一个档案迁移”。", name=path.name))
            first = self._imports.inspect(path, ReadOptions(), job)
            others = [s.name for s in first.sheets if s.name != first.sheet and s.rows > 1 and not s.hidden]
            tables = [first, *(self._imports.inspect(path, ReadOptions(sheet=name), job) for name in others)]
            found += [x for x in tables if x.rows and x.columns]
        return found

    def _step(self, inspection: Inspection, entity: str, job: Job, system: str = "") -> Step:
        """A step for a table, mapped whole."""
        told = detected(inspection, self._context.registry)
        key = entity or told.entity
        preset = preset_for([c.name for c in inspection.columns], key) if system != KEDANG else None
        registry = self._context.registry
        if preset is not None:
            plan = propose(inspection, registry.entity(key), registry, preset.remembered())
        elif system == KEDANG:
            plan = propose(inspection, registry.entity(key), registry, kedang_mapping(inspection, registry.entity(key)))
        else:
            plan = self._imports.propose(inspection, key)
        sheet = inspection.sheet if inspection.format not in ("csv", "tsv", "vcf") else ""
        options = ReadOptions(sheet=sheet or None)
        whole = self._imports.whole(inspection.path, options, inspection, plan, job, mode=UPSERT)
        owner = preset.system if preset is not None else system or (told.system if key == told.entity else "")
        return Step(inspection.path.resolve(), sheet, owner, key, whole.plan, inspection.rows)

    def _open_to_change(self, name: str) -> Project:
        self._context.actor.require_admin()
        project = self._store.get(name)
        if project.state in (RUNNING, DONE, STOPPED, SIGNED_OFF) and any(r.kind != TRIAL for r in project.runs):
            raise UserError(t("“{name}”已经迁移过，不能再改步骤；可以先整体回退。", name=project.name))
        return project

    def _save(self, project: Project, steps: Sequence[Step]) -> Project:
        return self._store.change(project.name, steps=sorted(steps, key=lambda s: _place(s.entity)))


def kedang_mapping(inspection: Inspection, entity: Any) -> dict[str, str | None]:
    """Header key → field of a file written from another archive: its headers are the fields' keys."""
    from app.services.exchange.mapping.targets import header_key

    return {header_key(c.name): c.name for c in inspection.columns if entity.find(c.name) is not None}


def _place(entity: str) -> int:
    return ORDER.index(entity) if entity in ORDER else len(ORDER)
