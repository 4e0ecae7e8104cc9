"""Files made on the spot for the tests of reading, and short ways to read them in this process."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.services.exchange.files.layout import SAMPLE_ROWS, Row, column_names, find_layout
from app.services.exchange.files.records import Batch, Inspection, MergedRange, ReadOptions
from app.services.exchange.files.rows import classify
from app.services.exchange.files.tasks import inspect_task, read_task

FIXTURES = Path(__file__).parents[3] / "data" / "reading"
SHEET_HEAD = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
SHEET_TAIL = "</sheetData></worksheet>"


def silent(_text: str, _done: int, _total: int) -> None:
    """Progress nobody looks at."""


def look(path: Path, **options: Any) -> Inspection:
    """Inspect in this process."""
    return next(inspect_task(silent, path, ReadOptions(**options)))


def take(path: Path, found: Inspection, batch_rows: int = 2000) -> list[tuple[int, list[str]]]:
    """All data rows, read in this process."""
    settled = ReadOptions(
        sheet=found.sheet if found.format not in ("csv", "tsv", "vcf") else None,
        encoding=found.encoding,
        delimiter=found.delimiter,
        header_rows=found.header_rows,
    )
    places = tuple(column.index for column in found.columns)
    batches: Iterable[Batch] = read_task(silent, path, settled, found.header_rows, places, found.rows, None, batch_rows)
    return [row for batch in batches for row in zip(batch.rows, batch.cells, strict=True)]


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """The rows as Excel writes them."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def numbered(rows: Sequence[Sequence[str]]) -> list[Row]:
    """Rows with their file row numbers."""
    return [(number, list(cells)) for number, cells in enumerate(rows, 1)]


def arranged(
    rows: Sequence[Sequence[str]], merged: Sequence[MergedRange] = (), header_rows: tuple[int, ...] | None = None
) -> tuple[tuple[int, ...], list[str], list[str]]:
    """(header rows, column names, kind of every row) of a table."""
    sample = numbered(rows)
    layout = find_layout(sample[:SAMPLE_ROWS], merged, header_rows)
    names = column_names(layout, max(map(len, rows), default=0), merged)
    return layout.header_rows, names, [kind for kind, _, _ in classify(sample, layout)]


def small_workbook() -> bytes:
    """A harmless .xlsx of two rows."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "电话"])
    sheet.append(["张伟", "13800138000"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(
    path: Path, content: str | bytes | Callable[[Any], None], member: str = "xl/worksheets/sheet1.xml"
) -> Path:
    """The harmless workbook with one member replaced; a callable writes it as a stream."""
    source = zipfile.ZipFile(io.BytesIO(small_workbook()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != member:
                target.writestr(name, source.read(name))
        if callable(content):
            with target.open(member, "w", force_zip64=True) as stream:
                content(stream)
        else:
            target.writestr(member, content)
    return path
