"""What the commands refuse before anything is read or written: files that would be lost, numbers nobody counts to, JSON
of the wrong shape."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.unit.cli.conftest import Kedang

SHEET = "客户名称,电话\n恒力科技,13800138000\n华信食品,abc\n"
DEEP = "[" * 100_000


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"steps": [{"op": "phone", "column": "电话"}]}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(("out", "removed"), [("m.csv", None), (None, "m.csv"), ("s.csv", "s.csv")])
def test_that_cleaning_overwrites_neither_its_source_nor_its_own_result(
    run: Kedang, sheet: Path, recipe: Path, tmp_path: Path, out: str | None, removed: str | None
) -> None:
    options: list[object] = ["--out", tmp_path / out] if out else []
    options += ["--removed-to", tmp_path / removed] if removed else []
    assert run("clean", "standardise", sheet, "--recipe", recipe, *options).code == 2
    assert sheet.read_text(encoding="utf-8") == SHEET
    assert not (tmp_path / "s.csv").exists()


def test_that_the_errors_of_an_import_do_not_overwrite_its_file(kedang: Kedang, sheet: Path) -> None:
    assert kedang("data", "import", sheet, "--to", "customers", "--errors-to", sheet).code == 2
    assert sheet.read_text(encoding="utf-8") == SHEET


@pytest.mark.parametrize(
    "call",
    [
        ("duplicates", "list"), ("duplicates", "groups"), ("duplicates", "merges"), ("health", "findings"),
        ("data", "operations"), ("customers", "list"), ("search", "甲"), ("archive", "users", "list"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("option", ["--limit", "--offset"])
def test_that_a_page_nobody_can_count_to_is_wrong_usage(run: Kedang, call: tuple[str, ...], option: str) -> None:
    for number in ("9" * 23, "-1"):
        answer = run(*call, option, number)
        assert (answer.code, "Traceback" in answer.err) == (2, False)


@pytest.mark.parametrize("call", [("health", "rules", "add", DEEP), ("duplicates", "find", "--filter", DEEP)])
def test_that_json_nested_without_end_is_wrong_usage(run: Kedang, call: tuple[str, ...]) -> None:
    answer = run(*call)
    assert answer.code == 2
    assert "嵌套" in answer.data["error"]


def test_that_files_of_the_wrong_shape_are_told(kedang: Kedang, sheet: Path, tmp_path: Path) -> None:
    deep, plan = tmp_path / "deep.json", tmp_path / "plan.json"
    deep.write_text(DEEP, encoding="utf-8")
    plan.write_text('{"columns": [{"name": "客户名称", "target": "name"}], "defaults": 5}', encoding="utf-8")
    for call in (
        ("duplicates", "rules", "create", "--set", deep),
        ("data", "import", sheet, "--to", "customers", "--mapping", deep),
        ("data", "import", sheet, "--to", "customers", "--mapping", plan),
    ):
        assert kedang(*call).code == 3
    for values in ("5", '"abc"', "{}", "[]"):
        rule = f'{{"entity": "customers", "kind": "allowed", "field": "city", "params": {{"values": {values}}}}}'
        assert kedang("health", "rules", "add", rule).code == 3


def test_that_help_needs_no_archive(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["duplicates", "merge", "--help"]) == 0
    assert "--dry-run" in capsys.readouterr().out
