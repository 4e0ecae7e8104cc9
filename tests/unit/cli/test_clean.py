"""`kedang clean`: profile, cluster, standardise, recipes; `kedang data import --recipe`."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Kedang

SHEET = "公司,城市,电话\n 恒力科技(苏州)有限公司 ,苏洲,138-0013-8000\n苏州恒力科技有限公司,苏州,13800138000\n华信科技,南京,abc\n"
RECIPE = {
    "version": 1,
    "steps": [
        {"op": "company", "column": "公司", "city": "front"},
        {"op": "map", "column": "城市", "map": {"苏洲": "苏州"}},
        {"op": "phone", "column": "电话"},
    ],
}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(RECIPE, ensure_ascii=False), encoding="utf-8")
    return path


def test_that_a_file_is_profiled_without_an_archive(run: Kedang, sheet: Path) -> None:
    data = run("clean", "profile", sheet).data
    assert [c["name"] for c in data["columns"]] == ["公司", "城市", "电话"]
    assert data["columns"][0]["untrimmed"] == 1
    assert {m["value"] for m in data["columns"][2]["masks"]} == {"9-9-9", "9", "a"}
    one = run("clean", "profile", sheet, "--column", "城市").data
    assert [c["distinct"] for c in one["columns"]] == [3]


def test_that_clusters_come_in_the_stable_form(run: Kedang, sheet: Path) -> None:
    data = run("clean", "cluster", sheet, "--column", "公司", "--method", "core").data
    assert (data["column"], data["method"]) == ("公司", "core")
    assert data["clusters"][0]["rows"] == 2
    assert {v["value"]: v["count"] for v in data["clusters"][0]["values"]} == {
        " 恒力科技(苏州)有限公司 ": 1, "苏州恒力科技有限公司": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("ngram", ["--n", "1"]),
        ("levenshtein", ["--radius", "2", "--block", "1"]),
        ("jaro-winkler", ["--radius", "0.4"]),
        ("pinyin", []),
    ],
)
def test_that_every_kind_of_method_answers(run: Kedang, sheet: Path, method: str, more: list[str]) -> None:
    answer = run("clean", "cluster", sheet, "--column", "城市", "--method", method, *more)
    assert answer.code == 0
    assert [{v["value"] for v in c["values"]} for c in answer.data["clusters"]] == [
        {"苏州", "苏洲"}
    ] or method == "ngram"


def test_that_a_file_is_standardised_into_a_copy(run: Kedang, sheet: Path, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    answer = run("clean", "standardise", sheet, "--recipe", recipe, "--out", out)
    assert answer.code == 3  # a phone was not understood: told, nothing lost
    assert answer.data["report"]["not_understood"] == 1
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == [
        "苏州恒力科技有限公司,苏州,138 0013 8000",
        "苏州恒力科技有限公司,苏州,138 0013 8000",
        "华信科技,南京,abc",
    ]
    assert sheet.read_text(encoding="utf-8") == SHEET


def test_that_the_archive_is_only_previewed_until_applied(kedang: Kedang, recipe: Path) -> None:
    kedang("customers", "add", "--set", "name=恒力科技(苏州)有限公司", "--set", "city=苏洲")
    steps = {"steps": [{"op": "company", "column": "name", "city": "front"}, RECIPE["steps"][1]]}  # type: ignore[index]
    recipe.write_text(json.dumps(steps, ensure_ascii=False), encoding="utf-8")
    seen = kedang("clean", "standardise", "--from", "customers", "--recipe", recipe).data
    assert (seen["dry_run"], seen["records_changed"], seen["operation"]) == (True, 1, None)
    assert kedang("customers", "list").data["rows"][0]["city"] == "苏洲"
    done = kedang("clean", "standardise", "--from", "customers", "--recipe", recipe, "--apply").data
    row = kedang("customers", "list").data["rows"][0]
    assert (row["name"], row["city"]) == ("苏州恒力科技有限公司", "苏州")
    assert kedang("data", "undo", done["operation"]).data["reverted"] == 1
    assert kedang("clean", "profile", "--from", "customers", "--column", "city").data["columns"][0]["top"] == [
        {"value": "苏洲", "count": 1}
    ]


def test_that_recipes_are_kept_checked_and_used_by_name(
    kedang: Kedang, recipe: Path, sheet: Path, tmp_path: Path
) -> None:
    assert kedang("clean", "recipe", "save", "月报", recipe).data == {"name": "月报", "steps": 3}
    assert kedang("clean", "recipe", "show", "月报").data["steps"] == RECIPE["steps"]
    checked = kedang("clean", "recipe", "check", "月报", "--on", sheet)
    assert (checked.code, checked.data["fits"]) == (0, True)
    other = tmp_path / "o.csv"
    other.write_text("名称\n甲\n", encoding="utf-8")
    missing = kedang("clean", "recipe", "check", "月报", "--on", other)
    assert (missing.code, missing.data["missing"]) == (3, ["公司", "城市", "电话"])
    assert kedang("clean", "standardise", other, "--recipe", "月报").code == 3
    assert kedang("clean", "recipe", "delete", "月报").code == 0
    assert not kedang("clean", "recipe", "list").data["rows"]


def test_that_an_import_runs_a_recipe_first(kedang: Kedang, recipe: Path, sheet: Path) -> None:
    dry = kedang("data", "import", sheet, "--to", "customers", "--recipe", recipe, "--dry-run").data
    assert (dry["created"], dry["recipe"]["changed"] > 0) == (2, True)
    done = kedang("data", "import", sheet, "--to", "customers", "--recipe", recipe).data
    assert (done["created"], done["recipe"]["not_understood"]) == (2, 1)
    names = {row["name"]: row["city"] for row in kedang("customers", "list").data["rows"]}
    assert names == {"苏州恒力科技有限公司": "苏州", "华信科技": "南京"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["cluster", "m.csv", "--column", "公司", "--method", "magic"], 2),
        (["cluster", "m.csv"], 2),
        (["cluster", "m.csv", "--column", "没有"], 3),
        (["profile"], 2),
        (["profile", "m.csv", "--from", "customers"], 2),
        (["standardise", "m.csv"], 2),
        (["standardise", "m.csv", "--recipe", "missing.json"], 3),
        (["standardise", "m.csv", "--recipe", "r.json", "--apply"], 2),
    ],
)
def test_that_wrong_calls_are_told(
    run: Kedang, sheet: Path, recipe: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(sheet.parent)
    assert run("clean", *words).code == code
