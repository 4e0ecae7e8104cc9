"""Stores an archive of this program's revision for ever: `python -m tests.upgrade.make_archive` before a release, then
commit it.

Archives are never made anew. `0.1.0` is of revision 1; `0.1.0-revision1-to-3` is that one as a program brought it up whose
revisions still read its models, with `fill_office` in it: it lacks a foreign key that revision 4 gives it.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from app import __version__
from app.bootstrap import create_workspace
from app.core.fields import FieldType, Link, MonthDay
from app.db.migrations import LATEST
from app.services.exchange.files.records import ReadOptions
from app.services.workspace import Workspace
from benchmarks.made_data import HEADERS, rows

FOLDER = Path(__file__).with_name("archives")
USER, PASSWORD = "admin", "an old password 2026"
ROWS = 25


def fill(workspace: Workspace, scratch: Path) -> None:
    """A bit of everything that revision 1 knew; its content is always the same."""
    workspace.fields.add("customers", "付款方式", FieldType.CHOICE, choices=("月结", "现结"))
    table = scratch / "名单.csv"
    with table.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(HEADERS)
        writer.writerows(rows(ROWS))
    inspection = workspace.imports.inspect(table)
    workspace.imports.run(table, ReadOptions(), inspection, workspace.imports.propose(inspection, "customers"))
    first = workspace.customers.list(limit=1)[1][0]
    workspace.customers.update(first.id, {"city": "无锡市"})
    workspace.customers.log_activity(first.id, {"subject": "第一次拜访", "kind": "visit"})


def fill_office(workspace: Workspace) -> None:
    """What later revisions brought: deals, follow-ups of a deal, orders, payments, tickets, leads, a merged customer."""
    customer = workspace.customers.list(limit=2)[1][1]
    tie = (Link(customer.id),)
    own = next(f.key for f in workspace.customers.entity.fields if f.custom)
    workspace.customers.update(customer.id, {own: "月结"})
    deal, _ = workspace.deals.create({"name": "冷库设备采购", "customer": tie, "amount": 120_000_00})
    activities = workspace.records("activities")
    activities.create({"subject": "商机沟通", "kind": "call", "customer": tie, "deal": (Link(deal.id),)})
    product, _ = workspace.records("products").create(
        {"name": "冷库机组", "code": "LK-100", "price": Decimal("60000.125")}
    )
    order, _ = workspace.orders.create({"deal": (Link(deal.id),), "amount": 120_000_00, "name": "冷库一期"})
    line = {"order": (Link(order.id),), "product": (Link(product.id),), "name": "冷库机组", "quantity": Decimal(2)}
    workspace.records("order_lines").create(line)
    paid = {"order": (Link(order.id),), "amount": 30_000_00, "paid_on": date(2026, 3, 2), "remark": "首付"}
    workspace.records("payments").create(paid)
    ticket, _ = workspace.tickets.create({"subject": "机组噪音", "customer": tie, "requester": "赵工"})
    workspace.tickets.note(ticket.id, "已电话回访")
    workspace.leads.create({"name": "钱多多", "company": "多多商贸", "remark": "展会"})
    twin, _ = workspace.customers.create({"name": "旧称商行", "remark": "与另一家同一个主体"})
    workspace.merging.merge("customers", [customer.id, twin.id], customer.id)
    gone, _ = workspace.contacts.create({"name": "离职的人", "birthday": MonthDay(2, 29)})
    workspace.contacts.delete(gone.id)


def main() -> None:
    """One archive with a bit of everything, named after the program's version and revision; a stored one is kept."""
    target = FOLDER / f"{__version__}-revision{LATEST}.kedang"
    if target.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / target.name
        workspace, _ = create_workspace(path, USER, PASSWORD, name="管理员")
        try:
            fill(workspace, Path(scratch))
            fill_office(workspace)
        finally:
            workspace.close()
        FOLDER.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
