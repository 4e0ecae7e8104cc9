"""Orders for the figures: grouped by customer, in the order of the index that holds all that is needed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.core.filters import Filter
from app.db.dialect.expressions import CompactDay, IdBytes, IsoDay, Joined, Numbers, PackedNumbers, Total, among
from app.db.figures.columns import day_numbers, keys, parsed, scanning
from app.db.store.computed import counted, signed
from app.db.store.reading import Reader
from app.models import Payment

if TYPE_CHECKING:
    from app.db.figures.columns import Ints, Keys

_NOBODY = b"\0" * 16


@dataclass(frozen=True)
class OrderColumns:
    """Counted orders (no drafts, nothing cancelled, with a day), those of one customer together.

    `customers` are the ids of the groups, ascending, `group` the group of each order, `day` day numbers (ascending within a group),
    `net` minor units.
    """

    customers: Keys
    group: Ints
    handle: Ints
    day: Ints
    net: Ints

    @property
    def nobody(self) -> int:
        """The group of the orders without a customer; −1 when all have one."""
        import numpy as np

        found = np.flatnonzero(self.customers == keys([_NOBODY])[0])
        return int(found[0]) if len(found) else -1


def _counted(reader: Reader, condition: Filter | None) -> list[Any]:
    c = reader.layout("orders").table.c
    return [*reader.where("orders", condition), counted(reader.registry), c.ordered_on.is_not(None)]


def load(reader: Reader) -> OrderColumns:
    """All counted orders the actor sees."""
    import numpy as np

    layout = reader.layout("orders")
    c = layout.table.c
    left = sa.func.coalesce(c.amount_minor, 0) - sa.func.coalesce(c.refund_minor, 0)
    text = Joined(Numbers(layout.rid, CompactDay(c.ordered_on), left))
    query = (
        sa.select(IdBytes(c.customer_id), sa.func.count(), text).where(*_counted(reader, None)).group_by(c.customer_id)
    )
    rows = reader.connection.execute(query.order_by(c.customer_id.nulls_first())).all()
    handle, day, net = parsed((row[2] for row in rows), 3)
    counts = np.array([row[1] for row in rows], dtype=np.int64)
    customers = keys([row[0] or _NOBODY for row in rows])
    group = np.repeat(np.arange(len(rows), dtype=np.int64), counts)
    days = day_numbers(day)
    if ((days[1:] < days[:-1]) & (group[1:] == group[:-1])).any():  # the engine walked another index
        order = np.lexsort((handle, days, group))
        group, handle, days, net = group[order], handle[order], days[order], net[order]
    return OrderColumns(customers, group, handle, days, net)


@dataclass(frozen=True)
class OneOrder:
    """A counted order as it is now."""

    handle: int
    customer: bytes
    day: int
    net: int


def some(reader: Reader, ids: Sequence[uuid.UUID]) -> tuple[list[int], list[OneOrder]]:
    """(row handles of all of these that exist at all, those among them that are counted and visible)."""
    layout = reader.layout("orders")
    c = layout.table.c
    there = (
        reader.connection.execute(sa.select(layout.rid).where(c.org_id == reader.office, among(c.id, ids)))
        .scalars()
        .all()
    )
    query = sa.select(layout.rid, IdBytes(c.customer_id), CompactDay(c.ordered_on), layout.column("net"))
    rows = reader.connection.execute(query.where(among(c.id, ids), *_counted(reader, None))).all()
    found = []
    for handle, customer, day, net in rows:
        number = int(day)
        days = day_numbers(_one(number))
        found.append(OneOrder(int(handle), customer or _NOBODY, int(days[0]), int(net)))
    return [int(h) for h in there], found


def _one(number: int) -> Ints:
    import numpy as np

    return np.array([number], dtype=np.int64)


def channels(reader: Reader, ids: Sequence[uuid.UUID] | None = None) -> list[tuple[str, Ints]]:
    """(channel, row handles ascending) of the counted visible orders, of all or of these."""
    import numpy as np

    layout = reader.layout("orders")
    c = layout.table.c
    where = _counted(reader, None)
    where = scanning(where, reader.connection) if ids is None else [*where, among(c.id, ids)]
    channel = sa.func.coalesce(c.channel, "")
    query = sa.select(channel, PackedNumbers(layout.rid)).where(*where).group_by(channel)
    rows = reader.connection.execute(query).all()
    return sorted(((str(name), np.sort(handles)) for name, handles in rows), key=lambda pair: pair[0])


def margin(reader: Reader) -> tuple[int, int]:
    """(net revenue, cost) of the counted visible orders whose cost is known, minor units."""
    c = reader.layout("orders").table.c
    net = reader.layout("orders").column("net")
    query = sa.select(sa.func.coalesce(Total(net), 0), sa.func.coalesce(Total(c.cost_minor), 0))
    where = scanning(_counted(reader, None), reader.connection)
    row = reader.connection.execute(query.where(*where, c.cost_minor.is_not(None))).one()
    return int(row[0]), int(row[1])


def owed(reader: Reader, condition: Filter | None, until: str | None) -> tuple[Ints, Ints]:
    """(owed minor units, day number it was due, else ordered, else 0) of orders on which something is owed.

    `until`: orders and payments up to this day only; None: everything there is.
    """
    layout = reader.layout("orders")
    c = layout.table.c
    p = Payment.__table__.c
    given = signed(reader.registry.entity("payments"), p)
    paid = sa.select(p.order_id, Total(given).label("paid")).where(p.deleted_at.is_(None), p.order_id.is_not(None))
    if until is not None:
        paid = paid.where(sa.or_(p.paid_on.is_(None), IsoDay(p.paid_on) <= until))
    sums = paid.group_by(p.order_id).subquery()
    left = layout.column("net") - sa.func.coalesce(sums.c.paid, 0)
    states = counted(reader.registry)
    due = sa.func.coalesce(CompactDay(c.due_on), CompactDay(c.ordered_on), "0")
    query = (
        sa.select(layout.rid.label("rid"), Numbers(left, due).label("pair"))
        .select_from(layout.table.outerjoin(sums, sums.c.order_id == c.id))
        .where(*scanning(reader.where("orders", condition), reader.connection), states, left > 0)
    )
    if until is not None:
        query = query.where(sa.or_(c.ordered_on.is_(None), IsoDay(c.ordered_on) <= until))
    pairs = query.subquery()
    bundle = pairs.c.rid.op("/")(sa.literal_column("20000"))  # so many to one text
    texts = sa.select(Joined(pairs.c.pair)).group_by(bundle)
    found, days = parsed(reader.connection.execute(texts).scalars(), 2)
    return found, day_numbers(days)


def unassigned_payments(reader: Reader, until: str | None) -> tuple[int, int]:
    """(how many, minor units) of visible payments that are tied to no order."""
    c = reader.layout("payments").table.c
    given = signed(reader.registry.entity("payments"), c)
    query = sa.select(sa.func.count(), sa.func.coalesce(Total(given), 0)).where(
        *reader.where("payments", None), c.order_id.is_(None)
    )
    if until is not None:
        query = query.where(sa.or_(c.paid_on.is_(None), IsoDay(c.paid_on) <= until))
    row = reader.connection.execute(query).one()
    return int(row[0]), int(row[1])


def products(reader: Reader, condition: Filter | None, since: str, until: str) -> list[tuple[str, int]]:
    """(product name, minor units) of the lines of counted orders with `since` ≤ day < `until`."""
    lines = reader.layout("order_lines").table.c
    layout = reader.layout("orders")
    c = layout.table.c
    name = sa.func.coalesce(lines.name, "")
    query = (
        sa.select(name, Total(sa.func.coalesce(lines.amount_minor, 0)))
        .select_from(layout.table.join(reader.layout("order_lines").table, lines.order_id == c.id))
        .where(*_counted(reader, condition), lines.org_id == reader.office, lines.deleted_at.is_(None))
        .where(IsoDay(c.ordered_on) >= since, IsoDay(c.ordered_on) < until)
        .group_by(name)
    )
    return [(str(r[0]), int(r[1] or 0)) for r in reader.connection.execute(query)]
