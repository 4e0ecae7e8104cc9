"""Sizes of files: in words, and the largest that is taken."""

from __future__ import annotations

#: bytes of the largest file a record may have
LARGEST_FILE = 2 * 1024**3
_UNITS = ("KB", "MB", "GB", "TB")


def size_text(size: int) -> str:
    """A size as people read it: "812 B", "3.4 MB", "120 MB"."""
    if size < 1024:
        return f"{size} B"
    value, place = size / 1024, 0
    while round(value) >= 1024 and place < len(_UNITS) - 1:
        value, place = value / 1024, place + 1
    return f"{value:.1f} {_UNITS[place]}" if value < 9.95 else f"{round(value)} {_UNITS[place]}"
