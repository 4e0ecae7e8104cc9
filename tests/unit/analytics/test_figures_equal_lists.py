"""Every figure equals the list behind it, for every role and filter, after any edits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from app.core.filters import Condition
from app.services.analytics.records import Drill, Period, Report, ReportRequest, Row
from app.services.workspace import Workspace
from tests.factories.engines import SERVER
from tests.unit.analytics.office import AS_OF, Office, link

YEAR = Period(date(2025, 3, 6), date(2026, 3, 6))


@dataclass(frozen=True)
class Claim:
    """A figure, and how to find it again: so many records in the list, so much money in the list's field."""

    report: str
    where: str
    drill: Drill
    count: int | None = None
    money: int | None = None
    field: str = ""


def claims(service: Workspace, request: ReportRequest) -> Iterator[Claim]:
    """Every number that can be opened."""
    for name in service.analytics.names():
        yield from of_report(service.analytics.run(name, request))


MONEY = {"revenue": "net", "amount": "owed"}
#: the column that counts what a row opens, where it is not "n"
COUNTS = {"sales": "orders", "service": "opened"}
#: what these count in all is not what their list holds
NOT_ALL = frozenset({"lifecycle", "velocity"})


def of_report(report: Report) -> Iterator[Claim]:
    name = report.name
    for row in report.rows:
        drill = report.drill(row)
        if drill is None:
            continue
        if name in ("rfm", "clv", "churn", "abc"):
            yield Claim(name, "row", drill, 1)
        elif name == "win-rate":
            yield Claim(
                name, str(row["month"]), drill, row["won"] + row["lost"], row["won_value"] + row["lost_value"], "amount"
            )
        elif name == "cohort":
            yield Claim(name, str(row["month"]), drill, row["size"])
            for k, active in enumerate(row["active"]):
                cell = report.drill({**row, "k": k})
                assert cell is not None
                yield Claim(name, f"{row['month']}+{k}", cell, active)
        elif name == "sla":
            yield Claim(name, str(row["clock"]), drill, row["violated"])
        else:
            yield Claim(name, str(row["label"]), drill, row[COUNTS.get(name, "n")], *_money(name, row))
    for part in report.parts:
        for row in part.rows:
            drill = part.drill(row)
            if drill is not None:
                n = row.get("n", row.get("orders", 1))
                yield Claim(name, f"{part.key} {row}", drill, n, *_money(f"{name}/{part.key}", row))
    if report.of_all is not None and name not in NOT_ALL:
        yield Claim(name, "all", report.of_all, report.n)


def _money(name: str, row: Row) -> tuple[int, str] | tuple[()]:
    match name:
        case "sales" | "sales/channels":
            return row["revenue"], "net"
        case "receivables":
            return row["amount"], "owed"
        case "pipeline":
            return row["amount"], "amount"
        case "funnel" | "pipeline/stages":
            return row["value"], "amount"
    return ()


def hold(service: Workspace, request: ReportRequest) -> int:
    """Compare every figure with its list; returns how many were compared."""
    compared = 0
    for claim in claims(service, request):
        total, records = service.records(claim.drill.entity).list(claim.drill.condition, limit=10_000)
        assert total == claim.count, claim
        if claim.field:
            assert sum(r.get(claim.field) or 0 for r in records) == claim.money, claim
        compared += 1
    return compared


def edit(made: Office, chance: random.Random) -> None:
    """One random change, by the administrator."""
    workspace = made.workspace
    match chance.randrange(12):
        case 0 | 1:
            change = chance.choice(
                (
                    {"amount": chance.randrange(1, 10**6)},
                    {"status": chance.choice(("draft", "cancelled", "done"))},
                    {"ordered_on": AS_OF - timedelta(days=chance.randrange(800))},
                    {"owner": made.owner()},
                    {"refund": 77},
                    {"channel": chance.choice(("门店", "电话", None))},
                    {"due_on": AS_OF - timedelta(days=chance.randrange(-30, 200))},
                    {"customer": link(chance.choice(made.customers))},
                )
            )
            workspace.orders.update(chance.choice(made.orders), change)
        case 2:
            workspace.orders.delete(chance.choice(made.orders))
        case 3:
            made.orders += made.make("orders", [made.order()])
        case 4:
            handle = workspace.customers.handle_of(chance.choice(made.customers))
            assert handle is not None
            workspace.customers.delete_many([handle])
        case 5:
            handles = workspace.customers.handles(deleted=True).tolist()
            if handles:
                workspace.customers.restore_many([chance.choice(handles)])
        case 6:
            workspace.customers.update(chance.choice(made.customers), {"owner": made.owner()})
        case 7:
            made.customers += made.make("customers", [{"name": "新来的", "owner": made.owner()}])
        case 8:
            deal = chance.choice(workspace.deals.list(limit=100)[1])
            workspace.deals.update(deal.id, {"amount": chance.randrange(10**6), "expected_on": AS_OF})
        case 9:
            ticket = chance.choice(workspace.tickets.list(limit=100)[1])
            workspace.tickets.update(ticket.id, {"channel": chance.choice(("wechat", "phone")), "owner": made.owner()})
        case 10:
            operation = workspace.history.list(limit=1)[1][0]
            if operation.undoable:
                workspace.history.undo(operation.id)
        case 11:
            deleted = workspace.orders.handles(deleted=True).tolist()
            if deleted:
                workspace.orders.restore_many(deleted)


@pytest.mark.parametrize(
    ("engine", "seed"), [("sqlite", 0), ("sqlite", 1), pytest.param("postgres", 2, marks=SERVER)],
    indirect=["engine"],
)  # fmt: skip
def test_that_figures_equal_their_lists_whatever_is_edited(
    filled: Office, staff: dict[str, Workspace], seed: int
) -> None:
    chance = random.Random(seed)
    east = filled.users["east"]
    requests = (
        ReportRequest(AS_OF),
        ReportRequest(AS_OF, YEAR),
        ReportRequest(AS_OF, YEAR, owners=frozenset({east})),
        ReportRequest(AS_OF, team="销售部"),
    )
    compared = 0
    for _ in range(2):
        for _ in range(chance.randrange(3, 9)):
            edit(filled, chance)
        for name in ("boss", chance.choice(("manager", "east", "reader"))):
            compared += hold(staff[name], chance.choice(requests))
    assert compared > 200


def test_that_every_report_has_figures_to_compare(filled: Office) -> None:
    """A report whose kind of record the office of the tests has none of would be compared by nobody."""
    there = {claim.report for claim in claims(filled.workspace, ReportRequest(AS_OF))}
    assert there == set(filled.workspace.analytics.names()) - {"velocity"}  # nothing opens behind a speed


def test_that_a_filter_on_the_report_s_own_entity_narrows_figure_and_list(filled: Office) -> None:
    workspace = filled.workspace
    for name in workspace.analytics.names():
        entity = workspace.analytics.spec(name).entity
        condition = Condition("owner", "in", [str(filled.users["west"])])
        narrow = workspace.analytics.run(name, ReportRequest(AS_OF, condition=condition))
        whole = workspace.analytics.run(name, ReportRequest(AS_OF))
        assert narrow.n < whole.n or whole.n == 0
        assert narrow.filter == {entity: {"field": "owner", "op": "in", "value": [str(filled.users["west"])]}}
        for claim in of_report(narrow):
            assert workspace.records(claim.drill.entity).count(claim.drill.condition) == claim.count


def test_that_a_person_s_figures_are_those_of_his_records(filled: Office, staff: dict[str, Workspace]) -> None:
    for name in ("boss", "east"):
        found = staff[name].analytics.run("sales", ReportRequest(AS_OF))
        counted = Condition("status", "not_in", ["draft", "cancelled"])
        _, records = staff[name].orders.list(counted, limit=1000)
        assert found.measure("revenue").value == sum(r.get("net") for r in records)
    everything = staff["boss"].analytics.run("sales", ReportRequest(AS_OF)).n
    assert 0 < staff["east"].analytics.run("sales", ReportRequest(AS_OF)).n < everything
