"""Lengths of time as people write them, in whole seconds."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from app.core.i18n import t
from app.services.cleaning.text import narrow
from app.services.cleaning.values import BLANK, Cleaned, failed, is_placeholder, nothing_said, warned

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?")
_PLAIN = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_HALF = re.compile(r"(?:(\d+)个?)?半个?(?=天|日|小时|钟头|分钟)")
#: the parts in the order in which they are written; each may be missing
_PARTS = re.compile(
    rf"(?:{_NUMBER}(?:天|日|days?|d))?(?:{_NUMBER}个?(?:小时|钟头|时|hours?|hrs?|h))?"
    rf"(?:{_NUMBER}(?:分钟|分|minutes?|mins?|m))?(?:{_NUMBER}(?:秒钟|秒|seconds?|secs?|s))?",
    re.IGNORECASE,
)
_LONGEST = 10**10
"""Seconds; some three hundred years."""


def parse_duration(text: str) -> Cleaned[int]:
    """The seconds in `text`: 1:30 (hours and minutes), 1:30:00, 90分钟, 1小时30分, 1.5 h, 2天 (48 hours); a number alone is
    minutes. Fractions of a second are rounded half up with a warning."""
    plain = narrow(text) if len(text) <= 80 else text[:81]
    if not plain:
        return BLANK
    if is_placeholder(plain):
        return nothing_said(plain)
    if re.match(r"[-−–]\s*\d", plain):
        return failed("duration.negative", t("“{text}”是负的时长", text=plain[:40]))
    exact = _seconds(re.sub(r"[\s,，、]+|and", "", plain.casefold()))
    if exact is None:
        return failed("duration.not_duration", t("“{text}”不是时长", text=plain[:40]))
    if exact > _LONGEST:
        return failed("duration.too_long", t("“{text}”太长，无法保存", text=plain[:40]))
    seconds = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if seconds != exact:
        return warned(seconds, "duration.rounded", t("“{text}”不是整秒，已四舍五入", text=plain[:40]))
    return Cleaned(seconds)


def _seconds(plain: str) -> Decimal | None:
    if match := _CLOCK.fullmatch(plain):
        return Decimal(int(match[1]) * _HOUR + int(match[2]) * _MINUTE + int(match[3] or 0))
    if _PLAIN.fullmatch(plain):
        return Decimal(plain) * _MINUTE
    said = _HALF.sub(lambda half: f"{half[1] or 0}.5", plain)
    match = _PARTS.fullmatch(said)
    if match is None or not any(match.groups()):
        return None
    units = (_DAY, _HOUR, _MINUTE, 1)
    return sum((Decimal(n) * unit for n, unit in zip(match.groups(), units, strict=True) if n), Decimal(0))
