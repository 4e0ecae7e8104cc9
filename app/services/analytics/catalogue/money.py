"""Reports on what was sold, what is owed, and where customers come from."""

from __future__ import annotations

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.services.analytics.catalogue.kinds import one_of, step
from app.services.analytics.specification import Parameter, ReportSpec, Tile, picture

#: kinds of records that say where they came from
_ORIGINS = BUILT_IN.kinds(lambda e: bool(e.origin))


def specs() -> tuple[ReportSpec, ...]:
    """In the language in force."""
    return (_sales(), _receivables(), _sources())


def _sales() -> ReportSpec:
    return ReportSpec(
        "sales", t("销售额与订单"), "money.sales_report", "orders", frozenset({"orders"}), (step(),),
        (
            Tile(key="revenue", title=t("净额"), measure="revenue", spark="revenue", plane="by_day",
                 plane_params={"step": "day"}),
            Tile(key="orders", title=t("订单数"), measure="orders", spark="orders", tone="cyan"),
            Tile(key="average", title=t("客单价"), measure="average", spark="average", tone="cyan"),
            Tile(key="buyers", title=t("下单客户"), measure="customers", tone="ok"),
            Tile(key="sales_line", title=t("净额趋势"), picture=picture("over_time", ["revenue"]), size="M", plane="by_day",
                 plane_params={"step": "day"}),
            Tile(key="channels", title=t("净额按渠道"), picture=picture("parts_of", "revenue", part="channels"),
                 rows="channels"),
        ),
    )  # fmt: skip


def _receivables() -> ReportSpec:
    return ReportSpec(
        "receivables", t("应收账款账龄"), "money.receivables_report", "orders", frozenset({"orders", "payments"}),
        tiles=(
            Tile(key="receivables", title=t("应收账龄"), timeless=True,
                 picture=picture("ranking", "amount", tones=("", "", "warn", "warn", "bad"))),
        ),
    )  # fmt: skip


def _sources() -> ReportSpec:
    return ReportSpec(
        "sources", t("来源构成"), "money.sources_report", "customers", frozenset(_ORIGINS),
        (Parameter("of", one_of(_ORIGINS), "customers"),),
        (Tile(key="sources", title=t("新客户来源"), picture=picture("parts_of", "n", center=t("新客户"))),),
    )  # fmt: skip
