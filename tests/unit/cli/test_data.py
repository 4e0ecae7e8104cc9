"""`kedang data`: preview, import, export, templates, undo."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from tests.unit.cli.conftest import Kedang

SHEET = "客户名称,电话,身份证号,来源\n甲公司,13800138001,,\n乙公司,13800138002,110101199003071234,\n丙公司,1380013800,,网络\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(SHEET, encoding="gb18030")
    return path


def test_that_a_preview_needs_no_archive(run: Kedang, sheet: Path) -> None:
    data = run("data", "preview", sheet).data
    assert (data["encoding"], data["delimiter"], data["header_row"], data["rows"]) == ("gb18030", ",", 1, 3)
    columns = {column["name"]: column for column in data["columns"]}
    assert columns["客户名称"]["field"] == "name"
    assert columns["电话"]["field"] == "phones"
    assert columns["电话"]["samples"][0] == "13800138001"
    assert [(p["row"], p["severity"]) for p in columns["电话"]["problems"]] == [(4, "warning")]
    assert [(p["row"], p["severity"]) for p in columns["身份证号"]["problems"]] == [(3, "error")]
    assert data["sheets"][0]["rows"] == 4


def test_that_an_import_takes_the_good_rows_and_tells_the_others(kedang: Kedang, sheet: Path) -> None:
    answer = kedang("data", "import", sheet, "--to", "customers", "--tag", "名单", "--set", "来源=展会")
    data = answer.data
    assert answer.code == 3
    assert (data["rows"], data["created"], data["rejected"], data["warnings"]) == (3, 2, 1, 1)
    assert Path(data["errors_file"]).exists()
    assert [i["row"] for i in data["issues"] if i["outcome"] == "rejected"] == [3]
    rows = kedang("customers", "list", "--sort", "number", "--columns", "name,tags,source").data["rows"]
    assert [(r["name"], r["tags"], r["source"]) for r in rows] == [
        ("甲公司", ["名单"], "展会"),
        ("丙公司", ["名单"], "网络"),
    ]
    undone = kedang("data", "undo", data["operation"][:13]).data
    assert (undone["reverted"], undone["kept"]) == (2, [])
    assert kedang("customers", "list").data["total"] == 0


def test_that_people_are_told_what_an_import_remarks(
    kedang: Kedang, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "商机.csv"
    path.write_text("商机名称,客户名称,商机阶段,结单日期\n甲,新公司,赢单,\n", encoding="utf-8")
    kedang("customers", "list")
    capsys.readouterr()
    assert main(["data", "import", str(path), "--to", "deals", "--gaps", "warn"]) == 0
    told = capsys.readouterr().out
    assert "第 2 行：结单日期：没有结单日期，按今天记。" in told
    assert "一并新建：客户：新公司" in told


def test_that_a_dry_run_writes_nothing(kedang: Kedang, sheet: Path) -> None:
    answer = kedang("data", "import", sheet, "--to", "customers", "--dry-run")
    assert (answer.code, answer.data["created"], answer.data["operation"]) == (3, 2, None)
    assert kedang("customers", "list").data["total"] == 0
    assert list(sheet.parent.glob("*.xlsx")) == []


def test_that_bad_cells_can_be_left_blank(kedang: Kedang, sheet: Path) -> None:
    answer = kedang("data", "import", sheet, "--to", "customers", "--bad-cells", "blank")
    assert (answer.code, answer.data["created"], answer.data["errors_file"]) == (0, 3, None)


def test_that_match_rules_and_modes_are_taken(kedang: Kedang, tmp_path: Path, sheet: Path) -> None:
    kedang("data", "import", sheet, "--to", "customers", "--bad-cells", "blank")
    changes = tmp_path / "changes.csv"
    changes.write_text("客户名称,电话,城市\n甲公司,13800138001,苏州市\n新公司,13900139000,上海市\n", encoding="utf-8")
    answer = kedang(
        "data", "import", changes, "--to", "customers", "--mode", "update", "--match", "external_id,name+phones"
    )
    assert (answer.code, answer.data["updated"], answer.data["rejected"]) == (3, 1, 1)
    again = kedang("data", "import", changes, "--to", "customers", "--mode", "upsert", "--match", "name+phones").data
    assert (again["updated"], again["unchanged"], again["created"]) == (0, 1, 1)


def test_that_a_mapping_file_decides_the_fields(kedang: Kedang, tmp_path: Path, sheet: Path) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"客户名称": "name", "电话": "remark", "来源": None}), encoding="utf-8")
    answer = kedang("data", "import", sheet, "--to", "customers", "--mapping", mapping)
    assert (answer.code, answer.data["created"]) == (0, 3)
    row = kedang("customers", "list", "--sort", "-number", "--columns", "remark,source,id_number").data["rows"][0]
    assert (row["remark"], row["source"]) == ("1380013800", None)
    mapping.write_text(json.dumps({"没有的列": "name"}), encoding="utf-8")
    assert kedang("data", "import", sheet, "--to", "customers", "--mapping", mapping).code == 3


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--mode", "replace"], 2), (["--empty", "maybe"], 2), (["--bad-cells", "x"], 2), (["--match", "nothing"], 3),
        (["--mapping", "没有的方案"], 3), (["--owner", "nobody"], 3), (["--set", "amount=许多"], 3), (["--header-row", "x"], 2),
        (["--sheet", "x", "--encoding", "latin-9999"], 3),
    ],
)  # fmt: skip
def test_that_wrong_options_import_nothing(kedang: Kedang, sheet: Path, args: list[str], code: int) -> None:
    assert kedang("data", "import", sheet, "--to", "customers", *args).code == code
    assert kedang("customers", "list").data["total"] == 0


def test_that_an_unreadable_file_is_refused(kedang: Kedang, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    assert kedang("data", "import", path, "--to", "customers").code == 3
    assert kedang("data", "import", tmp_path / "none.csv", "--to", "customers").code in (3, 4)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json", "vcf"])
def test_that_exports_are_written(kedang: Kedang, tmp_path: Path, suffix: str) -> None:
    kedang("customers", "add", "--set", "name=甲公司")
    path = tmp_path / f"out.{suffix}"
    assert kedang("data", "export", path, "--from", "customers").data["rows"] == 1
    assert path.stat().st_size > 10


def test_that_an_export_without_the_right_is_not_permitted(
    kedang: Kedang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEDANG_NEW_PASSWORD", "Geheim#2031")
    kedang("archive", "users", "add", "wang", "--roles", "sales")
    monkeypatch.setenv("KEDANG_PASSWORD", "Geheim#2031")
    answer = kedang("--user", "wang", "data", "export", tmp_path / "out.csv", "--from", "customers")
    assert answer.code == 6
    assert not (tmp_path / "out.csv").exists()


def test_that_templates_are_made_with_and_without_an_archive(run: Kedang, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert run("data", "template", "customers", path).code == 0
    assert run("data", "preview", path).data["columns"][0]["field"] == "name"
    assert run("data", "template", "customers", tmp_path / "template.csv").code == 2
    assert run("data", "template", "ships", path).code == 3


def test_that_operations_are_listed(kedang: Kedang, sheet: Path) -> None:
    kedang("data", "import", sheet, "--to", "customers")
    data = kedang("data", "operations").data
    assert (data["rows"][0]["kind"], data["rows"][0]["state"]) == ("import", "done")
    assert {row["kind"] for row in data["rows"][1:]} == {"setup"}
    assert kedang("data", "operations", "--state", "running").data == {"total": 0, "rows": []}
    assert kedang("data", "resume", data["rows"][0]["id"]).code == 3
    assert kedang("data", "undo", "0000").code == 3
