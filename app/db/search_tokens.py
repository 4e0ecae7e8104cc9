"""The tokens of full-text search: made here, the same on every engine.

Three columns: `han` one token per Han character or other letter beyond ASCII (phrases find substrings), `py` one token per
syllable (with other readings of a surname behind a gap), `gram` 3-grams of ASCII words, digits and pinyin initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HAN = re.compile(r"[^\x00-\x7f\W_]+")
_ASCII = re.compile(r"[0-9a-z]+")
_NOT_DIGIT = re.compile(r"\D")
Tokens = tuple[str, str, str]


def fold(text: str) -> str:
    """The form in which both index and query are compared: full-width forms and case do not matter."""
    import unicodedata

    return unicodedata.normalize("NFKC", text).casefold()


def tokens(names: Sequence[str], texts: Iterable[str], codes: Iterable[str]) -> Tokens:
    """The three columns of one entry: `names` also by pinyin, `codes` (numbers, e-mails) also without punctuation.

    Phones are given in their comparison form (+8613800138000): every fragment of it is found, however it is typed.
    """
    from app.core.pinyin import spoken

    plain_codes = []
    for code in codes:
        plain_codes.append(code)
        digits = _NOT_DIGIT.sub("", code)
        if len(digits) >= 5 and digits != code:
            plain_codes.append(digits)
    text = " ".join((*names, *texts, *plain_codes))
    folded = text.casefold() if text.isascii() else fold(text)
    words = list(dict.fromkeys(_ASCII.findall(folded)))
    sequences: list[str] = []
    initials: list[str] = []
    for name in names:
        if not name.isascii():
            said, short = spoken(name)
            sequences.extend(said)
            initials.extend(short)
    # each word ends in a 2-gram, which keeps a phrase of 3-grams from reaching into the next word
    grams = [w[i : i + 3] for w in (*words, *initials) for i in range(max(1, len(w) - 1))]
    return (
        " ".join(" ".join(run) for run in _HAN.findall(folded)),
        " 0 ".join(sequences),  # a gap no syllable phrase reaches across
        " ".join(grams),
    )


def with_code(entry: Tokens, code: str) -> Tokens:
    """The entry with one more code (a human number given later), as `tokens` would have made it."""
    if not code:
        return entry
    words = [code.casefold(), _NOT_DIGIT.sub("", code)]
    grams = [w[i : i + 3] for w in words for i in range(len(w) - 1)]
    han, said, gram = entry
    return han, said, " ".join((gram, *grams))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow each other in one column of an entry; `prefix`: the last one may go on."""

    column: str
    tokens: tuple[str, ...]
    prefix: bool = False


#: what an entry must fulfil: all of these, each by any of its phrases
Query = tuple[tuple[Phrase, ...], ...]


def typed_query(text: str) -> Query | None:
    """What a person typed as a query of the index; None when there is nothing to search for."""
    from app.core.pinyin import segmentations

    folded = fold(text)
    parts: list[tuple[Phrase, ...]] = [(Phrase("han", tuple(run)),) for run in _HAN.findall(folded)]
    compact = _NOT_DIGIT.sub("", folded)
    words = _ASCII.findall(folded)
    if len(words) > 1 and all(w.isdigit() for w in words) and len(compact) >= 5:
        words = [compact]  # a phone typed with spaces or hyphens
    for word in words:
        ways: list[Phrase] = []
        if word.isalpha():
            ways.extend(Phrase("py", tuple(syllables), prefix=True) for syllables in segmentations(word))
        ways.append(_gram(word))
        if word.isdigit() and len(word) >= 5 and word[0] == "0":  # 010-8888…: stored as +86108888…
            ways.append(_gram(word[1:]))
        parts.append(tuple(ways))
    return tuple(dict.fromkeys(parts)) or None


def containing_query(text: str) -> Query | None:
    """A query that every entry whose text contains `text` fulfils: Han runs and ASCII runs of two and more."""
    folded = fold(text)
    parts: list[tuple[Phrase, ...]] = [(Phrase("han", tuple(run)),) for run in _HAN.findall(folded)]
    parts.extend((_gram(word),) for word in _ASCII.findall(folded))
    return tuple(dict.fromkeys(parts)) or None


def _gram(word: str) -> Phrase:
    if len(word) < 3:
        return Phrase("gram", (word,), prefix=True)
    return Phrase("gram", tuple(word[i : i + 3] for i in range(len(word) - 2)))
