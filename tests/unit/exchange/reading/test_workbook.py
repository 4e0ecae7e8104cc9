"""Workbooks: every kind of cell, marks, leading zeros, sheets, merged headers."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.cell_text import CellTexts, duration, moment
from app.services.exchange.files.records import Marked
from app.services.exchange.files.workbook_marks import column_index, scan_sheet
from app.services.exchange.files.workbook_package import Package, is_date_format, read_package
from tests.unit.exchange.reading.makers import FIXTURES, SHEET_HEAD, SHEET_TAIL, look, take, with_sheet

EVERY_KIND = {
    "text_leading0": "00012345",
    "mobile_text": "13800138000",
    "mobile_num": "13800138000",
    "id18_text": "110105199003077758",
    "float": "0.3",
    "int_as_num": "42",
    "pct": "0.085",
    "date_iso_fmt": "2024-02-29",
    "date_cn_fmt": "2024-02-29",
    "date_builtin31_cjk": "2024-02-29",
    "date_builtin57_cjk": "2024-02-29",
    "datetime_fmt": "2024-02-29 13:45:30",
    "time_only": "13:45:00",
    "duration_>24h": "36:00:00",
    "date_serial_General": "45351",
    "date_text": "2024年2月29日",
    "blank": "",
    "spaces": "  前后空格 ",
    "newline": "第一行\n第二行",
    "NA_text": "NA",
    "null_text": "null",
    "formula_num": "3",
    "rich_text": "张三丰",
    "emoji_rare": "𠮷田😀",
    "hidden_row": "hr",
}


def cells_of(name: str) -> dict[str, str]:
    """value by case of one of the every-kind fixtures."""
    path = FIXTURES / name
    return {cells[0]: cells[1] for _, cells in take(path, look(path)) if cells[0]}


@pytest.mark.parametrize("name", ["每种单元格.xlsx", "每种单元格_1904.xlsx", "每种单元格.xls", "每种单元格.ods"])
def test_that_every_kind_of_cell_becomes_its_text(name: str) -> None:
    found = cells_of(name)
    # only the newer format tells how a number is shown
    shown = {"pct": "8.5%"} if name.endswith(".xlsx") else {}
    assert {key: found[key] for key in EVERY_KIND} == EVERY_KIND | shown


def test_that_xlsx_shows_what_the_fast_reader_hides() -> None:
    found = cells_of("每种单元格.xlsx")
    assert found["num_fmt_leading0"] == "00012345"
    assert found["date_negative"] == "-1"
    assert found["bool"] == "TRUE"
    digits = found["id18_num_xml"]
    assert digits == "110105199003077758"
    assert isinstance(digits, Marked)
    assert digits.mark == "digits"
    for case, text in (("err_NA", "#N/A"), ("err_DIV0", "#DIV/0!"), ("err_REF", "#REF!")):
        error = found[case]
        assert error == text
        assert isinstance(error, Marked)
        assert error.mark == "error"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("每种单元格.xlsx", False), ("每种单元格_1904.xlsx", True), ("每种单元格.xls", False), ("二进制.xlsb", False)],
)
def test_that_the_date_system_is_told(name: str, expected: bool) -> None:
    assert look(FIXTURES / name).date1904 is expected


def test_that_notes_tell_what_matters() -> None:
    notes = {note.code: note for note in look(FIXTURES / "每种单元格.xlsx").notes}
    assert notes["errors"].rows == (38, 39, 40)
    assert notes["hidden_rows"].rows == (51,)
    assert notes["merged_data"].rows == (48,)
    assert notes["digits"].rows == (8, 9)
    assert "隐藏、深藏" in notes["hidden_sheets"].text
    assert "errors_unknown" in {note.code for note in look(FIXTURES / "每种单元格.xls").notes}


def test_that_binary_workbooks_are_read() -> None:
    found = look(FIXTURES / "二进制.xlsb", sheet="Sheet1")
    assert take(FIXTURES / "二进制.xlsb", found)[0][1][:8] == [
        "String", "1", "1.1", "TRUE", "FALSE", "2010-10-10", "2010-10-10 10:10:10", "10:10:10",
    ]  # fmt: skip
    third = look(FIXTURES / "二进制.xlsb", sheet="Sheet3", header_rows=())
    assert [column.index for column in third.columns] == [1, 2, 3]
    assert take(FIXTURES / "二进制.xlsb", third)[0] == (2, ["line1", "line1", "line1"])


@pytest.mark.parametrize(
    ("source", "name"), [("每种单元格.xlsx", "a.xls"), ("每种单元格.xls", "b.xlsx"), ("每种单元格.ods", "c.csv")]
)
def test_that_the_name_of_a_file_does_not_matter(tmp_path: Path, source: str, name: str) -> None:
    shutil.copy(FIXTURES / source, tmp_path / name)
    assert look(tmp_path / name).rows == look(FIXTURES / source).rows == 49


def test_that_what_openpyxl_writes_comes_back(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["C4"], sheet["D4"], sheet["E4"] = "姓名", "手机", "日期"
    sheet["C5"], sheet["D5"], sheet["E5"] = "张三", 13800138000, dt.date(2024, 3, 5)
    sheet["C7"], sheet["D7"], sheet["E7"] = "李四", "多行\n电话", dt.datetime.fromisoformat("2024-03-05 14:30:00")
    book.save(path)
    found = look(path)
    assert found.header_rows == (4,)
    assert [(column.index, column.name) for column in found.columns] == [(2, "姓名"), (3, "手机"), (4, "日期")]
    assert take(path, found) == [
        (5, ["张三", "13800138000", "2024-03-05"]),
        (7, ["李四", "多行\n电话", "2024-03-05 14:30:00"]),
    ]
    assert found.skipped["blank"] == 4


def test_that_zeros_shown_by_a_format_are_kept(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "zeros.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("客户")
    zeros, money = book.add_format({"num_format": "000000"}), book.add_format({"num_format": "0.00"})
    sheet.write_row(0, 0, ["编号", "金额", "姓名"])
    sheet.write_number(1, 0, 42, zeros)
    sheet.write_number(1, 1, 42, money)
    sheet.write_string(1, 2, "张三")
    sheet.write_number(2, 0, 1234567, zeros)
    sheet.write_number(2, 1, -3.5, money)
    sheet.write_string(2, 2, 't="e" <v>1234567890123456</v>')
    book.close()
    assert [cells for _, cells in take(path, look(path))] == [
        ["000042", "42", "张三"],
        ["1234567", "-3.5", 't="e" <v>1234567890123456</v>'],
    ]


def test_that_the_visible_sheet_with_most_rows_is_chosen(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "sheets.xlsx"
    book = openpyxl.Workbook()
    first: Any = book.active
    first.title = "说明"
    for number in range(12):
        first.append([f"第 {number} 条说明"])
    data = book.create_sheet("客户")
    hidden = book.create_sheet("旧数据")
    hidden.sheet_state = "hidden"
    for sheet, rows in ((data, 5), (hidden, 50)):
        sheet.append(["姓名", "电话"])
        for number in range(rows):
            sheet.append([f"客户{number}", f"1380013{number:04}"])
    book.create_chartsheet("图")
    book.save(path)
    found = look(path)
    assert found.sheet == "客户"
    assert [(info.name, info.rows, info.columns, info.hidden) for info in found.sheets] == [
        ("说明", 12, 1, False),
        ("客户", 6, 2, False),
        ("旧数据", 51, 2, True),
    ]
    assert look(path, sheet="旧数据").rows == 50
    assert "hidden_sheets" not in {note.code for note in look(path, sheet="旧数据").notes}
    with pytest.raises(UserError, match="没有这张"):
        look(path, sheet="没有这张")


def test_that_merged_headers_are_joined(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "merged.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (
        ["客户台账"],
        ["序号", "客户", None, "联系人", None],
        [None, "名称", "电话", "名称", "电话"],
        [1, "华信", "010-88886666", "张三", 13800138000],
        ["合计", None, None, None, 5],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(area)
    book.save(path)
    found = look(path)
    assert found.header_rows == (2, 3)
    assert [column.name for column in found.columns] == ["序号", "客户 名称", "客户 电话", "联系人 名称", "联系人 电话"]
    assert take(path, found) == [(4, ["1", "华信", "010-88886666", "张三", "13800138000"])]
    assert found.skipped == {"blank": 0, "total": 1, "tail": 0, "header": 2, "title": 1}


def test_that_macros_are_told(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "m.xlsm", b"macro", member="xl/vbaProject.bin")
    found = look(path)
    assert found.format == "xlsm"
    assert "宏不会运行" in next(note.text for note in found.notes if note.code == "macros")


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_that_sheets_of_other_generators_are_scanned(tmp_path: Path, prefix: str) -> None:
    """Namespace prefixes, cells and rows without references, single quotes."""
    p = prefix
    xml = (
        f'<?xml version="1.0"?><{p}worksheet xmlns{":x" if p else ""}='
        f'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><{p}sheetData>'
        f"<{p}row><{p}c t='inlineStr'><{p}is><{p}t>a</{p}t></{p}is></{p}c><{p}c t='e'><{p}v>#N/A</{p}v></{p}c></{p}row>"
        f'<{p}row r="5" hidden="1"><{p}c r="C5"><{p}v>110105199003077758</{p}v></{p}c></{p}row>'
        f"<{p}row/></{p}sheetData></{p}worksheet>"
    )
    path = with_sheet(tmp_path / "odd.xlsx", xml)
    marks = scan_sheet(path, "xl/worksheets/sheet1.xml", Package())
    assert (marks.rows, marks.columns, marks.filled) == (5, 3, 2)
    assert [
        (place // 16_384 + 1, place % 16_384, str(text)) for place, text in zip(marks.places, marks.texts, strict=True)
    ] == [
        (1, 1, "#N/A"),
        (5, 2, "110105199003077758"),
    ]
    assert marks.hidden.rows == [5]


def test_that_a_scan_across_chunks_misses_nothing(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{"字" * 50}</t></is></c><c r="B{n}" t="e"><v>#REF!</v></c></row>'
        for n in range(1, 30_001)
    )
    path = with_sheet(tmp_path / "long.xlsx", SHEET_HEAD + rows + SHEET_TAIL)
    marks = scan_sheet(path, "xl/worksheets/sheet1.xml", Package())
    assert (marks.rows, marks.errors.count, len(marks.places)) == (30_000, 30_000, 30_000)


def test_that_relations_and_styles_are_understood() -> None:
    package = read_package(FIXTURES / "每种单元格.xlsx")
    assert list(package.sheets) == ["数据", "隐藏", "深藏"]
    with zipfile.ZipFile(FIXTURES / "每种单元格.xlsx") as archive:
        assert set(package.sheets.values()) <= set(archive.namelist())
    assert 8 in package.zeros.values()


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"', True),
        ("[$-804]m/d", True),
        ("0.00", False),
        ('0"d"', False),
        ("General", False),
        ("[Red]0", False),
    ],
)
def test_that_date_formats_are_recognised(code: str, is_date: bool) -> None:
    assert is_date_format("170", code) is is_date


@given(st.integers(0, 16_383))
def test_that_column_letters_count_right(index: int) -> None:
    from openpyxl.utils import get_column_letter

    assert column_index(get_column_letter(index + 1).encode()) == index


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_numbers_have_plain_text(value: float) -> None:
    text = CellTexts().number(value)
    assert "e" not in text.lower()
    assert not text.endswith(".0")
    assert abs(Decimal(text) - Decimal(value)) <= abs(Decimal(value)) * Decimal("1e-14")


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_that_whole_numbers_are_exact(value: int) -> None:
    assert CellTexts().number(float(value)) == CellTexts().integer(value) == str(value)


def test_that_times_are_rounded_to_seconds() -> None:
    assert moment(dt.datetime.fromisoformat("2024-03-05 14:29:59.999999")) == "2024-03-05 14:30:00"
    assert duration(dt.timedelta(hours=-1.5)) == "-1:30:00"


def test_that_formulas_without_result_are_told(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "formula.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["姓名", "金额"])
    sheet.append(["张三", "=1+1"])
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(stream.getvalue())
    note = next(note for note in look(path).notes if note.code == "formula_blank")
    assert note.rows == (2,)
