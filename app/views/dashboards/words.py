"""Values of a report as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.i18n import t
from app.services.analytics.records import Kind, Period
from app.views.charts.data import Unit
from app.views.charts.figures import NOTHING, full
from app.views.charts.timeaxis import month_text
from app.views.dashboards.periods import period_text

UNITS = {
    Kind.MONEY: Unit.MONEY, Kind.RATE: Unit.RATE, Kind.DAYS: Unit.DAYS, Kind.HOURS: Unit.HOURS, Kind.NUMBER: Unit.NUMBER,
}  # fmt: skip


def unit_of(kind: Kind) -> Unit:
    """How a chart writes values of this kind."""
    return UNITS.get(kind, Unit.COUNT)


def shown(value: Any, kind: Kind) -> str:
    """One cell of a report for the eye."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return t("是") if value else t("否")
    match kind:
        case Kind.TEXT | Kind.DATE:
            return str(value)
        case Kind.MONTH:
            return month_name(str(value))
        case Kind.LIST:
            items = list(value) if not isinstance(value, str) else [value]
            return t("、").join(_item(item) for item in items)
        case Kind.NUMBER:
            return f"{value:,.2f}".rstrip("0").rstrip(".")
    return full(value, unit_of(kind))


def _item(item: Any) -> str:
    return full(item, Unit.RATE) if isinstance(item, float) and 0 <= item <= 1 else str(item)


def month_name(text: str) -> str:
    """ "2025-03" → 2025年3月 or Mar 2025; other labels (2025, 2025 Q1, a day) as they are."""
    day = month_start(text)
    return month_text(day) if day is not None and len(text) == 7 else text


def month_start(text: str) -> date | None:
    """The first day of "2025-03", of "2025" or of a day's own text; None for anything else."""
    for form in (text, f"{text}-01", f"{text}-01-01"):
        try:
            return date.fromisoformat(form)
        except ValueError:
            continue
    return None


def window_text(window: Period | None, as_of: date) -> str:
    """The days that were looked at."""
    return period_text(window) if window is not None else t("截至 {day}", day=as_of.isoformat())


def parameter_text(parameters: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    """The parameters in force, those without a value left out."""
    return [f"{titles.get(key, key)}{t('：')}{value}" for key, value in parameters.items() if value not in ("", None)]
