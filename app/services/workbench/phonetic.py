"""How Latin words sound: Metaphone (Philips 1990, plain rules) for English, Kölner Phonetik (Postel 1969) for German."""

from __future__ import annotations

import re
from itertools import groupby

_VOWELS = "AEIOU"
_FRONT = "EIY"
_STARTS = (("AE", "E"), ("GN", "N"), ("KN", "N"), ("PN", "N"), ("WR", "R"), ("X", "S"), ("WH", "W"))


def metaphone(word: str) -> str:
    """The sound of an English word, capital letters: `Smith` = `Smyth`, `Philip` = `Filip`. 0 is th, X is sh."""
    text = re.sub(r"([^C])\1+", r"\1", "".join(c for c in word.upper() if "A" <= c <= "Z"))
    for start, made in _STARTS:
        if text.startswith(start):
            text = made + text[len(start) :]
            break
    return "".join(_sound(text, place) for place in range(len(text)))


def _sound(text: str, at: int) -> str:  # noqa: C901, PLR0911, PLR0912 - one line a letter
    char = text[at]
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    later = text[at + 2 : at + 3]
    match char:
        case "A" | "E" | "I" | "O" | "U":
            return char if not at else ""
        case "B":
            return "" if before == "M" and not after else "B"
        case "C":
            if before == "S" and after and after in _FRONT:
                return ""
            if text[at + 1 : at + 3] == "IA" or (after == "H" and before != "S"):
                return "X"
            return "S" if after and after in _FRONT else "K"
        case "D":
            return "J" if after == "G" and later and later in _FRONT else "T"
        case "G":
            if after == "H" and later not in _VOWELS:
                return ""
            if after == "N" and at + 2 >= len(text):
                return ""
            if before == "D" and after and after in _FRONT:
                return ""
            return "J" if after and after in _FRONT else "K"
        case "H":
            return "" if (before and before in "CSPTG") or (before in _VOWELS and after not in _VOWELS) else "H"
        case "K":
            return "" if before == "C" else "K"
        case "P":
            return "F" if after == "H" else "P"
        case "Q":
            return "K"
        case "S":
            return "X" if after == "H" or (after == "I" and later and later in "OA") else "S"
        case "T":
            if after == "I" and later and later in "OA":
                return "X"
            if after == "H":
                return "0"
            return "" if text[at + 1 : at + 3] == "CH" else "T"
        case "V":
            return "F"
        case "W" | "Y":
            return char if after and after in _VOWELS else ""
        case "X":
            return "KS"
        case "Z":
            return "S"
    return char


_COLOGNE = {"B": "1", "F": "3", "V": "3", "W": "3", "G": "4", "K": "4", "Q": "4", "L": "5", "M": "6", "N": "6", "R": "7",
            "S": "8", "Z": "8"} | dict.fromkeys("AEIJOUY", "0")  # fmt: skip


def cologne(word: str) -> str:
    """The sound of a German word, digits: `Müller` = `Mueller`, `Meyer` = `Maier`."""
    text = "".join(c for c in word.upper() if "A" <= c <= "Z")
    digits = "".join(_digit(text, place) for place in range(len(text)))
    single = "".join(digit for digit, _ in groupby(digits))
    return single[:1] + single[1:].replace("0", "")


def _digit(text: str, at: int) -> str:
    char = text[at]
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    if char == "P":
        return "3" if after == "H" else "1"
    if char in "DT":
        return "8" if after and after in "CSZ" else "2"
    if char == "C":
        hard = "AHKLOQRUX" if not at else "AHKOQUX"
        return "4" if after and after in hard and not (before and before in "SZ") else "8"
    if char == "X":
        return "8" if before and before in "CKQ" else "48"
    return _COLOGNE.get(char, "")
