"""One step of a migration: its rows read and remembered, imported, and compared with what the archive then holds."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.i18n import t
from app.core.jobs import Job
from app.db.store import sums
from app.errors import UserError
from app.services.context import Context
from app.services.exchange.files.records import Batch, Inspection, ReadOptions
from app.services.exchange.files.source import read
from app.services.exchange.importing.importer import ImportService
from app.services.exchange.importing.report import DUPLICATE, WARNING, ImportReport
from app.services.exchange.mapping.plan import CREATE, UPSERT, ImportPlan
from app.services.exchange.mapping.targets import LINE, NEW, header_key
from app.services.migration.ledger import Ledger, LedgerReader, key_column, money_columns
from app.services.migration.records import LISTED, MoneySum, RefusedRow, Step, StepResult
from app.services.workbench.cooking import read_cooked
from app.services.workbench.recipe_book import RecipeService

_LONGEST = 200  # characters of a cell that is shown


@dataclass(frozen=True)
class StepRun:
    """A step carried out: what it came to, and the digests of the rows that are in the archive now."""

    result: StepResult
    digests: Mapping[str, str]
    report: ImportReport | None


class StepRunner:
    """Carries steps out on one archive: the real one, or the scratch copy of a trial."""

    def __init__(self, context: Context, imports: ImportService) -> None:
        self._context = context
        self._imports = imports

    def run(
        self,
        number: int,
        step: Step,
        job: Job,
        known: Mapping[str, str] | None = None,
        errors_to: Path | None = None,
    ) -> StepRun:
        """Bring the step's rows over. `known`: key → digest of the last run; rows that are the same are skipped."""
        if not step.path.exists():
            raise UserError(t("找不到文件：{path}", path=step.path))
        options = options_of(step)
        inspection = self.inspection(step, job)
        plan = self._plan(step, inspection)
        ledger = Ledger(money_columns(plan, self._context.registry))
        reader = LedgerReader(plan, self._context.registry)
        for piece in read_cooked(step.path, options, inspection, reader, job=job):
            ledger.entries.extend(piece.made)
        digests = ledger.digests()
        vanished = sorted(k for k in known if k not in digests) if known is not None else []
        base = StepResult(
            number, step.path.name, step.entity, len(ledger.entries), vanished_count=len(vanished),
            vanished=tuple(vanished[:LISTED]),
        )  # fmt: skip
        changed = None if known is None else {k for k, digest in digests.items() if known.get(k) != digest}
        if changed is not None and not changed:
            return StepRun(replace(base, skipped=base.rows), digests, None)
        if changed is None or len(changed) == len(digests):
            report = self._imports.run(step.path, options, inspection, plan, job, errors_to)
            rows = {row: row for row, *_ in ledger.entries}
            return self._told(base, plan, report, ledger, rows, 0)
        with tempfile.TemporaryDirectory(prefix="kedang-") as folder:
            part_path = Path(folder) / f"{step.path.stem}.csv"
            origins = self._write_part(part_path, step, options, inspection, ledger, changed, job)
            part_options = ReadOptions(encoding="utf-8", delimiter=",", header_rows=(1,))
            shorter = self._imports.inspect(part_path, part_options, job)
            beside = errors_to or _beside(step.path)
            report = self._imports.run(
                part_path, part_options, shorter, _aligned(plan, inspection, shorter), job, beside
            )
            taken = dict(zip(_row_numbers(part_path, part_options, shorter, job), origins, strict=False))
        return self._told(base, plan, report, ledger, taken, base.rows - len(origins))

    def inspection(self, step: Step, job: Job | None = None) -> Inspection:
        """What the step's table holds, after its cleaning recipe."""
        found = self._imports.inspect(step.path, options_of(step), job)
        if not step.recipe:
            return found
        return self._imports.with_recipe(found, RecipeService(self._context).get(step.recipe).body)

    # ---- parts --------------------------------------------------------------------------------------------------

    def _plan(self, step: Step, inspection: Inspection) -> ImportPlan:
        """The step's plan for the file as it is now: columns by name, fields that were made meanwhile by their key."""
        own = {f.zh: f.key for f in self._context.registry.entity(step.entity).fields if f.custom}
        by_name = {header_key(c.name): c for c in step.plan.columns}
        columns = []
        for column in inspection.columns:
            found = by_name.get(header_key(column.name))
            if found is None:
                raise UserError(
                    t(
                        "“{file}”里多了一列“{column}”，请在迁移项目里重新匹配这个文件。",
                        file=step.path.name,
                        column=column.name,
                    )
                )
            if found.target and found.target.startswith(NEW) and found.target.split(":", 2)[1] in own:
                found = replace(found, target=own[found.target.split(":", 2)[1]])
            columns.append(replace(found, name=column.name))
        place = {header_key(c.name): i for i, c in enumerate(inspection.columns)}
        titles = [tuple(place.get(header_key(step.plan.columns[i].name), -1) for i in g) for g in step.plan.titles]
        plan = replace(
            step.plan, columns=tuple(columns), titles=tuple(g for g in titles if -1 not in g), links="open", history=True,
            date1904=inspection.date1904,
        )  # fmt: skip
        numbered = key_column(plan) is not None
        mode = step.mode if step.mode != "auto" else UPSERT if numbered else CREATE
        key = plan.columns[key_column(plan) or 0].target
        match = plan.match or (((key,),) if numbered and key else ())
        return replace(plan, mode=mode, match=match)

    def _write_part(
        self, target: Path, step: Step, options: ReadOptions, inspection: Inspection, ledger: Ledger,
        changed: set[str], job: Job,
    ) -> list[int]:  # fmt: skip
        """The rows whose key is among `changed`, as a file of its own; returns their row numbers in the whole file."""
        wanted = {row for row, key, *_ in ledger.entries if key in changed}
        origins = []
        with target.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow([c.name for c in inspection.columns])
            for piece in read_cooked(step.path, options, inspection, _as_it_is, job=job):
                batch: Batch = piece.made
                for row, cells in zip(batch.rows, batch.cells, strict=True):
                    if row in wanted:
                        out.writerow(cells)
                        origins.append(row)
        return origins

    def _told(
        self,
        base: StepResult,
        plan: ImportPlan,
        report: ImportReport,
        ledger: Ledger,
        rows: Mapping[int, int],
        skipped: int,
    ) -> StepRun:
        refused = {rows.get(row, row) for row in report.refused}
        failed = {rows.get(row, row) for row, outcome in report.refused.items() if outcome != DUPLICATE}
        result = replace(
            base, skipped=skipped, created=report.created, updated=report.updated, unchanged=report.unchanged,
            duplicates=report.duplicates, ambiguous=report.ambiguous, rejected=report.rejected, lines_of=report.further,
            contacts=report.contacts, customers=report.customers, warnings=report.warnings, seconds=report.seconds,
            operation=str(report.operation or ""), errors_file=str(report.errors_file or ""),
            unlinked=dict(report.unlinked), made_along=dict(report.made_along),
            unknown_owners=dict(report.unknown_owners),
            money=tuple(self._money(plan, report, ledger, refused, skipped)),
            refused=tuple(
                RefusedRow(
                    rows.get(i.row, i.row), i.outcome, plan.columns[i.column].name if i.column >= 0 else "", i.text,
                    i.cell[:_LONGEST],
                )
                for i in report.issues if i.outcome != WARNING
            )[:LISTED],
        )  # fmt: skip
        return StepRun(result, ledger.digests(without=failed), report)

    def _money(
        self, plan: ImportPlan, report: ImportReport, ledger: Ledger, refused: set[int], skipped: int
    ) -> list[MoneySum]:
        """Each amount column: the rows taken in the file against the records in the archive."""
        found = []
        keys = sorted({key for row, key, *_ in ledger.entries if row not in refused and not key.startswith("#")})
        external = plan.columns[key_column(plan) or 0].target == "external_id"
        complete = external and len(keys) == len({k for row, k, *_ in ledger.entries if row not in refused})
        with self._context.reading() as work:
            for index, (taken, left) in zip(ledger.columns, ledger.sums(refused), strict=True):
                column = plan.columns[index]
                layout, target = work.reader.layout(plan.entity), column.target or ""
                stored: int | None = None
                if target.startswith(LINE):
                    if complete:
                        line = work.reader.layout("order_lines")
                        stored = sums.sum_of_lines(work.connection, layout, line, target.removeprefix(LINE), keys)
                elif complete:
                    stored = sums.sum_of_external(work.connection, layout, target, keys)
                elif report.operation is not None and not skipped:
                    stored = sums.sum_of_touched(work.connection, layout, target, [report.operation])
                found.append(MoneySum(column.name, taken, stored, left))
        return found


def options_of(step: Step) -> ReadOptions:
    """How the step's table is read."""
    return ReadOptions(sheet=step.sheet or None)


def _aligned(plan: ImportPlan, whole: Inspection, part: Inspection) -> ImportPlan:
    """The plan for a part of the file, whose columns are those of the whole."""
    if [c.name for c in whole.columns] == [c.name for c in part.columns]:
        return plan
    place = {c.name: i for i, c in enumerate(whole.columns)}
    back = {place[c.name]: i for i, c in enumerate(part.columns)}
    titles = tuple(tuple(back[i] for i in g) for g in plan.titles if all(i in back for i in g))
    return replace(plan, columns=tuple(plan.columns[place[c.name]] for c in part.columns), titles=titles)


def _row_numbers(path: Path, options: ReadOptions, inspection: Inspection, job: Job) -> list[int]:
    return [row for batch in read(path, options, inspection, job=job) for row in batch.rows]


def _beside(path: Path) -> Path:
    """Where the rows not taken of a part of a file go: beside the file, under a name that is free."""
    candidate, number = path.with_name(t("{stem}_问题行.xlsx", stem=path.stem)), 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(t("{stem}_问题行.xlsx", stem=f"{path.stem} ({number})"))
    return candidate


def _as_it_is(batch: Batch) -> Batch:
    return batch
