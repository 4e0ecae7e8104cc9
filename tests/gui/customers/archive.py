"""An archive with customers of every look: stages, tags, amounts, long names, gaps, a second person."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from pathlib import Path

from app.bootstrap import create_workspace
from app.core.filters import Condition, Group
from app.services.workspace import Workspace
from tests.gui.archives import PASSWORD, USER, import_table, write_table

STAGES = ("potential", "interested", "quoted", "negotiating", "won", "lost")
TAGS = ("重点客户", "VIP", "需回访", "新客", "转介绍", "展会", "老客户", "价格敏感")


def filled(path: Path, count: int = 240) -> Workspace:
    """A new archive with `count` customers and what happened with the first of them."""
    workspace, _code = create_workspace(path, USER, PASSWORD, name="王小丽")
    if not count:
        return workspace
    workspace.people.add("chen", "陈晓彤", "chen-pass-123", ["sales"])
    workspace.people.add("zhao", "赵磊", "zhao-pass-123", ["sales"])
    import_table(workspace, write_table(path.parent / "客户名单_2026Q3.csv", count))
    handles = [int(handle) for handle in workspace.customers.handles()]
    people = list(workspace.people.names())
    for at, stage in enumerate(STAGES):
        workspace.customers.update_many(handles[at :: len(STAGES)], {"stage": stage})
    for at, tag in enumerate(TAGS):
        workspace.customers.tag_many(handles[at :: 5 + at], add=[tag])
    for at, user in enumerate(people[1:]):
        workspace.customers.update_many(handles[at::3], {"owner": user})
    _history(workspace, handles[1])
    return workspace


def _history(workspace: Workspace, handle: int) -> None:
    customers = workspace.customers
    record = customers.page([handle])[handle]
    customers.update(record.id, {"city": "无锡市", "stage": "quoted"})
    customers.update(record.id, {"amount": 88_800_00, "remark": "年底前要第二批货，先寄样品"})
    customers.add_contact(record.id, {"name": "张伟", "title": "采购经理"}, "采购")
    customers.add_contact(record.id, {"name": "李思琪", "title": "财务"}, "财务")
    for day, kind, subject, body in (
        (3, "visit", "上门看了二号车间", ""),
        (
            18,
            "call",
            "预算已批",
            "客户确认预算已批，下周二安排现场演示，需带样机。对方希望年前到货，付款方式 30/60/10。",
        ),
    ):
        when = datetime(2026, 11, day, 2, 24, tzinfo=UTC)
        customers.log_activity(
            record.id,
            {"kind": kind, "subject": subject, "body": body, "happened_at": when},
            next_contact=date(2026, 11, 25),
        )
    due = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
    customers.log_activity(record.id, {"kind": "task", "subject": "寄样机", "due_at": due, "done": False})


def with_views(workspace: Workspace) -> None:
    """A few saved views."""
    workspace.views.save("customers", "报价和谈判", condition=Condition("stage", "in", ["quoted", "negotiating"]))
    both = Group("and", (Condition("city", "eq", "苏州市"), Condition("amount", "ge", "50000")))
    workspace.views.save("customers", "苏州 5 万以上", condition=both)
    workspace.views.save(
        "customers", "30 天未联系", condition=Condition("last_contact_on", "lt", "2026-10-22"), shared=True
    )


def first_id(workspace: Workspace, at: int = 0) -> uuid.UUID:
    """Id of the customer in this place of the list of all."""
    handle = int(workspace.customers.handles()[at])
    return workspace.customers.page([handle])[handle].id
