"""The figures on real archives: against records read one by one, within rights, opening their rows."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.clock import today
from app.core.fields import Link
from app.core.jobs import Job
from app.errors import Cancelled, NotPermitted, UserError
from app.services.cleaning.identity import parse_credit_code
from app.services.quality.builtin import applies
from app.services.quality.records import COMPLETENESS, CONSISTENCY, DIMENSIONS, TIMELINESS, UNIQUENESS, VALIDITY
from app.services.workspace import Workspace
from tests.factories.archives import PEOPLE
from tests.factories.customers import add, email, phone

GOOD, BAD = "91350100M000100Y43", "91350100M000100Y44"


def names_behind(workspace: Workspace, dimension: str, field: str = "", rule: str = "") -> set[str]:
    """The names of the records that the list behind a figure shows."""
    health = workspace.quality.health("customers")
    condition = workspace.quality.rows(health, dimension, field, rule)
    with workspace.context.reading() as work:
        handles = work.reader.handles("customers", condition)
        return {r.get("name") for r in work.reader.each("customers", handles.tolist(), ["name"])}


def rows_of(workspace: Workspace, entity: str, rule: str) -> set[str]:
    """The ids of the records that the list behind a rule shows."""
    condition = workspace.quality.rows(workspace.quality.health(entity), CONSISTENCY, rule=rule)
    with workspace.context.reading() as work:
        return {
            str(r.id) for r in work.reader.each(entity, work.reader.handles(entity, condition).tolist(), ["number"])
        }


@pytest.fixture
def messy(workspace: Workspace) -> Workspace:
    """A few customers with one fault each."""
    add(
        workspace,
        "恒力",
        kind="company",
        credit_code=GOOD,
        province="江苏省",
        city="苏州市",
        phones=(phone("13900000017"),),
    )
    add(
        workspace,
        "华强",
        kind="company",
        credit_code=BAD,
        province="江苏省",
        city="广州市",
        phones=(phone("13900000017"),),
    )
    add(
        workspace,
        "测试",
        kind="person",
        credit_code=GOOD,
        emails=(email("a@qq.con"),),
        last_contact_on=date(2999, 1, 1),
    )
    add(workspace, "老王", kind="person", stage="won", last_contact_on=today() - timedelta(days=181))
    add(workspace, "小李", kind="person", stage="won", last_contact_on=today() - timedelta(days=180))
    return workspace


def test_that_every_fault_is_found_once_and_opens_its_row(messy: Workspace) -> None:
    found = {r.rule.key: r.broken for r in messy.quality.health("customers").rules if r.broken}
    assert found == {
        "format:credit_code": 1, "unique:credit_code": 2, "unique:phones": 2, "cross:regions": 1, "cross:kind-codes": 1,
        "placeholder:name": 1, "format:emails": 1, "future:last_contact_on": 1, "stale:last_contact_on": 1,
    }  # fmt: skip
    assert names_behind(messy, VALIDITY, rule="format:credit_code") == {"华强"}
    assert names_behind(messy, UNIQUENESS, "phones") == {"恒力", "华强"}
    assert names_behind(messy, UNIQUENESS) == {"恒力", "华强", "测试"}
    assert names_behind(messy, CONSISTENCY) == {"华强", "测试"}
    assert names_behind(messy, TIMELINESS) == {"老王"}
    assert names_behind(messy, VALIDITY) == {"华强", "测试"}


def test_that_figures_say_numerator_n_and_formula(messy: Workspace) -> None:
    health = messy.quality.health("customers")
    assert (health.records, health.whole) == (5, True)
    assert [d.key for d in health.dimensions] == list(DIMENSIONS)
    assert all(d.formula for d in health.dimensions)
    consistent = health.dimension(CONSISTENCY)
    assert (consistent.good, consistent.n, consistent.score) == (3, 5, 60.0)
    timely = health.dimension(TIMELINESS)
    assert (timely.good, timely.n) == (6, 7)
    phones = health.field("phones")
    assert phones is not None
    assert (phones.cells[UNIQUENESS].good, phones.cells[UNIQUENESS].n) == (0, 2)
    assert health.overall is not None
    assert 0 < health.overall < 100


def test_that_an_empty_archive_has_no_score(workspace: Workspace) -> None:
    for entity in workspace.quality.entities():
        health = workspace.quality.health(entity.key)
        assert (health.records, health.overall) == (0, None) or entity.shared


TEXTS = st.sampled_from([None, "无", "江苏省", "苏州市", "广州市", "火星", "恒力机械"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["恒力", "华强", "测试", "张三"]),
            "kind": st.sampled_from([None, "company", "person"]),
            "stage": st.sampled_from([None, "won", "potential"]),
            "city": TEXTS, "province": TEXTS, "short_name": TEXTS,
            "credit_code": st.sampled_from([None, GOOD, BAD]),
            "phone": st.sampled_from([None, "13900000017", "13900000028", "13900000039"]),
            "days": st.one_of(st.none(), st.integers(-3, 400)),
        }
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_that_figures_equal_a_count_of_records_read_one_by_one(
    workspace: Workspace, rows: list[dict[str, Any]]
) -> None:
    with workspace.context.writing() as work:
        operation = work.operation("edit", "x")
        for handle in work.reader.handles("customers").tolist():
            record = work.reader.records("customers", [handle])[handle]
            work.writer.delete(operation, "customers", record.id)
        for row in rows:
            values = {k: v for k, v in row.items() if k not in ("phone", "days")}
            values["phones"] = (phone(row["phone"]),) if row["phone"] else None
            values["last_contact_on"] = None if row["days"] is None else today() - timedelta(days=row["days"])
            made = work.writer.create(operation, "customers", values)
            row["kind"] = made.get("kind")  # of a name that tells it is known without being said
        work.commit()
    health = workspace.quality.health("customers")
    broken = {r.rule.key: r.broken for r in health.rules}
    assert health.records == len(rows)
    for key in ("kind", "stage", "city", "credit_code", "short_name"):
        need = applies(workspace.customers.entity, key)
        fitting = [r for r in rows if need is None or r[need[0]] in (None, *need[1])]
        cell = health.field(key).cells[COMPLETENESS]  # type: ignore[union-attr]
        assert (cell.good, cell.n) == (sum(r[key] is not None for r in fitting), len(fitting))
    codes = [r["credit_code"] for r in rows if r["credit_code"]]
    assert broken["format:credit_code"] == sum(parse_credit_code(c).failed for c in codes)
    assert broken["unique:credit_code"] == sum(codes.count(c) > 1 for c in codes)
    numbers = [r["phone"] for r in rows if r["phone"]]
    assert broken["unique:phones"] == sum(numbers.count(n) > 1 for n in numbers)
    assert broken["region:province"] == sum(
        r["province"] in ("火星", "恒力机械", "无", "苏州市", "广州市") for r in rows
    )
    assert broken["stale:last_contact_on"] == sum(
        r["stage"] == "won" and (r["days"] is None or r["days"] > 180) for r in rows
    )
    assert broken["future:last_contact_on"] == sum(r["days"] is not None and r["days"] < 0 for r in rows)
    firms = [(r["name"], r["city"]) for r in rows if r["kind"] != "person" and r["city"]]
    assert broken["unique:name"] == sum(firms.count(f) > 1 for f in firms)


def test_that_everybody_sees_the_figures_of_his_own_records(staff: dict[str, Workspace]) -> None:
    owners = {name: next(p.id for p in staff["boss"].people.list() if p.username == name) for name in PEOPLE}
    add(staff["boss"], "东一", "东二", owner=owners["east"], id_number="123")
    add(staff["boss"], "西一", owner=owners["west"])
    seen = {name: ws.quality.health("customers") for name, ws in staff.items()}
    assert {n: h.records for n, h in seen.items()} == {
        "boss": 3, "manager": 3, "east": 2, "west": 1, "service": 3, "reader": 3,
    }  # fmt: skip
    assert {n for n, h in seen.items() if h.whole} == {"boss"}
    assert seen["reader"].field("id_number") is None
    told = {r.rule.key: r.problem for r in seen["reader"].rules if r.problem}
    assert "format:id_number" in told
    assert not staff["east"].quality.check("customers").stored
    assert staff["east"].quality.trend("customers") == ()
    staff["boss"].quality.check("customers")
    assert {f.title for f in staff["east"].quality.findings("customers").rows} == {"东一", "东二"}
    assert not staff["west"].quality.findings("customers").rows
    assert not staff["reader"].quality.findings("customers").rows, "the number is not for his eyes"
    with pytest.raises(NotPermitted):
        staff["reader"].quality.discard("customers", "format:id_number")
    with pytest.raises(NotPermitted):
        staff["east"].quality.discard("customers", "format:id_number")


def test_that_other_kinds_of_records_are_checked_against_their_tables(workspace: Workspace) -> None:
    (customer,) = add(workspace, "恒力")
    tie = (Link(customer.id),)
    order, _ = workspace.orders.create({"customer": tie, "ordered_on": date(2024, 5, 1), "amount": 10_000})
    lines = workspace.records("order_lines")
    lines.create({"order": (Link(order.id),), "name": "件", "amount": 9_000})
    lone, _ = workspace.orders.create({"ordered_on": date(2024, 5, 1), "amount": -5, "due_on": date(2024, 4, 1)})
    workspace.contacts.create({"name": "孤单"})
    workspace.contacts.create({"name": "有主", "customers": tie})
    found = {r.rule.key: r.broken for r in workspace.quality.health("orders").rules if r.broken}
    assert found["cross:lines"] == 1
    assert {k: found.get(k) for k in ("cross:customer", "cross:signs", "cross:due")} == {
        "cross:customer": 1, "cross:signs": 1, "cross:due": 1,
    }  # fmt: skip
    assert {str(i) for i in (lone.id,)} == rows_of(workspace, "orders", "cross:due")
    contacts = {r.rule.key: r.broken for r in workspace.quality.health("contacts").rules if r.broken}
    assert contacts == {"cross:customer": 1}


def test_that_figures_are_kept_until_something_changes(messy: Workspace) -> None:
    first = messy.quality.health("customers")
    assert messy.quality.health("customers") is first
    add(messy, "新客户甲")
    assert messy.quality.health("customers").records == first.records + 1


def test_that_a_check_can_be_cancelled_and_leaves_nothing(messy: Workspace) -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        messy.quality.check("customers", job)
    assert messy.quality.findings("customers", state=None).total == 0
    assert messy.quality.trend("customers") == ()


def test_that_unknown_things_are_refused(workspace: Workspace) -> None:
    with pytest.raises(UserError):
        workspace.quality.health("pipelines")
    with pytest.raises(UserError):
        workspace.quality.findings("customers", state="strange")
    with pytest.raises(UserError):
        workspace.quality.discard("customers", "own:" + uuid.uuid4().hex)
