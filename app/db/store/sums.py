"""Sums of amounts over the records an import names or made: for comparing an archive with the files it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.db.store.layout import Layout
from app.models import ChangeRow, CustomValue

_CHUNK = 900


def sum_of_external(connection: sa.Connection, layout: Layout, field: str, ids: Sequence[str]) -> int | None:
    """The sum over the live records with these numbers in another system; None where the field has no column."""
    total = 0
    for start in range(0, len(ids), _CHUNK):
        found = _sum(connection, layout, field, layout.table.c.external_id.in_(ids[start : start + _CHUNK]))
        if found is None:
            return None
        total += found
    return total


def sum_of_touched(
    connection: sa.Connection, layout: Layout, field: str, operations: Sequence[uuid.UUID]
) -> int | None:
    """The sum over the live records these operations made or changed."""
    touched = sa.select(ChangeRow.record_id).where(
        ChangeRow.org_id == 1, ChangeRow.operation_id.in_(operations), ChangeRow.entity == layout.entity.key
    )
    return _sum(connection, layout, field, layout.table.c.id.in_(touched))


def _sum(connection: sa.Connection, layout: Layout, field: str, which: sa.ColumnElement[bool]) -> int | None:
    table = layout.table
    known = layout.entity.find(field)
    live = sa.and_(table.c.org_id == 1, table.c.deleted_at.is_(None), which)
    if known is not None and known.custom:
        query = sa.select(sa.func.sum(CustomValue.number)).where(
            CustomValue.org_id == 1, CustomValue.entity == layout.entity.key, CustomValue.field == field,
            CustomValue.record_id.in_(sa.select(table.c.id).where(live)),
        )  # fmt: skip
        return int(connection.execute(query).scalar() or 0)
    column = layout.column(field)
    if column is None:
        return None
    if "kind" in table.c and layout.entity.key == "payments":  # a refund is stored as a positive amount of its kind
        column = sa.case((table.c.kind == "refund", -column), else_=column)
    return int(connection.execute(sa.select(sa.func.sum(column)).where(live)).scalar() or 0)


def sum_of_lines(connection: sa.Connection, order: Layout, line: Layout, field: str, ids: Sequence[str]) -> int | None:
    """The sum of an amount of the items of the orders with these numbers in another system."""
    column: Any = line.column(field)
    if column is None:
        return None
    total = 0
    for start in range(0, len(ids), _CHUNK):
        orders = sa.select(order.table.c.id).where(
            order.table.c.org_id == 1, order.table.c.deleted_at.is_(None),
            order.table.c.external_id.in_(ids[start : start + _CHUNK]),
        )  # fmt: skip
        query = sa.select(sa.func.sum(column)).where(line.table.c.org_id == 1, line.table.c.order_id.in_(orders))
        total += int(connection.execute(query).scalar() or 0)
    return total
