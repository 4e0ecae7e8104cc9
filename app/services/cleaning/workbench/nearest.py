"""Nearest neighbours among texts: compared only within blocks of texts that share a run of characters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job

LEVENSHTEIN, JARO_WINKLER = "levenshtein", "jaro-winkler"
CROWD = 1_500
"""Texts in one block beyond which only those near each other in alphabetical order are compared."""
_WINDOW = 200
_LONGEST = 200
_SHORT_HAN, _SHORT = 6, 6

Near = dict[int, list[int]]


def neighbours(values: Sequence[str], name: str, radius: float, block: int, job: Job) -> tuple[Near, int]:
    """(code → codes within the radius, texts in blocks that were too full to compare every pair).

    `block` characters in a row must be shared; 0 = 1 for short Chinese, 2 for longer Chinese and short Latin, 3 else.
    """
    texts = {code: text for code, value in enumerate(values) if len(text := value.strip()[:_LONGEST].casefold()) > 0}
    blocks: dict[str, list[int]] = defaultdict(list)
    for done, (code, text) in enumerate(texts.items()):
        if done % 5_000 == 0:
            job.progress(t("正在分块"), done, len(texts))
        for gram in _grams(text, block):
            blocks[gram].append(code)
    seen: set[int] = set()
    near: Near = defaultdict(list)
    crowded: set[int] = set()
    full = [codes for codes in blocks.values() if len(codes) > 1]
    for done, codes in enumerate(full):
        if done % 200 == 0:
            job.progress(t("正在比较相近的值"), done, len(full))
        if len(codes) > CROWD:
            crowded.update(codes)
            ordered = sorted(codes, key=texts.__getitem__)
            for start in range(0, len(ordered), _WINDOW):
                job.check()
                _compare(ordered[start : start + 2 * _WINDOW], texts, name, radius, seen, near, len(values))
        else:
            _compare(codes, texts, name, radius, seen, near, len(values))
    return dict(near), len(crowded)


def _grams(text: str, block: int) -> set[str]:
    if not block:
        han = not text.isascii()
        block = (1 if len(text) < _SHORT_HAN else 2) if han else (2 if len(text) < _SHORT else 3)
    size = min(block, len(text))
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def _compare(
    codes: list[int], texts: dict[int, str], name: str, radius: float, seen: set[int], near: Near, size: int
) -> None:
    """Note every pair within the radius; `seen` holds pairs already found in another block."""
    from rapidfuzz.distance import JaroWinkler, Levenshtein
    from rapidfuzz.process import cdist

    words = [texts[code] for code in codes]
    if name == LEVENSHTEIN:
        most = int(radius)
        distances = cdist(words, words, scorer=Levenshtein.distance, score_cutoff=most, dtype=np.uint8)
        close = distances <= most
    else:
        distances = cdist(words, words, scorer=JaroWinkler.distance, score_cutoff=radius, dtype=np.float32)
        close = distances <= radius
    rows, columns = np.nonzero(np.triu(close, 1))
    for a, b in zip(rows.tolist(), columns.tolist(), strict=True):
        first, second = sorted((codes[a], codes[b]))
        pair = first * size + second
        if pair not in seen:
            seen.add(pair)
            near[first].append(second)
            near[second].append(first)
