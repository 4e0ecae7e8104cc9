"""The tiles the catalogue of reports declares, and how the four pages look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.i18n import t
from app.services.analytics import catalogue
from app.services.analytics.records import Report
from app.services.analytics.specification import ReportSpec, Tile
from app.views.charts.chart import Chart
from app.views.dashboards import pictures
from app.views.dashboards.arrangement import Arrangement, Placed

TABS = ("overview", "sales", "value", "service")


@dataclass(frozen=True)
class TileSpec:
    """A tile of a report, before it is made. Its words are in the language in force when it was asked for."""

    report: ReportSpec
    tile: Tile

    @property
    def key(self) -> str:
        return self.tile.key

    @property
    def title(self) -> str:
        return self.tile.title

    @property
    def figure(self) -> bool:
        return self.tile.picture is None

    def by_month(self) -> Mapping[str, Any]:
        """The parameters with which the report's rows are months."""
        return {"step": "month"} if self.report.understands("step") else {}

    def draw(self, report: Report, *, compared: str = "", spark: Sequence[float | None] = ()) -> Chart:
        """The chart of a report."""
        tile = self.tile
        if tile.picture is not None:
            return pictures.drawn(tile.picture)(report, tile.title)
        return pictures.figure(
            report, tile.title, tile.measure, better=tile.better, compared=compared, tone=tile.tone, spark=spark
        )


def tab_titles() -> list[tuple[str, str]]:
    """(key, words) of the pages."""
    return list(zip(TABS, (t("总览"), t("销售"), t("客户价值"), t("服务")), strict=True))


def all_tiles() -> dict[str, TileSpec]:
    """Every tile by its key: figures first, then charts, as the catalogue has them."""
    found = [TileSpec(spec, tile) for spec in catalogue.reports().values() for tile in spec.tiles]
    return {spec.key: spec for spec in sorted(found, key=lambda spec: not spec.figure)}


_PAGES: Mapping[str, tuple[str, ...]] = {
    "overview": (
        "revenue", "orders", "buyers", "win_rate", "first_response",
        "sales_line", "pipeline_months", "funnel", "lifecycle", "receivables", "sources",
    ),
    "sales": (
        "revenue", "average", "win_rate", "velocity", "weighted",
        "sales_line", "won_lost", "funnel", "pipeline_months", "pipeline_stages", "channels", "receivables", "products",
    ),
    "value": (
        "buyers", "loyal", "churn_rate", "mean_clv", "total_clv",
        "rfm_grid", "cohort", "stages_over_time", "rfm_groups", "lifecycle", "clv_top", "churn_bands", "abc",
    ),
    "service": (
        "first_response", "first_response_p90", "resolution", "sla_rate", "backlog_count",
        "ticket_volume", "sla_priorities", "backlog", "ticket_channels", "sla_clocks",
    ),
}  # fmt: skip
#: sizes that differ from the tile's own, by page
_LARGER = {("value", "rfm_grid"): "M", ("overview", "funnel"): "S", ("service", "sla_clocks"): "S"}


def defaults(tab: str) -> Arrangement:
    """How a page looks before a person changes it; every further tile can be put on it."""
    tiles = all_tiles()
    usual = _PAGES[tab]
    size = {key: _LARGER.get((tab, key), spec.tile.size) for key, spec in tiles.items()}
    further = [key for key in tiles if key not in usual]
    return tuple(Placed(key, size[key], shown=key in usual) for key in (*usual, *further))
