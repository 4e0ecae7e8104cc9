"""Files as tables of the workbench, and tables as files."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.exchange.files.cell_forms import guarded
from app.services.exchange.files.records import Inspection, ReadOptions
from app.services.exchange.files.source import inspect, read
from app.services.exchange.files.whole import unsaved, whole_file

if TYPE_CHECKING:
    from app.services.workbench.table import Table

SUFFIXES = (".xlsx", ".csv")
_BATCH = 4_000
_PIECE = 1_000  # taken over from the reading process at a time: unpickling stops every other thread
_SHEET_ROWS = 1_048_575
_AS_FOUND = ReadOptions()


@dataclass(frozen=True)
class Loaded:
    """A file as a table."""

    path: Path
    options: ReadOptions
    inspection: Inspection
    table: Table


def load_file(path: Path, options: ReadOptions = _AS_FOUND, job: Job | None = None) -> Loaded:
    """All data rows of a file. Raises UserError for files that cannot be read."""
    from app.services.workbench.table import TableBuilder

    job = job or Job()
    inspection = inspect(path, options, job)
    if not inspection.columns:
        raise UserError(t("“{name}”里没有可以清洗的列。", name=path.name))
    builder = TableBuilder([column.name for column in inspection.columns])
    done = 0
    for batch in read(path, options, inspection, batch_rows=_PIECE, job=job):
        builder.add(batch.rows, batch.cells)
        done += len(batch.rows)
        job.progress(t("正在读取“{name}”", name=path.name), done, inspection.rows)
    return Loaded(path, options, inspection, builder.table())


def write_table(path: Path, table: Table, job: Job | None = None, *, removed: bool = False) -> int:
    """The table as .xlsx or .csv (with a mark for Excel); returns its rows. `removed`: the rows that were taken out
    instead, with the row numbers of the source. An older file of that name is replaced."""
    suffix, job = path.suffix.lower(), job or Job()
    if suffix not in SUFFIXES:
        raise UserError(t("不能写成“{suffix}”格式。可用的有：{all}。", suffix=suffix, all="、".join(SUFFIXES)))
    places = (~table.alive if removed else table.alive).nonzero()[0]
    if suffix == ".xlsx" and len(places) > _SHEET_ROWS:
        raise UserError(t("Excel 一张表最多 {n} 行，请改存为 .csv。", n=_SHEET_ROWS))
    header = [t("原行号"), *table.names] if removed else list(table.names)

    def rows() -> Iterator[list[str]]:
        for start in range(0, len(places), _BATCH):
            job.progress(t("正在写入 {name}", name=path.name), start, len(places))
            part = places[start : start + _BATCH]
            for number, cells in zip(table.numbers[part].tolist(), table.row_lists(part), strict=True):
                yield [str(number), *cells] if removed else cells

    with whole_file(path) as part:
        if suffix == ".csv":
            with part.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\r\n")
                writer.writerow([guarded(name) for name in header])
                writer.writerows([guarded(cell) for cell in row] for row in rows())
        else:
            _write_workbook(part, header, rows())
    return len(places)


def _write_workbook(part: Path, header: list[str], rows: Iterator[list[str]]) -> None:
    """Text cells only: codes, phones and dates stay what they were written as."""
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix=".kedang-", dir=part.parent, ignore_cleanup_errors=True) as folder:
        options: dict[str, Any] = {
            "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "use_zip64": True,
        }  # fmt: skip
        book = xlsxwriter.Workbook(str(part), options)
        try:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            for place, name in enumerate(header):
                sheet.write_string(0, place, name, bold)
            for line, cells in enumerate(rows, 1):
                for place, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(line, place, cell)
            book.close()
        except BaseException:
            unsaved(book)
            raise
