"""How figures of quality are written and coloured."""

from __future__ import annotations

from app.core.i18n import t
from app.services.quality.records import DimensionHealth, dimension_label


def percent(score: float | None) -> str:
    """100, 99.9, 87.5; never rounded up to 100; a dash where nothing was measured."""
    if score is None:
        return "—"
    floored = int(score * 10 + 1e-6) / 10
    return f"{floored:.0f}" if floored in (0, 100) else f"{floored:.1f}"


def tone_of(score: float | None) -> str:
    """ok, warn or bad; gray where nothing was measured."""
    if score is None:
        return "gray"
    return "ok" if score >= 95 else "warn" if score >= 80 else "bad"


def spoken(dimension: DimensionHealth) -> str:
    """Name, figure, numerator, n and formula, for tips and screen readers."""
    name = dimension_label(dimension.key)
    if dimension.score is None:
        return t("{name}：没有可检查的内容。\n{formula}", name=name, formula=dimension.formula)
    return t(
        "{name} {score}%：{good} / {n}\n{formula}",
        name=name,
        score=percent(dimension.score),
        good=f"{dimension.good:,}",
        n=f"{dimension.n:,}",
        formula=dimension.formula,
    )
