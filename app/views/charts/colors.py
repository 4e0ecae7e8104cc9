"""Colours of series and of heat cells.

The six series colours stand 3:1 or more against the card in both themes and stay apart for the three colour-blindnesses
(distance in OKLab after simulation by Machado, Oliveira and Fernandes 2009; tested). Charts never tell things apart by
colour alone: every mark has a name in its tip and in the legend.
"""

from __future__ import annotations

from functools import lru_cache

from app.views.theme.tokens import Tokens, contrast

LIGHT = ("#2E6AFF", "#D97706", "#0F766E", "#7E2BB8", "#B42318", "#334155")
DARK = ("#5B8CFF", "#EE922C", "#6FEBD0", "#9A60A8", "#D0392B", "#ABB4C8")


def series_color(tokens: Tokens, at: int) -> str:
    """`#RRGGBB` of the series `at`; after six they come again, paler."""
    scale = DARK if tokens.name == "dark" else LIGHT
    turn, place = divmod(at, len(scale))
    return scale[place] if turn == 0 else mix(scale[place], tokens.surface, 1 - 0.45 / turn)


@lru_cache(4096)
def mix(first: str, second: str, amount: float) -> str:
    """`amount` of `first` in `second`, both `#RRGGBB`; opaque, so that every file format shows the same."""
    amount = min(1.0, max(0.0, amount))
    parts = (round(int(first[i : i + 2], 16) * amount + int(second[i : i + 2], 16) * (1 - amount)) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in parts)


@lru_cache(4096)
def ink_on(ground: str) -> str:
    """The text colour, light or dark, that reads better on `ground`; always 4.5:1 or more."""
    return "#FFFFFF" if contrast("#FFFFFF", ground) >= 4.5 else "#000000"


def heat_color(tokens: Tokens, share: float) -> str:
    """The ground of a heat cell, `share` 0…1 of the strongest."""
    return mix(series_color(tokens, 0), tokens.surface_2, 0.08 + 0.92 * min(1.0, max(0.0, share)))


def visible_on(color: str, ground: str) -> str:
    """The colour itself, or so much lighter or darker that it stands 3:1 on another ground than its own card."""
    towards = ink_on(ground)
    for step in range(10):
        shown = mix(towards, color, step / 10)
        if contrast(shown, ground) >= 3:
            return shown
    return towards
