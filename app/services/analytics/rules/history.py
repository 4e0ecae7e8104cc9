"""What each customer bought, from a column of orders: the base of every figure about customers.

Days are proleptic day numbers (`date.toordinal`). Only orders up to `as_of` are looked at; several orders of one day
are one purchase for the models and several orders for RFM.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Bools, Floats, Ints, group_starts

DAYS_A_WEEK = 7.0


@dataclass(frozen=True)
class Orders:
    """One row an order, sorted by customer and day. `customer` is any integer key, `net` minor units."""

    customer: Ints
    day: Ints
    net: Ints

    def __post_init__(self) -> None:
        assert len(self.customer) == len(self.day) == len(self.net)

    def where(self, mask: Bools) -> Orders:
        """Only these rows."""
        return Orders(self.customer[mask], self.day[mask], self.net[mask])

    def through(self, day: int, *, since: int | None = None) -> Orders:
        """The orders up to this day (included), from `since` on."""
        mask = self.day <= day
        if since is not None:
            mask &= self.day >= since
        return self if mask.all() else self.where(mask)


def sorted_orders(customer: Ints, day: Ints, net: Ints) -> Orders:
    """Orders in any order, sorted as everything here needs them."""
    order = np.lexsort((net, day, customer))
    return Orders(customer[order], day[order], net[order])


@dataclass(frozen=True)
class Histories:
    """One row a customer with at least one order. Days are day numbers, `net` minor units."""

    customer: Ints
    first: Ints
    last: Ints
    orders: Ints
    purchase_days: Ints
    net: Ints
    first_day_net: Ints

    def __len__(self) -> int:
        return len(self.customer)


def histories(orders: Orders) -> Histories:
    """Each customer's own summary, in ascending order of the customer's key."""
    starts = group_starts(orders.customer)
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return Histories(none, none, none, none, none, none, none)
    ends = np.append(starts[1:], len(orders.customer))
    first = orders.day[starts]
    new_day = np.ones(len(orders.day), dtype=np.int64)
    new_day[1:] = (orders.day[1:] != orders.day[:-1]) | (orders.customer[1:] != orders.customer[:-1])
    counts = ends - starts
    on_first = np.where(orders.day == np.repeat(first, counts), orders.net, 0)
    return Histories(
        customer=orders.customer[starts],
        first=first,
        last=orders.day[ends - 1],
        orders=counts,
        purchase_days=np.add.reduceat(new_day, starts),
        net=np.add.reduceat(orders.net, starts),
        first_day_net=np.add.reduceat(on_first, starts),
    )


def histories_at(orders: Orders, days: Sequence[int]) -> Iterator[Histories]:
    """The same customers' histories as they stood at the end of each of these ascending days, in one pass over the
    orders. Sums of money are not told (0)."""
    starts = group_starts(orders.customer)
    counts = np.diff(np.append(starts, len(orders.customer)))
    group = np.repeat(np.arange(len(starts), dtype=np.int64), counts)
    new_day = np.ones(len(orders.day), dtype=np.int64)
    new_day[1:] = (orders.day[1:] != orders.day[:-1]) | (group[1:] != group[:-1])
    purchase_days = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(new_day)))
    width = len(days) + 1
    bucket = np.searchsorted(np.asarray(days, dtype=np.int64), orders.day, side="left")
    table = np.bincount(bucket * len(starts) + group, minlength=len(starts) * width).reshape(width, len(starts))
    ends = starts.copy()
    for added in table[: len(days)]:
        ends = ends + added
        there = ends > starts
        begin, end = starts[there], ends[there]
        none = np.zeros(len(begin), dtype=np.int64)
        yield Histories(
            customer=orders.customer[begin],
            first=orders.day[begin],
            last=orders.day[end - 1],
            orders=end - begin,
            purchase_days=purchase_days[end] - purchase_days[begin],
            net=none,
            first_day_net=none,
        )


def gaps(orders: Orders) -> Ints:
    """Days between one purchase day and the next of the same customer."""
    if len(orders.day) < 2:
        return np.zeros(0, dtype=np.int64)
    apart = orders.day[1:] - orders.day[:-1]
    found = apart[(orders.customer[1:] == orders.customer[:-1]) & (apart > 0)]
    return np.asarray(found, dtype=np.int64)


@dataclass(frozen=True)
class ModelInputs:
    """x repeat purchases, t_x the last one and T the age in weeks, m the mean repeat purchase in minor units."""

    x: Floats
    tx: Floats
    age: Floats
    mean: Floats


def model_inputs(found: Histories, as_of: int) -> ModelInputs:
    """The customer-value models' inputs (METRICS: x = distinct purchase days − 1, unit weeks)."""
    x = (found.purchase_days - 1).astype(np.float64)
    repeat = (found.net - found.first_day_net).astype(np.float64)
    return ModelInputs(
        x=x,
        tx=(found.last - found.first) / DAYS_A_WEEK,
        age=(as_of - found.first) / DAYS_A_WEEK,
        mean=np.where(x > 0, repeat / np.maximum(x, 1), 0.0),
    )
