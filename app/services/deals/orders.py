"""Orders and payments: what was sold, what came in, what is still owed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.clock import today
from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.records import ChangeSet, Record, Sort
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context
from app.services.deals.records import Balance, Line
from app.services.records import BeforeMany, Records, RecordService


class OrderService(RecordService):
    """Verbs on orders beyond those of every record."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "orders", before_many)

    def lines(self, order: uuid.UUID) -> Records:
        """The order's items, in the order in which they were written."""
        return self._linked("order_lines", "order", order, Sort("created_at"))

    def payments(self, order: uuid.UUID) -> Records:
        """The order's payments and refunds, oldest first."""
        return self._linked("payments", "order", order, Sort("paid_on"))

    def of_customer(self, customer: uuid.UUID) -> Records:
        """The customer's orders, newest first."""
        return self._linked("orders", "customer", customer, Sort("ordered_on", descending=True))

    def balance(self, orders: Records) -> Balance:
        """Sum over these orders."""
        return Balance(sum(o.get("net") or 0 for o in orders), sum(o.get("received") or 0 for o in orders))

    def pay(self, order: uuid.UUID, values: Mapping[str, Any]) -> tuple[Record, ChangeSet]:
        """Note a payment (kind receipt) or a refund for an order. Without an amount: all that is owed."""
        with self._context.writing() as work:
            record = work.reader.get("orders", order)
            given = {"paid_on": today(), "amount": record.get("owed"), **values}
            operation = work.operation("payment", t("登记回款：{number}", number=record.get("number")))
            given["order"] = (Link(order, str(record.get("number"))),)
            made = work.writer.create(operation, "payments", given)
            return made, work.commit()

    def set_lines(self, order: uuid.UUID, rows: Sequence[Line]) -> tuple[Record, ChangeSet]:
        """The order's items are these, in this order; its amount becomes their sum. A row with the id of an item changes
        what it speaks of and leaves the rest; items without a row go. A row's amount defaults to quantity × price."""
        with self._context.writing() as work:
            record = work.reader.get("orders", order)
            operation = work.operation("edit", t("修改订单明细：{number}", number=record.get("number")))
            known = {line.id: line for line in self._old_lines(work, order)}
            tie = (Link(order, str(record.get("number"))),)
            with work.writer.settling_last():
                for key in known.keys() - {row.id for row in rows}:
                    work.writer.delete(operation, "order_lines", key)
                for row in rows:
                    if row.id is not None and row.id in known:
                        work.writer.update(operation, "order_lines", row.id, row.values)
                    else:
                        work.writer.create(operation, "order_lines", {**row.values, "order": tie})
            total = sum(line.get("amount") or 0 for line in self._old_lines(work, order))
            updated, _ = work.writer.update(operation, "orders", order, {"amount": total})
            return updated, work.commit()

    def _old_lines(self, work: UnitOfWork, order: uuid.UUID) -> Records:
        handles = work.reader.handles("order_lines", Condition("order", "in", str(order))).tolist()
        return list(work.reader.each("order_lines", handles))

    def _linked(self, entity: str, key: str, record: uuid.UUID, sort: Sort) -> Records:
        with self._context.reading() as work:
            handles = work.reader.handles(entity, Condition(key, "in", str(record)), (sort,)).tolist()
            return list(work.reader.each(entity, handles))
