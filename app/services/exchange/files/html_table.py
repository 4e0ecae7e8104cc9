"""Web pages with tables, which many systems export under the name .xls."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files import refusals
from app.services.exchange.files.encoding import SAMPLE, bom_encoding, choose_encoding
from app.services.exchange.files.grid import Grid
from app.services.exchange.files.records import EncodingCandidate, Opened, ReadOptions, Report, SheetInfo
from app.services.exchange.files.text_lines import MAX_FILE, TextLines, known_encoding

_SPACES = re.compile(r"[ \t\r\n\f]+")
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_BREAKS = frozenset(["br", "p", "div", "li"])
_UNSEEN = frozenset(["script", "style", "title"])
_MAX_TABLES = 2_000


def open_html(path: Path, options: ReadOptions, report: Report | None = None, *, candidates: bool = True) -> Opened:
    """Lay the tables of a page open, each as a sheet; the one with the most rows is chosen. Raises UserError."""
    if path.stat().st_size > MAX_FILE:
        raise UserError(
            t("“{name}”太大（{size} MB），请拆成几个文件后再试。", name=path.name, size=path.stat().st_size >> 20)
        )
    encodings = choose_encoding(path) if candidates or not options.encoding else ()
    encoding = options.encoding or _declared(path, encodings) or encodings[0].name
    lines = TextLines(path, encoding)
    grids = _parse(lines, path.stat().st_size, report)
    if not grids:
        raise UserError(t("网页“{name}”里没有表格。", name=path.name))
    return opened_from_grids(
        "html",
        {t("表格 {number}", number=number): grid for number, grid in enumerate(grids, 1)},
        options,
        encoding=encoding,
        encodings=encodings,
        late_notes=lines.notes,
    )


def opened_from_grids(
    kind: str,
    grids: dict[str, Grid],
    options: ReadOptions,
    *,
    encoding: str | None,
    encodings: tuple[EncodingCandidate, ...] = (),
    late_notes: Callable[[], list] = list,  # type: ignore[type-arg]
) -> Opened:
    """A file laid open from tables held in memory: the wanted one, else the one with the most filled rows."""
    if options.sheet is not None and options.sheet not in grids:
        raise refusals.no_such_sheet(options.sheet)
    name = options.sheet or max(grids, key=lambda key: (grids[key].width > 1, grids[key].filled, grids[key].width))
    grid = grids[name]
    return Opened(
        format=kind,
        rows=iter(list(enumerate(grid.rows, 1))),
        sheets=tuple(SheetInfo(key, len(each.rows), each.width) for key, each in grids.items()),
        sheet=name,
        encoding=encoding,
        encodings=encodings,
        merged=grid.merged,
        late_notes=late_notes,
    )


def _declared(path: Path, candidates: tuple[EncodingCandidate, ...]) -> str | None:
    """The character set the page names, unless its bytes contradict it."""
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    found = _DECLARED.search(head[:8192])
    if bom_encoding(head) or not found:
        return None
    name = found[1].decode("ascii", "ignore").lower()
    name = "gb18030" if name in ("gb2312", "gbk", "gb_2312-80") else name
    try:
        known_encoding(name)
        text = head[: len(head) - 4 if len(head) == SAMPLE else len(head)].decode(name, "replace")
    except (UserError, LookupError):
        return None
    return name if text.count("\ufffd") <= len(text) // 1000 and candidates[0].score < 0.98 else None


def _parse(lines: TextLines, size: int, report: Report | None) -> list[Grid]:
    parser = _TableParser()
    done = 0
    for line in lines:
        done += len(line)
        for start in range(0, len(line), 65_536):
            parser.feed(line[start : start + 65_536])
            if report is not None:
                report(t("正在读取网页表格"), min(done, size), size)
    parser.close()
    parser.finish()
    return parser.grids


class _Open:
    """A table being read; `text` is None between cells."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.text: list[str] | None = None
        self.across = self.down = 1
        self.exact: str | None = None


class _TableParser(HTMLParser):
    """Collects tables. A table inside a cell is a table of its own, and its text stays out of the outer cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self._open: list[_Open] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            if len(self.grids) + len(self._open) < _MAX_TABLES:
                self._open.append(_Open())
        elif self._open:
            table = self._open[-1]
            if tag == "tr":
                self._end_cell(table)
                table.grid.start_row()
            elif tag in ("td", "th"):
                self._end_cell(table)
                self._start_cell(table, dict(attrs))
            elif tag in _BREAKS and table.text:
                table.text.append("\v")

    def _start_cell(self, table: _Open, attributes: dict[str, str | None]) -> None:
        table.text = []
        table.across, table.down = (_span(attributes.get(key)) for key in ("colspan", "rowspan"))
        table.exact = attributes.get("x:num") or None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._open and tag in ("td", "th", "tr"):
            self._end_cell(self._open[-1])
        elif self._open and tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].text is not None and not self._unseen:
            self._open[-1].text.append(data)

    def _end_cell(self, table: _Open) -> None:
        if table.text is None:
            return
        text = _SPACES.sub(" ", "".join(table.text))
        text = "\n".join(part.strip(" ") for part in text.split("\v")).strip("\n ")
        if table.exact and _is_number(table.exact):
            text = table.exact  # Excel's own pages show 1.38E+10 and keep the number beside it
        table.text = None
        table.grid.put(text.replace("\xa0", " ").strip(), across=table.across, down=table.down)

    def _end_table(self) -> None:
        table = self._open.pop()
        self._end_cell(table)
        if table.grid.filled:
            self.grids.append(table.grid)

    def finish(self) -> None:
        """Close the tables the page left open."""
        while self._open:
            self._end_table()


def _span(value: str | None) -> int:
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 1


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d{1,15}(?:\.\d+)?", text))
