"""Lay any supported file open, by its content."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.services.exchange.files import refusals
from app.services.exchange.files.delimited import open_delimited
from app.services.exchange.files.formats import detect
from app.services.exchange.files.html_table import open_html
from app.services.exchange.files.layout import Row
from app.services.exchange.files.records import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Opened, ReadOptions, Report, Tally
from app.services.exchange.files.spreadsheet_xml import open_spreadsheet_xml
from app.services.exchange.files.vcard_table import open_cards
from app.services.exchange.files.workbook import open_workbook


def open_file(path: Path, options: ReadOptions, report: Report | None = None, *, candidates: bool = True) -> Opened:
    """Lay the file open. Without `candidates` a given encoding is taken as it is.

    Raises UserError for everything that is not a readable table.
    """
    kind = detect(path)
    try:
        if kind == "text":
            opened = open_delimited(path, options, candidates=candidates)
        elif kind == "vcf":
            opened = open_cards(path, options)
        elif kind == "html":
            opened = open_html(path, options, report, candidates=candidates)
        elif kind == "xmlss":
            opened = open_spreadsheet_xml(path, options, report)
        else:
            opened = open_workbook(path, kind, options, report)
    except (zipfile.BadZipFile, zlib.error, UnicodeError, EOFError) as error:
        raise refusals.damaged(path.name) from error
    return opened


def bounded(rows: Iterator[Row], oversized: Tally) -> Iterator[Row]:
    """Rows within the limits: cells cut at 32,767 characters (counted), too many columns or rows refused."""
    for number, cells in rows:
        if len(cells) > MAX_COLUMNS:
            width = max((place + 1 for place, cell in enumerate(cells) if cell), default=0)
            if width > MAX_COLUMNS:
                raise refusals.too_wide(width, MAX_COLUMNS)
            del cells[MAX_COLUMNS:]
        if number > MAX_ROWS:
            raise refusals.too_long(MAX_ROWS)
        if cells and max(map(len, cells)) > MAX_CELL:
            for place, cell in enumerate(cells):
                if len(cell) > MAX_CELL:
                    oversized.add(number)
                    cells[place] = cell[:MAX_CELL]
        yield number, cells
