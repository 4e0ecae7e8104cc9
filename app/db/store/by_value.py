"""Records by exactly what one of their columns says, whoever may see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.db.store.children import chunks
from app.db.store.reading import Reader


def live_with(reader: Reader, entity: str, field: str, texts: Sequence[str], limit: int) -> set[uuid.UUID] | None:
    """At most `limit` live records whose column says one of these texts; None when the field is no column."""
    layout = reader.layout(entity)
    column = layout.column(field)
    if column is None:
        return None
    c = layout.table.c
    query = sa.select(c.id).where(c.org_id == reader.office, c.deleted_at.is_(None), column.in_(texts)).limit(limit)
    return set(reader.connection.execute(query).scalars())


def names_of_numbers(reader: Reader, entity: str, numbers: Iterable[str]) -> dict[str, str]:
    """Number in another system → comparison form of the name of the record that has it; deleted records too."""
    c = reader.layout(entity).table.c
    found: dict[str, str] = {}
    for part in chunks(list(numbers)):
        query = sa.select(c.external_id, c.match_key).where(c.org_id == reader.office, c.external_id.in_(part))
        found.update((row.external_id, row.match_key) for row in reader.connection.execute(query))
    return found
