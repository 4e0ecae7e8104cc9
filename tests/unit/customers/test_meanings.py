"""A value of the office's own behaves in every rule and figure as the built-in one with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import now, set_clock, today
from app.core.dictionary import BUILT_IN
from app.core.fields import Link
from app.core.records import Record
from app.errors import UserError
from app.services.analytics.records import ReportRequest
from app.services.exchange.exporting.vcf import card
from app.services.quality.records import COMPLETENESS
from app.services.tickets.mail.parsing import Mail, Person
from app.services.workspace import Workspace
from app.views.records.timeline import ICONS
from app.views.tickets.listing import FREE, TODO, builtin
from app.views.tickets.words import due_chip, is_ended
from tests.factories import archives

MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
CARD = "11010519491231002X"


@contextmanager
def at(days: float) -> Iterator[None]:
    """So many days after Monday noon."""
    set_clock(lambda: MONDAY + timedelta(days=days))
    try:
        yield
    finally:
        set_clock(lambda: MONDAY)


def tie(record: Record) -> tuple[Link, ...]:
    return (Link(record.id, str(record.get("name") or record.get("number"))),)


def broken(workspace: Workspace, entity: str) -> dict[str, int]:
    return {r.rule.key: r.broken for r in workspace.quality.health(entity).rules if r.broken}


def figures(workspace: Workspace, *names: str) -> list[Any]:
    """What these reports say."""
    found = [workspace.analytics.run(name, ReportRequest(today())) for name in names]
    return [[(m.key, m.value) for m in r.measures] + [len(r.rows), r.n] for r in found]


# ---- what is seen of one value -----------------------------------------------------------------------------------------


def customer_kind(workspace: Workspace, code: str) -> Any:
    made, _ = workspace.customers.create({"name": "恒力", "kind": code, "id_number": CARD, "city": "苏州市"})
    workspace.customers.create({"name": "恒力", "kind": code, "city": "苏州市"})
    lines = [line for line in card(workspace.customers.entity, made) if not line.startswith("UID")]
    cell = workspace.quality.health("customers").field("credit_code").cells[COMPLETENESS]  # type: ignore[union-attr]
    return broken(workspace, "customers"), lines, cell.n


def customer_stage(workspace: Workspace, code: str) -> Any:
    day = today() - timedelta(days=200)
    workspace.customers.create({"name": "恒力", "kind": "company", "stage": code, "last_contact_on": day})
    cell = workspace.quality.health("customers").field("amount").cells[COMPLETENESS]  # type: ignore[union-attr]
    return broken(workspace, "customers"), cell.n


def gender(entity: str) -> Callable[[Workspace, str], Any]:
    def look(workspace: Workspace, code: str) -> Any:
        values = {"name": "王小明", "gender": code} | (
            {"kind": "person", "id_number": CARD} if entity == "customers" else {}
        )
        workspace.records(entity).create(values)
        return broken(workspace, entity)

    return look


def lead_status(workspace: Workspace, code: str) -> Any:
    customer, _ = workspace.customers.create({"name": "恒力"})
    with at(-100):
        made, _ = workspace.leads.create(
            {"name": "王小明", "company": "恒力", "status": code, "customer": tie(customer)}
        )
    ended = made.get("converted_at") is not None
    try:
        workspace.leads.convert(made.id)
        again = "converted"
    except UserError as error:
        again = str(error)
    status = workspace.leads.entity.field("status").meaning(workspace.leads.get(made.id).get("status"))
    return ended, again, status, broken(workspace, "leads")


def activity_kind(workspace: Workspace, code: str) -> Any:
    customer, _ = workspace.customers.create({"name": "恒力"})
    planned, _ = workspace.customers.create({"name": "力恒"})
    made, _ = workspace.activities.create(
        {"subject": "谈", "kind": code, "customer": tie(customer), "happened_at": now()}
    )
    plan = {"subject": "再谈", "kind": code, "customer": tie(planned), "due_at": now() + timedelta(days=2)}
    workspace.activities.create(plan)
    met, ahead = workspace.customers.get(customer.id), workspace.customers.get(planned.id)
    items = [(s.key, i.kind) for s in workspace.today.agenda() for i in s.items]
    icon = ICONS.get(workspace.activities.entity.field("kind").meaning(made.get("kind")))
    return met.get("last_contact_on"), ahead.get("next_contact_on"), items, icon


def deal_outcome(workspace: Workspace, code: str) -> Any:
    """By a stage of the office's own with this outcome."""
    stages = workspace.records("stages")
    pipeline = workspace.deals.stages()[0].pipeline_link
    stage, _ = stages.create(
        {"name": "自己的阶段", "kind": code, "pipeline": pipeline, "position": 50, "probability": 40}
    )
    customer, _ = workspace.customers.create({"name": "恒力"})
    reason = tie(workspace.records("lost_reasons").list()[1][0])
    values = {"customer": tie(customer), "amount": 100_000, "opened_on": today() - timedelta(days=9)}
    made, _ = workspace.deals.create(values | {"name": "一期", "stage": tie(stage), "lost_reason": reason})
    moved, _ = workspace.deals.create(values | {"name": "二期", "expected_on": today()})
    workspace.deals.move([moved.id], stage.id, values={"lost_reason": reason})
    keys = ("closed_on", "stage", "lost_reason", "expected_on")
    found: list[Any] = []
    for one in (made, moved):
        record = workspace.deals.get(one.id)
        assert record.get("outcome") == code
        found.append([[x.title for x in v] if isinstance(v := record.get(k), tuple) else v for k in keys])
    found.append(figures(workspace, "win-rate", "funnel", "pipeline", "velocity"))
    found += [broken(workspace, "deals"), [(s.key, s.total) for s in workspace.today.agenda("all")]]
    return found, workspace.deals.reopen(made.id) and workspace.deals.get(made.id).get("closed_on")


def order_status(workspace: Workspace, code: str) -> Any:
    customer, _ = workspace.customers.create({"name": "恒力"})
    values = {"customer": tie(customer), "amount": 100_000, "cost": 60_000, "status": code, "ordered_on": today(),
              "due_on": today() - timedelta(days=40)}  # fmt: skip
    made, _ = workspace.orders.create(values)
    money = [made.get(key) for key in ("net", "owed", "profit", "received")]
    return money, figures(workspace, "sales", "receivables"), broken(workspace, "orders")


def payment_kind(workspace: Workspace, code: str) -> Any:
    customer, _ = workspace.customers.create({"name": "恒力"})
    order, _ = workspace.orders.create({"customer": tie(customer), "amount": 100_000})
    paid = {"paid_on": today(), "kind": code, "amount": 30_000}
    workspace.orders.pay(order.id, paid)
    workspace.records("payments").create(paid | {"customer": tie(customer)})
    found = workspace.orders.get(order.id)
    return found.get("received"), found.get("owed"), figures(workspace, "receivables")


def ticket_status(workspace: Workspace, code: str) -> Any:
    entity = workspace.tickets.entity
    sender = Person("小李", "li@example.com")
    mail = Mail("漏油", sender, (), (), now(), "m1@example.cn", (), "漏油了", (), False)
    first = workspace.tickets.receive(mail).ticket
    with at(0.1):
        workspace.tickets.set_status([first.id], code)
    states = []
    with at(0.2):
        conversation = workspace.tickets.conversation(first.id)
        record = conversation.ticket
        clocks = [astuple(c)[5:] for c in conversation.clocks]
        times = [
            record.get(k) for k in ("resolved_at", "closed_at", "unanswered", "sla_paused", "next_due_at", "reopened")
        ]
        states += [clocks, times, is_ended(entity, record), due_chip(entity, record)]
        states += [workspace.tickets.count(builtin(entity, key)) for key in (TODO, FREE)]
        states += [[(s.key, s.total) for s in workspace.today.agenda("all")], figures(workspace, "sla", "service")]
        again = Mail("Re: 漏油", sender, (), (), now(), "m2@example.cn", ("m1@example.cn",), "还漏", (), False)
        after = workspace.tickets.receive(again).ticket
        states.append(
            [entity.field("status").meaning(after.get("status")), after.get("reopened"), after.get("unanswered")]
        )
    made, _ = workspace.tickets.create({"subject": "问发票", "status": code})
    answered, _ = workspace.tickets.reply(made.id, "好的", status=None)
    record = workspace.tickets.get(made.id)
    states.append(
        [record.get("resolved_at"), record.get("closed_at"), entity.field("status").meaning(record.get("status"))]
    )
    return states, answered.get("kind")


def ticket_priority(workspace: Workspace, code: str) -> Any:
    made, _ = workspace.tickets.create({"subject": "漏油", "priority": code})
    other, _ = workspace.tickets.create({"subject": "漏油", "priority": "low"})
    with at(0.05):
        workspace.tickets.set_priority([other.id], code)
    keys = ("response_due_at", "resolution_due_at", "next_due_at")
    return [[workspace.tickets.get(one.id).get(k) for k in keys] for one in (made, other)]


def ticket_channel(workspace: Workspace, code: str) -> Any:
    workspace.tickets.create({"subject": "漏油", "channel": code})
    return figures(workspace, "service"), broken(workspace, "tickets")


LOOKS: dict[str, Callable[[Workspace, str], Any]] = {
    "customers.kind": customer_kind, "customers.stage": customer_stage, "customers.gender": gender("customers"),
    "contacts.gender": gender("contacts"), "leads.status": lead_status, "activities.kind": activity_kind,
    "deals.outcome": deal_outcome, "orders.status": order_status, "payments.kind": payment_kind, "tickets.status": ticket_status,
    "tickets.priority": ticket_priority, "tickets.channel": ticket_channel,
}  # fmt: skip
CASES = [
    (entity.key, field.key, meaning.key)
    for entity in BUILT_IN
    for field in entity.fields
    for meaning in field.meanings
    if field.office and field.with_meaning(meaning.key)
]


def test_that_every_list_with_meanings_is_looked_at() -> None:
    assert {f"{entity}.{field}" for entity, field, _ in CASES} == LOOKS.keys()


@pytest.mark.parametrize(("entity", "field", "meaning"), CASES)
def test_that_an_own_value_behaves_as_the_built_in_one(tmp_path: Path, entity: str, field: str, meaning: str) -> None:
    template, found = archives.bare(), []
    set_clock(lambda: MONDAY)
    try:
        for own in (False, True):
            with template.opened(template.copy(tmp_path, f"{own}.kedang")) as workspace:
                code = BUILT_IN.entity(entity).field(field).first(meaning)
                if own:
                    code = workspace.choices.add(entity, field, "自己的", meaning=meaning)
                assert code is not None
                found.append(LOOKS[f"{entity}.{field}"](workspace, code))
    finally:
        set_clock(None)
    assert found[0] == found[1]


def test_that_meanings_tell_values_apart(tmp_path: Path) -> None:
    """What the test above compares does differ from meaning to meaning where a rule depends on it."""
    template, seen = archives.bare(), {}
    set_clock(lambda: MONDAY)
    try:
        for key, meanings in (
            ("orders.status", ("draft", "counts")),
            ("tickets.status", ("open", "waiting", "closed")),
        ):
            entity, field = key.split(".")
            for meaning in meanings:
                with template.opened(template.copy(tmp_path, f"{field}{meaning}.kedang")) as workspace:
                    code = workspace.choices.add(entity, field, "自己的", meaning=meaning)
                    seen[key, meaning] = repr(LOOKS[key](workspace, code))
    finally:
        set_clock(None)
    assert len(set(seen.values())) == len(seen)
