"""The tiles there are and the four pages they stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import t
from app.services.analytics.records import Report
from app.views.charts.chart import Chart
from app.views.charts.explored import Explored
from app.views.charts.kpi import Better
from app.views.dashboards import pictures, planes
from app.views.dashboards.arrangement import Arrangement, Placed
from app.views.dashboards.pictures import Picture

TABS = ("overview", "sales", "value", "service")


@dataclass(frozen=True)
class TileSpec:
    """A tile before it is made. A figure shows `measure`; a chart is drawn by `picture`. `spark`: the column of the
    report's rows by month that a figure draws small. `timeless`: the period has no say, e.g. what is owed today."""

    key: str
    report: str
    title: Callable[[], str]
    picture: Picture | None = None
    measure: str = ""
    better: Better = "more"
    tone: str = ""
    spark: str = ""
    size: str = "S"
    timeless: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    plane: Callable[[Report], Explored] | None = None
    plane_params: Mapping[str, Any] = field(default_factory=dict)
    #: part of the report that its table of rows opens with, "" = the rows
    rows: str = ""

    @property
    def figure(self) -> bool:
        return self.picture is None

    def draw(self, report: Report, *, compared: str = "", spark: Sequence[float | None] = ()) -> Chart:
        """The chart of a report."""
        if self.picture is not None:
            return self.picture(report, self.title())
        return pictures.figure(
            report, self.title(), self.measure, better=self.better, compared=compared, tone=self.tone, spark=spark
        )


def tab_titles() -> list[tuple[str, str]]:
    """(key, words) of the pages."""
    return list(zip(TABS, (t("总览"), t("销售"), t("客户价值"), t("服务")), strict=True))


def all_tiles() -> dict[str, TileSpec]:
    """Every tile by its key."""
    return {tile.key: tile for tile in (*_figures(), *_sales(), *_value(), *_service())}


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
    """How a page looks before a person changes it."""
    tiles = all_tiles()
    return tuple(Placed(key, _LARGER.get((tab, key), tiles[key].size)) for key in _PAGES[tab])


def _figures() -> tuple[TileSpec, ...]:
    return (
        TileSpec("revenue", "sales", lambda: t("净额"), measure="revenue", spark="revenue", plane=planes.by_day,
                 plane_params={"step": "day"}),
        TileSpec("orders", "sales", lambda: t("订单数"), measure="orders", spark="orders", tone="cyan"),
        TileSpec("average", "sales", lambda: t("客单价"), measure="average", spark="average", tone="cyan"),
        TileSpec("buyers", "sales", lambda: t("下单客户"), measure="customers", tone="ok"),
        TileSpec("win_rate", "win-rate", lambda: t("赢单率"), measure="rate", spark="rate", tone="violet"),
        TileSpec("velocity", "velocity", lambda: t("每天可成交金额"), measure="per_day", timeless=True),
        TileSpec("weighted", "pipeline", lambda: t("加权预测金额"), measure="weighted", timeless=True),
        TileSpec("loyal", "lifecycle", lambda: t("忠诚客户"), measure="loyal", timeless=True),
        TileSpec("churn_rate", "churn", lambda: t("流失率"), measure="rate", better="less", timeless=True),
        TileSpec("mean_clv", "clv", lambda: t("每位客户未来价值"), measure="mean", timeless=True),
        TileSpec("total_clv", "clv", lambda: t("未来价值合计"), measure="total", timeless=True),
        TileSpec("first_response", "service", lambda: t("首次响应中位数"), measure="first_response_median", better="less"),
        TileSpec("first_response_p90", "service", lambda: t("首次响应 P90"), measure="first_response_p90", better="less"),
        TileSpec("resolution", "service", lambda: t("解决时长中位数"), measure="resolution_median", better="less"),
        TileSpec("sla_rate", "sla", lambda: t("时限达成率"), measure="rate"),
        TileSpec("backlog_count", "service", lambda: t("未解决工单"), measure="backlog", better="less", rows="backlog"),
    )  # fmt: skip


def _sales() -> tuple[TileSpec, ...]:
    return (
        TileSpec("sales_line", "sales", lambda: t("净额趋势"), pictures.over_time(["revenue"]), size="M",
                 plane=planes.by_day, plane_params={"step": "day"}),
        TileSpec("channels", "sales", lambda: t("净额按渠道"), pictures.parts_of("revenue", "channels"), rows="channels"),
        TileSpec("funnel", "funnel", lambda: t("销售漏斗"), pictures.funnel(name="stage", amount="value"), size="M"),
        TileSpec("won_lost", "win-rate", lambda: t("赢单与输单"), pictures.stacked(["won", "lost"], opens_row=True), size="M"),
        TileSpec("pipeline_months", "pipeline", lambda: t("加权预测按预计月份"), pictures.columns("weighted"), size="M",
                 timeless=True),
        TileSpec("pipeline_stages", "pipeline", lambda: t("在谈金额按阶段"),
                 pictures.ranking("value", "stages", name="stage"), timeless=True, rows="stages"),
        TileSpec("receivables", "receivables", lambda: t("应收账龄"),
                 pictures.ranking("amount", tones=("", "", "warn", "warn", "bad")), timeless=True),
        TileSpec("products", "abc", lambda: t("产品净额"), pictures.ranking("value", name="product", extra="class", opened=False),
                 params={"by": "products"}),
    )  # fmt: skip


def _value() -> tuple[TileSpec, ...]:
    return (
        TileSpec("rfm_grid", "rfm", lambda: t("RFM 分布"), pictures.rfm_grid, size="M", plane=planes.rfm),
        TileSpec("rfm_groups", "rfm", lambda: t("RFM 八类客户"), pictures.ranking("n", "groups"), rows="groups"),
        TileSpec("cohort", "cohort", lambda: t("客户留存"), pictures.retention, size="M", timeless=True),
        TileSpec("lifecycle", "lifecycle", lambda: t("客户生命周期"),
                 pictures.parts_of("n", center=lambda: t("客户")), timeless=True),
        TileSpec("stages_over_time", "lifecycle", lambda: t("各月客户阶段"),
                 pictures.stacked(["loyal", "active", "new", "lost"], "history"), size="M", timeless=True, rows="history"),
        TileSpec("clv_top", "clv", lambda: t("未来价值最高的客户"), pictures.ranking("clv", name="customer"), size="M",
                 timeless=True, plane=planes.clv),
        TileSpec("churn_bands", "churn", lambda: t("流失风险分布"), pictures.ranking("n", "bands", name="band"),
                 timeless=True),
        TileSpec("abc", "abc", lambda: t("ABC 客户"), pictures.parts_of("value", "classes", name="class")),
        TileSpec("sources", "sources", lambda: t("新客户来源"), pictures.parts_of("n", center=lambda: t("新客户"))),
    )  # fmt: skip


def _service() -> tuple[TileSpec, ...]:
    return (
        TileSpec("ticket_volume", "service", lambda: t("工单数量"), pictures.over_time(["opened", "resolved"]), size="M"),
        TileSpec("sla_priorities", "sla", lambda: t("达成率按优先级"), pictures.columns("rate", "priorities"), size="M",
                 rows="priorities"),
        TileSpec("sla_clocks", "sla", lambda: t("按时与超时"), pictures.stacked(["met", "violated"], name="label",
                 opens_row=True)),
        TileSpec("backlog", "service", lambda: t("未解决工单的时长"), pictures.columns("n", "backlog"), rows="backlog"),
        TileSpec("ticket_channels", "service", lambda: t("工单按渠道"), pictures.parts_of("n", "channels"), rows="channels"),
    )  # fmt: skip
