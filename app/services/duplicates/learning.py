"""Thresholds from decisions: what people merged and told apart moves the lines between automatic, review and ignore."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.services.duplicates.records import Thresholds

#: so many decisions are needed before the lines move
ENOUGH = 30
SURE = 0.99
WORTH_A_LOOK = 0.1
_STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def learned(decisions: Sequence[tuple[float, bool]]) -> Thresholds:
    """`decisions`: (probability, whether it was one). Automatic from the lowest step above which at least 99 % (and with
    20 or more decisions) were one; review from the lowest step whose own slice still had one in ten."""
    usual = Thresholds()
    if len(decisions) < ENOUGH:
        return usual
    auto = next((s for s in _STEPS if s >= usual.review and _share(decisions, s, 1.1, 20) >= SURE), 1.0)
    review = usual.review
    for low, high in reversed(list(pairwise(_STEPS))):
        if low >= auto:
            continue
        share = _share(decisions, low, high, 5)
        if share < 0:
            continue  # nobody decided here
        if share < WORTH_A_LOOK:
            review = high
            break
        review = min(review, low)
    return Thresholds(auto=max(auto, review), review=review)


def _share(decisions: Sequence[tuple[float, bool]], low: float, high: float, least: int) -> float:
    inside = [same for p, same in decisions if low <= p < high]
    return sum(inside) / len(inside) if len(inside) >= least else -1.0
