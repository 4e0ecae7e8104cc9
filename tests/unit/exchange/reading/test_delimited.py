"""Text tables: delimiters, quotes, unclosed quotes, ragged rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.delimited import DELIMITERS, DelimitedRows, sniff_delimiter
from tests.unit.exchange.reading.makers import csv_text, look, take

ROWS = [
    ["客户名称", "联系人", "备注"],
    ["华信，科技", "张三", "第一行\n第二行"],
    ["德诚", "李四", '说"好"'],
    ["恒远", "王五", "a,b;c|d\te"],
] * 3

cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_that_the_delimiter_is_found(delimiter: str) -> None:
    assert sniff_delimiter(csv_text(ROWS, delimiter).splitlines(keepends=True)) == delimiter


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["姓名\n", "张三\n", "李四\n"], ","),
        (["sep=;\n", "a;b,c\n", "1;2,3\n"], ";"),
        (["客户名单，共三人\n", "姓名\t电话\n", "张三\t1\n", "李四\t2\n"], "\t"),
        ([], ","),
    ],
)
def test_that_odd_files_have_a_delimiter(lines: list[str], delimiter: str) -> None:
    assert sniff_delimiter(lines) == delimiter


@given(st.lists(st.lists(cells, min_size=1, max_size=5), max_size=20), st.sampled_from(DELIMITERS))
def test_that_what_a_writer_writes_comes_back(rows: list[list[str]], delimiter: str) -> None:
    lines = csv_text(rows, delimiter).splitlines(keepends=True)
    physical = "".join(lines).replace("\r\n", "\n").replace("\r", "\n")
    expected = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]
    read = [record for _, record in DelimitedRows(_split(physical), delimiter)]
    assert read == expected


def _split(text: str) -> list[str]:
    """Lines as a file gives them: only line feeds end a line."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def test_that_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('姓名,备注\n张三,"没有结束\n' + "李四,x\n" * 3000, encoding="utf-8")
    found = look(path)
    rows = take(path, found)
    assert found.rows == len(rows) == 3001
    assert rows[0] == (2, ["张三", '"没有结束'])
    assert rows[-1] == (3002, ["李四", "x"])
    note = next(note for note in found.notes if note.code == "unclosed_quote")
    assert note.rows == (2,)


def test_that_a_quote_left_open_at_the_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('姓名,备注\n"张,三","好"\n李四,"完', encoding="utf-8")
    found = look(path)
    assert take(path, found) == [(2, ["张,三", "好"]), (3, ["李四", '"完'])]
    assert "unclosed_quote" in {note.code for note in found.notes}


def test_that_a_file_full_of_open_quotes_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "inches.csv"
    path.write_text("型号,备注\n" + '"x,1\n' * 1 + "a,2\n" * 250 + ('"y,3\n' + "b,4\n" * 250) * 30, encoding="utf-8")
    assert look(path).rows == 1 + 250 + 30 * 251


def test_that_a_long_quoted_note_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "note.csv"
    note = "\n".join(f"第{n}行" for n in range(150))
    path.write_text(csv_text([["姓名", "备注"], ["张三", note], ["李四", ""]]), encoding="utf-8", newline="")
    assert take(path, look(path))[0][1] == ["张三", note]


def test_that_ragged_rows_are_padded_and_told(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("姓名,电话\n张三\n李四,13800138000,多出\n\n王五,13900139000\n", encoding="utf-8")
    found = look(path)
    assert [column.name for column in found.columns] == ["姓名", "电话", "列3"]
    assert take(path, found) == [
        (2, ["张三", "", ""]),
        (3, ["李四", "13800138000", "多出"]),
        (5, ["王五", "13900139000", ""]),
    ]
    notes = {note.code: note.rows for note in found.notes}
    assert notes["ragged"] == (3,)
    assert notes["blank_rows"] == (4,)


def test_that_controls_and_formulas_stay_raw_text(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("姓名,电话\n张\x00三,138\x0700138000\n=cmd|' /C calc'!A0,+1\n", encoding="utf-8")
    assert [cells for _, cells in take(path, look(path))] == [
        ["张\x00三", "138\x0700138000"],
        ["=cmd|' /C calc'!A0", "+1"],
    ]


def test_that_the_line_for_excel_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "sep.csv"
    path.write_text("sep=;\n张三;13800138000\n李四;13900139000\n", encoding="utf-8")
    found = look(path)
    assert (found.delimiter, found.header_rows, found.rows) == (";", (), 2)


def test_that_a_cell_beyond_every_limit_is_cut_not_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.exchange.files.delimited._FIELD_LIMIT", 100_000)
    path = tmp_path / "monster.csv"
    path.write_text("姓名,备注\n张三," + "x" * 200_000 + "\n李四,y\n", encoding="utf-8")
    found = look(path)
    assert found.rows == 2
    assert [len(cells[1]) for _, cells in take(path, found)] == [32_767, 1]


def test_that_too_many_columns_get_a_plain_answer(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"列{n}" for n in range(20_000)) + "\n" + ",".join("1" * 20_000) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="20000"):
        look(path)


def test_that_trailing_delimiters_are_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "commas.csv"
    path.write_text("姓名,电话" + "," * 900 + "\n张三,1" + "," * 900 + "\n", encoding="utf-8")
    found = look(path)
    assert [column.name for column in found.columns] == ["姓名", "电话"]
    assert "empty_columns" in {note.code for note in found.notes}


def test_that_a_giant_cell_is_cut_and_told(tmp_path: Path) -> None:
    path = tmp_path / "giant.csv"
    path.write_text("姓名,备注\n张三," + "长" * 40_000 + "\n", encoding="utf-8")
    found = look(path)
    assert len(take(path, found)[0][1][1]) == 32_767
    assert next(note for note in found.notes if note.code == "long_cells").rows == (2,)


@pytest.mark.parametrize("delimiter", ["", "ab", '"'])
def test_that_a_delimiter_is_one_character(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    if delimiter:
        with pytest.raises(UserError):
            look(path, delimiter=delimiter)
    else:
        assert look(path, delimiter=delimiter).delimiter == ","
