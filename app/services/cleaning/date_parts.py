"""The small parts of reading a date: numerals, years, times of day, and the order of three short numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["ymd", "mdy", "dmy"]
ORDERS: tuple[Order, ...] = ("ymd", "mdy", "dmy")
Triple = tuple[str, str, str]

_FUTURE_YEARS = 20
_HAN_DIGITS = {
    c: i for i, group in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九")) for c in group
}
_HAN = re.compile("[〇零○一二三四五六七八九十]+")
_SHORT = re.compile(r"(\d{1,2})\s*([-/.\s])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{1,2})")
_MONTH_NAMES = {
    name: i + 1
    for i, full in enumerate(
        "january february march april may june july august september october november december".split()
    )
    for name in (full, full[:3], "sept" if full == "september" else full)
}
_HALF = r"(?P<half>上午|下午|晚上|晚|早上|早|中午|凌晨|傍晚)?"
_TIME = re.compile(
    rf"(?:[\sT,，]+|(?<=[日号號])|(?=上午|下午|晚|早|中午|凌晨|傍晚)){_HALF}\s*(?P<h>\d{{1,2}})"
    r"(?:[:：](?P<m>\d{1,2})(?:[:：](?P<s>\d{1,2})(?:\.\d+)?)?|[时時点點](?:(?P<m2>\d{1,2})分?(?:(?P<s2>\d{1,2})秒?)?|(?P<n>半)|整)?)"
    r"\s*(?P<ap>[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)


def chinese_digits(text: str) -> str:
    """`二〇二四年三月十五日` → `2024年3月15日`; other text unchanged."""
    return _HAN.sub(_numeral, text) if _HAN.search(text) else text


def _numeral(match: re.Match[str]) -> str:
    word = match[0]
    if "十" not in word:
        return "".join(str(_HAN_DIGITS[c]) for c in word)
    tens, _, ones = word.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return word
    return str((_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0))


def full_year(digits: str, today: dt.date | None) -> int:
    """Four digits as they are; two digits within the 100 years that end 20 years after `today` (default: the clock)."""
    year = int(digits)
    if len(digits) > 2:
        return year
    now = (today or dt.date.today()).year  # noqa: DTZ011 - the calendar year where the person is
    candidate = now // 100 * 100 + year
    return candidate - 100 if candidate > now + _FUTURE_YEARS else candidate


def real_day(year: int, month: int, day: int) -> dt.date | None:
    """The day, or None when the calendar has no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def month_number(name: str) -> int:
    """1–12 for an English month name or its abbreviation, else 0."""
    return _MONTH_NAMES.get(name.casefold(), 0)


def cut_time(text: str) -> tuple[str, dt.timedelta | None, bool]:
    """The text before a time of day, the time since midnight (None: none written), and whether that time is impossible."""
    match = _TIME.search(text)
    if match is None or not match.start():
        return text, None, False
    hour, minute = int(match["h"]), int(match["m"] or match["m2"] or (30 if match["n"] else 0))
    second = int(match["s"] or match["s2"] or 0)
    half, twelve = match["half"] or "", (match["ap"] or "").casefold()[:1]
    if (half in ("下午", "晚上", "晚", "傍晚") or twelve == "p" or (half == "中午" and hour < 3)) and hour < 12:
        hour += 12
    elif hour == 12 and (twelve == "a" or half in ("凌晨", "上午", "早上", "早")):
        hour = 0
    wrong = hour > 23 or minute > 59 or second > 59
    time = None if wrong else dt.timedelta(hours=hour, minutes=minute, seconds=second)
    return text[: match.start()].rstrip(), time, wrong


def short_triple(text: str) -> Triple | None:
    """The three numbers of 3/5/2024 or 24/3/5 as written, or None for any other shape."""
    match = _SHORT.fullmatch(text)
    return (match[1], match[3], match[4]) if match else None


def valid_orders(triple: Triple, today: dt.date | None) -> dict[Order, dt.date]:
    """The readings of a triple that name a real day, by order."""
    a, b, c = triple
    found: dict[Order, dt.date] = {}
    if len(c) < 4 and len(a) == 2 and (day := real_day(full_year(a, today), int(b), int(c))):
        found["ymd"] = day
    if len(c) >= 2:
        year = full_year(c, today)
        if 1900 <= year <= 2100:
            if day := real_day(year, int(a), int(b)):
                found["mdy"] = day
            if day := real_day(year, int(b), int(a)):
                found["dmy"] = day
    return found


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The order of a column. `certain`: some sample fits no other order. `evidence`: up to three such samples."""

    order: Order
    certain: bool
    evidence: tuple[str, ...]


def decide_order(triples: Sequence[Triple]) -> DateOrder:
    """The order that reads most triples; a tie goes to year, then month, then day first."""
    if not triples:
        return DateOrder("ymd", True, ())
    readings = [(triple, valid_orders(triple, None)) for triple in triples]
    counts = {order: sum(1 for _, valid in readings if order in valid) for order in ORDERS}
    best = max(ORDERS, key=lambda order: counts[order])
    deciding = [triple for triple, valid in readings if set(valid) == {best}]
    contradicted = any(valid and best not in valid for _, valid in readings)
    rivals = [order for order in ORDERS if order != best and counts[order] == counts[best]]
    certain = not contradicted and not rivals
    return DateOrder(best, certain, tuple("/".join(triple) for triple in deciding[:3]))
