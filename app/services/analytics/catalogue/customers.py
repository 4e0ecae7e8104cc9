"""Reports on customers: their value, their loyalty, their classes."""

from __future__ import annotations

from app.core.i18n import t
from app.services.analytics.catalogue.kinds import SALES
from app.services.analytics.specification import Parameter, ReportSpec, Tile, picture


def specs() -> tuple[ReportSpec, ...]:
    """In the language in force."""
    return (_rfm(), _clv(), _churn(), _cohort(), _lifecycle(), _abc())


def _rfm() -> ReportSpec:
    return ReportSpec(
        "rfm", t("RFM 客户价值"), "rfm.rfm_report", "customers", SALES,
        (
            Parameter("high", t("几分以上算高"), 4),
            Parameter("r", t("最近购买的天数界限（5、4、3、2 分）"), ""),
            Parameter("f", t("购买次数界限（2、3、4、5 分）"), ""),
            Parameter("m", t("购买金额界限（2、3、4、5 分）"), ""),
        ),
        (
            Tile(key="rfm_grid", title=t("RFM 分布"), picture=picture("rfm_grid"), size="M", plane="rfm"),
            Tile(key="rfm_groups", title=t("RFM 八类客户"), picture=picture("ranking", "n", part="groups"), rows="groups"),
        ),
    )  # fmt: skip


def _clv() -> ReportSpec:
    return ReportSpec(
        "clv", t("客户终身价值"), "value.clv_report", "customers", SALES,
        (
            Parameter("weeks", t("预测多少周"), 52),
            Parameter("discount", t("年折现率"), 0.10),
            Parameter("margin", t("毛利率（0 = 按订单成本计算）"), 0.0),
        ),
        (
            Tile(key="mean_clv", title=t("每位客户未来价值"), measure="mean", timeless=True),
            Tile(key="total_clv", title=t("未来价值合计"), measure="total", timeless=True),
            Tile(key="clv_top", title=t("未来价值最高的客户"), picture=picture("ranking", "clv", name="customer"), size="M",
                 timeless=True, plane="clv"),
        ),
    )  # fmt: skip


def _window() -> Parameter:
    return Parameter("window", t("流失窗口（天，0 = 按购买间隔计算）"), 0)


def _churn() -> ReportSpec:
    return ReportSpec(
        "churn", t("流失与流失风险"), "value.churn_report", "customers", SALES, (_window(),),
        (
            Tile(key="churn_rate", title=t("流失率"), measure="rate", better="less", timeless=True),
            Tile(key="churn_bands", title=t("流失风险分布"), picture=picture("ranking", "n", part="bands", name="band"),
                 timeless=True),
        ),
    )  # fmt: skip


def _cohort() -> ReportSpec:
    return ReportSpec(
        "cohort", t("客户留存"), "customers.cohort_report", "customers", SALES,
        tiles=(Tile(key="cohort", title=t("客户留存"), picture=picture("retention"), size="M", timeless=True),),
    )  # fmt: skip


def _lifecycle() -> ReportSpec:
    return ReportSpec(
        "lifecycle", t("客户生命周期"), "lifecycle.lifecycle_report", "customers", SALES,
        (_window(), Parameter("loyal_orders", t("几次以上算忠诚"), 3), Parameter("months", t("回看几个月"), 12)),
        (
            Tile(key="loyal", title=t("忠诚客户"), measure="loyal", timeless=True),
            Tile(key="lifecycle", title=t("客户生命周期"), picture=picture("parts_of", "n", center=t("客户")), timeless=True),
            Tile(key="stages_over_time", title=t("各月客户阶段"), size="M", timeless=True, rows="history",
                 picture=picture("stacked", ["loyal", "active", "new", "lost"], part="history")),
        ),
    )  # fmt: skip


def _abc() -> ReportSpec:
    return ReportSpec(
        "abc", t("ABC 分类"), "customers.abc_report", "customers", SALES | {"order_lines"},
        (
            Parameter("by", t("按客户（customers）或产品（products）"), "customers"),
            Parameter("a", t("A 类占比"), 0.80),
            Parameter("b", t("A、B 类占比"), 0.95),
        ),
        (
            Tile(key="abc", title=t("ABC 客户"), picture=picture("parts_of", "value", part="classes", name="class")),
            Tile(key="products", title=t("产品净额"), params={"by": "products"},
                 picture=picture("ranking", "value", name="product", extra="class", opened=False)),
        ),
    )  # fmt: skip
