"""Any table comes in whole: a name for every row, a place for every column, record numbers by what they are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import FieldType
from app.services.cleaning.phones import parse_phones
from app.services.customers.fields import MOST_PER_ENTITY
from app.services.exchange.files.source import inspect
from app.services.exchange.mapping.id_columns import id_score
from app.services.exchange.mapping.mapping import propose
from app.services.exchange.mapping.survey import clear_kind, fits
from app.services.exchange.mapping.whole_table import new_labels, unplaced, widened

NUMBERS = [str(n) for n in range(20)]


@pytest.mark.parametrize(
    "header", ["id", "ID", "idDBLP", "idScholar", "id_a", "ltable_id", "rec_id", "record id", "uid", "编号", "customer_id", "Code"]
)  # fmt: skip
def test_that_a_header_of_a_record_number_is_known_when_its_cells_differ(header: str) -> None:
    assert id_score(header, NUMBERS) >= 0.6
    assert id_score(header, ["1", "2"] * 10) == 0.0
    assert id_score(header, ["", *NUMBERS[:10]] * 2) == 0.0


@pytest.mark.parametrize(
    "header",
    ["street_number", "phone number", "soc_sec_id", "parent_id", "category_id", "title", "postcode", "year", "idea"],
)
def test_that_a_number_of_something_else_is_no_record_number(header: str) -> None:
    assert id_score(header, NUMBERS) == 0.0


def test_that_cells_that_look_like_record_numbers_are_one_under_any_header() -> None:
    assert id_score("a", [f"rec-{n}-org" for n in range(9)]) > 0.8
    assert id_score("a", [f"f81d4fae-7dec-11d0-a765-00a0c91e6b{n}f" for n in range(9)] + ["x"]) > 0.8


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("year", ["1999", "2003"], FieldType.INTEGER), ("postcode", ["2000", "3000"], FieldType.TEXT),
        ("n", ["01", "2"], FieldType.TEXT), ("price", ["3.10", "4"], FieldType.MONEY),
        ("price", ["$3.10", "4"], FieldType.TEXT), ("price", ["3.105", "4"], FieldType.PRICE),
        ("单价", ["3", "4"], FieldType.PRICE), ("amount", ["3.105", "4"], FieldType.TEXT),
        ("rate", ["3.5%", "-4%"], FieldType.PERCENT), ("rate", ["3.5%", "4"], FieldType.TEXT),
        ("weight", ["3.1055", "4"], FieldType.NUMBER), ("day", ["2020-02-28", "2021/3/1"], FieldType.DATE),
        ("day", ["2020-02-28", "2021-02-30"], FieldType.TEXT), ("day", ["03/04/2020"] * 2, FieldType.TEXT),
        ("soc_sec_id", ["1234", "5678"], FieldType.TEXT), ("x", ["1"], FieldType.TEXT), ("x", ["", ""], FieldType.TEXT),
        ("数量", ["1", "20"], FieldType.INTEGER), ("电话", ["1", "20"], FieldType.TEXT),
    ],
)  # fmt: skip
def test_that_a_new_field_is_text_unless_every_cell_says_otherwise(
    header: str, cells: list[str], kind: FieldType
) -> None:
    assert clear_kind(header, cells) is kind


@given(st.text(alphabet="0123456789.-+ eE,$¥", min_size=1, max_size=12))
def test_that_a_cell_taken_as_a_number_is_written_the_same_way_again(cell: str) -> None:
    if fits(FieldType.INTEGER, cell):
        assert str(int(cell)) in (cell, cell.removeprefix("-"))


@pytest.mark.parametrize(
    "cell", ["310/246-1501", "310-246-1501", "(310) 246-1501", "310.246.1501", "310 246-1501", "310/ 246-1501"]
)
def test_that_three_groups_are_one_number_kept_as_written(cell: str) -> None:
    found = parse_phones(cell)
    assert found.problem is None
    assert [(p.number, p.written) for p in found.value or ()] == [("3102461501", cell)]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("010-88886666/88887777", ["+861088886666", "+861088887777"]),
        ("13800138000/13900139000", ["+8613800138000", "+8613900139000"]),
        ("400/810-8888", ["+864008108888"]), ("310/246-1501; 212/741-2570", ["3102461501", "2127412570"]),
        ("310-246-1501 or 212-741-2570", ["3102461501", "2127412570"]),
    ],
)  # fmt: skip
def test_that_strokes_still_part_numbers(cell: str, numbers: list[str]) -> None:
    assert [p.number for p in parse_phones(cell).value or ()] == numbers


def test_that_no_more_fields_are_wanted_than_an_archive_takes(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    head = ["name", *(f"question {n}" for n in range(230))]
    path.write_text("\n".join([",".join(head), ",".join(["Ann Lee", *["yes"] * 230])]), encoding="utf-8")
    inspection = inspect(path)
    entity = BUILT_IN.entity("customers")
    plan = widened(inspection, propose(inspection, entity, BUILT_IN), entity, forced=False)
    assert len(new_labels(plan)) == MOST_PER_ENTITY
    assert len(unplaced(inspection, plan)) == 230 - MOST_PER_ENTITY


def test_that_the_code_of_a_product_is_its_code(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("编码,产品名称\nA1,甲\nA2,乙\nA3,丙\n", encoding="utf-8")
    plan = propose(inspect(path), BUILT_IN.entity("products"), BUILT_IN)
    assert [c.target for c in plan.columns] == ["code", "name"]
