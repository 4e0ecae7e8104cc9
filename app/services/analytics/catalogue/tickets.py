"""Reports on tickets: how long they took, and what was promised."""

from __future__ import annotations

from app.core.i18n import t
from app.services.analytics.catalogue.kinds import WORKING_HOURS, about, step
from app.services.analytics.specification import ReportSpec, Tile, picture

_TICKETS = about("tickets") | {WORKING_HOURS}


def specs() -> tuple[ReportSpec, ...]:
    """In the language in force."""
    return (_service(), _sla())


def _service() -> ReportSpec:
    return ReportSpec(
        "service", t("响应与解决时长"), "service.service_report", "tickets", _TICKETS, (step(),),
        (
            Tile(key="first_response", title=t("首次响应中位数"), measure="first_response_median", better="less"),
            Tile(key="first_response_p90", title=t("首次响应 P90"), measure="first_response_p90", better="less"),
            Tile(key="resolution", title=t("解决时长中位数"), measure="resolution_median", better="less"),
            Tile(key="backlog_count", title=t("未解决工单"), measure="backlog", better="less", rows="backlog"),
            Tile(key="ticket_volume", title=t("工单数量"), picture=picture("over_time", ["opened", "resolved"]), size="M"),
            Tile(key="backlog", title=t("未解决工单的时长"), picture=picture("columns", "n", part="backlog"), rows="backlog"),
            Tile(key="ticket_channels", title=t("工单按渠道"), picture=picture("parts_of", "n", part="channels"),
                 rows="channels"),
        ),
    )  # fmt: skip


def _sla() -> ReportSpec:
    return ReportSpec(
        "sla", t("服务时限达成率"), "service.sla_report", "tickets", _TICKETS,
        tiles=(
            Tile(key="sla_rate", title=t("时限达成率"), measure="rate"),
            Tile(key="sla_clocks", title=t("按时与超时"),
                 picture=picture("stacked", ["met", "violated"], name="label", opens_row=True)),
            Tile(key="sla_priorities", title=t("达成率按优先级"), picture=picture("columns", "rate", part="priorities"), size="M",
                 rows="priorities"),
        ),
    )  # fmt: skip
