"""`kedang duplicates`: foretelling an automatic merge, where a model may be written, which kinds have limits."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Kedang

SHEET = """客户名称,电话,邮箱,城市
苏州恒力机械有限公司,13900000017,hengli@qq.com,苏州市
苏州恒力机械有限公司,13900000017,hengli@qq.com,苏州市
南京华信食品有限公司,13711112222,huaxin@163.com,南京市
"""


@pytest.fixture
def office(kedang: Kedang, tmp_path: Path) -> Kedang:
    """Two customers that are surely one, and another."""
    path = tmp_path / "twins.csv"
    path.write_text(SHEET, encoding="utf-8")
    assert kedang("data", "import", path, "--to", "customers", "--match", "external_id").code == 0
    assert kedang("duplicates", "find").data["total"] == 1
    return kedang


def test_that_an_automatic_merge_is_foretold_without_merging(office: Kedang) -> None:
    told = office("duplicates", "merge", "--auto", "--least", "0.5", "--dry-run").data
    assert (told["groups"], told["merged"]) == (1, 1)
    assert office("customers", "list").data["total"] == 3
    done = office("duplicates", "merge", "--auto", "--least", "0.5").data
    assert (done["groups"], done["merged"]) == (told["groups"], told["merged"])
    assert office("customers", "list").data["total"] == 2


@pytest.mark.parametrize("more", [["--survivor", "x"], ["--take", "name=x"]])
def test_that_choices_for_named_records_are_refused_with_auto(kedang: Kedang, more: list[str]) -> None:
    assert kedang("duplicates", "merge", "--auto", *more).code == 2


def test_that_a_model_is_written_beside_its_table_or_not_at_all(office: Kedang, tmp_path: Path) -> None:
    assert office("duplicates", "model", tmp_path / "m.csv").code == 2
    assert not (tmp_path / "m.csv").exists()
    assert office("duplicates", "model", tmp_path / "none" / "m.json").code == 4
    assert office("duplicates", "model", tmp_path / "m.json", "--table", tmp_path / "none" / "m.csv").code == 4
    assert not (tmp_path / "m.json").exists()
    folder = tmp_path / "folder"
    folder.mkdir()
    assert office("duplicates", "model", folder).code == 3
    assert office("duplicates", "model", tmp_path / "m.json").data["records"] == 3


def test_that_only_kinds_that_are_searched_have_limits(kedang: Kedang) -> None:
    assert kedang("duplicates", "thresholds").code == 0
    for entity in ("tickets", "nonsense"):
        assert kedang("duplicates", "thresholds", "--to", entity).code == 3
        assert kedang("duplicates", "thresholds", "--to", entity, "--auto", "0.9").code == 3


def test_that_a_value_comes_from_a_record_that_is_merged(office: Kedang) -> None:
    one, two, other = (row["number"] for row in office("customers", "list", "--sort", "number").data["rows"])
    refused = office("duplicates", "merge", one, two, "--take", f"name={other}")
    assert (refused.code, "Traceback" in refused.err) == (3, False)
    assert office("duplicates", "merge", one, two, "--take", "name").code == 2
    assert office("customers", "list").data["total"] == 3
    assert office("duplicates", "merge", one, two, "--take", f"name={two}").code == 0
