"""Sums of amounts over the records an import names or made: for comparing an archive with the files it comes from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.db.dialect import office_of
from app.db.dialect.expressions import Total, among
from app.db.store.computed import signed
from app.db.store.layout import Layout
from app.models import ChangeRow, CustomValue


def sum_of_external(connection: sa.Connection, layout: Layout, field: str, ids: Sequence[str]) -> int | None:
    """The sum over the live records with these numbers in another system; None where the field has no column."""
    return _sum(connection, layout, field, among(layout.table.c.external_id, ids))


def sum_of_touched(
    connection: sa.Connection, layout: Layout, field: str, operations: Sequence[uuid.UUID]
) -> int | None:
    """The sum over the live records these operations made or changed."""
    touched = sa.select(ChangeRow.record_id).where(
        ChangeRow.org_id == office_of(connection),
        ChangeRow.operation_id.in_(operations),
        ChangeRow.entity == layout.entity.key,
    )
    return _sum(connection, layout, field, layout.table.c.id.in_(touched))


def _sum(connection: sa.Connection, layout: Layout, field: str, which: sa.ColumnElement[bool]) -> int | None:
    table, office = layout.table, office_of(connection)
    known = layout.entity.find(field)
    live = sa.and_(table.c.org_id == office, table.c.deleted_at.is_(None), which)
    if known is not None and known.custom:
        query = sa.select(Total(CustomValue.number)).where(
            CustomValue.org_id == office, CustomValue.entity == layout.entity.key, CustomValue.field == field,
            CustomValue.record_id.in_(sa.select(table.c.id).where(live)),
        )  # fmt: skip
        return int(connection.execute(query).scalar() or 0)
    column = layout.column(field)
    if column is None:
        return None
    if layout.entity.key == "payments" and field == "amount":
        column = signed(layout.entity, table.c)
    return int(connection.execute(sa.select(Total(column)).where(live)).scalar() or 0)


def sum_of_lines(connection: sa.Connection, order: Layout, line: Layout, field: str, ids: Sequence[str]) -> int | None:
    """The sum of an amount of the items of the orders with these numbers in another system."""
    column: Any = line.column(field)
    if column is None:
        return None
    office, c = office_of(connection), order.table.c
    orders = sa.select(c.id).where(c.org_id == office, c.deleted_at.is_(None), among(c.external_id, ids))
    query = sa.select(Total(column)).where(line.table.c.org_id == office, line.table.c.order_id.in_(orders))
    return int(connection.execute(query).scalar() or 0)
