"""A migration from the first look at the files to the signature, on a real archive."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import PASSWORD, Kedang
from tests.unit.migration.tables import ACCOUNTS, DEALS, ORDERS, write


def counts(run: dict[str, Any], *keys: str) -> list[tuple[int, ...]]:
    return [tuple(step[key] for key in keys) for step in run["steps"]]


def total(kedang: Kedang, entity: str) -> int:
    found: int = kedang(entity, "list").data["total"]
    return found


@pytest.fixture
def small(kedang: Kedang, exports: Path) -> Kedang:
    """A project of customers and orders only."""
    for name in ("Contact.csv", "Opportunity.csv"):
        (exports / name).unlink()
    assert kedang("migration", "create", "旧系统", exports).code == 0
    return kedang


def test_that_a_trial_tells_what_a_run_then_does_and_both_are_reported(
    kedang: Kedang, exports: Path, tmp_path: Path
) -> None:
    made = kedang("migration", "create", "旧系统", exports).data
    assert [(s["system"], s["entity"], s["rows"]) for s in made["steps"]] == [
        ("salesforce", "customers", 3), ("salesforce", "contacts", 3), ("salesforce", "deals", 3), ("salesforce", "orders", 3),
    ]  # fmt: skip
    files = sorted(exports.iterdir())
    answer = kedang("migration", "trial", "旧系统")
    trial = answer.data
    assert (answer.code, trial["rejected"], trial["ok"]) == (3, 1, False)
    assert counts(trial, "rows", "created", "rejected") == [(3, 3, 0), (3, 3, 0), (3, 3, 0), (3, 2, 1)]
    assert trial["steps"][1]["unlinked"] == {"找不到客户“001A9”": 1}
    assert trial["steps"][2]["unknown_owners"] == {"005U1": 2}
    money = trial["steps"][3]["money"][0]
    assert (money["file"], money["archive"], money["refused"], money["ok"]) == ("50020.00", "50020.00", "7.00", True)
    assert [(r["row"], r["column"]) for r in trial["steps"][3]["refused"]] == [(4, "EffectiveDate")]
    assert total(kedang, "customers") == total(kedang, "deals") == 0
    assert sorted(exports.iterdir()) == files
    assert all(o["kind"] == "setup" for o in kedang("data", "operations").data["rows"])

    assert kedang("migration", "signoff", "旧系统").code == 3
    answer = kedang("migration", "run", "旧系统")
    assert (answer.code, counts(answer.data, "created")) == (3, [(3,), (3,), (3,), (2,)])
    rows = {r["external_id"]: r for r in kedang("customers", "list", "--columns", "name,created_at").data["rows"]}
    assert rows["001A1"]["created_at"] == "2019-03-05T08:30:00.000Z"
    assert rows["001A1"]["name"] == rows["001A3"]["name"] == "Edge Communications"
    contacts = {r["external_id"]: r for r in kedang("contacts", "list", "--columns", "name,customers").data["rows"]}
    assert (contacts["003C1"]["name"], contacts["003C2"]["name"]) == ("Rose Gonzalez", "王小明")
    assert contacts["003C2"]["customers"][0]["title"] == "苏州恒力机械有限公司"
    deals = {r["external_id"]: r for r in kedang("deals", "list", "--columns", "customer,outcome").data["rows"]}
    assert deals["006D2"]["customer"][0]["id"] == rows["001A3"]["id"]
    assert [deals[k]["outcome"] for k in ("006D1", "006D2", "006D3")] == ["won", "open", "lost"]
    orders = {r["external_id"]: r for r in kedang("orders", "list", "--columns", "deal").data["rows"]}
    assert orders["801O1"]["deal"][0]["id"] == deals["006D1"]["id"]

    signed = kedang("migration", "signoff", "旧系统").data
    assert (signed["state"], signed["signed_by"]) == ("signed_off", "admin")
    assert kedang("migration", "rollback", "旧系统").code == 3
    assert kedang("migration", "run", "旧系统").code == 3
    path = tmp_path / "report.xlsx"
    kedang("migration", "report", "旧系统", path)
    import openpyxl

    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["摘要", "各步结果", "金额核对", "未导入的行", "未解决的关联", "列对应"]
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"245000.35", "找不到客户“001A9”", "EffectiveDate", "admin", "正式迁移"} <= cells


def test_that_only_what_changed_comes_again_and_what_vanished_is_told(small: Kedang, exports: Path) -> None:
    small("migration", "run", "旧系统")
    moved = [*ACCOUNTS[2][:4], "苏州市", *ACCOUNTS[2][5:]]
    write(exports / "Account.csv", [*ACCOUNTS[:2], moved, ["001A7", "0", "新客户", *[""] * 10]])
    write(exports / "Order.csv", [*ORDERS[:2], [*ORDERS[2][:6], "20.05", *ORDERS[2][7:]], ORDERS[3]])
    run = small("migration", "run", "旧系统", "--incremental").data
    assert counts(run, "skipped", "created", "updated", "rejected") == [(1, 1, 1, 0), (1, 0, 1, 1)]
    assert (run["steps"][0]["vanished"], run["steps"][0]["vanished_count"]) == (["001A3"], 1)
    money = run["steps"][1]["money"][0]
    assert (money["file"], money["archive"], money["ok"]) == ("50020.15", "50020.15", True)
    assert [r["row"] for r in run["steps"][1]["refused"]] == [4]
    again = small("migration", "run", "旧系统", "--incremental").data
    assert counts(again, "skipped", "created", "updated") == [(3, 0, 0), (2, 0, 0)]


def test_that_a_run_goes_on_where_it_stopped_and_all_of_it_is_taken_back(small: Kedang, exports: Path) -> None:
    (exports / "Order.csv").rename(exports / "away")
    answer = small("migration", "run", "旧系统")
    assert answer.code == 3
    assert "第 2 步" in answer.data["error"]
    assert small("migration", "show", "旧系统").data["state"] == "stopped"
    (exports / "away").rename(exports / "Order.csv")
    run = small("migration", "run", "旧系统").data
    assert (run["state"], counts(run, "created")) == ("done", [(3,), (2,)])
    customer = small("customers", "list", "--columns", "name").data["rows"][0]
    small("customers", "edit", customer["id"], "--set", "name=改过的")
    back = small("migration", "rollback", "旧系统").data
    assert back["operations"] == 2
    assert "改过的" in {k["title"] for k in back["kept"]}
    assert (total(small, "customers"), total(small, "orders")) == (1, 0)
    assert small("migration", "show", "旧系统").data["state"] == "rolled_back"


def ways(run: Kedang, archive: Path) -> list[tuple[str, str, str]]:
    """(deal, stage reached, when) of all stage changes."""
    listed = run("--archive", archive, "stage-changes", "list", "--columns", "deal,to_stage,changed_at").data["rows"]
    return sorted((r["deal"][0]["title"], r["to_stage"][0]["title"], r["changed_at"]) for r in listed)


def test_that_another_archive_comes_over_with_its_links(
    run: Kedang, tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Contact.csv", "Order.csv"):
        (exports / name).unlink()
    old, new = tmp_path / "old.kedang", tmp_path / "new.kedang"
    for path in (old, new):
        run("archive", "create", path)
    monkeypatch.setenv("KEDANG_ARCHIVE", str(old))
    run("migration", "create", "a", exports)
    run("migration", "run", "a")
    monkeypatch.setenv("KEDANG_ARCHIVE", str(new))
    monkeypatch.setenv("KEDANG_OTHER_PASSWORD", PASSWORD)
    made = run("migration", "create", "搬家", old, "--folder", tmp_path / "laid out").data
    assert [s["entity"] for s in made["steps"]] == ["customers", "deals", "stage_changes"]
    done = run("migration", "run", "搬家")
    assert done.code == 0, done.data
    assert counts(done.data, "created", "rejected")[:2] == [(3, 0), (3, 0)]
    steps = [ways(run, path) for path in (old, new)]
    assert steps[0] == steps[1], "every deal has come the same way"
    monkeypatch.setenv("KEDANG_ARCHIVE", str(new))
    deals = {r["name"]: r for r in run("deals", "list", "--columns", "name,customer,amount").data["rows"]}
    assert {name: d["amount"] for name, d in deals.items()} == {row[2]: row[4] for row in DEALS[1:]}
    assert deals["注塑机二期"]["customer"][0]["title"] == "苏州恒力机械有限公司"
    assert "2019-03-05T08:30:00.000Z" in str(run("customers", "list", "--columns", "created_at").data)


def test_that_wrong_words_are_answered(small: Kedang, exports: Path) -> None:
    assert small("migration", "create", "旧系统", exports / "Account.csv").code == 3
    assert small("migration", "show", "没有").code == 3
    assert small("migration", "run", "旧系统", "--incremental").code == 3
    assert small("migration", "report", "旧系统", exports / "x.csv").code == 2
    listed = {"name": "旧系统", "state": "draft", "steps": 2, "rows": 6, "runs": 0}
    assert small("migration", "list").data["rows"] == [listed]
    assert small("migration", "delete", "旧系统").code == 0
    assert small("migration", "list").data["total"] == 0


def test_that_a_step_may_be_cleaned_by_a_recipe_first(small: Kedang, tmp_path: Path) -> None:
    steps = tmp_path / "整理.json"
    steps.write_text(
        '{"version": 1, "steps": [{"op": "map", "column": "BillingCity", "map": {"Austin": "奥斯汀"}}]}',
        encoding="utf-8",
    )
    assert small("clean", "recipe", "save", "整理", steps).code == 0
    assert small("migration", "recipe", "旧系统", "9", "整理").code == 2
    assert small("migration", "recipe", "旧系统", "1", "没有").code == 3
    assert small("migration", "recipe", "旧系统", "1", "整理").data["steps"][0]["recipe"] == "整理"
    assert counts(small("migration", "run", "旧系统").data, "created")[0] == (3,)
    cities = {r["city"] for r in small("customers", "list", "--columns", "city").data["rows"]}
    assert "奥斯汀" in cities
    assert "Austin" not in cities
