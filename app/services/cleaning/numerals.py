"""Numbers written with Chinese numerals or with units (万, 亿, k)."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    c: value
    for value, group in enumerate(
        ("零〇", "一壹", "二贰貳两", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for c in group
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_UNITS = {
    "千万": 10_000_000, "百万": 1_000_000, "十万": 100_000, "千": 1_000, "百": 100, "k": 1_000,
    "万": 10_000, "萬": 10_000, "w": 10_000, "亿": 100_000_000, "億": 100_000_000,
    "十亿": 1_000_000_000, "百亿": 10_000_000_000, "千亿": 100_000_000_000, "万亿": 1_000_000_000_000,
}  # fmt: skip
_UNIT = re.compile(r"(.*\d)\s*((?:[十百千万]亿)|[十百千]万|[千百万萬亿億kw])", re.IGNORECASE)
_COMPOSITE = re.compile(
    r"(?:(?P<yi>\d+)[亿億])?(?:(?P<wan>\d{1,4})[万萬])?(?:(?P<qian>\d)千)?(?:(?P<bai>\d)百)?(?P<rest>\d{4}(?:\.\d{1,2})?)?"
)
_WHOLE_AND_PARTS = re.compile(
    r"(?P<whole>[^元圆角分整正]*)[元圆]?(?:(?P<jiao>[^元角分])角)?零?(?:(?P<fen>[^元角分])分)?[整正]?"
)


def unit_factor(text: str) -> tuple[str, Decimal] | None:
    """`1.25万` → ("1.25", 10000); None without a unit at the end."""
    match = _UNIT.fullmatch(text)
    return (match[1].strip(), Decimal(_UNITS[match[2].casefold()])) if match else None


def composite_number(text: str) -> Decimal | None:
    """`1亿2000万`, `3万5千`, `3万2000`; None when a part is missing its unit (3万5 can mean 30005 or 35000)."""
    match = _COMPOSITE.fullmatch(text)
    if match is None or not (match["yi"] or match["wan"]):
        return None
    if match["rest"] and (match["qian"] or match["bai"]):
        return None
    total = int(match["yi"] or 0) * 100_000_000 + int(match["wan"] or 0) * 10_000
    total += int(match["qian"] or 0) * 1_000 + int(match["bai"] or 0) * 100
    return total + Decimal(match["rest"] or 0)


def han_number(text: str) -> int | None:
    """A whole number in Chinese numerals, everyday or financial; None unless it is well formed."""
    total = section = 0
    digit: int | None = None
    last_small = last_large = 10**18
    zero = False
    for c in text:
        if c in _DIGITS:
            if digit is not None or (zero and _DIGITS[c] == 0):
                return None
            zero = _DIGITS[c] == 0
            digit = None if zero else _DIGITS[c]
        elif c in _SMALL:
            # 十 alone at the front means one ten; elsewhere a unit needs its digit, and units only fall.
            if (digit is None and not (_SMALL[c] == 10 and not section and not zero)) or _SMALL[c] >= last_small:
                return None
            section += (digit or 1) * _SMALL[c]
            digit, last_small, zero = None, _SMALL[c], False
        else:
            section += digit or 0
            if not section or _LARGE[c] >= last_large:
                return None
            total += section * _LARGE[c]
            section, digit, last_small, last_large, zero = 0, None, 10**18, _LARGE[c], False
    # 三百五 and 两万三 are spoken short for 350 and 23000: two readings, so none.
    spoken_short = digit is not None and text[-2:-1] not in ("", "零", "〇", "十", "拾")
    return None if spoken_short or (zero and len(text) > 1) else total + section + (digit or 0)


def han_amount(text: str) -> Decimal | None:
    """`壹万贰仟叁佰元伍角整` in 元, or None when it is not a well-formed amount."""
    match = _WHOLE_AND_PARTS.fullmatch(text)
    if match is None or not (match["whole"] or match["jiao"] or match["fen"]):
        return None
    whole = han_number(match["whole"]) if match["whole"] else 0
    parts = [_DIGITS.get(match[name]) if match[name] else 0 for name in ("jiao", "fen")]
    if whole is None or None in parts:
        return None
    return Decimal(f"{whole}.{parts[0]}{parts[1]}")
