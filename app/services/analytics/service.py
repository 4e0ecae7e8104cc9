"""All figures: which reports there are, and their answers, remembered while the archive does not change."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core import clock
from app.core.access import Action
from app.core.filters import dump
from app.core.i18n import language, t
from app.core.jobs import Job
from app.db.interrupt import stopped_by
from app.errors import NotFound, UserError
from app.services.analytics.catalogue import reports
from app.services.analytics.catalogue.kinds import WORKING_HOURS
from app.services.analytics.records import Measure, Period, Report, ReportRequest
from app.services.analytics.specification import ReportSpec
from app.services.context import Context

if TYPE_CHECKING:
    from app.db.store.reading import Reader
    from app.services.analytics.facts import FactsBook
    from app.services.analytics.run import Run

#: answers kept in memory, and the most rows of one that is
KEPT, LARGEST = 64, 5_000


class AnalyticsService:
    """Thread-safe. Figures are those of the records the person may see."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._book: FactsBook | None = None
        self._mark: object = None
        self._answers: OrderedDict[str, Report] = OrderedDict()

    def names(self) -> tuple[str, ...]:
        """The names of all reports."""
        return tuple(reports())

    def specs(self) -> tuple[ReportSpec, ...]:
        """All reports with their titles and parameters."""
        return tuple(reports().values())

    def spec(self, name: str) -> ReportSpec:
        """One report's description; raises NotFound."""
        found = reports().get(name)
        if found is None:
            raise NotFound(t("没有报表“{name}”。可用的有：{names}。", name=name, names="、".join(reports())))
        return found

    def run(self, name: str, request: ReportRequest, job: Job | None = None) -> Report:
        """The report as of now. Raises NotFound, UserError, NotPermitted; `job` cancels it.

        An answer is remembered until something in the archive changes.
        """
        spec = self.spec(name)
        for entity in sorted(spec.reads & set(self._context.registry.keys())):
            self._context.actor.require(entity, Action.VIEW)
        unknown = request.params.keys() - {p.key for p in spec.parameters}
        if unknown:
            known = "、".join(p.key for p in spec.parameters) or "—"
            raise UserError(
                t("报表“{name}”没有参数“{key}”。可用的有：{known}。", name=name, key=min(unknown), known=known)
            )
        job = job or Job()
        job.check()
        key = _key(name, request)
        with self._context.reading() as work, stopped_by(job, work.connection):
            if WORKING_HOURS in spec.reads:  # office hours are a setting: no record changes with them
                from app.services.tickets.office import calendar_of

                key += repr(calendar_of(work.reader))
            known_answer = self._remembered(work.reader, key)
            if known_answer is not None:
                return known_answer
            found = self._computed(work.reader, spec, request)
        with self._lock:
            if self._mark == found[1] and _size(found[0]) <= LARGEST:
                self._answers[key] = found[0]
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
        return found[0]

    def export(self, report: Report, target: Path) -> int:
        """Write a report to a file (.xlsx, .csv, .json); returns its rows. Needs the right to export, and is noted.

        Raises NotPermitted, UserError, EnvironmentProblem.
        """
        from app.services.analytics.export import write

        self._context.actor.require(self.spec(report.name).entity, Action.EXPORT)
        rows = write(report, target)
        if not self._context.archive.read_only:
            with self._context.writing() as work:
                summary = t("导出报表“{title}”到 {name}", title=report.title, name=target.name)
                params = {"report": report.name, "path": str(target)}
                work.operation("export", summary, params=params).counts = {"exported": rows}
                work.commit()
        return rows

    def forget(self) -> None:
        """Give all memory back (the screen is locked)."""
        with self._lock:
            self._answers.clear()
            self._mark = None
            if self._book is not None:
                self._book.forget()

    def _remembered(self, reader: Reader, key: str) -> Report | None:
        from app.db.figures.changes import mark

        now = mark(reader)
        with self._lock:
            if self._mark != now:
                self._answers.clear()
                self._mark = now
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def _computed(self, reader: Reader, spec: ReportSpec, request: ReportRequest) -> tuple[Report, object]:
        from app.db.figures.changes import mark
        from app.services.analytics.facts import FactsBook
        from app.services.analytics.run import Run

        with self._lock:
            book = self._book = self._book or FactsBook()
        compute = computation(spec)
        report = compute(Run(reader, book, spec, request))
        if request.compare:
            before = previous_request(request, report.window)
            if before is not None:
                report = compared(report, compute(Run(reader, book, spec, before)))
        return report, mark(reader)


def computation(spec: ReportSpec) -> Callable[[Run], Report]:
    """The function that computes a report."""
    module, _, function = spec.computed_by.rpartition(".")
    found: Callable[[Run], Report] = getattr(import_module(f"app.services.analytics.reports.{module}"), function)
    return found


def _size(report: Report) -> int:
    return len(report.rows) + sum(len(part.rows) for part in report.parts)


def previous_request(request: ReportRequest, window: Period | None) -> ReportRequest | None:
    """The same request for the period before; without a period the same for a year ago."""
    if request.period is not None:
        before = request.period.previous()
        if request.period.end > request.as_of + timedelta(days=1) and window is not None:  # so far, against so far
            before = Period(before.start, min(before.end, before.start + timedelta(days=window.days)))
    elif window is not None:
        before = window.previous()
    else:
        return None
    if before.days <= 0:
        return None
    return replace(request, as_of=before.last, period=before, compare=False, limit=0)


def compared(report: Report, before: Report) -> Report:
    """The report with the earlier values beside its own."""
    known: Mapping[str, Measure] = {m.key: m for m in before.measures}
    measures = tuple(replace(m, previous=known[m.key].value if m.key in known else None) for m in report.measures)
    return replace(report, measures=measures, previous=before)


def _key(name: str, request: ReportRequest) -> str:
    parts: Any = (
        name,
        language(),
        clock.today(),
        request.as_of,
        request.period and (request.period.start, request.period.end),
        request.compare,
        sorted(str(o) for o in request.owners),
        request.team,
        dump(request.condition) if request.condition is not None else None,
        sorted((k, str(v)) for k, v in request.params.items()),
        request.limit,
    )
    return json.dumps(parts, default=str, ensure_ascii=False)
