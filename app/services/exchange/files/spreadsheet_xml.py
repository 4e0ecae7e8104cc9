"""Excel 2003 XML tables ("SpreadsheetML"), which older systems export under the name .xls."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.parsers import expat

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files import refusals
from app.services.exchange.files.cell_text import CellTexts
from app.services.exchange.files.grid import Grid
from app.services.exchange.files.html_table import opened_from_grids
from app.services.exchange.files.records import MAX_COLUMNS, MAX_ROWS, Marked, Opened, ReadOptions, Report

_CHUNK = 1 << 20
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?")


def open_spreadsheet_xml(path: Path, options: ReadOptions, report: Report | None = None) -> Opened:
    """Lay a 2003 XML workbook open. Raises UserError on damage, entities or a missing sheet."""
    reader = _Reader(path.name)
    size = path.stat().st_size
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                if report is not None:
                    report(t("正在检查工作表"), stream.tell(), size)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refusals.damaged(path.name) from error
    if not reader.grids:
        raise UserError(t("“{name}”里没有工作表。", name=path.name))
    return opened_from_grids("xmlss", reader.grids, options, encoding=None)


class _Reader:
    """Handlers of the parser. Document types are refused, so no entity is ever defined."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.grids: dict[str, Grid] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._texts = CellTexts()
        self._grid = Grid()
        self._place = 0
        self._data: list[str] | None = None
        self._kind = ""
        self._cell = ""

    def _refuse(self, *_declaration: object) -> None:
        raise refusals.entities(self.name)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rsplit("}", 1)[-1]
        own = {key.rsplit("}", 1)[-1]: value for key, value in attributes.items()}
        if local == "Worksheet":
            self._grid = Grid()
            self.grids[own.get("Name", str(len(self.grids) + 1))] = self._grid
        elif local == "Row":
            wanted = _count(own.get("Index"), MAX_ROWS)
            self._grid.start_row(max(len(self._grid.rows), wanted - 1))
            self._place = 0
        elif local == "Cell":
            self._place = max(self._place, _count(own.get("Index"), MAX_COLUMNS * 40) - 1)
            self._across = 1 + _count(own.get("MergeAcross"), MAX_COLUMNS)
            self._down = 1 + _count(own.get("MergeDown"), MAX_ROWS)
            self._cell = ""
        elif local == "Data":
            self._data, self._kind = [], own.get("Type", "String")

    def _text(self, text: str) -> None:
        if self._data is not None:
            self._data.append(text)

    def _end(self, tag: str) -> None:
        local = tag.rsplit("}", 1)[-1]
        if local == "Data" and self._data is not None:
            self._cell = self._convert("".join(self._data))
            self._data = None
        elif local == "Cell":
            if self._cell or self._across > 1 or self._down > 1:
                self._grid.put(self._cell, column=self._place, across=self._across, down=self._down)
            self._place += self._across

    def _convert(self, text: str) -> str:
        if self._kind == "Number":
            try:
                number = Decimal(text)
            except InvalidOperation:
                return text
            if number == number.to_integral_value() and number.adjusted() < 30:
                return self._texts.integer(int(number))
            return self._texts.number(float(number))
        if self._kind == "DateTime":
            found = _MOMENT.fullmatch(text)
            return text if not found else found[1] if found[2] == "00:00:00" else f"{found[1]} {found[2]}"
        if self._kind == "Boolean":
            return "TRUE" if text == "1" else "FALSE"
        return Marked(text, "error") if self._kind == "Error" else text


def _count(value: str | None, limit: int) -> int:
    return min(int(value), limit) if value and value.isascii() and value.isdigit() and len(value) < 10 else 0
