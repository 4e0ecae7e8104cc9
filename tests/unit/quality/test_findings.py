"""The review list: what a check adds, keeps and takes away; the office's own rules; the schedule; the dictionary."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.fields import FieldType, Link
from app.core.jobs import Job
from app.db.archive import Archive
from app.errors import EnvironmentProblem, NotFound, NotPermitted, UserError
from app.services.quality.dictionary import document_of, headings, write_workbook
from app.services.quality.records import CONSISTENCY, UNIQUENESS
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.factories.customers import add, phone

BAD = "91350100M000100Y44"


def titles(workspace: Workspace, rule: str, state: str | None = "open") -> list[str]:
    return sorted(f.title for f in workspace.quality.findings("customers", rule=rule, state=state).rows)


def test_that_a_finding_goes_when_the_record_is_right_again(workspace: Workspace) -> None:
    (one,) = add(workspace, "恒力", credit_code=BAD)
    assert workspace.quality.check("customers").opened == 1
    (finding,) = workspace.quality.findings("customers").rows
    assert (finding.title, finding.value, finding.field_label) == ("恒力", BAD, "统一社会信用代码")
    assert finding.reason
    workspace.customers.update(one.id, {"credit_code": None})
    again = workspace.quality.check("customers")
    assert (again.opened, again.fixed, again.open) == (0, 1, 0)


def test_that_a_discard_holds_until_the_value_changes(workspace: Workspace) -> None:
    (one,) = add(workspace, "恒力", credit_code=BAD)
    rule = "format:credit_code"
    workspace.quality.check("customers")
    assert workspace.quality.discard("customers", rule, [one.id]) == 1
    assert workspace.quality.check("customers").open == 0
    assert titles(workspace, rule, "discarded") == ["恒力"]
    workspace.customers.update(one.id, {"city": "苏州市"})
    assert workspace.quality.check("customers").reopened == 0
    workspace.customers.update(one.id, {"credit_code": BAD[:-1] + "5"})
    result = workspace.quality.check("customers")
    assert (result.reopened, result.open) == (1, 1)
    workspace.quality.discard("customers", rule)
    assert workspace.quality.reopen("customers", rule) == 1
    assert titles(workspace, rule) == ["恒力"]


def test_that_switching_a_rule_off_and_on_keeps_decisions(workspace: Workspace) -> None:
    one, two = add(workspace, "甲厂", "乙厂", credit_code=BAD)
    rule = "format:credit_code"
    workspace.quality.check("customers")
    workspace.quality.discard("customers", rule, [one.id])
    workspace.quality.rules.enable("customers", rule, False)
    assert rule not in {r.rule.key for r in workspace.quality.health("customers").rules}
    workspace.quality.check("customers")
    workspace.quality.rules.enable("customers", rule, True)
    workspace.quality.check("customers")
    assert titles(workspace, rule) == ["乙厂"]
    assert titles(workspace, rule, "discarded") == ["甲厂"]
    assert two.id != one.id


def test_that_deleted_records_leave_the_list(workspace: Workspace) -> None:
    one, _ = add(workspace, "甲厂", "乙厂", phones=(phone("13900000017"),))
    workspace.quality.check("customers")
    assert titles(workspace, "unique:phones") == ["乙厂", "甲厂"]
    workspace.customers.delete(one.id)
    assert titles(workspace, "unique:phones") == ["乙厂"], "those in the bin are not shown"
    workspace.quality.check("customers")
    assert titles(workspace, "unique:phones") == []


OWN: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("industry", "required", {}, {"甲", "丙"}),
    ("industry", "required", {"when": {"field": "city", "op": "eq", "value": "苏州市"}}, {"甲"}),
    ("industry", "reference", {"when": {"field": "city", "op": "eq", "value": "上海市"}}, {"丙"}),
    ("short_name", "format", {"pattern": "[A-Z]+"}, {"乙"}),
    ("phones", "format", {"format": "mobile"}, {"乙"}),
    ("industry", "allowed", {"values": ["贸易"]}, {"乙"}),
    ("amount", "range", {"least": "100", "most": "1000.50"}, {"乙"}),
    ("first_deal_on", "range", {"least": "2020-01-01"}, {"甲"}),
    ("short_name", "length", {"least": 2, "most": 3}, {"乙"}),
    ("short_name", "unique", {}, {"甲", "丙"}),
    ("short_name", "unique", {"with": ["city"]}, set()),
    ("first_deal_on", "stale", {"days": 36500}, {"丙"}),
    ("", "custom", {"where": {"field": "amount", "op": "gt", "value": "1000"}}, {"乙"}),
    ("", "custom", {"where": {"relation": "contacts", "agg": "none"}}, {"甲", "乙"}),
]


@pytest.mark.parametrize(("field", "kind", "params", "wrong"), OWN)
def test_that_own_rules_find_exactly_what_breaks_them(
    workspace: Workspace, field: str, kind: str, params: dict[str, Any], wrong: set[str]
) -> None:
    add(workspace, "甲", city="苏州市", short_name="AB", amount=10_000, first_deal_on=date(2019, 1, 1))
    add(workspace, "乙", city="苏州市", short_name="abcd", industry="制造", amount=100_051, first_deal_on=date(2021, 1, 1),
        phones=(phone("0512-62345671"),))  # fmt: skip
    (third,) = add(workspace, "丙", city="上海市", short_name="AB", phones=(phone("13900000017"),))
    workspace.contacts.create({"name": "人", "customers": (Link(third.id),)})
    rule = workspace.quality.rules.add("customers", field, kind, params)
    workspace.quality.check("customers")
    assert set(titles(workspace, rule.key)) == wrong
    health = workspace.quality.health("customers")
    condition = workspace.quality.rows(health, rule.dimension, rule=rule.key)
    with workspace.context.reading() as work:
        assert work.reader.count("customers", condition) == len(wrong)


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("industry", "magic", {}),
    ("nothing", "required", {}),
    ("industry", "reference", {}),
    ("industry", "range", {"least": 1}),
    ("short_name", "format", {"pattern": "("}),
    ("short_name", "format", {}),
    ("short_name", "format", {"format": "strange"}),
    ("short_name", "allowed", {"values": []}),
    ("amount", "range", {}),
    ("amount", "range", {"least": "x"}),
    ("amount", "range", {"least": "NaN"}),
    ("amount", "range", {"least": "5", "most": "4"}),
    ("first_deal_on", "stale", {"days": 0}),
    ("first_deal_on", "stale", {"days": True}),
    ("short_name", "unique", {"with": ["nothing"]}),
    ("", "custom", {}),
    ("", "custom", {"where": {"field": "nothing", "op": "eq", "value": 1}}),
    ("industry", "required", {"message": "长" * 201}),
]


@pytest.mark.parametrize(("field", "kind", "params"), REFUSED)
def test_that_a_rule_without_sense_is_refused_in_words(
    workspace: Workspace, field: str, kind: str, params: dict[str, Any]
) -> None:
    with pytest.raises(UserError) as told:
        workspace.quality.rules.add("customers", field, kind, params)
    assert str(told.value)
    assert all(r.builtin for r in workspace.quality.rules.list("customers"))


def test_that_own_rules_are_changed_ordered_and_removed_with_their_findings(workspace: Workspace) -> None:
    add(workspace, "甲")
    book = workspace.quality.rules
    first = book.add("customers", "industry", "required", {"message": "行业要填"})
    second = book.add("customers", "source", "required", {})
    book.reorder("customers", [second.key, first.key])
    assert [r.key for r in book.list("customers") if not r.builtin] == [second.key, first.key]
    workspace.quality.check("customers")
    (finding,) = workspace.quality.findings("customers", rule=first.key).rows
    assert finding.reason == "行业要填"
    changed = book.update("customers", first.key, "level", "required", {})
    assert (changed.key, changed.field) == (first.key, "level")
    workspace.quality.remove_rule("customers", first.key)
    with pytest.raises(NotFound):
        workspace.quality.findings("customers", rule=first.key)
    with pytest.raises(NotFound):
        workspace.quality.remove_rule("customers", "required:name")


def test_that_only_the_administrator_changes_rules(staff: dict[str, Workspace]) -> None:
    for name in ("manager", "east", "reader"):
        with pytest.raises(NotPermitted):
            staff[name].quality.rules.add("customers", "industry", "required", {})
        with pytest.raises(NotPermitted):
            staff[name].quality.rules.enable("customers", "required:name", False)
        with pytest.raises(NotPermitted):
            staff[name].quality.set_every_days(3)


def test_that_a_rule_about_a_custom_field_survives_the_loss_of_the_field(workspace: Workspace) -> None:
    workspace.fields.add("customers", "车牌", FieldType.TEXT)
    key = workspace.fields.list("customers")[0].key
    rule = workspace.quality.rules.add("customers", key, "format", {"pattern": "苏E.*"})
    add(workspace, "甲", **{key: "苏E123"})
    add(workspace, "乙", **{key: "沪A123"})
    workspace.quality.check("customers")
    assert titles(workspace, rule.key) == ["乙"]
    workspace.fields.archive(key)
    result = next(r for r in workspace.quality.check("customers").health.rules if r.rule.key == rule.key)
    assert result.problem


def test_that_checks_happen_when_they_are_due(workspace: Workspace, clock: Clock) -> None:
    assert workspace.quality.due() == (), "nothing to look at yet"
    add(workspace, "甲")
    assert "customers" in workspace.quality.due()
    workspace.quality.check_due(Job())
    assert workspace.quality.due() == ()
    clock.forward(days=1, minutes=1)
    assert "customers" in workspace.quality.due()
    workspace.quality.set_every_days(7)
    assert workspace.quality.due() == ()
    workspace.quality.set_every_days(0)
    assert workspace.quality.due() == ()
    with pytest.raises(UserError):
        workspace.quality.set_every_days(-1)


def test_that_every_check_adds_a_point_to_the_trend(workspace: Workspace) -> None:
    add(workspace, "甲")
    workspace.quality.check("customers")
    add(workspace, "乙", credit_code=BAD)
    second = workspace.quality.check("customers")
    points = workspace.quality.trend("customers")
    assert [p.records for p in points] == [1, 2]
    assert points[-1].overall == pytest.approx(second.health.overall, abs=0.01)
    assert points[-1].dimensions[CONSISTENCY] is not None


def test_that_open_possible_duplicates_count_as_not_unique(workspace: Workspace) -> None:
    from app.core.clock import now
    from app.models import MatchPair

    one, two, _ = add(workspace, "恒力甲", "恒力乙", "别的")
    before = workspace.quality.health("customers")
    with workspace.archive.session(write=True) as session:
        session.add(
            MatchPair(entity="customers", a_id=one.id, b_id=two.id, group_id=uuid.uuid4(), probability=0.9, points=9.0,
                      evidence="[]", found_at=now())
        )  # fmt: skip
        session.commit()
    after = workspace.quality.health("customers")
    assert (before.dimension(UNIQUENESS).good, after.dimension(UNIQUENESS).good) == (3, 1)
    workspace.quality.check("customers")
    assert titles(workspace, "pairs:name") == ["恒力乙", "恒力甲"]


def test_that_the_dictionary_names_every_field_with_its_rules(workspace: Workspace, tmp_path: Path) -> None:
    import openpyxl

    workspace.fields.add("customers", "车牌=1+1", FieldType.TEXT)
    workspace.quality.rules.add("customers", "industry", "required", {})
    add(workspace, "甲", industry="贸易")
    add(workspace, "乙")
    document = document_of(workspace.context, workspace.quality, Job())
    assert [e.key for e in document.entities] == list(workspace.context.registry.keys())
    for entity in document.entities:
        assert [f.key for f in entity.fields] == [f.key for f in workspace.context.registry.entity(entity.key).fields]
    fields = {f.key: f for f in document.entities[0].fields}
    assert (fields["industry"].required, fields["industry"].filled) == (True, 50.0)
    assert any("行业" in rule for rule in fields["industry"].rules)
    assert fields["id_number"].sensitivity == "敏感"
    target = tmp_path / "d.xlsx"
    write_workbook(document, target)
    book = openpyxl.load_workbook(target)
    assert len(book.sheetnames) == len(document.entities) + 1
    rows = list(book[book.sheetnames[1]].iter_rows(values_only=True))
    assert rows[0] == tuple(text for text, _ in headings())
    assert len(rows) == len(document.entities[0].fields) + 1
    assert any(row[0] == "车牌=1+1" for row in rows), "a label is no formula"
    with pytest.raises(EnvironmentProblem):
        write_workbook(document, tmp_path / "nowhere" / "d.xlsx")


def test_that_a_read_only_archive_shows_figures_and_keeps_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(workspace, "甲", credit_code=BAD)
    monkeypatch.setattr(Archive, "read_only", property(lambda _self: True), raising=False)
    result = workspace.quality.check("customers")
    assert (result.stored, result.health.records) == (False, 1)
    assert workspace.quality.due() == ()
