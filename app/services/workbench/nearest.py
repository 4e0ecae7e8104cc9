"""Nearest neighbours among texts: compared only within blocks of texts that share a run of characters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from app.core.i18n import t
from app.core.jobs import Job

LEVENSHTEIN, JARO_WINKLER = "levenshtein", "jaro-winkler"
CROWD = 1_500
"""Texts in one block beyond which not every pair is compared."""
_WINDOW = 200
_LONGEST = 200
_SHORT_HAN, _SHORT = 6, 6

Near = dict[int, list[int]]


def neighbours(values: Sequence[str], name: str, radius: float, block: int, job: Job) -> tuple[Near, int]:
    """(code → codes within the radius, texts all of whose blocks were too full to compare every pair).

    Texts of full blocks are compared with those near them in alphabetical order, read forwards and backwards.


    `block` characters in a row must be shared; 0 = 1 for short Chinese, 2 for longer Chinese and short Latin, 3 else.
    """
    texts = {code: text for code, value in enumerate(values) if len(text := value.strip()[:_LONGEST].casefold()) > 0}
    blocks: dict[str, list[int]] = defaultdict(list)
    for done, (code, text) in enumerate(texts.items()):
        if done % 5_000 == 0:
            job.progress(t("正在分块"), done, len(texts))
        for gram in _grams(text, block):
            blocks[gram].append(code)
    pairs = _Pairs(values, texts, name, radius)
    full = [codes for codes in blocks.values() if 1 < len(codes) <= CROWD]
    for done, codes in enumerate(full):
        if done % 200 == 0:
            job.progress(t("正在比较相近的值"), done, len(full))
        pairs.compare(codes)
    compared = {code for codes in full for code in codes}
    crowd = {code for codes in blocks.values() if len(codes) > CROWD for code in codes}
    _compare_windows(pairs, sorted(crowd, key=texts.__getitem__), job)
    _compare_windows(pairs, sorted(crowd, key=lambda code: texts[code][::-1]), job)
    return dict(pairs.near), len(crowd - compared)


def _compare_windows(pairs: _Pairs, ordered: list[int], job: Job) -> None:
    """Compare each text with those near it in this order."""
    for start in range(0, len(ordered), _WINDOW):
        job.progress(t("正在比较相近的值"), start, len(ordered))
        pairs.compare(ordered[start : start + 2 * _WINDOW])


def _grams(text: str, block: int) -> set[str]:
    if not block:
        han = not text.isascii()
        block = (1 if len(text) < _SHORT_HAN else 2) if han else (2 if len(text) < _SHORT else 3)
    size = min(block, len(text))
    return {text[i : i + size] for i in range(len(text) - size + 1)}


class _Pairs:
    """Pairs within the radius, each found once however many blocks share it."""

    def __init__(self, values: Sequence[str], texts: dict[int, str], name: str, radius: float) -> None:
        self._texts, self._name, self._radius = texts, name, radius
        self._size = len(values)
        self._seen: set[int] = set()
        self.near: Near = defaultdict(list)

    def compare(self, codes: list[int]) -> None:
        """Every pair of these."""
        from rapidfuzz.distance import JaroWinkler, Levenshtein
        from rapidfuzz.process import cdist

        words = [self._texts[code] for code in codes]
        if self._name == LEVENSHTEIN:
            most = int(self._radius)
            close = cdist(words, words, scorer=Levenshtein.distance, score_cutoff=most, dtype=np.uint8) <= most
        else:
            far = cdist(words, words, scorer=JaroWinkler.distance, score_cutoff=self._radius, dtype=np.float32)
            close = far <= self._radius
        rows, columns = np.nonzero(np.triu(close, 1))
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True):
            first, second = sorted((codes[a], codes[b]))
            pair = first * self._size + second
            if pair not in self._seen:
                self._seen.add(pair)
                self.near[first].append(second)
                self.near[second].append(first)
