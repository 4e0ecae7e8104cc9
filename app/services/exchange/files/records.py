"""What reading hands on: texts, sheets, columns, notes, batches. Plain values that travel between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
MAX_CELL = 32_767  # characters; Excel's own limit
NOTE_ROWS = 20  # a note names at most this many rows
PREVIEW_ROWS = 100

RowKind = Literal["data", "blank", "total", "header", "title", "tail"]
Report = Callable[[str, int, int], None]
"""Progress of long work: a sentence, items done, items in all (0 = unknown)."""
MergedRange = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged block, each (row, column), both 0-based."""


class Marked(str):
    """The text of a cell that needs care.

    `mark` "error": an error value such as #N/A. `mark` "digits": 16 or more digits stored as a number, of which
    Excel itself keeps only the first 15.
    """

    mark: str
    __slots__ = ("mark",)

    def __new__(cls, text: str, mark: str) -> Self:
        made = super().__new__(cls, text)
        made.mark = mark
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.mark


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person fixes by hand. `header_rows`: 1-based file rows; () = no header; None = find it."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_rows: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """One way to read the bytes. `score` 0..1, `preview`: the first lines read so."""

    name: str
    score: float
    preview: str


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet of the file. `rows` and `columns` reach to the last cell that holds something."""

    name: str
    rows: int
    columns: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person should know: a translated sentence; `rows`: the first file rows concerned."""

    code: str
    text: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds something. `index`: 0-based position in the file; `samples`: first distinct values."""

    index: int
    name: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything known about a file before its rows are taken. With a cleaning `recipe`, columns and preview are those
    after it, and `raw` is what the file itself holds."""

    path: Path
    format: str
    encoding: str | None
    encodings: tuple[EncodingCandidate, ...]
    delimiter: str | None
    sheets: tuple[SheetInfo, ...]
    sheet: str
    header_rows: tuple[int, ...]
    first_data_row: int
    columns: tuple[Column, ...]
    preview: tuple[tuple[str, ...], ...]
    preview_rows: tuple[int, ...]
    rows: int
    skipped: dict[str, int]
    notes: tuple[Note, ...]
    fingerprint: str
    date1904: bool
    recipe: Mapping[str, Any] | None = None
    raw: Inspection | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some data rows: their file row numbers, and their cells aligned to `Inspection.columns`."""

    rows: list[int]
    cells: list[list[str]]


@dataclass(slots=True)
class Tally:
    """Counts happenings and remembers the first rows they were met in."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, times: int = 1) -> None:
        """Count `times` happenings in file row `row`."""
        self.count += times
        if len(self.rows) < NOTE_ROWS and (not self.rows or self.rows[-1] != row):
            self.rows.append(row)


@dataclass(slots=True)
class Opened:
    """A file laid open: its rows, one after another, and what is known around them.

    `rows` gives (1-based file row, cells) once. `late_notes` is asked after the last row. `names`: the columns'
    names when the format itself fixes them (address cards), so that no header is looked for.
    """

    format: str
    rows: Iterator[tuple[int, list[str]]]
    sheets: tuple[SheetInfo, ...]
    sheet: str
    encoding: str | None = None
    encodings: tuple[EncodingCandidate, ...] = ()
    delimiter: str | None = None
    merged: Sequence[MergedRange] = ()
    date1904: bool = False
    notes: list[Note] = field(default_factory=list)
    late_notes: Callable[[], list[Note]] = list
    names: tuple[str, ...] | None = None
