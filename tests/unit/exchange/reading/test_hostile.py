"""Files made to do harm, and broken ones: refused quickly with a plain sentence."""

from __future__ import annotations

import contextlib
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import NotFound, UserError
from app.services.exchange.files.formats import detect
from app.services.exchange.files.guard import MAX_MEMBERS
from tests.unit.exchange.reading.makers import FIXTURES, SHEET_HEAD, SHEET_TAIL, look, small_workbook, with_sheet

LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'
BODY = SHEET_HEAD.split("?>")[1]


def refuse(path: Path, match: str, seconds: float = 0.5) -> None:
    """The file is refused at the door, at once."""
    begun = time.perf_counter()
    with pytest.raises(UserError, match=match):
        detect(path)
    assert time.perf_counter() - begun < seconds


def test_that_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def one_cell(stream: Any) -> None:
        stream.write((SHEET_HEAD + '<row><c t="inlineStr"><is><t>').encode())
        for _ in range(300):
            stream.write(b"B" * 1_000_000)
        stream.write(f"</t></is></c></row>{SHEET_TAIL}".encode())

    path = with_sheet(tmp_path / "bomb.xlsx", one_cell)
    assert path.stat().st_size < 1_000_000
    refuse(path, "庞大")


def test_that_thousands_of_members_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        for number in range(MAX_MEMBERS + 1):
            target.writestr(f"xl/worksheets/sheet{number}.xml", b"")
    refuse(path, "庞大")


def test_that_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twins.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("xl/workbook.xml", b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("xl/workbook.xml", b"<b/>")
    refuse(path, "损坏")


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<?xml version="1.0"?><!-- <root> --><!doctype l []>',
        '<?xml version="1.0"?>' + " " * 70_000 + '<!DOCTYPE l [<!ENTITY a "b">]>',
        '<?xml version="1.0"?><!-- ' + "x" * 70_000 + ' --><!DOCTYPE l [<!ENTITY a "b">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_that_entities_are_refused(tmp_path: Path, head: str, encoding: str) -> None:
    content = f'{head}{BODY}<row><c t="inlineStr"><is><t>&x;</t></is></c></row>{SHEET_TAIL}'
    refuse(with_sheet(tmp_path / "e.xlsx", content.encode(encoding)), "实体")


def test_that_sizes_that_lie_are_damage(tmp_path: Path) -> None:
    content = bytearray(with_sheet(tmp_path / "a.xlsx", SHEET_HEAD + "<row/>" * 90_000 + SHEET_TAIL).read_bytes())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    content[at + 24 : at + 28] = (70_000).to_bytes(4, "little")
    path = tmp_path / "lie.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError, match="损坏"):
        look(path)


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "16384 列"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="SF1048576"><v>1</v></c></row>', "1048576 行"),
        ('<row r="2000001"><c r="A2000001"><v>1</v></c></row>', "行"),
    ],
)
def test_that_far_cells_do_not_fill_the_memory(tmp_path: Path, rows: str, match: str) -> None:
    path = with_sheet(tmp_path / "far.xlsx", SHEET_HEAD + rows + SHEET_TAIL)
    begun = time.perf_counter()
    with pytest.raises(UserError, match=match):
        look(path)
    assert time.perf_counter() - begun < 2


def test_that_a_far_cell_in_a_narrow_sheet_is_read(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>电话</t></is></c></row>'
        '<row r="300000"><c r="A300000"><v>13800138000</v></c></row>'
    )
    found = look(with_sheet(tmp_path / "far.xlsx", SHEET_HEAD + rows + SHEET_TAIL))
    assert (found.rows, found.preview_rows, found.skipped["blank"]) == (1, (300_000,), 299_998)


def test_that_repeated_cells_of_ods_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(FIXTURES / "每种单元格.ods") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "content.xml":
                content = content.replace(
                    b"<table:table-row", b'<table:table-row table:number-rows-repeated="900000"', 1
                )
                content = content.replace(
                    b'office:value-type="string"', b'office:value-type="string" table:number-columns-repeated="400"', 1
                )
            target.writestr(name, content)
    with pytest.raises(UserError, match="散布"):
        look(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("empty.xlsx", b"", "空文件"),
        ("cut.xlsx", small_workbook()[:3000], "损坏"),
        ("noise.xlsx", b"PK\x03\x04" + bytes(range(256)) * 8, "损坏"),
        ("ole.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
        ("word.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word"),
        ("paper.csv", b"%PDF-1.7\n", "PDF"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "图片"),
        ("packed.csv", b"Rar!\x1a\x07\x00", "压缩包"),
        ("binary.csv", bytes(range(1, 32)) * 50, "无法识别"),
    ],
)
def test_that_what_is_no_table_is_named(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refuse(path, match)


def test_that_passwords_missing_files_and_folders_have_plain_answers(tmp_path: Path) -> None:
    refuse(FIXTURES / "encrypted.xlsx", "取消密码")
    with pytest.raises(NotFound, match=r"没有\.xlsx"):
        detect(tmp_path / "没有.xlsx")
    refuse(tmp_path, "文件夹")


@pytest.mark.parametrize(
    ("member", "match"), [("word/document.xml", "Word"), ("ppt/a.xml", "演示"), ("readme.txt", "解压")]
)
def test_that_other_containers_are_named(tmp_path: Path, member: str, match: str) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(member, b"<a/>")
    refuse(path, match)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_that_a_workbook_with_damaged_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray((FIXTURES / "每种单元格.xlsx").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "d.xlsx"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))] if data.draw(st.booleans()) else content)
    with contextlib.suppress(UserError):
        assert look(path).columns is not None
