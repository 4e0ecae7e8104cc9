"""Reports as planes of points for the explorer, and what a handful of picked points opens."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Iterable, Mapping

from app.core.filters import Filter, Group, Listed
from app.core.i18n import t
from app.services.analytics.records import Drill, Report
from app.views.charts.data import Unit
from app.views.charts.explored import Explored, Place, Track
from app.views.dashboards.keys import RowKey, drill_of
from app.views.dashboards.words import month_start


def by_day(report: Report) -> Explored:
    """Net revenue of each day."""
    places = []
    for at, row in enumerate(report.rows):
        day = month_start(str(row["start"]))
        if day is not None:
            places.append(Place(float(day.toordinal()), float(row["revenue"]), "", RowKey(at)))
    return Explored(
        t("每日净额"), t("日期"), t("净额"), (Track(t("净额"), tuple(places), joined=True),), None, Unit.MONEY
    )


def rfm(report: Report) -> Explored:
    """Customers by days since the last order and by revenue."""
    places = tuple(
        Place(float(row["recency"]), float(row["monetary"]), str(row["customer"]), RowKey(at))
        for at, row in enumerate(report.rows)
    )
    title = t("客户：最近购买与净额")
    return Explored(title, t("距上次下单"), t("净额"), (Track(t("客户"), places),), Unit.DAYS, Unit.MONEY)


def clv(report: Report) -> Explored:
    """Customers by what they were worth and what they will be."""
    places = tuple(
        Place(float(row["historic"]), float(row["clv"]), str(row["customer"]), RowKey(at))
        for at, row in enumerate(report.rows)
        if row.get("clv") is not None
    )
    title = t("客户：历史毛利与未来价值")
    return Explored(title, t("历史毛利"), t("未来价值"), (Track(t("客户"), places),), Unit.MONEY, Unit.MONEY)


#: by the names tiles call them
PLANES: Mapping[str, Callable[[Report], Explored]] = {plane.__name__: plane for plane in (by_day, rfm, clv)}


def together(report: Report, keys: Iterable[Hashable]) -> Drill | None:
    """One list of everything behind several marks; None where nothing can be opened."""
    drills = [drill_of(report, key) for key in keys if isinstance(key, RowKey)]
    found = [drill for drill in drills if drill is not None]
    if not found:
        return None
    ids: list[uuid.UUID] = []
    others: list[Filter] = []
    for drill in found:
        match drill.condition:
            case Listed(some):
                ids += some
            case None:
                return Drill(found[0].entity, None)
            case condition:
                others.append(condition)
    if ids:
        others.append(Listed(tuple(dict.fromkeys(ids)), t("图上选中的记录")))
    return Drill(found[0].entity, others[0] if len(others) == 1 else Group("or", tuple(others)))
