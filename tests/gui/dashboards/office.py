"""An archive with a year and a half of business, for the tests and pictures of the dashboards; the same every time."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.clock import set_clock
from app.core.fields import Link
from app.services.workspace import Workspace
from benchmarks.made_data import company
from tests.gui.archives import make_archive, opened

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 30).astimezone()
SOURCES = ("referral", "exhibition", "online", "phone", None)


def link(key: Any) -> tuple[Link, ...]:
    return (Link(key),)


def create(workspace: Workspace, entity: str, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Records through the services' own writer, as one operation."""
    with workspace.context.writing() as work:
        operation = work.operation("create", entity)
        made = [work.writer.create(operation, entity, row).id for row in rows]
        work.commit()
    return made


def fill(workspace: Workspace, customers: int = 120, orders: int = 700, deals: int = 60, tickets: int = 160) -> None:
    """Customers, orders, deals and tickets of the last eighteen months."""
    r = random.Random(11)
    people = workspace.people
    people.add_team("华东组")
    for login, name in (("chen", "陈晓彤"), ("li", "李建国")):
        people.add(login, name, "secret-123", ["sales"])
    people.set_team("chen", ["华东组"])
    owners = [person.id for person in people.list()]
    source = workspace.context.registry.entity("customers").field("source")
    sources = [choice.value for choice in source.choices][:5] or ["展会", "官网", "转介绍"]
    who = create(
        workspace, "customers",
        [
            {"name": company(r, "苏州市"), "source": r.choice([*sources, sources[0], None]), "owner": r.choice(owners)}
            for _ in range(customers)
        ],
    )  # fmt: skip
    made = create(workspace, "orders", [_order(r, who, owners) for _ in range(orders)])
    create(workspace, "order_lines", [_line(r, order) for order in made for _ in range(r.choice((1, 2)))])
    _deals(workspace, r, deals, owners)
    for one in sorted((_ticket(r, n, owners) for n in range(tickets)), key=lambda row: row["opened_at"]):
        set_clock(lambda one=one: one["opened_at"])  # promises are made when the ticket comes
        workspace.tickets.create(one)
    set_clock(lambda: NOW)


def _line(r: random.Random, order: Any) -> dict[str, Any]:
    name = r.choice(("伺服电机", "减速机", "控制柜", "传感器", "线束", "安装服务", "年度维保"))
    return {"order": link(order), "name": name, "quantity": Decimal(1), "amount": int(r.lognormvariate(9.5, 0.6)) * 100}


def _order(r: random.Random, who: list[Any], owners: list[Any]) -> dict[str, Any]:
    share = r.random() ** 2
    day = TODAY - timedelta(days=int(540 * (1 - (1 - r.random()) ** 0.7)))
    return {
        "customer": link(who[int(share * len(who) * 0.8)]),
        "ordered_on": day,
        "due_on": day + timedelta(days=30),
        "status": r.choice(("confirmed", "shipped", "done", "done", "done", "cancelled")),
        "amount": int(r.lognormvariate(10.2, 0.7)) * 100,
        "refund": r.choice((None, None, None, 100_000)),
        "channel": r.choice(("门店", "网店", "直销", "代理")),
        "owner": r.choice(owners),
    }


def _deals(workspace: Workspace, r: random.Random, count: int, owners: list[Any]) -> None:
    pipeline = workspace.deals.pipelines()[0]
    stages = workspace.deals.stages(pipeline.id)
    reasons = workspace.others["lost_reasons"].list()[1]
    for n in range(count):
        begun = TODAY - timedelta(days=r.randrange(5, 420))
        stage = stages[min(int(r.random() * (len(stages) + 1)), len(stages) - 1)] if n % 4 else stages[-2]
        workspace.deals.create(
            {
                "name": f"商机 {n + 1}", "amount": int(r.lognormvariate(11.3, 0.8)) * 100, "opened_on": begun,
                "owner": r.choice(owners), "expected_on": TODAY + timedelta(days=r.randrange(-20, 160)),
                "stage": link(stage.id), "lost_reason": link(reasons[n % len(reasons)].id),
                "closed_on": min(begun + timedelta(days=r.randrange(8, 70)), TODAY),
            }
        )  # fmt: skip


def _ticket(r: random.Random, n: int, owners: list[Any]) -> dict[str, Any]:
    begun = NOW - timedelta(minutes=int(500_000 * r.random() ** 1.6) + 30)
    responded = begun + timedelta(minutes=int(r.lognormvariate(5.2, 1.1))) if r.random() < 0.92 else None
    resolved = responded + timedelta(minutes=int(r.lognormvariate(7, 1))) if responded and r.random() < 0.85 else None
    if responded and responded > NOW:
        responded = resolved = None
    if resolved and resolved > NOW:
        resolved = None
    return {
        "subject": f"问题 {n + 1}", "opened_at": begun, "first_responded_at": responded, "resolved_at": resolved,
        "status": "resolved" if resolved else "open", "channel": r.choice(("email", "phone", "wechat", "email")),
        "priority": r.choice(("low", "normal", "normal", "high", "urgent")), "owner": r.choice(owners),
    }  # fmt: skip


def make_office(folder: Path, **sizes: int) -> Path:
    """A closed archive with all of it."""
    set_clock(lambda: NOW)
    path, _code = make_archive(folder, 0, "客档演示")
    workspace = opened(path)
    try:
        fill(workspace, **sizes)
    finally:
        workspace.close()
        set_clock(None)
    return path


def copy_of(path: Path, folder: Path) -> Path:
    """A private copy of a closed archive."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(path, folder / path.name))
