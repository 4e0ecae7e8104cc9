"""Amounts where there is little room."""

from __future__ import annotations

from app.core.amounts import money_shown
from app.core.i18n import language


def short_money(minor: int) -> str:
    """¥877万, ¥1.25亿; in English ¥8.8M. Below ten thousand as it is."""
    yuan = minor / 100
    steps = ((1e9, "B"), (1e6, "M"), (1e4, "K")) if language() == "en" else ((1e8, "亿"), (1e4, "万"))
    for size, word in steps:
        if abs(yuan) >= size:
            scaled = yuan / (1e3 if word == "K" else size)
            digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
            text = f"{scaled:,.{digits}f}"
            return f"¥{text.rstrip('0').rstrip('.') if '.' in text else text}{word}"
    return money_shown(minor)
