"""Searching, listing and deciding in a real archive."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from app.core.fields import FieldType
from app.errors import NotFound, UserError
from app.services.duplicates.learning import learned
from app.services.duplicates.records import Thresholds
from app.services.workspace import Workspace
from tests.factories.customers import add, email, phone, user_id

FIRMS = [
    ("苏州恒力机械有限公司", "13800138000", "sz@hengli.cn"), ("重庆长江贸易有限公司", "13900139000", ""),
    ("北京纷扬科技有限责任公司", "13700137000", "hi@fenyang.cn"), ("上海银行股份有限公司", "", ""),
    ("深圳市华强电子厂", "13600136000", ""), ("Acme Trading Ltd", "", "acme@acme.com"), ("杭州光明食品有限公司", "13500135000", ""),
    ("西安大唐置业有限公司", "13300133000", ""), ("青岛海天酒店有限公司", "15000150000", ""), ("武汉楚天传媒有限公司", "15100151000", ""),
]  # fmt: skip


def _office(workspace: Workspace) -> None:
    for name, mobile, mail in FIRMS:
        more = {"phones": (phone(mobile),)} if mobile else {}
        more |= {"emails": (email(mail),)} if mail else {}
        workspace.customers.create({"name": name, **more})


def _twins(workspace: Workspace) -> None:
    add(workspace, "恒力机械（苏州）有限公司", phones=(phone("138 0013 8000"),), external_id="T1")
    add(workspace, "北京芬扬科技有限公司", phones=(phone("13700137000"),), emails=(email("HI@fenyang.cn"),))


def test_that_duplicates_are_found_explained_and_listed(workspace: Workspace) -> None:
    _office(workspace)
    _twins(workspace)
    report = workspace.duplicates.find("customers")
    assert (report.records, report.groups) == (12, 2)
    total, pairs = workspace.duplicates.pairs("customers")
    assert total == 2
    refs = {p.a_ref for p in pairs} | {p.b_ref for p in pairs}
    assert "T1" in refs
    phones = next(e for e in pairs[0].evidence if e.field == "phones")
    assert phones.level == "same"
    assert phones.points > 3
    assert phones.text.endswith("相同")
    assert phones.a
    assert workspace.duplicates.progress("customers") == (0, 2)


def test_that_a_group_opens_with_its_records_and_merges_away(workspace: Workspace) -> None:
    _office(workspace)
    _twins(workspace)
    workspace.duplicates.find("customers")
    line = workspace.duplicates.groups("customers")[0]
    group = workspace.duplicates.group("customers", line.id)
    assert len(group.records) == line.size == 2
    workspace.merging.merge("customers", [r.id for r in group.records])
    with pytest.raises(NotFound):
        workspace.duplicates.group("customers", line.id)
    assert len(workspace.duplicates.groups("customers")) == 1
    assert workspace.duplicates.pairs("customers", state="merged")[0] == 1


def test_that_not_a_duplicate_is_remembered_for_good_and_can_be_taken_back(workspace: Workspace) -> None:
    _office(workspace)
    _twins(workspace)
    workspace.duplicates.find("customers")
    pair = workspace.duplicates.pairs("customers")[1][0]
    assert workspace.duplicates.different("customers", [(pair.b, pair.a)]) == 1
    report = workspace.duplicates.find("customers")
    assert (report.groups, report.kept_apart) == (1, 1)
    assert workspace.duplicates.progress("customers") == (1, 1)
    workspace.duplicates.reopen("customers", [(pair.a, pair.b)])
    assert workspace.duplicates.find("customers").groups == 2


def test_that_new_records_are_held_against_the_archive(workspace: Workspace) -> None:
    _office(workspace)
    _twins(workspace)
    workspace.duplicates.find("customers")
    fresh = add(workspace, "重慶長江貿易公司", phones=(phone("13900139000"),))[0]
    report = workspace.duplicates.find("customers", only=[fresh.id])
    assert report.groups == 1
    total, pairs = workspace.duplicates.pairs("customers")
    assert total == 3
    assert fresh.id in {x for p in pairs for x in (p.a, p.b)}


def test_that_sure_groups_merge_at_once_and_come_apart_at_once(workspace: Workspace) -> None:
    _office(workspace)
    _twins(workspace)
    workspace.duplicates.find("customers")
    before = {r.id: r.values for r in workspace.customers.list(limit=100)[1]}
    workspace.duplicates.set_thresholds("customers", Thresholds(0.6, 0.5))
    done = workspace.merging.merge_groups("customers")
    assert (done.groups, done.merged, done.kept) == (2, 2, ())
    assert workspace.customers.count() == 10
    assert done.operation_id is not None
    assert workspace.merging.merges()[1][0].merged == 2
    undone = workspace.history.undo(done.operation_id)
    assert not undone.kept
    after = {r.id: r.values for r in workspace.customers.list(limit=100)[1]}
    assert {k: {x: y for x, y in v.items() if x != "updated_at"} for k, v in after.items()} == {
        k: {x: y for x, y in v.items() if x != "updated_at"} for k, v in before.items()
    }


def test_that_custom_fields_are_compared_as_what_they_hold(workspace: Workspace) -> None:
    workspace.fields.add("customers", "soc_sec_id", FieldType.TEXT)
    workspace.fields.add("customers", "suburb", FieldType.TEXT)
    key = {f.label: f.key for f in workspace.customers.entity.fields if f.custom}
    chance = random.Random(1)
    names = ["michaela neumann", "courtney painter", "charles green", "vanessa parr", "mikayla malloney", "blake howie"]
    for i, name in enumerate(names):
        workspace.customers.create(
            {"name": name, key["soc_sec_id"]: str(chance.randrange(10**6, 10**7)), key["suburb"]: f"winston hills {i}"}
        )
    first = workspace.customers.list(limit=1, sorts=())[1][0]
    workspace.customers.create(
        {"name": str(first.get("name")).replace("e", "a"), key["soc_sec_id"]: first.get(key["soc_sec_id"])}
    )
    report = workspace.duplicates.find("customers")
    assert {w.kind for w in report.weights if w.field == key["soc_sec_id"]} == {"code"}
    assert report.groups == 1


def test_that_everybody_searches_only_what_he_sees(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    _office(boss)
    add(boss, "苏州恒力机械有限公司", phones=(phone("13800138000"),), owner=user_id(boss, "east"))
    assert boss.duplicates.find("customers").groups == 1
    assert staff["east"].duplicates.pairs("customers")[0] == 0
    assert staff["east"].duplicates.groups("customers") == []


def test_that_thresholds_are_checked_set_and_learned(workspace: Workspace) -> None:
    assert workspace.duplicates.thresholds("customers") == Thresholds()
    with pytest.raises(UserError, match="复核线"):
        workspace.duplicates.set_thresholds("customers", Thresholds(0.4, 0.6))
    workspace.duplicates.set_thresholds("customers", Thresholds(0.9, 0.3))
    assert workspace.duplicates.thresholds("customers") == Thresholds(0.9, 0.3)
    workspace.duplicates.set_thresholds("customers", None)
    assert workspace.duplicates.thresholds("customers") == Thresholds()


@pytest.mark.parametrize(
    ("decisions", "auto", "review"),
    [
        ([], 0.99, 0.5),
        ([(0.97, True)] * 10, 0.99, 0.5),
        ([(0.97, True)] * 30 + [(0.55, False)] * 10 + [(0.85, True)] * 20, 0.6, 0.6),
        ([(0.999, True)] * 20 + [(0.97, False)] * 20, 0.98, 0.98),
        ([(0.97, True)] * 60 + [(0.35, True)] * 10 + [(0.25, False)] * 20, 0.5, 0.3),
    ],
)
def test_that_decisions_move_the_thresholds(decisions: list[tuple[float, bool]], auto: float, review: float) -> None:
    assert learned(decisions) == Thresholds(auto, review)


def test_that_the_model_is_exported_for_splink_with_its_table(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="先查一次重"):
        workspace.duplicates.export_model("customers", tmp_path / "m.json", tmp_path / "t.csv")
    _office(workspace)
    _twins(workspace)
    workspace.duplicates.find("customers")
    assert workspace.duplicates.export_model("customers", tmp_path / "m.json", tmp_path / "t.csv") == 12
    settings = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    names = [c["output_column_name"] for c in settings["comparisons"]]
    header = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(names) <= set(header)
    for comparison in settings["comparisons"]:
        given = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        assert sum(level["m_probability"] for level in given) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("entity", ["orders", "tickets"])
def test_that_only_records_of_somebody_or_something_are_searched(workspace: Workspace, entity: str) -> None:
    with pytest.raises(UserError, match="查重"):
        workspace.duplicates.find(entity)
