"""What a column holds, as far as comparing goes, judged by its values; and the levels every kind is compared in."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SAMPLE = 5_000
NAME, TEXT, ADDRESS, CODE, PHONE, EMAIL, DATE, NUMBER, CATEGORY = (
    "name", "text", "address", "code", "phone", "email", "date", "number", "category",
)  # fmt: skip
#: kinds whose values point at one thing; a value that very many records share is a placeholder
IDENTIFYING = frozenset({CODE, PHONE, EMAIL})


@dataclass(frozen=True)
class Level:
    """How far two values agree. `key` is stable, `m` the usual share of true pairs at this level, `u` that of pairs of
    different records. `most`: the level is
    never worth more bits than this (a little likeness of names is no reason to take two records for one)."""

    key: str
    m: float
    u: float
    most: float = 99.0


#: worst first; the number of a level is its place in the tuple
LEVELS: dict[str, tuple[Level, ...]] = {
    NAME: (
        Level("different", 0.05, 0.985, -1.0), Level("alike", 0.05, 0.008, 2.0), Level("near", 0.12, 0.003),
        Level("part", 0.08, 0.002), Level("sounds", 0.06, 0.0008), Level("core", 0.16, 0.0007), Level("same", 0.48, 0.0005),
    ),
    TEXT: (
        Level("different", 0.05, 0.9695, -1.0), Level("little", 0.08, 0.02, 0.0), Level("some", 0.12, 0.006),
        Level("much", 0.17, 0.003), Level("most", 0.18, 0.001), Level("same", 0.40, 0.0005),
    ),
    ADDRESS: (
        Level("different", 0.15, 0.9305, 0.0), Level("little", 0.10, 0.05, 0.0), Level("some", 0.15, 0.015),
        Level("most", 0.20, 0.003), Level("same", 0.40, 0.0015),
    ),
    CODE: (Level("different", 0.08, 0.9995), Level("near", 0.12, 0.0003), Level("same", 0.80, 0.0002)),
    PHONE: (Level("different", 0.22, 0.9995), Level("near", 0.08, 0.0003), Level("same", 0.70, 0.0002)),
    EMAIL: (Level("different", 0.18, 0.9994), Level("user", 0.12, 0.0004), Level("same", 0.70, 0.0002)),
    DATE: (
        Level("different", 0.06, 0.975), Level("year", 0.04, 0.02), Level("near", 0.12, 0.004), Level("same", 0.78, 0.001),
    ),
    NUMBER: (
        Level("different", 0.25, 0.8), Level("order", 0.15, 0.1), Level("near", 0.10, 0.05), Level("same", 0.50, 0.05),
    ),
    CATEGORY: (Level("different", 0.15, 0.78), Level("near", 0.08, 0.02), Level("same", 0.77, 0.2)),
}  # fmt: skip

_DATE = re.compile(r"\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?|\d{1,2}/\d{1,2}/\d{4}")
_NUMBER = re.compile(r"[-+]?[$¥￥€£]?\s*\d[\d,]*(?:\.\d+)?\s*(?:元|usd|gbp|rmb)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d()（）\s./-]{7,20}(?:转\d+|ext\.?\s*\d+)?", re.IGNORECASE)
_HAN = re.compile(r"[㐀-鿿]")
_CODE = re.compile(r"(?=.*\d)[\w./:#-]{2,60}")
_STREET = re.compile(
    r"\b(?:st|street|rd|road|ave?|avenue|blvd|boulevard|lane|ln|drive|dr|place|pl|crescent|circuit|close|court|hwy)\b"
    r"|[路街巷弄号道]",
    re.IGNORECASE,
)
_PLACE_WORDS = re.compile(r"addr|street|地址|住址|街道|suburb", re.IGNORECASE)


def kind_of(label: str, values: Sequence[str]) -> str | None:
    """The kind of a column of plain texts; None when comparing it would tell nothing (empty, all the same)."""
    given = [v for v in values[:SAMPLE] if v]
    if not given or len(set(given)) < 2:
        return None
    distinct = len(set(given)) / len(given)
    words = statistics.mean(len(v.split()) for v in given)
    han = _share(_HAN.search, given)
    few = distinct < 0.2 and len(set(given)) <= max(60, len(given) // 6)
    if _share(_EMAIL.fullmatch, given) >= 0.7:
        return EMAIL
    if _share(_DATE.fullmatch, given) >= 0.8 and _plausible_days(given):
        return DATE
    if _share(_PHONE.fullmatch, given) >= 0.8 and statistics.median(sum(c.isdigit() for c in v) for v in given) >= 7 and (
        any(not c.isdigit() for v in given for c in v) or re.search("phone|tel|mobile|电话|手机", label, re.IGNORECASE)
    ):  # fmt: skip
        return PHONE
    if few and words < 4:
        return CATEGORY
    if _share(_NUMBER.fullmatch, given) >= 0.85:
        digits = {len(v) for v in given if v.isdigit()}
        whole = _share(str.isdigit, given) >= 0.95
        return CODE if whole and (min(digits, default=0) >= 6 or (distinct > 0.5 and len(digits) <= 3)) else NUMBER
    if _PLACE_WORDS.search(label) or _share(_STREET.search, given) >= 0.6:
        return ADDRESS
    if han < 0.3 and words < 1.3 and _share(_CODE.fullmatch, given) >= 0.8:
        return CODE
    long = statistics.median(len(v) for v in given)
    return TEXT if words >= 3.6 or (han >= 0.3 and long > 24) else NAME


def _share(test: Callable[[str], object], given: Sequence[str]) -> float:
    return sum(1 for v in given if test(v)) / len(given)


def _plausible_days(given: Sequence[str]) -> bool:
    years = [int(y) for v in given if (y := re.sub(r"\D", "", v)[:4]).isascii() and y]
    last = [int(v[-4:]) for v in given if v[-4:].isdigit()]
    return any(sum(1 for y in found if 1800 <= y <= 2100) >= 0.8 * len(given) for found in (years, last))
