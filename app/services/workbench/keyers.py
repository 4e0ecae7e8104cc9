"""Keys under which different writings of one thing collide.

`fingerprint` and `ngram_fingerprint` give the keys of OpenRefine's keyers, known there by the same names, to the letter:
trimmed, lower case, NFKD without combining marks, letter and sign modifiers, a few letters spelt out, no punctuation and
controls; then the sorted distinct words, or the sorted distinct n-grams of what is left without spaces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from app.core.pinyin import pinyin_full
from app.services.cleaning.names import company_core
from app.services.cleaning.text import narrow, simplified
from app.services.workbench.phonetic import cologne, metaphone

Keyer = Callable[[str], str]

_SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE_SET = frozenset(_SPACES)
#: letters without a decomposition
_SPELT = {
    "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "©": "c", "ð": "d", "đ": "d", "ɖ": "d", "þ": "th", "ƿ": "w", "ħ": "h",
    "ı": "i", "ĸ": "k", "ł": "l", "ŋ": "n", "ſ": "s", "ŧ": "t", "œ": "oe", "ẜ": "s", "ẝ": "s",
}  # fmt: skip


class _Folding(dict[int, str | None]):
    """Character → what it becomes after decomposition; found once per character."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        made: str | None = _SPELT.get(char, char)
        category = unicodedata.category(char)
        if (
            0x300 <= code <= 0x36F
            or category in ("Lm", "Sk")
            or category[0] == "P"
            or (category == "Cc" and char not in _SPACE_SET)
        ):
            made = None
        self[code] = made
        return made


_folding = _Folding()
_unspaced = dict.fromkeys(map(ord, _SPACES))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text.strip(_SPACES).lower()).translate(_folding)


def _units(text: str) -> bytes:
    """Order by 16-bit units."""
    return text.encode("utf-16-be", "surrogatepass")


def _beyond(text: str) -> bool:
    return not text.isascii() and max(text) > "\uffff"


def fingerprint(text: str) -> str:
    """Sorted distinct words: `苏州 恒力` = `恒力，苏州`, `École du Nord` = `nord du ecole`."""
    folded = _folded(text)
    if folded.isascii() and " " not in folded and not _SPACE_SET.intersection(folded):
        return folded
    words: list[str] = [""]
    for char in folded:
        if char in _SPACE_SET:
            if words[-1] or len(words) == 1:
                words.append("")
        else:
            words[-1] += char
    if len(words) > 1 and not words[-1]:
        words.pop()
    return " ".join(sorted(set(words), key=_units if _beyond(folded) else None))


def ngram_fingerprint(text: str, n: int = 2) -> str:
    """Sorted distinct runs of `n` characters; "" for a text shorter than that."""
    folded = _folded(text).translate(_unspaced)
    if not _beyond(folded):
        return "".join(sorted({folded[i : i + n] for i in range(len(folded) - n + 1)}))
    units = _units(folded)  # runs are counted in 16-bit units
    grams = sorted({units[i : i + 2 * n] for i in range(0, len(units) - 2 * n + 1, 2)})
    return b"".join(grams).decode("utf-16-be", "surrogatepass")


def phonetic(text: str) -> str:
    """How the Latin words sound in English; other writing stays as its fingerprint."""
    return _sounds(text, metaphone)


def phonetic_german(text: str) -> str:
    """How the Latin words sound in German (Cologne phonetics)."""
    return _sounds(text, cologne)


def _sounds(text: str, sound: Keyer) -> str:
    words = fingerprint(text).split(" ")
    return " ".join(dict.fromkeys((sound(w) or w) if w.isascii() and w.isalpha() else w for w in words))


def pinyin(text: str) -> str:
    """How the Chinese is read, surnames in their own way: `单雄信` = `shan xiongxin`."""
    return pinyin_full(simplified(narrow(text)))


def core(text: str) -> str:
    """What identifies a company: without place, legal form, group and branch."""
    return company_core(text)


def core_pinyin(text: str) -> str:
    """The core as it is read: homophones collide."""
    return pinyin_full(company_core(text))


def keyer(method: str, n: int = 2) -> Keyer:
    """The function of a method's name; KeyError for none."""
    if method == "ngram":
        return lambda text: ngram_fingerprint(text, n)
    return {
        "fingerprint": fingerprint,
        "phonetic": phonetic,
        "cologne": phonetic_german,
        "pinyin": pinyin,
        "core": core,
        "core-pinyin": core_pinyin,
    }[method]
