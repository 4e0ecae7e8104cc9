"""How values stand in the cells of a file, so that what was exported is understood when it comes back.

Lists in one cell are parted by "；"; an item that holds a separator itself stands in double quotes, doubled inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

SEPARATOR = "；"
TAG_MARKS = "，,；;、|/\n "
LINK_MARKS = "；;|\n"
_GUARDED = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_SAID = re.compile(r'="((?:[^"]|"")*)"')
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def guarded(text: str) -> str:
    """The text as a CSV cell that no spreadsheet takes for a formula: "'" in front of = + - @ and their like.

    Plain numbers stay. A text that already looks guarded gets one more "'", so that `unguarded` is an exact inverse.
    """
    return f"'{text}" if _GUARDED.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text of a CSV cell without the guard of `guarded`, and of ="00123", by which others keep a text from becoming a
    number."""
    if _ESCAPED.match(text):
        return text[1:]
    if text.startswith('="') and (found := _SAID.fullmatch(text)) is not None:
        return found[1].replace('""', '"')
    return text


def join_items(items: Iterable[str], marks: str) -> str:
    """Several texts in one cell; `marks`: the characters at which `split_items` would cut."""
    return SEPARATOR.join(_quoted(item, marks) for item in items if item)


def _quoted(item: str, marks: str) -> str:
    if '"' in item or any(mark in item for mark in marks):
        doubled = item.replace('"', '""')
        return f'"{doubled}"'
    return item


def split_items(text: str, marks: str) -> tuple[str, ...]:
    """The items of a cell, trimmed, each once; blank ones are dropped."""
    if '"' not in text:
        for mark in marks[1:]:
            text = text.replace(mark, marks[0])
        return tuple(dict.fromkeys(word for part in text.split(marks[0]) if (word := part.strip())))
    found = []
    for match in _pattern(marks).finditer(text):
        item = match[1].replace('""', '"') if match[1] is not None else match[2]
        found.append(item.strip())
    return tuple(dict.fromkeys(item for item in found if item))


@cache
def _pattern(marks: str) -> re.Pattern[str]:
    cut = re.escape(marks)
    return re.compile(rf'[^\S{cut}]*"((?:[^"]|"")*)"\s*(?=[{cut}]|$)|([^{cut}]+)')
