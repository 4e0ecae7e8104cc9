"""Days, moments, and days that come again every year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.core.fields import Field, FieldType, MonthDay
from app.core.i18n import t
from app.core.kinds.base import ORDERED, Columns, Kind, UserNames, must_be
from app.core.primitives import from_millis, to_millis
from app.errors import UserError

_RELATIVE = ("today", "this_week", "this_month", "this_year", "last_days", "next_days")


class DateKind(Kind):
    """A calendar day. A date; ISO text in its column, its ordinal in a custom value."""

    type, zh, en = FieldType.DATE, "日期", "Date"
    custom = ordered = day = counted = True
    excel = "yyyy-mm-dd"

    def clean(self, field: Field, value: Any) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise UserError(t("不是有效的日期。"))
        return value

    def store(self, value: date) -> str:
        return value.isoformat()

    def load(self, stored: Any) -> date:
        return stored if isinstance(stored, date) else date.fromisoformat(stored)

    def to_custom(self, value: date) -> Columns:
        return None, value.toordinal()

    def from_custom(self, text: str | None, number: int | None) -> date | None:
        return None if number is None else date.fromordinal(number)

    def to_json(self, value: date) -> str:
        return value.isoformat()

    def from_json(self, data: Any) -> date:
        return date.fromisoformat(data)

    def to_text(self, field: Field, value: date, users: UserNames | None = None) -> str:
        return value.isoformat()

    def operators(self, field: Field) -> tuple[str, ...]:
        return (*_RELATIVE, *ORDERED)

    def rule(self, field: Field) -> str:
        return t("2024-03-05、2024/3/5、2024年3月5日、20240305，或 Excel 日期")

    def example(self, field: Field) -> str:
        return "2024-03-05"


class MomentKind(Kind):
    """A point in time. An aware datetime in UTC; milliseconds since 1970 where it is stored."""

    type, zh, en = FieldType.DATETIME, "日期和时间", "Date and time"
    ordered = day = counted = True
    excel = "yyyy-mm-dd hh:mm:ss"

    def clean(self, field: Field, value: Any) -> datetime:
        must_be(value, datetime)
        if value.tzinfo is None:
            raise UserError(t("时间缺少时区。"))
        try:
            utc: datetime = value.astimezone(UTC)
        except OverflowError:
            raise UserError(t("不是有效的日期。")) from None
        return utc.replace(microsecond=utc.microsecond // 1000 * 1000)

    def store(self, value: datetime) -> int:
        return to_millis(value)

    def load(self, stored: Any) -> datetime:
        return stored if isinstance(stored, datetime) else from_millis(stored)

    def to_json(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def from_json(self, data: Any) -> datetime:
        return datetime.fromisoformat(data)

    def to_text(self, field: Field, value: datetime, users: UserNames | None = None) -> str:
        return value.astimezone().strftime("%Y-%m-%d %H:%M")

    def operators(self, field: Field) -> tuple[str, ...]:
        return (*_RELATIVE, *ORDERED)

    def rule(self, field: Field) -> str:
        return t("2024-03-05 14:30，或 Excel 日期时间；只写日期也可以")

    def example(self, field: Field) -> str:
        return "2024-03-05 14:30"


class MonthDayKind(Kind):
    """A day that comes again every year, of which the year may be unknown. A `MonthDay`; its text where it is stored, so that
    those without a year come first, then the oldest."""

    type, zh, en = FieldType.MONTH_DAY, "日期（可无年份）", "Date (year optional)"
    custom = ordered = yearly = True

    def clean(self, field: Field, value: Any) -> MonthDay:
        if isinstance(value, MonthDay):
            return value
        if not isinstance(value, date) or isinstance(value, datetime):
            raise UserError(t("不是有效的日期。"))
        return MonthDay.of(value)

    def store(self, value: MonthDay) -> str:
        return str(value)

    def load(self, stored: Any) -> MonthDay:
        return stored if isinstance(stored, MonthDay) else MonthDay.parse(stored)

    def to_json(self, value: MonthDay) -> str:
        return str(value)

    def from_json(self, data: Any) -> MonthDay:
        return MonthDay.parse(data)

    def to_text(self, field: Field, value: MonthDay, users: UserNames | None = None) -> str:
        return value.yearly if value.year is None else str(value)

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("today", "this_week", "this_month", "next_days", *ORDERED)

    def asked(self, field: Field, value: Any) -> str:
        return str(value).removeprefix("--")

    def compared(self, value: Any) -> MonthDay:
        return MonthDay.parse(str(value)[:10])

    def rule(self, field: Field) -> str:
        return t("1985-05-12、05-12、5月12日，或 Excel 日期；年份可以不写")

    def example(self, field: Field) -> str:
        return "05-12"


class BoolKind(Kind):
    """Yes or no. A bool; 1 or 0 where it is stored."""

    type, zh, en = FieldType.BOOL, "是或否", "Yes or no"
    custom = counted = True

    def clean(self, field: Field, value: Any) -> bool:
        must_be(value, bool)
        return bool(value)

    def store(self, value: bool) -> int:
        return int(value)

    def load(self, stored: Any) -> bool:
        return bool(stored)

    def to_text(self, field: Field, value: bool, users: UserNames | None = None) -> str:
        return t("是") if value else t("否")

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("true", "false")

    def rule(self, field: Field) -> str:
        return t("是、否（√、×、1、0 也可以）")

    def example(self, field: Field) -> str:
        return t("是")
