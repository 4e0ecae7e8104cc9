"""The text every other cleaner starts from: what is stored, and what is compared.

Stored text keeps what the person meant to see (Chinese punctuation, ㈱, ①); keys for comparison fold everything.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import import_module
from typing import Protocol

from app.core.hidden import HIDDEN, HIDDEN_ONE, without_hidden

_LINES = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_SPACES = "\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CLEAN = re.compile(rf"[^{HIDDEN}{_LINES}\t\u00a0\u1680\u2000-\u200a\u200d\u202f\u205f\u3000０-９Ａ-Ｚａ-ｚ]*")
_BREAK = re.compile(f"\r\n|[{_LINES}]")
_RUN = re.compile(f"[{_SPACES}]+")
_ALL_SPACE = re.compile(r"\s+")
_NARROW = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}


def clean_text(text: str, keep_lines: bool = False) -> str:
    """Text as it is stored: NFC, nothing hidden, single spaces, trimmed, full-width letters and digits narrow.

    Line breaks survive only with `keep_lines` (notes, postal addresses), else they become spaces.
    """
    if _CLEAN.fullmatch(text) and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    # Breaks first: the separators U+001C-1E are both controls and line ends.
    text = _BREAK.sub("\n", text)
    text = without_hidden(text)
    text = unicodedata.normalize("NFC", text.translate(_NARROW))
    if not keep_lines:
        return _RUN.sub(" ", text.replace("\n", " ")).strip()
    lines = [_RUN.sub(" ", line).strip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n")


def key_text(text: str) -> str:
    """A key under which two writings of the same words are equal: NFKC, case folded, no spaces. Not for display."""
    if text.isascii():
        return _ALL_SPACE.sub("", HIDDEN_ONE.sub("", text)).casefold()
    text = HIDDEN_ONE.sub("", text).replace("\u200d", "")
    # Folding and the removal of spaces can bring characters together that compose anew: to the fixed point.
    before = None
    while text != before:
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = _ALL_SPACE.sub("", HIDDEN_ONE.sub("", text))
    return text


def narrow(text: str) -> str:
    """Full-width and compatibility forms to plain ones (NFKC), hidden characters removed, ends trimmed: for parsing."""
    if text.isascii():
        return text.strip() if text.isprintable() else HIDDEN_ONE.sub("", text).strip()
    return unicodedata.normalize("NFKC", HIDDEN_ONE.sub("", text).replace("\u200d", "")).strip()


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _converter() -> _Converter | None:
    # The C++ build does not exist for Windows on ARM; the pure Python one answers the same, more slowly.
    for module in ("opencc", "opencc_purepy"):
        try:
            made: _Converter = import_module(module).OpenCC("t2s")
        except ImportError:
            continue
        return made
    return None


def simplified(text: str) -> str:
    """Traditional characters to simplified ones, for comparison keys. Text within GB 2312 is returned at once."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        converter = _converter()
        return converter.convert(text) if converter else text
    return text
