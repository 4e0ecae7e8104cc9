"""Merging on a real archive: everything follows, the loser is still found, and undo takes it apart weeks later."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.fields import Link
from app.core.filters import Search
from app.core.records import Record
from app.errors import NotPermitted, UserError
from app.services.merging.records import Survival
from app.services.workspace import Workspace
from tests.factories.customers import add, phone, user_id


def _link(record: Record) -> tuple[Link, ...]:
    return (Link(record.id, str(record.get("name"))),)


def _two(workspace: Workspace) -> tuple[Record, Record]:
    one = add(
        workspace, "苏州恒力机械有限公司", city="苏州市", phones=(phone("13800138000"),), external_id="A1", tags=("甲",)
    )[0]
    two = add(
        workspace, "恒力机械", city="苏州", phones=(phone("13900139000"),), external_id="B7", tags=("乙",), level="A"
    )[0]
    return one, two


def _hang_on(workspace: Workspace, customer: Record) -> dict[str, uuid.UUID]:
    """One record of every kind that names a customer."""
    made = {
        "contacts": workspace.customers.add_contact(customer.id, {"name": "李明"}, "采购")[0].id,
        "activities": workspace.customers.log_activity(customer.id, {"subject": "拜访", "kind": "visit"})[0].id,
        "deals": workspace.deals.create({"name": "一批设备", "customer": _link(customer)})[0].id,
        "orders": workspace.orders.create({"name": "第一单", "customer": _link(customer), "ordered_on": date(2026, 3, 1), "amount": 5000})[0].id,
        "tickets": workspace.tickets.create({"subject": "漏油", "customer": _link(customer)})[0].id,
    }  # fmt: skip
    order = workspace.orders.get(made["orders"])
    made["payments"] = (
        workspace.records("payments")
        .create(
            {"customer": _link(customer), "order": (Link(order.id, ""),), "amount": 100, "paid_on": date(2026, 3, 2)}
        )[0]
        .id
    )
    return made


def _customers_of(workspace: Workspace, made: dict[str, uuid.UUID]) -> dict[str, list[tuple[uuid.UUID, str]]]:
    found = {}
    for entity, key in made.items():
        record = workspace.records(entity).get(key)
        links = record.get("customers" if entity == "contacts" else "customer") or ()
        found[entity] = [(link.id, link.role) for link in links]
    return found


def _all(workspace: Workspace) -> dict[str, Any]:
    """Every value of every record, live or not, but for versions and times of change."""
    found: dict[str, Any] = {}
    for entity in workspace.context.registry:
        service = workspace.records(entity.key)
        for deleted in (False, True):
            handles = service.handles(deleted=deleted).tolist()
            for record in service.page(handles).values():
                values = {k: v for k, v in record.values.items() if k != "updated_at" and v not in (None, ())}
                found[f"{entity.key} {record.id} {deleted}"] = values
    return found


def test_that_what_ties_say_survives_the_merge_of_either_end(workspace: Workspace) -> None:
    one, two = (workspace.customers.create({"name": name})[0] for name in ("恒力机械", "恒力机械厂"))
    first = Link(one.id, "", "采购", "主要联系人", date(2024, 1, 1), date(2025, 6, 30))
    second = Link(two.id, "", "法人", "兼任", date(2023, 1, 1))
    man, _ = workspace.contacts.create({"name": "李明", "customers": (first, second)})
    alone, _ = workspace.contacts.create({"name": "赵工", "customers": (second,)})
    workspace.merging.merge("customers", [one.id, two.id], one.id)
    joined = Link(one.id, "恒力机械", "采购、法人", "主要联系人；兼任", date(2023, 1, 1), date(2025, 6, 30))
    assert workspace.contacts.get(man.id).get("customers") == (joined,)
    assert workspace.contacts.get(alone.id).get("customers") == (replace(second, id=one.id, title="恒力机械"),)
    done = workspace.merging.merge("contacts", [man.id, alone.id], man.id)
    (tie,) = done.survivor.get("customers")
    assert (tie.role, tie.note, tie.since) == ("采购、法人", "主要联系人；兼任", date(2023, 1, 1))


def test_that_everything_that_hangs_on_a_customer_follows_with_its_role(workspace: Workspace) -> None:
    one, two = _two(workspace)
    made = _hang_on(workspace, two)
    plan = workspace.merging.plan("customers", [one.id, two.id], one.id)
    assert plan.follow == {"contacts": 1, "activities": 1, "deals": 1, "orders": 1, "payments": 1, "tickets": 1}
    result = workspace.merging.merge("customers", [one.id, two.id], one.id)
    assert result.moved == plan.follow
    expected = {entity: [(one.id, "采购" if entity == "contacts" else "")] for entity in made}
    assert _customers_of(workspace, made) == expected
    assert [p.value for p in result.survivor.get("phones")] == ["13800138000", "13900139000"]
    assert (result.survivor.get("level"), result.survivor.get("tags")) == ("A", ("甲", "乙"))
    assert workspace.customers.count() == 1


def test_that_undo_puts_everything_back_bit_for_bit(workspace: Workspace) -> None:
    one, two = _two(workspace)
    _hang_on(workspace, two)
    _hang_on(workspace, one)
    before = _all(workspace)
    result = workspace.merging.merge("customers", [two.id, one.id])
    assert _all(workspace) != before
    undone = workspace.history.undo(result.operation_id)
    assert not undone.kept
    assert _all(workspace) == before


def test_that_what_changed_since_stays_while_the_rest_comes_apart(workspace: Workspace) -> None:
    one, two = _two(workspace)
    made = _hang_on(workspace, two)
    result = workspace.merging.merge("customers", [one.id, two.id], one.id)
    workspace.orders.update(made["orders"], {"remark": "改过"})
    kept = workspace.customers.get(one.id)
    workspace.customers.update(one.id, {"level": "B", "phones": (*kept.get("phones"), phone("13700137000"))})
    later = workspace.deals.create({"name": "合并之后的商机", "customer": _link(one)})[0]

    undone = workspace.history.undo(result.operation_id)

    order = workspace.orders.get(made["orders"])
    assert (order.get("customer")[0].id, order.get("remark")) == (two.id, "改过")
    first, second = workspace.customers.get(one.id), workspace.customers.get(two.id)
    assert [p.value for p in first.get("phones")] == ["13800138000", "13700137000"]
    assert [p.value for p in second.get("phones")] == ["13900139000"]
    assert (first.get("level"), first.get("tags"), second.deleted_at) == ("B", ("甲",), None)
    assert workspace.deals.get(later.id).get("customer")[0].id == one.id
    assert [(k.id, "级别" in k.reason) for k in undone.kept] == [(one.id, True)]


def test_that_the_loser_is_found_by_its_name_number_and_old_links(workspace: Workspace) -> None:
    one, two = _two(workspace)
    number = two.get("number")
    workspace.merging.merge("customers", [one.id, two.id], one.id, {"name": one.id})
    assert workspace.customers.current(two.id).id == one.id
    assert workspace.customers.handle_of(two.id) == one.handle
    for found in (workspace.customers.find_by("number", number), workspace.customers.find_by("external_id", "B7")):
        assert found is not None
        assert found.id == one.id
    assert workspace.customers.count(Search(number)) == 1
    assert workspace.customers.get(two.id).get("merged_into")[0].id == one.id
    add(workspace, "全新名字")
    three = add(workspace, "旧名叫天地会")[0]
    done = workspace.merging.merge("customers", [one.id, three.id], one.id)
    assert workspace.customers.count(Search("天地会")) == 1
    assert workspace.customers.count(Search("tiandi")) == 1
    workspace.history.undo(done.operation_id)
    assert workspace.customers.list(Search("天地会"))[1][0].id == three.id


def test_that_a_chain_of_merges_leads_to_the_last_survivor_and_comes_apart_in_any_order(workspace: Workspace) -> None:
    one, two, three = add(workspace, "甲", "乙", "丙")
    made = _hang_on(workspace, one)
    before = _all(workspace)
    first = workspace.merging.merge("customers", [two.id, one.id], two.id)
    second = workspace.merging.merge("customers", [three.id, two.id], three.id)
    assert workspace.customers.current(one.id).id == three.id
    assert all(ids[0][0] == three.id for ids in _customers_of(workspace, made).values())
    workspace.history.undo(second.operation_id)
    assert workspace.customers.current(one.id).id == two.id
    workspace.history.undo(first.operation_id)
    assert _all(workspace) == before


def test_that_undoing_the_older_merge_first_brings_the_record_back_alone(workspace: Workspace) -> None:
    one, two, three = add(workspace, "甲", "乙", "丙")
    first = workspace.merging.merge("customers", [two.id, one.id], two.id)
    workspace.merging.merge("customers", [three.id, two.id], three.id)
    workspace.history.undo(first.operation_id)
    back = workspace.customers.get(one.id)
    assert (back.deleted_at, back.get("merged_into")) == (None, None)
    assert workspace.customers.current(two.id).id == three.id


def test_that_records_in_the_bin_follow_too(workspace: Workspace) -> None:
    one, two = _two(workspace)
    deal = workspace.deals.create({"name": "删掉的商机", "customer": _link(two)})[0]
    workspace.deals.delete(deal.id)
    workspace.merging.merge("customers", [one.id, two.id], one.id)
    workspace.deals.restore_many([deal.handle])
    assert workspace.deals.get(deal.id).get("customer")[0].id == one.id


def test_that_a_later_import_finds_the_survivor_by_the_losers_external_id(workspace: Workspace, tmp_path: Any) -> None:
    from app.services.exchange.files.records import ReadOptions

    one, two = _two(workspace)
    workspace.merging.merge("customers", [one.id, two.id], one.id)
    table = tmp_path / "更新.csv"
    table.write_text("外部编号,客户名称,级别\nB7,恒力机械,C\n", encoding="utf-8")
    inspection = workspace.imports.inspect(table)
    from dataclasses import replace

    plan = replace(workspace.imports.propose(inspection, "customers"), mode="upsert", match=(("external_id",),))
    report = workspace.imports.run(table, ReadOptions(), inspection, plan)
    assert (report.updated, report.created) == (1, 0)
    assert workspace.customers.get(one.id).get("level") == "C"


@pytest.mark.parametrize(("ids", "words"), [(1, "至少"), (0, "至少")])
def test_that_one_record_alone_is_refused_in_words(workspace: Workspace, ids: int, words: str) -> None:
    one, _ = _two(workspace)
    with pytest.raises(UserError, match=words):
        workspace.merging.merge("customers", [one.id] * 2 * ids)


def test_that_deleted_records_foreign_kinds_and_foreign_survivors_are_refused(workspace: Workspace) -> None:
    one, two = _two(workspace)
    other = add(workspace, "外人")[0]
    with pytest.raises(UserError, match="不在要合并"):
        workspace.merging.merge("customers", [one.id, two.id], other.id)
    workspace.customers.delete(two.id)
    with pytest.raises(UserError, match="回收站"):
        workspace.merging.merge("customers", [one.id, two.id])
    with pytest.raises(UserError, match="可以合并"):
        workspace.merging.merge("orders", [one.id, two.id])


def test_that_who_may_not_delete_may_not_merge(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    mine = add(boss, "甲", "乙", owner=user_id(boss, "east"))
    ids = [r.id for r in mine]
    with pytest.raises((UserError, NotPermitted)):
        staff["reader"].merging.merge("customers", ids)
    foreign = add(boss, "丙", owner=user_id(boss, "west"))[0]
    with pytest.raises(Exception, match=r"找不到|别人"):
        staff["east"].merging.merge("customers", [ids[0], foreign.id])


def test_that_rules_of_survival_are_kept_and_checked(workspace: Workspace) -> None:
    workspace.merging.set_survival("customers", Survival("newest", {"name": "longest"}, ("展会",)))
    assert workspace.merging.survival("customers") == Survival("newest", {"name": "longest"}, ("展会",))
    with pytest.raises(UserError, match="取值规则"):
        workspace.merging.set_survival("customers", Survival("loudest"))


def test_that_contacts_leads_and_products_merge_as_well(workspace: Workspace) -> None:
    firm = add(workspace, "恒力")[0]
    a = workspace.customers.add_contact(firm.id, {"name": "李明"}, "采购")[0]
    b = workspace.customers.add_contact(firm.id, {"name": "李明"}, "法人")[0]
    lead = workspace.leads.create({"name": "李明", "contact": _link(b), "customer": _link(firm)})[0]
    before = _all(workspace)
    done = workspace.merging.merge("contacts", [a.id, b.id], a.id)
    assert done.survivor.get("customers")[0].role == "采购、法人"
    assert workspace.leads.get(lead.id).get("contact")[0].id == a.id
    workspace.history.undo(done.operation_id)
    assert _all(workspace) == before
    products = [workspace.records("products").create({"name": n, "price": Decimal(1)})[0].id for n in ("螺丝", "螺絲")]
    assert workspace.merging.merge("products", products).merged == 1
    leads = [workspace.leads.create({"name": "赵一", "company": "恒力"})[0].id for _ in range(2)]
    assert workspace.merging.merge("leads", leads).merged == 1
