"""Prices keep all their decimals; a birthday may lack its year."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic.operations import Operations

from app.db.migrations.steps import big, text

log = logging.getLogger(__name__)

revision = 6

#: 分 above which a price has no room in millionths: a trillion 元
_LARGEST_PRICE = 100_000_000_000_000


def upgrade(op: Operations) -> None:
    """From the schema of revision 5. No entry of the search index is made of what changes here, so none becomes stale."""
    op.execute("INSERT INTO search_paused(one) VALUES(1) ON CONFLICT DO NOTHING")
    for table in ("product", "order_line"):
        _price(op, table)
    for table in ("customer", "contact"):
        _birthday(op, table)
    op.execute("DELETE FROM search_paused")


def _price(op: Operations, table: str) -> None:
    """Millionths of the currency's unit instead of its minor units."""
    told = f"SELECT id, price_minor FROM {table} WHERE abs(price_minor) > {_LARGEST_PRICE}"
    for own, price in op.get_bind().execute(sa.text(told)).all():
        log.warning("%s %s had an impossible price: %d minor units", table, bytes(own).hex(), price)
    op.add_column(table, big("price"))
    op.execute(f"UPDATE {table} SET price = price_minor * 10000 WHERE abs(price_minor) <= {_LARGEST_PRICE}")
    op.drop_column(table, "price_minor")


def _birthday(op: Operations, table: str) -> None:
    """Text, in which a day with its year is written as before."""
    op.add_column(table, text("born", 10))
    op.execute(f"UPDATE {table} SET born = birthday WHERE birthday IS NOT NULL")
    op.drop_column(table, "birthday")
    op.execute(f"ALTER TABLE {table} RENAME COLUMN born TO birthday")
