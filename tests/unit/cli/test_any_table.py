"""`kedang data import` of tables that were not made for this program: all rows in, no column lost."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Kedang

Table = list[list[str]]


def people(n: int = 40) -> Table:
    """A census-like table of people, every second row a copy with errors."""
    head = "rec_id given_name surname street_number address_1 address_2 suburb postcode state date_of_birth soc_sec_id".split()
    rows = []
    for i in range(n):
        kind = "dup-0" if i % 2 else "org"
        row = [f"rec-{i // 2}-{kind}", "sophie", f"white {i // 2}", str(i % 7), f"{i // 2} stanley street", "villa 3",
               "winston hills", f"0{200 + i}", "nsw", "19151111", str(5304218 + i // 2)]  # fmt: skip
        rows.append(row)
    rows[3][9] = "19159931"
    rows[5][1] = rows[5][2] = ""
    rows[7][5] = ""
    return [head, *rows]


def papers(n: int = 40) -> Table:
    rows = [
        [f"conf/vldb/X{i}", f"Query Processing of Streams {i // 2}", "A. Ng, 王 伟", "VLDB", str(1990 + i % 9)]
        for i in range(n)
    ]
    rows[4][1] = ""
    rows[6][1] = "A very long title " * 30
    rows[8][2] = "Many authors, " * 60
    return [["id", "title", "authors", "venue", "year"], *rows]


def places(n: int = 40) -> Table:
    head = ["id", "name", "addr", "city", "phone", "type", "class"]
    return [
        head,
        *(
            [
                str(i),
                f"arnie's {i // 2}",
                f"{i} s. la cienega",
                "los angeles",
                f"310/246-{1500 + i // 2}",
                "bbq",
                str(i // 2),
            ]
            for i in range(n)
        ),
    ]


def goods(n: int = 140) -> Table:
    head = ["id", "title", "description", "manufacturer", "price"]
    rows = [
        [f"b{i:06d}", f'clickart "{i}" 950 000', "image pack " * (i % 5), "broderbund", f"{i}.99"] for i in range(n)
    ]
    rows[120][4] = "$ 12.90 usd"  # behind the first hundred rows
    return [head, *rows]


def write(path: Path, table: Table) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    return path


def everything(kedang: Kedang, path: Path) -> list[dict[str, str]]:
    """All that is stored, as an export writes it."""
    out = path.with_name("out.csv")
    assert kedang("data", "export", out, "--from", "customers").code == 0
    with out.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", [people(), papers(), places(), goods()], ids=["people", "papers", "places", "goods"])
def test_that_all_rows_and_all_cells_of_any_table_come_in(kedang: Kedang, tmp_path: Path, table: Table) -> None:
    answer = kedang("data", "import", write(tmp_path / "table.csv", table), "--to", "customers")
    data = answer.data
    assert (answer.code, data["created"], data["skipped_columns"]) == (0, len(table) - 1, [])
    stored = {row["外部编号"]: row for row in everything(kedang, tmp_path / "table.csv")}
    assert set(stored) == {row[0] for row in table[1:]}
    for row in table[1:]:
        whole = " ".join(stored[row[0]].values())
        for header, cell in zip(table[0], row, strict=True):
            if header != "date_of_birth":  # stands there as a date
                assert " ".join(cell.split()).strip() in " ".join(whole.split()), (header, cell)


def test_that_names_are_put_together_and_blank_ones_taken_from_elsewhere(kedang: Kedang, tmp_path: Path) -> None:
    data = kedang("data", "import", write(tmp_path / "people.csv", people()), "--to", "customers").data
    stored = {row["外部编号"]: row for row in everything(kedang, tmp_path / "people.csv")}
    assert stored["rec-0-org"]["客户名称"] == "sophie white 0"
    assert (stored["rec-0-org"]["given_name"], stored["rec-0-org"]["surname"]) == ("sophie", "white 0")
    assert (
        stored["rec-2-dup-0"]["客户名称"] == "2 stanley street" or stored["rec-2-dup-0"]["客户名称"] == "winston hills"
    )
    assert "19159931" in stored["rec-1-dup-0"]["备注"]
    assert {i["code"] for i in data["issues"]} == {"title.taken", "date.no_such_month"}
    assert stored["rec-0-org"]["postcode"] == "0200"


def test_that_chinese_parts_of_a_name_are_written_together(kedang: Kedang, tmp_path: Path) -> None:
    table = [["姓", "名", "备用"], ["王", "小明", "a"], ["欧阳", "娜", "b"]]
    kedang("data", "import", write(tmp_path / "people.csv", table), "--to", "customers")
    assert {row["客户名称"] for row in everything(kedang, tmp_path / "people.csv")} == {"王小明", "欧阳娜"}


def test_that_fields_are_made_once_and_used_again(kedang: Kedang, tmp_path: Path) -> None:
    table = places(6)
    first = kedang("data", "import", write(tmp_path / "a.csv", table), "--to", "customers").data
    assert first["new_fields"] == ["type", "class"]
    more = [[*table[0], "extra"], *([f"x{row[0]}", *row[1:-1], "no number", "e"] for row in table[1:])]
    second = kedang("data", "import", write(tmp_path / "b.csv", more), "--to", "customers").data
    assert second["created"] == 6
    assert second["new_fields"] == ["class 2", "extra"]  # the first one holds whole numbers only
    rows = everything(kedang, tmp_path / "b.csv")
    assert {(row["type"], row["class 2"]) for row in rows if row["外部编号"].startswith("x")} == {("bbq", "no number")}


def test_that_unmapped_columns_can_be_left_out_and_are_told(kedang: Kedang, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", places(6))
    data = kedang("data", "import", path, "--to", "customers", "--unmapped", "skip").data
    assert (data["created"], data["new_fields"], data["skipped_columns"]) == (6, [], ["type", "class"])
    assert kedang("data", "import", path, "--to", "customers", "--unmapped", "maybe").code == 2


def test_that_records_with_different_numbers_are_different(kedang: Kedang, tmp_path: Path) -> None:
    table = [
        ["外部编号", "客户名称", "电话"],
        ["a1", "甲公司", "13800138001"],
        ["a2", "甲公司", "13800138001"],
        ["a1", "乙", ""],
    ]
    table += [[f"b{i}", f"公司{i}", ""] for i in range(20)]
    data: dict[str, Any] = kedang("data", "import", write(tmp_path / "a.csv", table), "--to", "customers").data
    assert (data["created"], data["duplicates"]) == (22, 1)
    plain = [["客户名称", "电话"], ["甲公司", "13800138001"]]
    again = kedang("data", "import", write(tmp_path / "b.csv", plain), "--to", "customers").data
    assert (again["created"], again["duplicates"]) == (0, 1)
    numbered = [["外部编号", "客户名称", "电话"], ["c1", "甲公司", "13800138001"], ["a2", "丙", ""]]
    third = kedang("data", "import", write(tmp_path / "c.csv", numbered), "--to", "customers").data
    assert (third["created"], third["duplicates"]) == (1, 1)


def test_that_two_tables_that_both_count_from_one_come_in_whole(kedang: Kedang, tmp_path: Path) -> None:
    first, second = places(), [places()[0], *([row[0], f"other {row[1]}", *row[2:]] for row in places(30)[1:])]
    kedang("data", "import", write(tmp_path / "fodors.csv", first), "--to", "customers")
    path = write(tmp_path / "zagats.csv", second)
    data = kedang("data", "import", path, "--to", "customers").data
    assert (data["created"], data["duplicates"], data["id_prefix"]) == (30, 0, "zagats:")
    again = kedang("data", "import", path, "--to", "customers").data
    assert (again["created"], again["duplicates"]) == (0, 30)
    numbers = {row["外部编号"] for row in everything(kedang, path)}
    assert {"0", "39", "zagats:0", "zagats:29"} <= numbers
