"""Finding existing records by what identifies them, many at a time: for imports and for links by name."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.db.dialect import office_of
from app.db.dialect.expressions import IdBytes, among
from app.db.store.layout import POINT_KINDS, Layout
from app.models import ChangeRow, Contact, ContactPoint, Order, OrderLine, Tie

#: (record id, in the recycle bin)
Hit = tuple[bytes, bool]
_POINTS = {f.value: kind for f, kind in POINT_KINDS.items()}


def find(connection: sa.Connection, layout: Layout, field: str, values: Iterable[str]) -> dict[str, list[Hit]]:
    """value → records that have it. Fields: any text column, `name` (by comparison form), phones, emails, wechats."""
    wanted = sorted(set(values))
    found: dict[str, list[Hit]] = defaultdict(list)
    if not wanted:
        return found
    office, c = office_of(connection), layout.table.c
    who: Any = c.id
    gone: Any = c.deleted_at.is_not(None)
    if "merged_into_id" in c:  # a record that was merged into another one is found as that one
        who = sa.func.coalesce(c.merged_into_id, c.id)
        survivor = layout.table.alias("survivor")
        theirs = sa.select(survivor.c.deleted_at.is_not(None)).where(
            survivor.c.org_id == office, survivor.c.id == c.merged_into_id
        )
        gone = sa.case((c.merged_into_id.is_(None), gone), else_=theirs.scalar_subquery())
    if field in _POINTS:
        p = ContactPoint.__table__.c
        value: Any = p.normal
        query = sa.select(value, IdBytes(who), gone).select_from(
            ContactPoint.__table__.join(layout.table, sa.and_(c.org_id == p.org_id, c.id == p.record_id))
        )
        query = query.where(p.org_id == office, p.kind == _POINTS[field], among(value, wanted))
    else:
        value = c.match_key if field == "name" else c[field]
        query = sa.select(value, IdBytes(who), gone).where(c.org_id == office, among(value, wanted))
    for text, record, deleted in connection.execute(query):
        hit = (bytes(record), bool(deleted))
        if hit not in found[text]:
            found[text].append(hit)
    return found


def numbered_elsewhere(connection: sa.Connection, layout: Layout, records: Iterable[bytes]) -> set[bytes]:
    """Those of the records that have a number of another system."""
    c = layout.table.c
    query = sa.select(IdBytes(c.id)).where(
        c.org_id == office_of(connection), c.external_id.is_not(None), among(c.id, set(records))
    )
    return {bytes(key) for key in connection.execute(query).scalars()}


def orders_made(connection: sa.Connection, operation: uuid.UUID) -> list[tuple[bytes, int | None, int | None, bool]]:
    """(order, amount, cost, whether it has items) of every order this operation made."""
    o, h, line = Order.__table__.c, ChangeRow.__table__.c, OrderLine.__table__.c
    items = sa.select(line.id).where(line.org_id == o.org_id, line.order_id == o.id).exists()
    query = (
        sa.select(IdBytes(o.id), o.amount_minor, o.cost_minor, items)
        .select_from(ChangeRow.__table__.join(Order.__table__, sa.and_(o.org_id == h.org_id, o.id == h.record_id)))
        .where(
            h.org_id == office_of(connection), h.operation_id == operation, h.entity == "orders", h.action == "create"
        )
    )
    return [(bytes(row[0]), row[1], row[2], bool(row[3])) for row in connection.execute(query)]


def customers_of(connection: sa.Connection, contacts: Sequence[bytes]) -> list[bytes]:
    """The customers that these contacts are tied to."""
    k = Tie.__table__.c
    query = sa.select(IdBytes(k.target_id)).where(
        k.org_id == office_of(connection), k.entity == "contacts", k.field == "customers", among(k.record_id, contacts)
    )
    return list(dict.fromkeys(bytes(key) for key in connection.execute(query).scalars())) if contacts else []


def contact_names(connection: sa.Connection, customers: Sequence[bytes]) -> set[tuple[bytes, str]]:
    """(customer id, comparison form of the name) of all live contacts tied to these customers."""
    k, c = Tie.__table__.c, Contact.__table__.c
    joined = sa.and_(c.org_id == k.org_id, c.id == k.record_id, c.deleted_at.is_(None))
    query = (
        sa.select(IdBytes(k.target_id), c.match_key)
        .select_from(Tie.__table__.join(Contact.__table__, joined))
        .where(k.org_id == office_of(connection), k.entity == "contacts", k.field == "customers")
        .where(among(k.target_id, customers))
    )
    return {(bytes(customer), name) for customer, name in connection.execute(query)}
