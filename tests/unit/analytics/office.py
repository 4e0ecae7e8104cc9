"""A small office with orders, payments, deals and tickets, made through the services' own writer."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from app.core.fields import Link
from app.services.workspace import Workspace

AS_OF = date(2026, 3, 5)
MOMENT = datetime(2026, 3, 5, 10).astimezone()


def link(key: uuid.UUID) -> tuple[Link, ...]:
    return (Link(key),)


class Office:
    """Makes records in one unit of work each call; remembers what it made."""

    def __init__(self, workspace: Workspace, seed: int = 1) -> None:
        self.workspace = workspace
        self.random = random.Random(seed)
        self.users = {p.username: p.id for p in workspace.people.list(active_only=True)}
        self.customers: list[uuid.UUID] = []
        self.orders: list[uuid.UUID] = []

    def again(self, workspace: Workspace) -> Office:
        """The same, in a copy of the archive."""
        made = Office(workspace)
        made.random.setstate(self.random.getstate())
        made.customers, made.orders = list(self.customers), list(self.orders)
        return made

    def make(self, entity: str, rows: list[Mapping[str, Any]]) -> list[uuid.UUID]:
        """Create records straight through the writer, as one operation."""
        with self.workspace.context.writing() as work:
            operation = work.operation("create", entity)
            made = [work.writer.create(operation, entity, row).id for row in rows]
            work.commit()
        return made

    def owner(self) -> uuid.UUID:
        return self.users[self.random.choice(("boss", "manager", "east", "west"))]

    def fill_sales(self, customers: int = 40, orders: int = 160) -> None:
        """Customers, orders over two years and payments on some."""
        r = self.random
        self.customers += self.make(
            "customers",
            [
                {
                    "name": f"客户{i}号", "external_id": f"K{i}", "source": r.choice(("展会", "官网", None)),
                    "city": r.choice(("苏州市", "杭州市")), "owner": self.owner(),
                }
                for i in range(customers)
            ],
        )  # fmt: skip
        self.orders += self.make("orders", [self.order() for _ in range(orders)])
        paid = r.sample(self.orders, orders // 2)
        self.make(
            "payments",
            [
                {
                    "order": link(key), "kind": r.choice(("receipt", "receipt", "refund")), "amount": r.randrange(1, 90_000),
                    "paid_on": AS_OF - timedelta(days=r.randrange(300)),
                }
                for key in paid
            ],
        )  # fmt: skip

    def order(self) -> dict[str, Any]:
        """One order of somebody; some without customer, some not counted."""
        r = self.random
        who = r.choice(self.customers[: max(1, len(self.customers) * 3 // 4)])
        day = AS_OF - timedelta(days=int(730 * r.random() ** 2))
        return {
            "customer": link(who) if r.random() < 0.95 else (),
            "ordered_on": day,
            "due_on": day + timedelta(days=30) if r.random() < 0.6 else None,
            "status": r.choice(("confirmed", "shipped", "done", "done", "draft", "cancelled")),
            "amount": r.randrange(10_000, 900_000),
            "refund": r.choice((None, None, 1_000)),
            "cost": r.choice((None, 5_000)),
            "channel": r.choice(("门店", "网店", None)),
            "owner": self.owner(),
        }

    def stage_ids(self) -> dict[str, uuid.UUID]:
        """Stage name → id of the first pipeline."""
        first = self.workspace.deals.pipelines()[0]
        return {s.name: s.id for s in self.workspace.deals.stages(first.id)}

    def fill_deals(self, count: int = 50) -> list[uuid.UUID]:
        """Deals, open and closed, through the deals service (which notes every move)."""
        r = self.random
        stages = list(self.stage_ids().values())
        reasons = self.workspace.others["lost_reasons"].list()[1]
        made = []
        for i in range(count):
            opened = AS_OF - timedelta(days=r.randrange(20, 500))
            stage = r.choice(stages)
            values = {
                "name": f"商机{i}", "amount": r.randrange(100_000, 9_000_000), "opened_on": opened, "owner": self.owner(),
                "expected_on": AS_OF + timedelta(days=r.randrange(-40, 90)), "stage": link(stage),
                "lost_reason": link(reasons[0].id), "closed_on": opened + timedelta(days=r.randrange(1, 20)),
            }  # fmt: skip
            record, _ = self.workspace.deals.create(values)
            made.append(record.id)
        return made

    def fill_tickets(self, count: int = 40) -> list[uuid.UUID]:
        """Tickets with their times; the last eight with promises, two of them answered now."""
        r = self.random
        rows: list[Mapping[str, Any]] = []
        for i in range(count):
            opened = MOMENT - timedelta(minutes=r.randrange(60, 200_000))
            responded = opened + timedelta(minutes=r.randrange(1, 3000)) if r.random() < 0.8 else None
            resolved = responded + timedelta(minutes=r.randrange(1, 9000)) if responded and r.random() < 0.7 else None
            rows.append(
                {
                    "subject": f"问题{i}", "opened_at": opened, "first_responded_at": responded, "resolved_at": resolved,
                    "status": "resolved" if resolved else "open", "channel": r.choice(("email", "phone", None)),
                    "priority": r.choice(("low", "normal", "high", "urgent")), "owner": self.owner(),
                }
            )  # fmt: skip
        made = self.make("tickets", rows)
        for i in range(8):  # through the service, which makes promises
            opened = MOMENT - timedelta(minutes=r.randrange(10, 12_000))
            values = {
                "subject": f"新问题{i}",
                "opened_at": opened,
                "priority": r.choice(("normal", "urgent")),
                "owner": self.owner(),
            }
            made.append(self.workspace.tickets.create(values)[0].id)
        for key in made[-4:-2]:
            self.workspace.tickets.reply(key, "已经处理")
        return made
