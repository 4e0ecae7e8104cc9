"""The errors workbook: fix it, import it again."""

from pathlib import Path

import openpyxl  # noqa: TID253 - the tests look into the workbook
import pytest

from app.errors import EnvironmentProblem
from app.services.exchange.importing.errors_book import ErrorsBook
from app.services.workspace import Workspace
from tests.unit.exchange.outgoing.conftest import take_in

HEADERS = ["客户名称", "身份证号", "电话"]


def test_that_refused_rows_come_in_once_fixed(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "客户名称,身份证号,电话\n张三,110101199003071233,13800138000\n李四,110101199003071234,13900139000\n"
        ",110101199003071233,13700137000\n",
        encoding="utf-8",
    )
    first = take_in(workspace, path)
    wrong = first.rejected
    assert first.errors_file is not None
    assert 1 <= wrong == first.rows - first.created
    book = openpyxl.load_workbook(first.errors_file)
    sheet = book.worksheets[0]
    assert [c.value for c in sheet[1]][:3] == HEADERS
    assert sheet.max_row == 1 + wrong
    commented = [c for row in sheet.iter_rows(min_row=2) for c in row if c.comment]
    assert commented
    assert all(c.fill.fgColor.rgb == "FFFFE2DD" for c in commented)
    for row in sheet.iter_rows(min_row=2):
        row[0].value = row[0].value or "王五"
        row[1].value = None
    fixed = tmp_path / "fixed.xlsx"
    book.save(fixed)
    inspection = workspace.imports.inspect(fixed)
    plan = workspace.imports.propose(inspection, "customers")
    assert [c.target for c in plan.columns] == ["name", "id_number", "phones", None, None, None][
        : len(plan.columns)
    ] or [c.target for c in plan.columns] == ["name", "phones", None, None, None]
    again = take_in(workspace, fixed)
    assert (again.created, again.rejected) == (wrong, 0)


def test_that_nothing_added_leaves_no_file(tmp_path: Path) -> None:
    book = ErrorsBook(tmp_path / "errors.xlsx", HEADERS, "zh")
    assert book.close() is None
    assert list(tmp_path.iterdir()) == []


def test_that_a_discarded_book_leaves_no_file(tmp_path: Path) -> None:
    book = ErrorsBook(tmp_path / "errors.xlsx", HEADERS, "zh")
    book.add(2, ["=1+1", "x", ""], "rejected", [(1, "不对")])
    book.discard()
    assert list(tmp_path.iterdir()) == []


def test_that_a_silent_book_writes_nothing(tmp_path: Path) -> None:
    book = ErrorsBook(tmp_path / "errors.xlsx", HEADERS, "zh", silent=True)
    book.add(2, ["a", "b", "c"], "rejected", [])
    assert book.close() is None
    assert list(tmp_path.iterdir()) == []


def test_that_a_missing_folder_is_told_plainly(tmp_path: Path) -> None:
    book = ErrorsBook(tmp_path / "none" / "errors.xlsx", HEADERS, "zh")
    with pytest.raises(EnvironmentProblem):
        book.add(2, ["a", "b", "c"], "rejected", [])


def test_that_cells_keep_their_text_and_nothing_is_a_formula(tmp_path: Path) -> None:
    cells = ["=1+1", "0012345678901234567", "+86 1"]
    book = ErrorsBook(tmp_path / "errors.xlsx", HEADERS, "en")
    book.add(7, cells, "ambiguous", [(-1, "几条都符合"), (2, "号码不全")])
    path = book.close()
    assert path is not None
    sheet = openpyxl.load_workbook(path).worksheets[0]
    row = next(iter(sheet.iter_rows(min_row=2, values_only=True)))
    assert list(row[:4]) == [*cells, 7]
    assert row[5] == "几条都符合；电话：号码不全"
    assert all(c.data_type != "f" for c in sheet[2])
