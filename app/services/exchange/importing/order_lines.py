"""Several rows of a file with one order number are one order with several items (一单多行)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.core.primitives import from_scaled
from app.db.journal import Operation
from app.db.store.behaviour import Terms
from app.db.store.drafts import NewRow
from app.db.store.writing import Writer
from app.services.deals.rules import priced
from app.services.exchange.importing.prepare import Prepared
from app.services.exchange.mapping.plan import ImportPlan

_LINE = "line."
_SUMS = ("amount", "cost")


class OrderLines:
    """The items of one import's orders, across its batches.

    Amount and cost of an order are the sums of its items, unless the file gives them for orders and items.
    """

    def __init__(self, plan: ImportPlan) -> None:
        targets = plan.targets()
        self._own_amount = bool({_LINE + "amount", _LINE + "price"} & targets)
        given = {"amount": "amount" in targets, "cost": bool({"cost", "profit"} & targets)}
        of_items = {"amount": self._own_amount, "cost": bool({_LINE + "cost", _LINE + "profit"} & targets)}
        #: what an order's row says itself while its items say it too
        self._fixed = {key for key in _SUMS if given[key] and of_items[key]}
        self._from_row = {key for key in _SUMS if given[key] and not of_items[key]}
        #: what an order comes to is the sum of its rows
        self.summed = frozenset(key for key in _SUMS if given[key] or of_items[key]) | {"profit"}
        self._seen: set[int] = set()
        self._sums: dict[bytes, dict[str, Any]] = {}
        #: (item, its order, the row it stands in)
        self._waiting: list[tuple[NewRow, Prepared | bytes, Prepared]] = []
        self._grown: dict[bytes, dict[str, int]] = {}
        self._lined: set[int | bytes] = set()

    def repeats(self, row: Prepared) -> bool:
        """Whether exactly this row stood in the file before."""
        mark = hash(row.joined)
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    @staticmethod
    def is_item(row: Prepared) -> bool:
        """Whether the row says what was sold, not only for how much."""
        line = row.line
        said = line is not None and any(line.columns.get(key) is not None for key in ("name", "quantity", "price"))
        return said or bool(isinstance(line, Prepared) and line.links)

    def begins(self, row: Prepared) -> None:
        """A row that makes a new order; its first item when it has one."""
        self._seen.add(hash(row.joined))
        line = _line_of(row)
        if line is None:
            return
        for key in _SUMS:
            if key in self._from_row:
                line.columns[key] = row.columns.get(key)
            elif key not in self._fixed and line.columns.get(key) is not None:
                row.columns[key] = line.columns[key]
        self._lined.add(id(row))
        self._waiting.append((line, row, row))

    def resume(self, made: Iterable[tuple[bytes, int | None, int | None, bool]]) -> None:
        """Know the orders that this import made before it was interrupted: (order, amount, cost, has items)."""
        for order, amount, cost, has_items in made:
            self._sums[order] = {"amount": amount, "cost": cost}
            if has_items:
                self._lined.add(order)

    def passed(self, rows: Iterable[Prepared]) -> None:
        """These rows were written before the interruption."""
        self._seen.update(hash(row.joined) for row in rows)

    def was_made(self, order: bytes) -> bool:
        """Whether this import made the order."""
        return order in self._sums

    def goes_on(self, row: Prepared, order: Prepared | bytes) -> None:
        """A further row of an order of this import."""
        line = _line_of(row) or NewRow({}, [])
        for key in self._from_row:
            line.columns[key] = row.columns.get(key)
        self._first_item(order, row)
        self._waiting.append((line, order, row))
        for key in _SUMS:
            more = line.columns.get(key)
            if more is None or key in self._fixed:
                continue
            if isinstance(order, bytes):
                grown = self._grown.setdefault(order, {})
                grown[key] = grown.get(key, 0) + more
            else:
                order.columns[key] = (order.columns.get(key) or 0) + more

    def _first_item(self, order: Prepared | bytes, row: Prepared) -> None:
        """The first row had nothing but an amount: it becomes an item now that there is a second."""
        mark = order if isinstance(order, bytes) else id(order)
        if mark in self._lined:
            return
        self._lined.add(mark)
        known = self._sums.get(order, {}) if isinstance(order, bytes) else order.columns
        self._waiting.append((NewRow({key: known.get(key) for key in _SUMS}, []), order, row))

    def written(self, ids: Mapping[int, bytes], rows: list[Prepared]) -> None:
        """The orders of these rows were written; `ids`: id(row) → order."""
        for row in rows:
            key = ids[id(row)]
            self._sums[key] = {k: row.columns.get(k) for k in _SUMS}
            if id(row) in self._lined:
                self._lined.discard(id(row))
                self._lined.add(key)
        self._waiting = [(line, x if isinstance(x, bytes) else ids.get(id(x), x), of) for line, x, of in self._waiting]

    def refused(self, order: Prepared) -> list[Prepared]:
        """An order is not taken: the further rows that were items of it."""
        mine = {id(row): row for _, x, row in self._waiting if x is order and row is not order}
        self._waiting = [part for part in self._waiting if part[1] is not order]
        return list(mine.values())

    def flush(self, writer: Writer, operation: Operation, owner: bytes, terms: Terms) -> int:
        """Write the items of written orders and bring grown sums up to date; returns how many items."""
        ready = [(line, order) for line, order, _ in self._waiting if isinstance(order, bytes)]
        self._waiting = [part for part in self._waiting if not isinstance(part[1], bytes)]
        for line, order in ready:
            line.columns["order"] = order
        for key in _SUMS:
            grown = [(more[key], order) for order, more in self._grown.items() if key in more]
            if grown:
                writer.grow("orders", key, grown)
        if ready:  # the orders say by now what they come to
            made = writer.add(operation, "order_lines", [line for line, _ in ready], owner, replace(terms, note=False))
            made.require()
        for order, more in self._grown.items():
            known = self._sums[order]
            known |= {key: (known.get(key) or 0) + amount for key, amount in more.items()}
        self._grown = {}
        return len(ready)


def _line_of(row: Prepared) -> NewRow | None:
    line = row.line
    if line is None or not (any(v is not None for v in line.columns.values()) or getattr(line, "links", None)):
        return None
    columns: dict[str, Any] = line.columns
    if columns.get("amount") is None and columns.get("price") is not None:
        quantity = columns.get("quantity")
        columns["amount"] = priced(None if quantity is None else from_scaled(quantity), from_scaled(columns["price"]))
    if columns.get("profit") is not None and columns.get("cost") is None and columns.get("amount") is not None:
        columns["cost"] = columns["amount"] - columns["profit"]
    return line
