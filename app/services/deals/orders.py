"""Orders and payments: what was sold, what came in, what is still owed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.core.clock import today
from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.records import ChangeSet, Record, Sort
from app.core.validation import InvalidFields
from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context
from app.services.deals.records import Balance
from app.services.deals.rules import id_of
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
            given = {"kind": "receipt", "paid_on": today(), "amount": record.get("owed"), **values}
            if not given.get("amount") or given["amount"] < 0:
                entity = self._context.registry.entity("payments")
                raise InvalidFields(entity, {"amount": t("请填大于零的金额。")})
            operation = work.operation("payment", t("登记回款：{number}", number=record.get("number")))
            given |= {"order": (Link(order, str(record.get("number"))),), "customer": record.get("customer")}
            made = work.writer.create(operation, "payments", {k: v for k, v in given.items() if v is not None})
            return made, work.commit()

    def set_lines(self, order: uuid.UUID, rows: list[Mapping[str, Any]]) -> tuple[Record, ChangeSet]:
        """Replace the order's items; its amount becomes their sum. A row's amount defaults to quantity × price."""
        with self._context.writing() as work:
            record = work.reader.get("orders", order)
            operation = work.operation("edit", t("修改订单明细：{number}", number=record.get("number")))
            for line in self._old_lines(work, order):
                work.writer.delete(operation, "order_lines", line.id)
            total = 0
            for row in rows:
                values = _priced(row)
                total += values["amount"]
                values["order"] = (Link(order, str(record.get("number"))),)
                work.writer.create(operation, "order_lines", {k: v for k, v in values.items() if v is not None})
            updated, _ = work.writer.update(operation, "orders", order, {"amount": total})
            return updated, work.commit()

    def _old_lines(self, work: UnitOfWork, order: uuid.UUID) -> Records:
        handles = work.reader.handles("order_lines", Condition("order", "in", str(order))).tolist()
        return list(work.reader.each("order_lines", handles))

    def _linked(self, entity: str, key: str, record: uuid.UUID, sort: Sort) -> Records:
        with self._context.reading() as work:
            handles = work.reader.handles(entity, Condition(key, "in", str(record)), (sort,)).tolist()
            return list(work.reader.each(entity, handles))

    def _create(self, work: UnitOfWork, operation: Operation, values: Mapping[str, Any]) -> Record:
        given = {"status": "confirmed", "ordered_on": today(), **{k: v for k, v in values.items() if v is not None}}
        deal = id_of(given.get("deal"))
        if deal is not None and not given.get("customer"):
            given["customer"] = work.reader.get("deals", deal).get("customer")
        return super()._create(work, operation, {k: v for k, v in given.items() if v is not None})


def _priced(row: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(row)
    if values.get("amount") is None:
        quantity, price = values.get("quantity"), values.get("price") or 0
        values["amount"] = round((1 if quantity is None else quantity) * price)
    return values
