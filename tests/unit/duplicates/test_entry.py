"""Is he there already? By the office's own rules, apart for entering, importing and looking up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import NotPermitted, UserError
from app.services.duplicates.rulesets import Condition, from_json, to_json
from app.services.exchange.files.records import ReadOptions
from app.services.workspace import Workspace
from tests.factories.customers import add, phone, user_id


def _known(workspace: Workspace, purpose: Any = "search", **values: Any) -> list[str]:
    return [k.title for k in workspace.entry.known("customers", values, purpose)]


def test_that_alike_names_and_the_same_numbers_are_found_by_the_usual_rules(workspace: Workspace) -> None:
    add(workspace, "苏州恒力机械有限公司", phones=(phone("13800138000"),))
    add(workspace, "重庆长江贸易有限公司")
    assert _known(workspace, name="恒力机械（苏州）有限公司") == ["苏州恒力机械有限公司"]
    assert _known(workspace, name="苏州衡力机械") == ["苏州恒力机械有限公司"]
    assert _known(workspace, phones=(phone("138-0013-8000"),)) == ["苏州恒力机械有限公司"]
    assert _known(workspace, name="毫不相干的公司") == []
    assert _known(workspace) == []


def test_that_the_office_makes_its_own_rules_for_each_purpose(workspace: Workspace) -> None:
    add(workspace, "苏州恒力机械有限公司", phones=(phone("13800138000"),), city="苏州市")
    both = [[{"field": "name", "how": "fuzzy"}, {"field": "phones", "how": "fuzzy"}]]
    workspace.entry.set_rules("customers", "create", both)
    assert _known(workspace, "create", name="恒力机械") == []
    assert _known(workspace, "create", name="恒力机械", phones=(phone("0512-0138000"),)) == ["苏州恒力机械有限公司"]
    assert _known(workspace, "search", name="恒力机械") == ["苏州恒力机械有限公司"]
    workspace.entry.set_rules("customers", "create", None)
    assert _known(workspace, "create", name="恒力机械") == ["苏州恒力机械有限公司"]


def test_that_of_others_records_only_the_owner_is_told(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    add(boss, "苏州恒力机械有限公司", phones=(phone("13800138000"),), owner=user_id(boss, "west"))
    (found,) = staff["east"].entry.known("customers", {"phones": (phone("13800138000"),)})
    assert (found.title, found.visible, found.owner) == ("***", False, user_id(boss, "west"))
    assert found.reasons == ("电话相同",)


@pytest.mark.parametrize(
    ("purpose", "data", "words"),
    [
        ("create", "name", "列表"),
        ("create", [[]], "列表"),
        ("create", [[{"how": "exact"}]], "字段"),
        ("create", [[{"field": "nothing"}]], "没有字段"),
        ("create", [[{"field": "name", "how": "loud"}]], "exact"),
        ("create", [[{"field": "birthday", "how": "fuzzy"}]], "不能按相近"),
        ("import", [[{"field": "name", "how": "fuzzy"}]], "导入后查重"),
    ],
)
def test_that_rules_that_make_no_sense_are_refused_in_words(
    workspace: Workspace, purpose: Any, data: Any, words: str
) -> None:
    with pytest.raises(UserError, match=words):
        workspace.entry.set_rules("customers", purpose, data)


def test_that_rules_go_through_json_unchanged_and_belong_to_the_administrator(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    rules = ((Condition("name", "fuzzy"), Condition("city")), (Condition("phones"),))
    assert from_json(boss.customers.entity, "search", to_json(rules)) == rules
    with pytest.raises(NotPermitted):
        staff["east"].entry.set_rules("customers", "search", to_json(rules))


def test_that_an_import_meets_by_the_offices_own_rules(workspace: Workspace, tmp_path: Path) -> None:
    add(workspace, "苏州恒力机械有限公司", city="苏州市", phones=(phone("13800138000"),))
    table = tmp_path / "名单.csv"
    table.write_text("客户名称,手机,城市\n另一家公司,13800138000,无锡市\n", encoding="utf-8")
    inspection = workspace.imports.inspect(table)
    plan = replace(workspace.imports.propose(inspection, "customers"), mode="upsert")
    assert workspace.imports.dry_run(table, ReadOptions(), inspection, plan).created == 1
    workspace.entry.set_rules("customers", "import", [[{"field": "phones"}]])
    report = workspace.imports.dry_run(table, ReadOptions(), inspection, plan)
    assert (report.created, report.updated) == (0, 1)
