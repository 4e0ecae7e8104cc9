"""From the filter bar to requests, from reports to tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.core.i18n import t
from app.errors import AppError
from app.services.analytics.records import Report, ReportRequest
from app.views.charts.export import Sheet
from app.views.dashboards.feed import OnProblem, OnReport, ReportFeed
from app.views.dashboards.filter_bar import Wish
from app.views.dashboards.formula import footnotes
from app.views.dashboards.periods import compared_words, last_months
from app.views.dashboards.tile import Tile
from app.views.dashboards.tiles import TileSpec
from app.views.dashboards.words import window_text

#: rows of single records a tile can use
_FEW = 30


class Asking:
    """Asks the feed for tiles. An answer to an older wish is not shown."""

    def __init__(self, feed: ReportFeed) -> None:
        self._feed = feed
        self._wish, self._today = Wish(), date.min
        self._round = 0

    def set_wish(self, wish: Wish, today: date) -> None:
        """What the next requests ask for."""
        self._wish, self._today = wish, today
        self._round += 1

    def request(self, spec: TileSpec) -> ReportRequest:
        """What a tile asks for now."""
        wish = self._wish
        return ReportRequest(
            as_of=self._today,
            period=None if spec.tile.timeless else wish.span.period(self._today),
            compare=wish.compare and not spec.tile.timeless,
            owners=frozenset({wish.owner}) if wish.owner else frozenset(),
            team=wish.team or None,
            params=dict(spec.tile.params),
            limit=_FEW,
        )

    def load(self, tile: Tile, on_report: OnReport, filter_text: Callable[[Report], str]) -> None:
        """Fill a tile, now or when the figures are there."""
        spec, mine = tile.spec, self._round
        compared = compared_words(self._wish.span.key)
        sparks: list[tuple[float | None, ...]] = [()]
        shown: list[Report] = []

        def draw() -> None:
            report = shown[0]
            chart = spec.draw(report, compared=compared, spark=sparks[0])
            text = filter_text(report)
            sheet = Sheet(spec.title, window_text(report.window, report.as_of), footnotes(report, text))
            tile.show_chart(chart, sheet, report.notes)

        def done(report: Report) -> None:
            if mine == self._round:
                shown[:] = [report]
                on_report(report)
                draw()

        def failed(error: Exception) -> None:
            if mine == self._round:
                tile.show_problem(problem_text(error))

        request = self.request(spec)
        self._feed.want(spec.report.name, request, done, failed)
        if spec.tile.spark:
            months = replace(
                request,
                period=last_months(self._today, 12),
                compare=False,
                params={**request.params, **spec.by_month()},
            )

            def drawn(report: Report) -> None:
                sparks[0] = tuple(row.get(spec.tile.spark) for row in report.rows)
                if shown and mine == self._round:
                    draw()

            self._feed.want(spec.report.name, months, drawn, lambda _error: None)

    def whole(
        self, spec: TileSpec, on_report: OnReport, on_problem: OnProblem, *, params: Mapping[str, Any] | None = None
    ) -> None:
        """The report of a tile with all its rows."""
        request = self.request(spec)
        wanted = {**request.params, **(params or {})}
        whole = replace(request, limit=None, compare=False, params=wanted)
        self._feed.want(spec.report.name, whole, on_report, on_problem, lasting=True)


def problem_text(error: Exception) -> str:
    """A sentence for the tile; defects are in the log."""
    return str(error) if isinstance(error, AppError) else t("这一块没有算出来")
