"""Text tables: comma, semicolon, tab or bar between the cells, quoted cells with line breaks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files.cell_forms import unguarded
from app.services.exchange.files.encoding import choose_encoding
from app.services.exchange.files.records import Note, Opened, ReadOptions, SheetInfo, Tally
from app.services.exchange.files.text_lines import MAX_FILE, TextLines

DELIMITERS = (",", "\t", ";", "|")
_OPEN_LINES = 200  # a quoted cell of more lines than this was never closed
_OPEN_CELLS = 20  # after so many unclosed quotes the quotes mean nothing in this file
_SNIFF_LINES = 200
_FIELD_LIMIT = 64 << 20  # characters


def open_delimited(path: Path, options: ReadOptions, *, candidates: bool = True) -> Opened:
    """Lay a text table open. Raises UserError for an unknown encoding or a delimiter of several characters."""
    if path.stat().st_size > MAX_FILE:
        raise UserError(
            t("“{name}”太大（{size} MB），请拆成几个文件后再试。", name=path.name, size=path.stat().st_size >> 20)
        )
    encodings = choose_encoding(path) if candidates or not options.encoding else ()
    encoding = options.encoding or encodings[0].name
    delimiter = options.delimiter or sniff_delimiter(islice(TextLines(path, encoding), _SNIFF_LINES))
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UserError(t("分隔符必须是一个字符，而且不能是引号。"))
    lines = TextLines(path, encoding)
    table = DelimitedRows(lines, delimiter)
    return Opened(
        format="tsv" if delimiter == "\t" else "csv",
        rows=iter(table),
        sheets=(SheetInfo(path.stem, 0, 0),),
        sheet=path.stem,
        encoding=encoding,
        encodings=encodings,
        delimiter=delimiter,
        late_notes=lambda: [*lines.notes(), *table.notes()],
    )


def sniff_delimiter(lines: Iterable[str]) -> str:
    """The delimiter that cuts most records into the same number of cells; "," when none does."""
    sample = list(lines)
    separator = separator_line(sample)
    if separator:
        return separator
    best, chosen = 0.0, ","
    for delimiter in DELIMITERS:
        widths = [len(record) for _, record in DelimitedRows(sample, delimiter) if record]
        if not widths:
            continue
        for width, times in Counter(widths).items():
            score = times / len(widths) * (width - 1) ** 0.5
            if times * 3 >= len(widths) and score > best * 1.001:
                best, chosen = score, delimiter
    return chosen


def separator_line(lines: list[str]) -> str:
    """The delimiter that a first line "sep=;" announces to Excel, or ""."""
    first = lines[0].strip("\r\n ") if lines else ""
    return first[4] if first.lower().startswith("sep=") and len(first) == 5 else ""


class DelimitedRows:
    """Iterate over (record number, cells). A quote that is never closed costs one line, not the rest of the file."""

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._record: list[str] = []  # lines of the record being read
        self._again: list[str] = []  # lines to be read once more, last first
        self._ended = False
        self.unclosed = Tally()

    def _feed(self) -> Iterator[str]:
        while len(self._record) <= _OPEN_LINES:
            if self._again:
                line = self._again.pop()
            else:
                try:
                    line = next(self._lines)
                except StopIteration:
                    self._ended = True
                    return
            self._record.append(line)
            yield line

    def _reader(self, quoting: int = csv.QUOTE_MINIMAL) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, quoting=quoting)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(_FIELD_LIMIT)
        reader, quoting, number = self._reader(), csv.QUOTE_MINIMAL, 0
        while True:
            self._record.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a lone carriage return inside a line
                cells, reader = self._plain(), self._reader(quoting)
            number += 1
            runs_on = len(self._record) > _OPEN_LINES or (self._ended and bool(self._record))
            if runs_on and quoting == csv.QUOTE_MINIMAL:
                self.unclosed.add(number)
                quoting = csv.QUOTE_NONE if self.unclosed.count >= _OPEN_CELLS else quoting
                cells, reader = self._plain(), self._reader(quoting)
            if number == 1 and separator_line(self._record):
                cells = []
            yield number, [unguarded(cell) if cell[:1] in ("'", "=") else cell for cell in cells]

    def _plain(self) -> list[str]:
        """The first line of the record with quotes as ordinary characters; the others are put back."""
        self._again.extend(reversed(self._record[1:]))
        self._ended = False
        line = self._record[0].rstrip("\r\n").replace("\r", " ")
        return line.split(self._delimiter) if line else []

    def notes(self) -> list[Note]:
        """What must be told after the last record."""
        if not self.unclosed.count:
            return []
        text = t("有 {n} 处引号没有结束，所在行已按普通文字读取，其后的行没有丢失。", n=self.unclosed.count)
        return [Note("unclosed_quote", text, tuple(self.unclosed.rows))]
