"""How far the cells of an .ods reach, before the fast reader lays them out in memory.

The format repeats rows and cells by a number, so a few bytes can stand for a million filled rows.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.services.exchange.files import refusals

_CHUNK = 4 << 20
_ROW_REPEAT = re.compile(rb"number-rows-repeated=\"(\d{1,9})\"")
_COLUMN_REPEAT = re.compile(rb"number-columns-repeated=\"(\d{1,9})\"")
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_FILLED = re.compile(rb"\boffice:(?:value-type|string-value|value|date-value|time-value|boolean-value)=")


def ods_extents(path: Path) -> list[tuple[int, int]]:
    """(rows, columns) to the last filled cell of every sheet, in the file's order. Raises UserError on damage."""
    found: list[tuple[int, int]] = []
    rows = last_row = columns = 0
    try:
        for block in _row_blocks(path):
            attributes, _, rest = block.partition(b">")
            repeat = _ROW_REPEAT.search(attributes)
            rows += int(repeat[1]) if repeat else 1
            width = _width(rest)
            if width:
                last_row, columns = rows, max(columns, width)
            if b"</table:table>" in rest:
                found.append((last_row, columns))
                rows = last_row = columns = 0
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise refusals.damaged(path.name) from error
    return found


def _row_blocks(path: Path) -> Iterator[bytes]:
    """What follows each row tag, up to the next one."""
    opening = b"<table:table-row"
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        rest, first = b"", True
        while chunk := stream.read(_CHUNK):
            *whole, rest = (rest + chunk).split(opening)
            if len(rest) > 16 * _CHUNK:
                raise refusals.bomb(path.name)
            yield from whole[1:] if first else whole
            first = first and not whole
        if not first:
            yield rest


def _width(row: bytes) -> int:
    """Columns up to the last filled cell of a row; 0 when all are blank."""
    if not _FILLED.search(row):
        return 0
    place = width = 0
    for cell in _CELL.finditer(row):
        repeat = _COLUMN_REPEAT.search(cell[1])
        place += int(repeat[1]) if repeat else 1
        if _FILLED.search(cell[1]):
            width = place
    return width
