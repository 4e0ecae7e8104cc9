"""Workbooks (.xlsx .xlsm .xlsb .xls .ods) through calamine, every cell turned into text.

The fast reader gives values and dates; what it leaves out of .xlsx comes from `workbook_marks`. The other formats
have no such pass, which is told.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files import refusals
from app.services.exchange.files.cell_text import CellTexts
from app.services.exchange.files.ods_extent import ods_extents
from app.services.exchange.files.records import (
    MAX_COLUMNS,
    MAX_ROWS,
    Note,
    Opened,
    ReadOptions,
    Report,
    SheetInfo,
    Tally,
)
from app.services.exchange.files.workbook_marks import Marks, scan_sheet
from app.services.exchange.files.workbook_package import Package, binary_date1904, read_package

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

T = TypeVar("T")

MAX_AREA = 40_000_000  # cells between the first and the last: 32 bytes each in the reader
_SUFFIXES = {
    "xlsx": {".xlsx", ".xlsm", ".xlam"},
    "xlsm": {".xlsx", ".xlsm", ".xlam"},
    "xlsb": {".xlsb"},
    "xls": {".xls", ".xla"},
    "ods": {".ods"},
}


def open_workbook(path: Path, kind: str, options: ReadOptions, report: Report | None = None) -> Opened:
    """Lay a workbook open at the chosen sheet, or at the visible one with the most rows.

    Raises UserError: password, damage, no such sheet, cells spread too far.
    """
    if kind == "ods":  # its reader lays out every sheet at once
        for rows, columns in ods_extents(path):
            _check_spread(rows, columns)
    book = _load(path, kind)
    metadata = [item for item in book.sheets_metadata if str(item.typ).endswith("WorkSheet")]
    package = read_package(path) if kind in ("xlsx", "xlsm") else None
    infos: list[SheetInfo] = []
    marks: dict[str, Marks] = {}
    for item in metadata:
        if package:
            member = package.sheets.get(item.name, "")
            found = marks[item.name] = scan_sheet(path, member, package, report, t("正在检查工作表"))
            rows, columns = found.rows, found.columns
        else:
            rows, columns = _measure(_sheet(book, item.name, path.name))
        infos.append(SheetInfo(item.name, rows, columns, not str(item.visible).endswith(".Visible")))
    if not infos:
        raise UserError(t("“{name}”里没有工作表。", name=path.name))
    chosen = _choose(infos, options.sheet, marks)
    _check_spread(chosen.rows, chosen.columns)
    sheet = _sheet(book, chosen.name, path.name)
    fixes = marks.get(chosen.name, Marks())
    found_digits = Tally()
    rows_read = _rows(sheet, fixes, found_digits, path.name)
    return Opened(
        format=kind,
        rows=_ods_durations(rows_read) if kind == "ods" else rows_read,
        sheets=tuple(infos),
        sheet=chosen.name,
        merged=tuple(sheet.merged_cell_ranges or ()),
        date1904=package.date1904 if package else kind != "ods" and binary_date1904(path, kind),
        notes=_notes(path, kind, [info for info in infos if info.hidden and info is not chosen], fixes, package),
        late_notes=lambda: _digit_notes(found_digits),
    )


def _load(path: Path, kind: str) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return _guarded(path.name, lambda: _loaded(CalamineWorkbook, path, kind))


def _loaded(reader: type[CalamineWorkbook], path: Path, kind: str) -> CalamineWorkbook:
    """By name when the name tells the truth (the file is mapped, not copied), else by content."""
    if path.suffix.lower() in _SUFFIXES[kind]:
        return reader.from_path(path)
    with path.open("rb") as stream:
        return reader.from_filelike(stream)


def _sheet(book: CalamineWorkbook, sheet: str, name: str) -> CalamineSheet:
    return _guarded(name, lambda: book.get_sheet_by_name(sheet))


def _guarded(name: str, call: Callable[[], T]) -> T:
    """Turn the parser's complaints, and its panics, into a plain refusal."""
    from python_calamine import CalamineError, PasswordError

    try:
        return call()
    except PasswordError as error:
        raise refusals.password(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise refusals.damaged(name) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise refusals.damaged(name) from error
        raise


def _measure(sheet: CalamineSheet) -> tuple[int, int]:
    end = sheet.end
    return (end[0] + 1, end[1] + 1) if end else (0, 0)


def _choose(infos: list[SheetInfo], wanted: str | None, marks: dict[str, Marks]) -> SheetInfo:
    """The sheet asked for, else the visible one with the most filled rows; the first of equals."""
    if wanted is not None:
        for info in infos:
            if info.name == wanted:
                return info
        raise refusals.no_such_sheet(wanted)

    def weight(info: SheetInfo) -> tuple[bool, bool, int, int]:
        filled = marks[info.name].filled if info.name in marks else info.rows
        # a sheet of instructions beside the table may well be the longer one
        return not info.hidden, not _GUIDE.search(info.name), filled if info.columns > 1 else filled // 4, info.columns

    return max(infos, key=weight)


def _check_spread(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise refusals.too_wide(columns, MAX_COLUMNS)
    if rows > MAX_ROWS:
        raise refusals.too_long(MAX_ROWS)
    if rows * columns > MAX_AREA:
        raise refusals.far_cell(rows, columns)


def _rows(sheet: CalamineSheet, marks: Marks, digits: Tally, name: str) -> Iterator[tuple[int, list[str]]]:
    """(file row, texts), columns counted from A. The marks ride along in order, so nothing is looked up per cell."""
    texts_of = CellTexts()
    text_of = texts_of.by_type
    start = sheet.start
    lead = [""] * (start[1] if start else 0)
    places, texts = marks.places, marks.texts
    at, known = 0, 0
    upcoming = places[0] // 16_384 if places else -1
    for number, row in enumerate(_guarded(name, sheet.iter_rows)):
        cells = [cell if type(cell) is str else text_of[type(cell)](cell) for cell in row]
        if lead:
            cells = lead + cells
        if number == upcoming:
            at, upcoming = _apply(cells, places, texts, at)
        if texts_of.long_numbers != known:
            digits.add(number + 1, texts_of.long_numbers - known)
            known = texts_of.long_numbers
        yield number + 1, cells


def _apply(cells: list[str], places: array[int], texts: list[str], at: int) -> tuple[int, int]:
    """Put the marked texts of one row in place. The position of the next one and its row (-1: none)."""
    row = places[at] // 16_384
    while at < len(places) and places[at] // 16_384 == row:
        column = places[at] % 16_384
        if column >= len(cells):
            cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = texts[at]
        at += 1
    return at, places[at] // 16_384 if at < len(places) else -1


_GUIDE = re.compile(r"说明|說明|须知|填写要求|怎样处理|instruction|guide|read\s?me", re.IGNORECASE)
_DURATION = re.compile(r"(-?)PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def _ods_durations(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Times of day and durations of .ods come as "PT36H00M00S"."""
    for number, cells in rows:
        for place, cell in enumerate(cells):
            if cell[:2] in ("PT", "-P"):
                found = _DURATION.fullmatch(cell)
                if found:
                    cells[place] = f"{found[1]}{int(found[2])}:{found[3]:0>2}:{found[4]:0>2}"
        yield number, cells


def _notes(path: Path, kind: str, hidden: list[SheetInfo], marks: Marks, package: Package | None) -> list[Note]:
    found = []
    if hidden:
        text = t(
            "有 {n} 个隐藏的工作表：{names}。没有读取。",
            n=len(hidden),
            names="、".join(info.name for info in hidden[:10]),
        )
        found.append(Note("hidden_sheets", text))
    if kind == "xlsm" or (kind == "xls" and has_macros(path)):
        found.append(Note("macros", t("文件含宏，宏不会运行。")))
    if package is None:
        found.append(Note("errors_unknown", t("这种格式无法区分错误值（如 #N/A）和空白，错误值显示为空白。")))
        return found
    for code, tally, text in (
        ("hidden_rows", marks.hidden, t("有 {n} 行被隐藏，也已读取。", n=marks.hidden.count)),
        ("errors", marks.errors, t("有 {n} 个单元格是错误值（如 #N/A）。", n=marks.errors.count)),
        (
            "formula_blank",
            marks.uncalculated,
            t(
                "有 {n} 个公式没有保存计算结果，显示为空白。请在 Excel 中打开并保存一次后再试。",
                n=marks.uncalculated.count,
            ),
        ),
    ):
        if tally.count:
            found.append(Note(code, text, tuple(tally.rows)))
    return found


def _digit_notes(digits: Tally) -> list[Note]:
    if not digits.count:
        return []
    text = t(
        "有 {n} 个 16 位以上的号码以数值保存，Excel 只保留前 15 位，后面的数字可能已变成 0，请核对。", n=digits.count
    )
    return [Note("digits", text, tuple(digits.rows))]


def has_macros(path: Path) -> bool:
    """Whether an .xls holds macro storage."""
    with path.open("rb") as stream:
        return "_VBA_PROJECT".encode("utf-16-le") in stream.read(256 << 20)
