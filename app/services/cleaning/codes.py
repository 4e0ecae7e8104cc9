"""Matching what a sheet says to the code of a pick list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.services.cleaning.text import key_text

GENDERS: Mapping[str, Sequence[str]] = {
    "male": ("男", "男性", "男士", "男生", "先生", "m", "male", "man", "mr", "mr."),
    "female": ("女", "女性", "女士", "女生", "小姐", "f", "female", "woman", "ms", "ms.", "mrs", "miss"),
}
"""The writings of the two sexes found in sheets; codes as in `identity.Sex`."""

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@lru_cache(maxsize=16_384)
def _key(text: str) -> str:
    key = key_text(text)
    # Values such as ★ or + have nothing but signs: those count then.
    return _EDGES.sub("", key) or key


def match_choice(text: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The code whose label, synonym or code itself says the same as `text`, or None (also for blank text).

    Width, case, spaces and signs around the word do not matter. A word listed under two codes matches neither.
    """
    key = _key(text) if len(text) <= 200 else ""
    if not key:
        return None
    found: str | None = None
    for code, labels in options.items():
        if key == _key(code) or any(key == _key(label) for label in labels):
            if found is not None:
                return None
            found = code
    return found
