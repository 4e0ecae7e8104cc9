"""Reports for tiles: each (report, request) is computed once in the background however many tiles want it, kept until
something it reads changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from PySide6.QtCore import QObject

from app.core.records import ChangeSet
from app.services.analytics.records import Report, ReportRequest
from app.services.analytics.service import AnalyticsService
from app.services.analytics.specification import ReportSpec
from app.views.operations.task import Task
from app.views.shell.desk import Desk

Asked = tuple[str, ReportRequest]
OnReport = Callable[[Report], None]
OnProblem = Callable[[Exception], None]


#: answers kept at hand; the service remembers further ones
KEPT = 80


@dataclass
class _Waiting:
    task: Task
    listeners: list[tuple[OnReport, OnProblem]]
    lasting: bool
    round: int


class ReportFeed(QObject):
    """Belongs to one page."""

    def __init__(self, desk: Desk, reports: AnalyticsService, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._reports = desk, reports
        self._specs = {spec.name: spec for spec in reports.specs()}
        self._kept: dict[str, Report] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._round = 0

    def spec(self, name: str) -> ReportSpec:
        """Raises KeyError."""
        return self._specs[name]

    def begin_round(self) -> None:
        """Another filter or another page: what is wanted from now on replaces what was wanted before."""
        self._round += 1

    def end_round(self) -> None:
        """Give up the computations that nobody asked for again since `begin_round`."""
        for key in [key for key, one in self._waiting.items() if one.round < self._round and not one.lasting]:
            self._waiting.pop(key).task.cancel()

    def want(
        self, name: str, request: ReportRequest, on_report: OnReport, on_problem: OnProblem, *, lasting: bool = False
    ) -> None:
        """The report, now if it is known, else when it is computed. Callbacks run in the window's thread. `lasting`: it is
        wanted whatever the board shows meanwhile."""
        key = _key(name, request)
        if key in self._kept:
            on_report(self._kept[key])
            return
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.listeners.append((on_report, on_problem))
            waiting.round, waiting.lasting = self._round, waiting.lasting or lasting
            return
        reports = self._reports
        listeners = [(on_report, on_problem)]

        def done(report: Report) -> None:
            if not self._end(key, listeners):
                return  # stale: what it had read has changed meanwhile
            self._kept[key] = report
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            for heard, _problem in listeners:
                heard(report)

        def failed(error: Exception) -> None:
            if not self._end(key, listeners):
                return
            for _heard, problem in listeners:
                problem(error)

        # registered first: a runner that works at once answers before `read` returns
        self._waiting[key] = entry = _Waiting(None, listeners, lasting, self._round)  # type: ignore[arg-type]
        entry.task = self._desk.read(lambda job: reports.run(name, request, job), done, owner=self, on_failed=failed)

    def forget(self, changes: ChangeSet) -> set[str]:
        """Drop what these changes make stale; the names of the reports concerned."""
        stale = {name for name, spec in self._specs.items() if changes.concerns(*spec.reads)}
        self._drop(lambda key: key.partition("\n")[0] in stale)
        return stale

    def forget_all(self) -> None:
        """Drop everything, e.g. when another day began."""
        self._drop(lambda _key: True)

    def _drop(self, concerned: Callable[[str], bool]) -> None:
        for key in [key for key in self._kept if concerned(key)]:
            del self._kept[key]
        for key in [key for key in self._waiting if concerned(key)]:
            self._waiting.pop(key).task.cancel()

    def _end(self, key: str, listeners: list[tuple[OnReport, OnProblem]]) -> bool:
        """The answer for these listeners came; whether they still wait for it."""
        waiting = self._waiting.get(key)
        if waiting is None or waiting.listeners is not listeners:
            return False
        del self._waiting[key]
        return True


def _key(name: str, request: ReportRequest) -> str:
    parts = []
    for one in fields(request):
        value = getattr(request, one.name)
        if isinstance(value, frozenset):
            value = sorted(map(str, value))
        elif isinstance(value, Mapping):
            value = sorted((key, repr(item)) for key, item in value.items())
        parts.append(repr(value))
    return "\n".join((name, *parts))
