"""Finding existing records by what identifies them, many at a time: for imports and for links by name."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.db.store.layout import POINT_KINDS, Layout

#: (record id, in the recycle bin)
Hit = tuple[bytes, bool]
_CHUNK = 900
_POINTS = {f.value: kind for f, kind in POINT_KINDS.items()}


def find(connection: sa.Connection, layout: Layout, field: str, values: Iterable[str]) -> dict[str, list[Hit]]:
    """value → records that have it. Fields: any text column, `name` (by comparison form), phones, emails, wechats."""
    wanted = sorted(set(values))
    found: dict[str, list[Hit]] = defaultdict(list)
    table = layout.table.name
    # a record that was merged into another one is found as that one
    who, gone = "t.id", "t.deleted_at"
    if "merged_into_id" in layout.table.c:
        who = "coalesce(t.merged_into_id, t.id)"
        gone = (
            f"CASE WHEN t.merged_into_id IS NULL THEN t.deleted_at ELSE "
            f"(SELECT s.deleted_at FROM {table} s WHERE s.org_id=1 AND s.id = t.merged_into_id) END"
        )
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        parameters: tuple[Any, ...]
        if field in _POINTS:
            sql = (
                f"SELECT p.normal, {who}, {gone} FROM contact_point p JOIN {table} t "
                f"ON t.org_id = p.org_id AND t.id = p.{layout.holder} "
                f"WHERE p.org_id=1 AND p.kind=? AND p.normal IN ({marks})"
            )
            parameters = (_POINTS[field], *part)
        else:
            column = "match_key" if field == "name" else field
            sql = f"SELECT t.{column}, {who}, {gone} FROM {table} t WHERE t.org_id=1 AND t.{column} IN ({marks})"
            parameters = tuple(part)
        for value, record, deleted in connection.exec_driver_sql(sql, parameters):
            hit = (record, deleted is not None)
            if hit not in found[value]:
                found[value].append(hit)
    return found


def numbered_elsewhere(connection: sa.Connection, layout: Layout, records: Iterable[bytes]) -> set[bytes]:
    """Those of the records that have a number of another system."""
    wanted = sorted(set(records))
    found: set[bytes] = set()
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        sql = f"SELECT id FROM {layout.table.name} WHERE org_id=1 AND external_id IS NOT NULL AND id IN ({marks})"
        found.update(row[0] for row in connection.exec_driver_sql(sql, tuple(part)))
    return found


def orders_made(connection: sa.Connection, operation: uuid.UUID) -> list[tuple[bytes, int | None, int | None, bool]]:
    """(order, amount, cost, whether it has items) of every order this operation made."""
    sql = (
        "SELECT o.id, o.amount_minor, o.cost_minor, "
        "EXISTS(SELECT 1 FROM order_line l WHERE l.org_id=1 AND l.order_id=o.id) "
        "FROM change c JOIN sales_order o ON o.org_id=1 AND o.id=c.record_id "
        "WHERE c.org_id=1 AND c.operation_id=? AND c.entity='orders' AND c.action='create'"
    )
    return [(row[0], row[1], row[2], bool(row[3])) for row in connection.exec_driver_sql(sql, (operation.bytes,))]


def contact_names(connection: sa.Connection, customers: Sequence[bytes]) -> set[tuple[bytes, str]]:
    """(customer id, comparison form of the name) of all live contacts tied to these customers."""
    found: set[tuple[bytes, str]] = set()
    for start in range(0, len(customers), _CHUNK):
        part = customers[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        sql = (
            "SELECT k.customer_id, c.match_key FROM customer_contact k "
            "JOIN contact c ON c.org_id = k.org_id AND c.id = k.contact_id AND c.deleted_at IS NULL "
            f"WHERE k.org_id=1 AND k.customer_id IN ({marks})"
        )
        found.update((customer, name) for customer, name in connection.exec_driver_sql(sql, tuple(part)))
    return found
