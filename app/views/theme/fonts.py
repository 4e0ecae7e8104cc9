"""Fonts: system families in an order that prefers simplified Chinese forms, sizes in logical pixels."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF

from app.core.i18n import language

CHINESE = (
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)
LATIN = ("Segoe UI", "SF Pro Text", "Helvetica Neue", "Inter", "Noto Sans")

SMALL, CAPTION, BODY, TITLE, HEADING, FIGURE = 11, 12, 13, 14, 18, 24


def families(code: str) -> list[str]:
    """Family names in order of preference for the language `code`; Chinese fonts are always in the list."""
    return [*LATIN, *CHINESE] if code == "en" else list(CHINESE)


@lru_cache(256)
def _font(size: int, bold: bool, code: str) -> QFont:
    font = QFont()
    font.setFamilies(families(code))
    font.setPixelSize(size)
    # Linux CJK fonts come in Regular and Bold only; DemiBold falls to Bold there and is exact elsewhere.
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def font(size: int = BODY, *, bold: bool = False) -> QFont:
    """A shared font (do not change it), `size` in logical pixels."""
    return _font(size, bold, language())


@lru_cache(256)
def _metrics(size: int, bold: bool, code: str) -> QFontMetrics:
    return QFontMetrics(_font(size, bold, code))


def metrics(size: int = BODY, *, bold: bool = False) -> QFontMetrics:
    """Metrics of `font(size, bold=bold)`, shared."""
    return _metrics(size, bold, language())


@lru_cache(8)
def _separator(code: str) -> str:
    measured = QFontMetricsF(_font(BODY, False, code))
    # Chinese fonts draw the middle dot a full character wide; the dot operator is narrow in every font.
    return " · " if measured.horizontalAdvance("·") <= BODY * 0.6 else " ⋅ "


def separator() -> str:
    """A narrow dot between short facts: " · " or its look-alike where the font draws that one full width."""
    return _separator(language())


def join_facts(*facts: str) -> str:
    """The non-empty facts in one line, parted by a narrow dot."""
    return separator().join(fact for fact in facts if fact)


def forget() -> None:
    """Drop every cached font and metric (language or screen changed)."""
    _font.cache_clear()
    _metrics.cache_clear()
    _separator.cache_clear()
