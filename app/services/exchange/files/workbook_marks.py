"""One pass over the raw XML of a sheet for what the fast reader does not tell.

Error values, the exact digits of long numbers, leading zeros and percent signs shown by a number format, dates before 1900,
hidden rows, formulas without a result, and how far the cells reach (so that a single far cell cannot blow up memory).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from app.core.amounts import plain_number
from app.services.exchange.files import refusals
from app.services.exchange.files.records import Marked, Report, Tally
from app.services.exchange.files.workbook_package import Package

_CHUNK = 4 << 20
_MAX_ROW_XML = 64 << 20  # bytes of one row; more is no table
_ERROR_TYPE = re.compile(rb"\st=[\"']e[\"']")
_LONG = re.compile(rb"v>-?\d{16,}<")
_ROW_NUMBER = re.compile(rb"\sr=[\"'](\d+)[\"']")
_HIDDEN = re.compile(rb"\shidden=[\"'](?:1|true)[\"']")
_REFERENCE = re.compile(rb"\sr=[\"']([A-Z]{1,3})\d+[\"']")
_STYLE = re.compile(rb"\ss=[\"'](\d+)[\"']")


@dataclass(slots=True)
class Marks:
    """What the pass found. `places` (row × 16384 + column, both 0-based, ascending) and `texts` go together."""

    rows: int = 0  # to the last row that holds something
    columns: int = 0
    filled: int = 0  # rows that hold something
    hidden: Tally = field(default_factory=Tally)
    errors: Tally = field(default_factory=Tally)
    uncalculated: Tally = field(default_factory=Tally)
    places: array[int] = field(default_factory=lambda: array("q"))
    texts: list[str] = field(default_factory=list)


def column_index(letters: bytes) -> int:
    """0-based column of "A", "Z", "AA"…"""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def scan_sheet(path: Path, member: str, package: Package, report: Report | None = None, label: str = "") -> Marks:
    """Scan one sheet of an .xlsx. Raises UserError when its bytes are damaged or not what they claim."""
    marks = Marks()
    scanner: _RowScanner | None = None
    row = 0
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(member).file_size
            for block, done in _row_blocks(archive, member, path.name):
                if scanner is None:
                    scanner = _RowScanner(_prefix(block), package, marks)
                    continue  # what stands before the first row
                row = scanner.scan(block, row)
                if report is not None and row % 5000 == 0:
                    report(label, done, size)
    except KeyError:
        return marks
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise refusals.damaged(path.name) from error
    return marks


def _prefix(head: bytes) -> bytes:
    """The namespace prefix some generators put before every tag, e.g. b"x:"."""
    found = re.search(rb"<([\w.-]+:)?worksheet\b", head)
    return found[1] or b"" if found else b""


def _row_blocks(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[tuple[bytes, int]]:
    """The text before the first row, then each row from its tag's attributes on; with the bytes read so far."""
    with archive.open(member) as stream:
        rest = stream.read(_CHUNK)
        prefix = _prefix(rest[:65_536])
        opening, done = b"<" + prefix + b"row", len(rest)
        while chunk := stream.read(_CHUNK):
            done += len(chunk)
            *whole, rest = (rest + chunk).split(opening)
            for block in whole:
                yield block, done
            if len(rest) > _MAX_ROW_XML:
                raise refusals.bomb(name)
        *whole, last = rest.split(opening)
        for block in whole:
            yield block, done
        yield last.split(b"</" + prefix + b"sheetData>")[0], done


class _RowScanner:
    """Looks at one row after another; ordinary rows cost a few searches, only remarkable ones are taken apart."""

    def __init__(self, prefix: bytes, package: Package, marks: Marks) -> None:
        self._marks = marks
        self._zeros = {style.encode(): width for style, width in package.zeros.items()}
        self._dates = frozenset(style.encode() for style in package.dates)
        self._percents = frozenset(style.encode() for style in package.percents)
        self._cell = b"<" + prefix + b"c"
        self._ends = tuple(b"</" + prefix + tag + b">" for tag in (b"v", b"is"))
        name = re.escape(prefix)
        self._cells = re.compile(b"<" + name + rb"c\b([^>]*?)(?:/>|>(.*?)</" + name + b"c>)", re.DOTALL)
        self._value = re.compile(b"<" + name + rb"v(?:\s[^>]*)?>([^<]*)<")
        self._formula_end = b"</" + prefix + b"f>"
        value = b"<" + name + rb"v\s*(?:/>|></)"
        self._no_result = re.compile(self._formula_end + b"(?:</" + name + b"c>|" + value + b")")
        self._negative = b"<" + prefix + b"v>-"
        styles = b"|".join((*self._zeros, *self._percents))
        self._telling = re.compile(rb"\ss=[\"'](?:" + styles + rb")[\"']") if styles else None

    def scan(self, block: bytes, previous: int) -> int:
        """Take in the row whose attributes `block` begins with; `previous`: number of the row before. Its number."""
        if block[:1] not in b" >/\t\r\n":
            return previous  # another tag that begins with "row"
        marks = self._marks
        head = block[: block.find(b">")]
        found = _ROW_NUMBER.search(head)
        row = int(found[1]) if found else previous + 1
        end = max(block.rfind(self._ends[0]), block.rfind(self._ends[1]))
        if end < 0:
            return row
        marks.rows = max(marks.rows, row)
        marks.filled += 1
        marks.columns = max(marks.columns, self._last_column(block, end))
        if b"hidden" in head and _HIDDEN.search(head):
            marks.hidden.add(row)
        if (
            _ERROR_TYPE.search(block)
            or _LONG.search(block)
            or self._negative in block
            or self._no_result.search(block)
            or (self._telling is not None and self._telling.search(block))
        ):
            self._take_apart(block, row)
        return row

    def _last_column(self, block: bytes, end: int) -> int:
        """Number of columns up to the last cell that holds something."""
        start = block.rfind(self._cell + b" ", 0, end)
        found = _REFERENCE.search(block, start, block.find(b">", start)) if start >= 0 else None
        if found:
            return column_index(found[1]) + 1
        return len(re.findall(self._cell + rb"[\s>/]", block[:end]))

    def _take_apart(self, block: bytes, row: int) -> None:
        column = -1
        for cell in self._cells.finditer(block):
            attributes, inner = cell[1], cell[2]
            found = _REFERENCE.search(attributes)
            column = column_index(found[1]) if found else column + 1
            value = self._value.search(inner) if inner else None
            if value is None or not value[1]:
                if inner and self._formula_end in inner and b't="str"' not in attributes:
                    self._marks.uncalculated.add(row)
            else:
                self._judge(attributes, value[1].strip(), row, column)

    def _judge(self, attributes: bytes, value: bytes, row: int, column: int) -> None:
        marks, style = self._marks, _STYLE.search(attributes)
        if _ERROR_TYPE.search(attributes):
            marks.errors.add(row)
            self._put(row, column, Marked(_ERROR_TEXTS.get(value) or value.decode("utf-8", "replace"), "error"))
        elif b" t=" in attributes and b't="n"' not in attributes:
            return
        elif value.lstrip(b"-").isdigit() and len(value.lstrip(b"-").lstrip(b"0")) >= 16:
            self._put(row, column, Marked(value.decode(), "digits"))
        elif style and style[1] in self._zeros and value.isdigit() and len(value) < self._zeros[style[1]]:
            self._put(row, column, value.decode().zfill(self._zeros[style[1]]))
        elif style and style[1] in self._percents:
            self._put(row, column, percent_text(value.decode("ascii", "replace")))
        elif style and style[1] in self._dates and value[:1] == b"-":
            self._put(row, column, value.decode("ascii", "replace"))

    def _put(self, row: int, column: int, text: str) -> None:
        self._marks.places.append((row - 1) * 16_384 + column)
        self._marks.texts.append(text)


def percent_text(value: str) -> str:
    """A share as Excel shows it with all its digits: "0.15" → "15%"; what is no number stays."""
    try:
        shown = Decimal(format(float(value), ".15g")).scaleb(2)
    except (ValueError, ArithmeticError):
        return value
    return f"{plain_number(shown)}%"


_ERROR_TEXTS = {
    text.encode(): text
    for text in ("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
}
