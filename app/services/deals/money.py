"""What orders, their items and payments are, whatever door they come through: an order takes its deal's customer, a payment
its order's; an item's amount is quantity × price; amounts that may not be 0 or negative are refused."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from app.core.filters import Condition
from app.core.i18n import t
from app.db.journal import DELETE, UPDATE, Operation
from app.db.store.behaviour import Batch, Behaviour, Known, Row
from app.db.store.drafts import Change, Draft, ids_of
from app.db.store.order_sums import LineSum, line_sums
from app.services.deals.importing import profits_of_lines, profits_of_orders, signs_of_payments
from app.services.deals.rules import priced

#: of an order, what its items give
_SUMS = ("amount", "cost")


class OrderBehaviour(Behaviour):
    """An order is its deal's customer's; its payments go with it to another one."""

    entity = "orders"
    needs = ("customer", "deal")

    def understand(self, work: Any, operation: Operation, rows: Sequence[Known]) -> Iterable[tuple[Row, str]]:
        return profits_of_orders(work, operation, rows)

    def prepare(self, batch: Batch) -> None:
        _take_customer(batch, "deal")

    def follow(self, batch: Batch) -> None:
        if batch.action != UPDATE:
            return
        moved = {d.id: d for d in batch if d.changes("customer")}
        if not moved:
            return
        writer = batch.writer.everywhere()
        condition = Condition("order", "in", [str(order) for order in moved])
        changes: list[Change] = []
        for record in writer.reader.each("payments", writer.reader.handles("payments", condition).tolist()):
            order = moved[record.get("order")[0].id]
            tied = record.get("customer")
            if (tied[0].id if tied else None) == order.was_linked("customer"):
                changes.append(Change(record, {"customer": order.get("customer")}))
        writer.touch_many(batch.operation, "payments", changes)


class PaymentBehaviour(Behaviour):
    """Which way the money went is told by the kind, never by a sign (an import turns signs into kinds)."""

    entity = "payments"
    needs = ("order", "customer")

    def understand(self, work: Any, operation: Operation, rows: Sequence[Known]) -> Iterable[tuple[Row, str]]:
        return signs_of_payments(work, operation, rows)

    def prepare(self, batch: Batch) -> None:
        _take_customer(batch, "order")

    def check(self, batch: Batch) -> None:
        for draft in batch:
            amount = draft.get("amount")
            if draft.gives("amount") and amount is not None and amount <= 0:
                draft.problems.setdefault("amount", t("请填大于零的金额。"))


class OrderLineBehaviour(Behaviour):
    """An item's amount follows from quantity and price, an order's from its items, as long as nobody says otherwise."""

    entity = "order_lines"
    needs = ("order", "quantity", "price", "amount", "cost")

    def understand(self, work: Any, operation: Operation, rows: Sequence[Known]) -> Iterable[tuple[Row, str]]:
        return profits_of_lines(work, operation, rows)

    def prepare(self, batch: Batch) -> None:
        for draft in batch:
            whole = priced(draft.get("quantity"), draft.get("price"))
            if draft.gives("amount") and draft.get("amount") is not None:
                continue
            if draft.is_new and draft.get("amount") is None:
                if whole is not None:
                    draft.set("amount", whole)
            elif (draft.changes("quantity") or draft.changes("price")) and _followed(draft):
                draft.set("amount", whole)

    def settle(self, batches: Sequence[Batch]) -> None:
        grown: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("count", *_SUMS), 0))
        for batch in batches:
            for draft in batch:
                for order, sign, value in _parts(batch.action, draft):
                    grown[order]["count"] += sign
                    for key in _SUMS:
                        grown[order][key] += sign * (value(key) or 0)
        if grown:
            _bring_up_to_date(batches[0], grown)


def _parts(action: str, draft: Draft) -> list[tuple[uuid.UUID, int, Any]]:
    """(order, +1 or −1, value of a field) of what a written item adds to orders and takes from them."""
    before, after = draft.was_linked("order"), draft.linked("order")
    found: list[tuple[uuid.UUID, int, Any]] = []
    if action in (UPDATE, DELETE) and before is not None:
        found.append((before, -1, draft.before))
    if action != DELETE and after is not None:
        found.append((after, 1, draft.get))
    return found


def _bring_up_to_date(batch: Batch, grown: dict[uuid.UUID, dict[str, int]]) -> None:
    """Amount and cost of the orders that said what their items said before."""
    writer = batch.writer.everywhere()
    sums = line_sums(writer.reader, list(grown))
    changes: list[Change] = []
    for order in writer.known("orders", list(grown), _SUMS):
        total, more = sums.get(order.id, LineSum(0, 0, 0)), grown[order.id]
        first = total.count == more["count"]  # there were no items before
        wanted: dict[str, Any] = {}
        for key, now in (("amount", total.amount), ("cost", total.cost)):
            stated = order.get(key)
            follows = not stated if first else (stated or 0) == now - more[key]
            if follows and stated != now and (now or stated is not None):
                wanted[key] = now
        if wanted:
            changes.append(Change(order, wanted))
    writer.touch_many(batch.operation, "orders", changes)


def _followed(draft: Draft) -> bool:
    """Whether the amount was what quantity and price came to."""
    return bool(draft.before("amount") == priced(draft.before("quantity"), draft.before("price")))


def _take_customer(batch: Batch, link: str) -> None:
    """A record that is tied by `link` takes the other's customer, unless it names one itself."""
    asking = [
        d for d in batch
        if d.linked(link) is not None and (
            not d.get("customer") if d.is_new else d.changes(link) and not d.names("customer")
        )
    ]  # fmt: skip
    target = batch.entity.field(link).target
    customers = _customers(batch, target, ids_of(d.linked(link) for d in asking))
    for draft in asking:
        customer = customers.get(draft.linked(link))
        if customer:
            draft.set("customer", customer)


def _customers(batch: Batch, entity: str, records: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, Any]:
    reader = batch.writer.everywhere().reader
    return {r.id: r.get("customer") for r in reader.by_ids(entity, records, ["customer"])} if records else {}
