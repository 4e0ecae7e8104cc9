"""`kedang health`: scores, checks, findings, rules and the dictionary through the command."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from app.cli.main import main
from app.core.paths import data_dir
from tests.unit.cli.conftest import PASSWORD, Kedang


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed archive with three imported customers, two of them with faults. Copy it."""
    folder = tmp_path_factory.mktemp("prepared")
    rows = [
        ["客户名称", "客户类型", "电话", "邮箱", "省份", "城市", "行业"],
        ["恒力有限公司", "企业", "13900000017", "a@qq.com", "江苏省", "苏州市", "制造"],
        ["测试", "企业", "13900000017", "a@qq.con", "江苏省", "广州市", ""],
        ["张三", "个人", "13900000028", "", "上海市", "上海市", ""],
    ]
    people = folder / "people.csv"
    with people.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    archive = folder / "office.kedang"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEDANG_PASSWORD", PASSWORD)
        patch.setenv("KEDANG_ARCHIVE", str(archive))
        assert main(["--json", "archive", "create", str(archive)]) == 0
        assert main(["--json", "data", "import", str(people), "--to", "customers"]) == 0
    return archive


@pytest.fixture
def office(run: Kedang, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kedang:
    """`kedang --json …` on a copy of its own, which this computer has never seen."""
    shutil.rmtree(data_dir() / "anchors", ignore_errors=True)
    monkeypatch.setenv("KEDANG_ARCHIVE", str(shutil.copyfile(prepared, tmp_path / "office.kedang")))
    return run


def test_that_figures_findings_and_decisions_come_as_json(office: Kedang) -> None:
    (shown,) = office("health", "show", "--entity", "customers").data["rows"]
    assert (shown["records"], shown["complete_view"]) == (3, True)
    consistency = next(d for d in shown["dimensions"] if d["dimension"] == "consistency")
    assert (consistency["good"], consistency["n"], consistency["score"]) == (2, 3, "66.66")
    broken = {r["rule"]: r["broken"] for r in shown["rules"] if r["broken"]}
    assert broken == {"placeholder:name": 1, "format:emails": 1, "unique:phones": 2, "cross:regions": 1}
    assert office("health", "findings").data["total"] == 0, "show keeps nothing"
    checked = office("health", "check").data
    assert {r["entity"]: r["opened"] for r in checked["rows"]}["customers"] == 5
    assert office("health", "check", "--due").data["total"] == 0, "customers were checked just now"
    found = office("health", "findings", "--entity", "customers").data
    assert found["total"] == 5
    page = office("health", "findings", "--limit", "2", "--offset", "4").data
    assert (page["total"], page["rows"]) == (5, found["rows"][4:])
    one = next(r for r in found["rows"] if r["rule"] == "unique:phones")
    assert office("health", "discard", "unique:phones", one["number"]).data == {"changed": 1}
    assert office("health", "findings", "--rule", "unique:phones").data["total"] == 1
    assert office("health", "findings", "--state", "discarded").data["rows"][0]["id"] == one["id"]
    assert office("health", "reopen", "unique:phones").data == {"changed": 1}


def test_that_rules_are_added_switched_and_removed(office: Kedang) -> None:
    rule = {"entity": "customers", "field": "industry", "kind": "required",
            "params": {"when": {"field": "kind", "op": "in", "value": ["company"]}}}  # fmt: skip
    made = office("health", "rules", "add", json.dumps(rule)).data
    assert (made["kind"], made["builtin"], made["active"]) == ("required", False, True)
    office("health", "check", "--entity", "customers")
    (found,) = office("health", "findings", "--rule", made["rule"]).data["rows"]
    assert found["title"] == "测试"
    rule["field"] = "level"
    assert office("health", "rules", "update", made["rule"], json.dumps(rule)).data["field"] == "level"
    assert office("health", "rules", "disable", "cross:regions", "--entity", "customers").data["done"] == "disable"
    listed = office("health", "rules", "list", "--entity", "customers").data["rows"]
    assert {r["rule"]: r["active"] for r in listed}["cross:regions"] is False
    office("health", "rules", "enable", "cross:regions", "--entity", "customers")
    assert office("health", "rules", "remove", made["rule"]).code == 0
    assert all(r["builtin"] for r in office("health", "rules", "list").data["rows"])


def test_that_the_dictionary_is_written_as_workbook_and_on_paper(office: Kedang, tmp_path: Path) -> None:
    assert office("health", "dictionary", tmp_path / "d.xlsx").data["fields"] > 100
    assert (tmp_path / "d.xlsx").read_bytes()[:2] == b"PK"
    pytest.importorskip("PySide6")
    assert office("health", "dictionary", tmp_path / "d.pdf").code == 0
    assert (tmp_path / "d.pdf").read_bytes()[:5] == b"%PDF-"


def test_that_wrong_calls_are_told_in_words(office: Kedang, tmp_path: Path) -> None:
    assert office("health", "show", "--entity", "nothing").code == 3
    assert office("health", "findings", "--state", "strange").code == 2
    assert office("health", "findings", "--rule", "strange").code == 2
    assert office("health", "discard", "strange").code == 3
    assert office("health", "rules", "add", "{").code == 2
    assert office("health", "rules", "add", "[]").code == 2
    assert office("health", "rules", "add", json.dumps({"entity": "customers", "kind": "magic"})).code == 3
    assert office("health", "rules", "remove", "required:name", "--entity", "customers").code == 3
    assert office("health", "rules", "disable", "required:name").code == 2, "several kinds of records have it"
    assert office("health", "dictionary", tmp_path / "d.doc").code == 2
