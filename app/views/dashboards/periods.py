"""The periods a dashboard offers, as calendar days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.i18n import t
from app.services.analytics.records import Period, month_shift

KEYS = ("month", "last_month", "quarter", "year", "last_12", "custom")


def titles() -> list[tuple[str, str]]:
    """(key, words) in the order of the choice."""
    words = (t("本月"), t("上月"), t("本季度"), t("今年"), t("最近 12 个月"), t("自选…"))
    return list(zip(KEYS, words, strict=True))


def compared_words(key: str) -> str:
    """Against what a figure of this period is held."""
    words = {"month": t("较上月"), "last_month": t("较前一月"), "quarter": t("较上季"), "year": t("较去年")}
    return words.get(key, t("较上期"))


@dataclass(frozen=True, slots=True)
class Span:
    """A choice of period: one of `KEYS`, and for "custom" its first and last day."""

    key: str = "last_12"
    first: date | None = None
    last: date | None = None

    def period(self, today: date) -> Period:
        """The whole calendar period, also where it still runs. An upside-down choice is turned round."""
        month = today.replace(day=1)
        match self.key:
            case "month":
                return Period(month, month_shift(month, 1))
            case "last_month":
                return Period(month_shift(month, -1), month)
            case "quarter":
                start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
                return Period(start, month_shift(start, 3))
            case "year":
                return Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))
            case "custom" if self.first is not None and self.last is not None:
                first, last = sorted((self.first, self.last))
                return Period(first, last + timedelta(days=1))
        return last_months(today, 12)


def last_months(today: date, count: int) -> Period:
    """The month of `today` and those before it, `count` in all."""
    after = month_shift(today, 1)
    return Period(month_shift(after, -count), after)


def period_text(period: Period) -> str:
    """The days of a period in short: whole months and years by name."""
    first, last = period.start, period.last
    if period.start.day == 1 and period.end.day == 1:
        if period.end == month_shift(first, 1):
            return f"{first:%Y-%m}"
        return f"{first:%Y-%m} – {last:%Y-%m}"
    return f"{first.isoformat()} – {last.isoformat()}"
