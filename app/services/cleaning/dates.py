"""Dates as people and spreadsheets write them. Nothing is guessed silently: a doubtful reading carries a warning.

Readings of one text: year first; three short numbers in a chosen order; spreadsheet serials; Chinese, 民国 and English
writings. `column_order` decides the order of short numbers for a whole column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from app.core.clock import local_zone
from app.core.i18n import t
from app.services.cleaning.date_parts import (
    DateOrder,
    Order,
    chinese_digits,
    cut_time,
    decide_order,
    full_year,
    month_number,
    real_day,
    short_triple,
    valid_orders,
)
from app.services.cleaning.text import narrow
from app.services.cleaning.values import (
    BLANK,
    Cleaned,
    digits_destroyed,
    digits_marked,
    failed,
    is_placeholder,
    nothing_said,
    warned,
)

__all__ = ["DateOrder", "Order", "column_order", "parse_date", "parse_datetime"]

_FAST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.、,年\s]\s*(\d{1,2})\s*[-/.、,月\s]\s*(\d{1,2})\s*[日号號]?")
_CHINESE = re.compile(r"(\d{2}|\d{4})\s*年\s*(\d{1,2})\s*(?:月份?|[-/.])\s*(\d{1,2})\s*[日号號]?")
_YEAR_MONTH = re.compile(r"(\d{2}|\d{4})\s*年\s*(\d{1,2})\s*月?份?|(\d{4})\s*[-/.]\s*(\d{1,2})")
_YEAR_ONLY = re.compile(r"(\d{4})\s*年?(?:度|初|底|末)?|(\d{2})\s*年")
_MINGUO = re.compile(r"(?:中华)?民[国國]\s*(\d{1,3}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号號]?")
_NO_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?|(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_SIX = re.compile(r"\d{6}")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_WESTERN = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s./-]+([a-z]{3,9})\.?[\s.,/'-]+(\d{4}|\d{2})", re.IGNORECASE)
_AMERICAN = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"([a-z]{3,9})\.?[\s.,'-]*(\d{4}|\d{2})", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"[\s,(]*(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\)?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+",
    re.IGNORECASE,
)
_LUNAR = re.compile("农历|農曆|阴历|陰曆|旧历|正月|腊月|臘月|闰.{1,2}月|初[一二三四五六七八九十]|廿")
_ZERO_DATE = re.compile(
    r"0000[-/.]0?0[-/.]0?0|1900[-/.]0?1[-/.]0?0|1899[-/.]12[-/.]3[01]|0?0[-/.]0?0[-/.]0?0|0+(?:\.0+)?"
)
_EPOCH = dt.date(1899, 12, 30)
_SHIFT_1904 = 1462
_FIRST, _LAST = dt.date(1950, 1, 1), dt.date(2100, 12, 31)
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100
_ZONE = re.compile(r"(?P<utc>z|utc|gmt)$|(?P<sign>[+-])(?P<h>0\d|1[0-4]):?(?P<m>00|30|45)$", re.IGNORECASE)
_ISO = re.compile(r"\dT\d", re.IGNORECASE)


def parse_date(
    text: str, *, order: Order = "ymd", certain: bool = False, date1904: bool = False, today: dt.date | None = None
) -> Cleaned[dt.date]:
    """The calendar day in `text`; a time of day is ignored, unless it is that of a written time zone: the day is then the
    one that was here at that moment.

    `order` of three short numbers; `certain`: the order was settled (by `column_order` or the person), so it is no
    longer worth a warning. `date1904`: serials count from 1904. `today` sets the window of two-digit years.
    """
    match = _FAST.fullmatch(text)
    if match and "1900" < match[1] <= "2100":
        try:
            return Cleaned(dt.date(int(match[1]), int(match[3]), int(match[4])))
        except ValueError:
            return _no_such(int(match[3]), text)
    plain = _prepared(text)
    if isinstance(plain, Cleaned):
        return plain
    day_text, time, _ = cut_time(plain)
    found = _read(day_text, plain, order, certain, date1904, today)
    if found.value is not None and time is not None and (zone := _zone(plain, day_text)) is not None:
        return Cleaned(_here(dt.datetime.combine(found.value, dt.time()) + time, zone).date(), found.problem)
    return found


def parse_datetime(
    text: str, *, order: Order = "ymd", certain: bool = False, date1904: bool = False, today: dt.date | None = None
) -> Cleaned[dt.datetime]:
    """The local moment in `text` (naive, to the second); midnight when only a day is written, a written time zone is
    converted. Options as `parse_date`."""
    plain = _prepared(text)
    if isinstance(plain, Cleaned):
        return Cleaned(None, plain.problem)
    day_text, time, wrong_time = cut_time(plain)
    if wrong_time:
        return failed("date.no_such_time", t("“{text}”里的时间不存在", text=plain[:40]))
    day = _read(day_text, plain, order, certain, date1904, today)
    if day.value is None:
        return Cleaned(None, day.problem)
    if time is None:
        time = _time_of_number(day_text)
    moment = dt.datetime.combine(day.value, dt.time()) + time
    zone = _zone(plain, day_text) if time is not None else None
    if zone is not None:
        moment = _here(moment, zone)
    return Cleaned(moment, day.problem)


def _zone(plain: str, day_text: str) -> dt.timedelta | None:
    """How far the written clock is ahead of UTC; None where no zone is written. 10:00-12:00 is a span of time."""
    found = _ZONE.search(plain)
    if found is None or found.start() < len(day_text):
        return None
    if found["utc"]:
        return dt.timedelta()
    if found["sign"] == "-" and not _ISO.search(plain) and plain[found.start() - 1] != " ":
        return None
    offset = dt.timedelta(hours=int(found["h"]), minutes=int(found["m"]))
    return -offset if found["sign"] == "-" else offset


def _here(moment: dt.datetime, ahead: dt.timedelta) -> dt.datetime:
    """The clock on this wall at a moment of another zone, by the rules of its own year (summer time)."""
    return (moment - ahead).replace(tzinfo=dt.UTC).astimezone(local_zone()).replace(tzinfo=None)


def column_order(samples: Sequence[str]) -> DateOrder:
    """The order of three short numbers that fits a whole column best."""
    prepared = (cut_time(narrow(s))[0] for s in samples if len(s) < 60)
    return decide_order([triple for s in prepared if (triple := short_triple(s)) is not None])


def _prepared(text: str) -> str | Cleaned[dt.date]:
    if len(text) > 100:
        return failed("date.not_date", t("“{text}”不是日期", text=text[:40]))
    plain = narrow(text)
    if not plain:
        return BLANK
    if digits_marked(text):
        return digits_destroyed()
    if is_placeholder(plain):
        return nothing_said(plain)
    if _ZERO_DATE.fullmatch(cut_time(plain)[0]):
        return warned(None, "date.zero", t("“{text}”是系统里表示没有日期的写法，按空白处理", text=plain))
    return plain


def _read(day: str, shown: str, order: Order, certain: bool, date1904: bool, today: dt.date | None) -> Cleaned[dt.date]:
    day = _WEEKDAY.sub("", day).strip(" ,.()")
    if _LUNAR.search(day):
        return failed("date.lunar", t("“{text}”是农历日期，请换成公历", text=shown))
    day = chinese_digits(day)
    found = _numeric(day, shown, date1904, today) if day.replace(".", "", 1).isdigit() and day.isascii() else None
    if found is None:
        found = _written(day, shown, today) or _short(day, shown, order, certain, today) or _english(day, shown, today)
    if found is not None:
        return found
    if _NO_YEAR.fullmatch(day):
        return failed("date.no_year", t("“{text}”没有写年份", text=shown))
    return failed("date.not_date", t("“{text}”不是日期", text=shown[:40]))


def _no_such(month: int, shown: str) -> Cleaned[dt.date]:
    if not 1 <= month <= 12:
        return failed("date.no_such_month", t("“{text}”里没有第 {month} 月", text=shown, month=month))
    return failed("date.no_such_day", t("“{text}”这一天不存在", text=shown))


def _day(year: int, month: int, day: int, shown: str) -> Cleaned[dt.date]:
    found = real_day(year, month, day)
    if found is None:
        return _no_such(month, shown)
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return failed("date.out_of_range", t("“{text}”的年份不在 1900 到 2100 之间", text=shown))
    return Cleaned(found)


def _first_of(year: int, month: int, shown: str) -> Cleaned[dt.date]:
    found = _day(year, month, 1, shown)
    if found.value is None:
        return found
    return warned(found.value, "date.day_unknown", t("“{text}”没有写日，记为 {date}", text=shown, date=found.value))


def _written(day: str, shown: str, today: dt.date | None) -> Cleaned[dt.date] | None:
    """Year first, in digits or with 年月日, or counted from 1912."""
    if match := _MINGUO.fullmatch(day):
        year = 1 if match[1] == "元" else int(match[1])
        return _day(year + 1911, int(match[2]), int(match[3]), shown)
    if match := _YEAR_FIRST.fullmatch(day) or _CHINESE.fullmatch(day):
        return _day(full_year(match[1], today), int(match[2]), int(match[3]), shown)
    if match := _YEAR_MONTH.fullmatch(day):
        return _first_of(full_year(match[1] or match[3], today), int(match[2] or match[4]), shown)
    if (match := _YEAR_ONLY.fullmatch(day)) and not day.isdigit():
        return _first_of(full_year(match[1] or match[2], today), 1, shown)
    return None


def _short(day: str, shown: str, order: Order, certain: bool, today: dt.date | None) -> Cleaned[dt.date] | None:
    """Three short numbers, or two short ones and a year at the end."""
    triple = short_triple(day)
    if triple is None:
        return None
    readings = valid_orders(triple, today)
    if not readings:
        middle = max(int(triple[0]), int(triple[1])) if len(triple[2]) == 4 else int(triple[1])
        return _no_such(middle, shown)
    if order not in readings:
        if certain:
            return failed("date.other_order", t("“{text}”不能按本列的日期顺序理解", text=shown))
        chosen: Order = "mdy" if "mdy" in readings else next(iter(readings))
    else:
        chosen = order
    value = readings[chosen]
    # 24/3/5 in the usual order is plain; 08/3/5 could also be a month or a day first.
    plain = chosen == "ymd" and int(triple[0]) > 12
    if certain or plain or len(set(readings.values())) == 1:
        return Cleaned(value)
    return warned(value, "date.ambiguous", t("“{text}”有几种读法，暂按 {date} 理解", text=shown, date=value))


def _english(day: str, shown: str, today: dt.date | None) -> Cleaned[dt.date] | None:
    if match := _WESTERN.fullmatch(day):
        month, number, year = month_number(match[2]), match[1], match[3]
    elif match := _AMERICAN.fullmatch(day):
        month, number, year = month_number(match[1]), match[2], match[3]
    elif (match := _MONTH_YEAR.fullmatch(day)) and (month := month_number(match[1])):
        return _first_of(full_year(match[2], today), month, shown)
    else:
        return None
    return _day(full_year(year, today), month, int(number), shown) if month else None


def _time_of_number(day: str) -> dt.timedelta:
    """The time of day inside a spreadsheet serial or a compact 14-digit writing; nothing for other texts."""
    if (match := _COMPACT.fullmatch(day)) and match[4]:
        return dt.timedelta(hours=int(match[4]), minutes=int(match[5]), seconds=int(match[6] or 0))
    if (match := _SERIAL.fullmatch(day)) and match[2]:
        return dt.timedelta(seconds=min(round(float(match[2]) * 86_400), 86_399))
    return dt.timedelta()


def _numeric(day: str, shown: str, date1904: bool, today: dt.date | None) -> Cleaned[dt.date] | None:
    """A bare number: 20240305, a serial, 240305, 202403, 2024. None: not a bare number but 2024.3."""
    whole = re.sub(r"\.0+$", "", day)
    if match := _COMPACT.fullmatch(whole):
        if match[4] and (int(match[4]) > 23 or int(match[5]) > 59 or int(match[6] or 0) > 59):
            return failed("date.no_such_time", t("“{text}”里的时间不存在", text=shown))
        return _day(int(match[1]), int(match[2]), int(match[3]), shown)
    if match := _SERIAL.fullmatch(day):
        value = _EPOCH + dt.timedelta(days=int(match[1]) + (_SHIFT_1904 if date1904 else 0))
        if _FIRST <= value <= _LAST:
            return Cleaned(value)
        return failed("date.not_date", t("“{text}”是数字，换算不成 1950 到 2100 年之间的日期", text=shown))
    if _SIX.fullmatch(whole):
        return _six(whole, shown, today)
    if len(whole) == 4 and whole.isdigit() and _EARLIEST_YEAR <= int(whole) <= _LATEST_YEAR:
        return _first_of(int(whole), 1, shown)
    if "." in day and _YEAR_MONTH.fullmatch(day):
        return None
    if "." in day and _NO_YEAR.fullmatch(day):
        return failed("date.no_year", t("“{text}”没有写年份", text=shown))
    return failed("date.not_date", t("“{text}”不是日期", text=shown[:40]))


def _six(digits: str, shown: str, today: dt.date | None) -> Cleaned[dt.date]:
    """Six digits are year and month (202403) or a short day (240305)."""
    month = real_day(int(digits[:4]), int(digits[4:]), 1) if digits[:2] in ("19", "20") else None
    day = real_day(full_year(digits[:2], today), int(digits[2:4]), int(digits[4:]))
    if month and not day:
        return _first_of(month.year, month.month, shown)
    value = month or day
    if value is None:
        return failed("date.not_date", t("“{text}”不是日期", text=shown))
    return warned(value, "date.ambiguous", t("“{text}”有几种读法，暂按 {date} 理解", text=shown, date=value))
