"""Records as an Excel workbook: written as a stream, typed cells, no formulas, codes and phones as text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.fields import Entity, Field, FieldType, MonthDay
from app.core.i18n import language
from app.core.jobs import Job
from app.core.kinds import KINDS, UserNames, kind_of
from app.core.records import Record
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.files.whole import unsaved
from app.services.exchange.mapping.targets import file_headers

ROWS = 1_048_575
"""Records on one sheet; Excel has one row more, for the header."""
_EXACT = 10**15  # Excel keeps 15 digits of a number
_FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
_LONGEST = 32_767
Put = Callable[[int, int, Any], None]


def write(
    path: Path, entity: Entity, fields: Sequence[Field], records: Iterator[Record], users: UserNames, job: Job
) -> int:
    """Write the workbook; returns the number of records. Closing it, the last tenth of the time, cannot be cancelled."""
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix=".kedang-", dir=path.parent, ignore_cleanup_errors=True) as folder:
        book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
                "strings_to_numbers": False, "use_zip64": True,
            },
        )  # fmt: skip
        try:
            rows = _Sheets(book, entity, fields, users).write(records)
            job.check()
            book.close()
        except BaseException:
            unsaved(book)
            raise
    return rows


class _Sheets:
    """The sheets of one export; a further one is begun when one is full."""

    def __init__(self, book: Any, entity: Entity, fields: Sequence[Field], users: UserNames) -> None:
        self._book = book
        self._entity = entity
        self._fields = fields
        self._users = users
        self._head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "num_format": "@"})
        self._text = book.add_format({"num_format": "@"})
        self._day = book.add_format({"num_format": KINDS[FieldType.DATE].excel})
        self._formats = {f.type: book.add_format({"num_format": kind_of(f).excel or "@"}) for f in fields}

    def write(self, records: Iterator[Record]) -> int:
        """All records, in order; returns how many."""
        rows = line = 0
        sheet = self._sheet()
        puts = self._puts(sheet)
        for record in records:
            if line == ROWS:
                self._finish(sheet, line)
                sheet, line = self._sheet(), 0
                puts = self._puts(sheet)
            line += 1
            rows += 1
            for column, (field, put) in enumerate(zip(self._fields, puts, strict=True)):
                value = record.get(field.key)
                if value is not None and value != ():
                    put(line, column, value)
        self._finish(sheet, line)
        return rows

    def _sheet(self) -> Any:
        number = len(self._book.worksheets()) + 1
        label = self._entity.label
        sheet = self._book.add_worksheet(label if number == 1 else f"{label} {number}")
        headers = file_headers(self._entity, language())
        for column, field in enumerate(self._fields):
            sheet.set_column(column, column, max(8, field.width / 7), self._formats[field.type])
            sheet.write_string(0, column, headers[field.key][:_LONGEST], self._head)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return sheet

    def _finish(self, sheet: Any, line: int) -> None:
        sheet.autofilter(0, 0, max(line, 1), len(self._fields) - 1)

    def _puts(self, sheet: Any) -> list[Put]:
        return [self._put(sheet, field) for field in self._fields]

    def _put(self, sheet: Any, field: Field) -> Put:
        """How values of the field are written; what a typed cell cannot hold exactly is written as text."""
        style = self._formats[field.type]

        def text(row: int, column: int, value: Any) -> None:
            sheet.write_string(row, column, cell_text(field, value, self._users)[:_LONGEST], self._text)

        def number(row: int, column: int, value: int | Decimal) -> None:
            exact = units(value)
            if len(exact.as_tuple().digits) <= 15 and abs(exact) < _EXACT:
                sheet.write_number(row, column, exact, style)
            else:
                text(row, column, value)

        def day(row: int, column: int, value: date) -> None:
            if value >= _FIRST_DAY:
                sheet.write_datetime(row, column, value, style)
            else:
                text(row, column, value)

        def yearly(row: int, column: int, value: MonthDay) -> None:
            if value.whole is not None and value.whole >= _FIRST_DAY:
                sheet.write_datetime(row, column, value.whole, self._day)
            else:
                text(row, column, value)

        def moment(row: int, column: int, value: datetime) -> None:
            local = value.astimezone().replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, column, local, style)

        units = _UNITS.get(field.type, Decimal)
        if kind_of(field).numeric and kind_of(field).excel:
            return number
        puts: dict[FieldType, Put] = {FieldType.DATE: day, FieldType.DATETIME: moment, FieldType.MONTH_DAY: yearly}
        return puts.get(field.type, text)


#: type → a value as the number that its cell holds
_UNITS: dict[FieldType, Callable[[Any], Decimal]] = {
    FieldType.MONEY: lambda minor: Decimal(minor).scaleb(-2),
    FieldType.PERCENT: lambda points: points.scaleb(-2),
}
