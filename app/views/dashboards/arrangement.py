"""Where tiles stand: the person's order, sizes and hidden tiles, and the geometry of rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from typing import Any

SIZES = ("S", "M", "L")
#: how many of the 60 columns of a wide board a tile takes, by (is it a figure, size)
_SPANS = {(True, "S"): 12, (True, "M"): 20, (True, "L"): 30, (False, "S"): 15, (False, "M"): 30, (False, "L"): 60}
_HEIGHTS = {
    (True, "S"): 104,
    (True, "M"): 104,
    (True, "L"): 150,
    (False, "S"): 318,
    (False, "M"): 318,
    (False, "L"): 400,
}
WHOLE = 60
GAP = 12
#: pixels a column needs at least: a small figure gets 204, a small chart 258
_COLUMN = 18.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile in a person's arrangement."""

    key: str
    size: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of a tile on the board."""

    key: str
    x: int
    y: int
    width: int
    height: int


Arrangement = tuple[Placed, ...]


def restored(stored: Any, defaults: Arrangement) -> Arrangement:
    """The stored arrangement without what no longer exists, new tiles at their default place behind their neighbour."""
    known = {placed.key: placed for placed in defaults}
    found: list[Placed] = []
    for line in stored if isinstance(stored, list) else []:
        if not isinstance(line, Mapping) or line.get("key") not in known:
            continue
        key = str(line["key"])
        if any(placed.key == key for placed in found):
            continue
        size = line.get("size")
        found.append(Placed(key, size if size in SIZES else known[key].size, line.get("shown") is not False))
    if not found:
        return defaults
    for at, placed in enumerate(defaults):
        if all(placed.key != one.key for one in found):
            keys = [one.key for one in found]
            neighbour = next((one.key for one in reversed(defaults[:at]) if one.key in keys), None)
            found.insert(keys.index(neighbour) + 1 if neighbour else 0, placed)
    return tuple(found)


def stored_form(arrangement: Arrangement) -> list[dict[str, Any]]:
    """For the settings file."""
    return [{"key": one.key, "size": one.size, "shown": one.shown} for one in arrangement]


def moved(arrangement: Arrangement, key: str, before: str) -> Arrangement:
    """The tile `key` in front of the tile `before`, "" = at the end."""
    if key == before:
        return arrangement
    tile = next(one for one in arrangement if one.key == key)
    rest = [one for one in arrangement if one.key != key]
    at = next((n for n, one in enumerate(rest) if one.key == before), len(rest))
    return (*rest[:at], tile, *rest[at:])


def stepped(arrangement: Arrangement, key: str, step: int) -> Arrangement:
    """The tile past its next visible neighbour, -1 towards the front, 1 towards the end; unchanged at the edge."""
    shown = [one.key for one in arrangement if one.shown]
    at = shown.index(key) + step
    if not 0 <= at < len(shown):
        return arrangement
    if step < 0:
        return moved(arrangement, key, shown[at])
    return moved(arrangement, key, shown[at + 1] if at + 1 < len(shown) else "")


def changed(arrangement: Arrangement, key: str, **values: Any) -> Arrangement:
    """One tile with another size or shown or hidden."""
    return tuple(replace(one, **values) if one.key == key else one for one in arrangement)


def laid_out(tiles: Sequence[tuple[str, str, bool]], width: int) -> list[Box]:
    """Boxes of (key, size, is it a figure) in rows `width` pixels wide. Figures and charts never share a row; a row is
    filled to its end, except that charts are never stretched to more than one and a half times their width."""
    whole = max(15, min(WHOLE, int((width + GAP) / _COLUMN)))
    boxes: list[Box] = []
    y = 0
    figures = {key for key, _size, figure in tiles if figure}
    for row in _rows(tiles, whole):
        spans = sum(span for _key, span, _height in row)
        filled = spans if row[0][0] in figures or spans * 1.5 >= whole else whole
        height = max(height for _key, _span, height in row)
        taken = 0
        for key, span, _height in row:
            left = round(taken * (width + GAP) / filled)
            taken += span
            right = round(taken * (width + GAP) / filled) - GAP
            boxes.append(Box(key, left, y, right - left, height))
        y += height + GAP
    return boxes


def _rows(tiles: Sequence[tuple[str, str, bool]], whole: int) -> list[list[tuple[str, int, int]]]:
    rows: list[list[tuple[str, int, int]]] = []
    for figure, group in groupby(tiles, key=lambda tile: tile[2]):
        lines = [(key, min(_SPANS[figure, size], whole), _HEIGHTS[figure, size]) for key, size, _ in group]
        total = sum(span for _key, span, _height in lines)
        # figures are spread evenly: three and two rather than four and one
        room = max(total / ceil(total / whole), *(span for _key, span, _height in lines)) if figure else whole
        used = whole + 1
        for key, span, height in lines:
            if used + span > whole or used >= room - 0.01:
                rows.append([])
                used = 0
            rows[-1].append((key, span, height))
            used += span
    return rows


def landing(boxes: Sequence[Box], x: float, y: float) -> str:
    """In front of which tile something dropped at a point lands, "" = at the end."""
    if not boxes:
        return ""
    for at, box in enumerate(boxes):
        row_end = at + 1 == len(boxes) or boxes[at + 1].y != box.y
        if y < box.y + box.height + GAP / 2:
            if x < box.x + box.width / 2:
                return box.key
            if row_end:
                return boxes[at + 1].key if at + 1 < len(boxes) else ""
    return ""
