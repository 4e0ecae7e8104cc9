"""Duplicates, merged records, quality rules, recipes and migration projects."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.migrations.tables import add_missing

revision = 3

#: (table, column) added to tables that were there before
_COLUMNS = tuple((table, "merged_into_id") for table in ("customer", "contact", "lead", "product"))


def upgrade(connection: sa.Connection) -> None:
    """Make what an archive of revision 2 lacks; an archive made whole has it already."""
    add_missing(connection, _COLUMNS)
