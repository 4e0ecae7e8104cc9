"""The reports there are: names, titles, parameters. Light: nothing is computed here."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.services.analytics.records import Parameter, ReportInfo

_SALES = frozenset({"orders", "customers"})
_HOURS = "calendar_days"


def _about(*entities: str) -> frozenset[str]:
    """Records of these kinds, their parts, and the pick-lists they choose from."""
    found = set(entities)
    for entity in map(BUILT_IN.entity, entities):
        found |= {f.target for f in entity.fields if f.target and BUILT_IN.entity(f.target).picklist}
        found |= {e.key for e in BUILT_IN if e.parent and e.field(e.parent).target == entity.key}
    return frozenset(found)


_DEALS = _about("deals")
_TICKETS = _about("tickets") | {_HOURS}
#: kinds of records that say where they came from
_ORIGINS = BUILT_IN.kinds(lambda e: bool(e.origin))


def _one_of(kinds: Sequence[str]) -> str:
    """The kinds of records a parameter may name, in words and as it names them."""
    return t("{kinds}（{keys}）", kinds=t("、").join(BUILT_IN.entity(k).label for k in kinds), keys=" ".join(kinds))


def infos() -> dict[str, ReportInfo]:
    """All reports by name, in the language in force."""
    found = (*_customers(), *_deals(), *_money(), *_service())
    return {info.name: info for info in found}


def _customers() -> tuple[ReportInfo, ...]:
    window = Parameter("window", t("流失窗口（天，0 = 按购买间隔计算）"), 0)
    return (
        ReportInfo(
            "rfm", t("RFM 客户价值"), "customers", _SALES,
            (
                Parameter("high", t("几分以上算高"), 4),
                Parameter("r", t("最近购买的天数界限（5、4、3、2 分）"), ""),
                Parameter("f", t("购买次数界限（2、3、4、5 分）"), ""),
                Parameter("m", t("购买金额界限（2、3、4、5 分）"), ""),
            ),
        ),
        ReportInfo(
            "clv", t("客户终身价值"), "customers", _SALES,
            (
                Parameter("weeks", t("预测多少周"), 52),
                Parameter("discount", t("年折现率"), 0.10),
                Parameter("margin", t("毛利率（0 = 按订单成本计算）"), 0.0),
            ),
        ),
        ReportInfo("churn", t("流失与流失风险"), "customers", _SALES, (window,)),
        ReportInfo("cohort", t("客户留存"), "customers", _SALES),
        ReportInfo(
            "lifecycle", t("客户生命周期"), "customers", _SALES,
            (window, Parameter("loyal_orders", t("几次以上算忠诚"), 3), Parameter("months", t("回看几个月"), 12)),
        ),
        ReportInfo(
            "abc", t("ABC 分类"), "customers", _SALES | {"order_lines"},
            (
                Parameter("by", t("按客户（customers）或产品（products）"), "customers"),
                Parameter("a", t("A 类占比"), 0.80),
                Parameter("b", t("A、B 类占比"), 0.95),
            ),
        ),
    )  # fmt: skip


def _deals() -> tuple[ReportInfo, ...]:
    pipeline = Parameter("pipeline", t("销售管道（名称，空 = 全部）"), "")
    return (
        ReportInfo("funnel", t("销售漏斗"), "deals", _DEALS, (pipeline,)),
        ReportInfo("win-rate", t("赢单率"), "deals", _DEALS, (pipeline,)),
        ReportInfo("pipeline", t("加权销售预测"), "deals", _DEALS, (pipeline,)),
        ReportInfo("velocity", t("销售速度"), "deals", _DEALS, (pipeline,)),
    )


def _money() -> tuple[ReportInfo, ...]:
    return (
        ReportInfo(
            "sales", t("销售额与订单"), "orders", frozenset({"orders"}),
            (Parameter("step", t("按日、周、月、季、年（day week month quarter year）"), ""),),
        ),
        ReportInfo("receivables", t("应收账款账龄"), "orders", frozenset({"orders", "payments"})),
        ReportInfo(
            "sources", t("来源构成"), "customers", frozenset(_ORIGINS),
            (Parameter("of", _one_of(_ORIGINS), "customers"),),
        ),
    )  # fmt: skip


def _service() -> tuple[ReportInfo, ...]:
    return (
        ReportInfo(
            "service", t("响应与解决时长"), "tickets", _TICKETS,
            (Parameter("step", t("按日、周、月、季、年（day week month quarter year）"), ""),),
        ),
        ReportInfo("sla", t("服务时限达成率"), "tickets", _TICKETS),
    )  # fmt: skip
