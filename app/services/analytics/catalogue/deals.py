"""Reports on deals: how they move, how they end, what they promise."""

from __future__ import annotations

from app.core.i18n import t
from app.services.analytics.catalogue.kinds import about
from app.services.analytics.specification import Parameter, ReportSpec, Tile, picture

_DEALS = about("deals")


def specs() -> tuple[ReportSpec, ...]:
    """In the language in force."""
    return (_funnel(), _win_rate(), _pipeline(), _velocity())


def _one_pipeline() -> tuple[Parameter]:
    return (Parameter("pipeline", t("销售管道（名称，空 = 全部）"), ""),)


def _funnel() -> ReportSpec:
    return ReportSpec(
        "funnel", t("销售漏斗"), "deals.funnel_report", "deals", _DEALS, _one_pipeline(),
        (Tile(key="funnel", title=t("销售漏斗"), picture=picture("funnel", name="stage", amount="value"), size="M"),),
    )  # fmt: skip


def _win_rate() -> ReportSpec:
    return ReportSpec(
        "win-rate", t("赢单率"), "deals.win_rate_report", "deals", _DEALS, _one_pipeline(),
        (
            Tile(key="win_rate", title=t("赢单率"), measure="rate", spark="rate", tone="violet"),
            Tile(key="won_lost", title=t("赢单与输单"), picture=picture("stacked", ["won", "lost"], opens_row=True), size="M"),
        ),
    )  # fmt: skip


def _pipeline() -> ReportSpec:
    return ReportSpec(
        "pipeline", t("加权销售预测"), "deals.pipeline_report", "deals", _DEALS, _one_pipeline(),
        (
            Tile(key="weighted", title=t("加权预测金额"), measure="weighted", timeless=True),
            Tile(key="pipeline_months", title=t("加权预测按预计月份"), picture=picture("columns", "weighted"), size="M",
                 timeless=True),
            Tile(key="pipeline_stages", title=t("在谈金额按阶段"), timeless=True, rows="stages",
                 picture=picture("ranking", "value", part="stages", name="stage")),
        ),
    )  # fmt: skip


def _velocity() -> ReportSpec:
    return ReportSpec(
        "velocity", t("销售速度"), "deals.velocity_report", "deals", _DEALS, _one_pipeline(),
        (Tile(key="velocity", title=t("每天可成交金额"), measure="per_day", timeless=True),),
    )  # fmt: skip
