"""Whether two names are alike, one pair at a time, by the levels of the search."""

from __future__ import annotations

import numpy as np

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Column, build
from app.services.duplicates.matching.levels import levels_of

_FILLER = ("某某某", "other words")
_LEAST = 2  # near


def alike(one: str, two: str) -> bool:
    """Nearly the same: another legal form or place, sounding or looking the same, shortened, one character off."""
    (feature,) = build([Column("name", "", [one, two, *_FILLER], kinds.NAME)])
    return int(levels_of(feature, np.array([0]), np.array([1]))[0]) >= _LEAST
