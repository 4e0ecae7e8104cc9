"""Values as people read them: in full for tips, short for axes and tiles. 万 and 亿 in Chinese, K, M and B in English."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from app.core.amounts import money_shown
from app.core.i18n import language, t
from app.views.charts.data import Unit

NOTHING = "—"
_SCALES = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "B"), (1e6, "M"), (1e3, "K"))}
#: from here on a short figure is written in a larger unit
_FROM = {"zh": 1e5, "en": 1e4}


def full(value: float | None, unit: Unit = Unit.COUNT) -> str:
    """The exact value with its unit; "—" for None."""
    if value is None:
        return NOTHING
    if unit is Unit.MONEY:
        return money_shown(round(value))
    return _with_unit(_plain(value), value, unit)


def short(value: float | None, unit: Unit = Unit.COUNT) -> str:
    """The value in a few characters: ¥486.2万 or ¥4.9M; "—" for None."""
    if value is None:
        return NOTHING
    if unit not in (Unit.MONEY, Unit.COUNT, Unit.NUMBER):
        return full(value, unit)
    amount = value / 100 if unit is Unit.MONEY else value
    sign, coin = "-" if amount < 0 else "", "¥" if unit is Unit.MONEY else ""
    size = abs(amount)
    if size < _FROM[language()]:
        text = f"{size:,.0f}" if size >= 100 or size == int(size) else f"{size:,.2f}".rstrip("0").rstrip(".")
        return f"{sign}{coin}{text}"
    factor, word = next((f, w) for f, w in _SCALES[language()] if size >= f)
    return f"{sign}{coin}{_cut(size / factor, 1 if size / factor < 1000 else 0)}{word}"


def axis_texts(ticks: Sequence[float], unit: Unit) -> list[str]:
    """The ticks of one axis, all in the same unit and with the same number of decimals as far as needed."""
    if unit is Unit.RATE:
        return [f"{_cut(tick * 100, 1)}%" for tick in ticks]
    amounts = [tick / 100 if unit is Unit.MONEY else tick for tick in ticks]
    largest = max((abs(amount) for amount in amounts), default=0)
    factor, word = next(((f, w) for f, w in _SCALES[language()] if largest >= f), (1.0, ""))
    steps = [b - a for a, b in itertools.pairwise(amounts)]
    step = min(steps, default=largest) / factor
    digits = next((d for d in range(3) if abs(round(step, d) - step) < 1e-9), 2)
    return [f"{amount / factor:,.{digits}f}{word}" if amount else "0" for amount in amounts]


def change(now: float | None, before: float | None, unit: Unit) -> str:
    """How much more or less than before: percent, percentage points for rates, days for days; "" if not known."""
    if now is None or before is None:
        return ""
    if unit is Unit.RATE:
        points = round((now - before) * 100, 1)
        return t("{n} 个百分点", n=_cut(abs(points), 1))
    if unit in (Unit.DAYS, Unit.HOURS):
        return full(abs(round(now - before, 1)), unit)
    if before == 0:
        return "" if now == 0 else t("此前为 0")
    return f"{_cut(abs(now - before) / abs(before) * 100, 1)}%"


def direction(now: float | None, before: float | None) -> int:
    """1 more, -1 less, 0 the same or not known."""
    if now is None or before is None or now == before:
        return 0
    return 1 if now > before else -1


def share(part: float, whole: float) -> str:
    """Part of a whole in percent; "—" where the whole is nothing."""
    return f"{_cut(part / whole * 100, 0 if part / whole >= 0.1 else 1)}%" if whole else NOTHING


def _with_unit(text: str, value: float, unit: Unit) -> str:
    match unit:
        case Unit.RATE:
            return f"{_cut(value * 100, 1)}%"
        case Unit.DAYS:
            return t("{n} 天", n=text)
        case Unit.HOURS:
            return t("{n} 小时", n=text)
    return text


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else _grouped(f"{value:,.1f}")


def _grouped(text: str) -> str:
    return text.removesuffix(".0")


def _cut(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
