"""Customers for the figures: who there is, and what they are called."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.core.filters import Filter
from app.db.dialect.expressions import IdBytes, PackedIds, PackedNumbers, among
from app.db.figures.columns import KEY
from app.db.store.reading import Reader

if TYPE_CHECKING:
    from app.db.figures.columns import Ints, Keys


def load(reader: Reader) -> tuple[Keys, Ints]:
    """(ids ascending, the row handle of each) of all live customers the actor sees."""
    import numpy as np

    layout = reader.layout("customers")
    query = sa.select(PackedIds(layout.table.c.id), PackedNumbers(layout.rid)).where(*reader.where("customers", None))
    packed, handles = reader.connection.execute(query).one()
    ids = np.frombuffer(packed, dtype=f"S{KEY}")
    order = np.argsort(ids, kind="stable")
    return ids[order], handles[order]


def some(reader: Reader, ids: Sequence[uuid.UUID]) -> list[tuple[bytes, int]]:
    """(id, row handle) of those among these that are live and visible."""
    layout = reader.layout("customers")
    c = layout.table.c
    query = sa.select(IdBytes(c.id), layout.rid).where(among(c.id, ids), *reader.where("customers", None))
    return [(bytes(row[0]), int(row[1])) for row in reader.connection.execute(query)]


def labels(reader: Reader, handles: Iterable[int]) -> dict[int, tuple[uuid.UUID, str, str, str | None]]:
    """Row handle → (id, name, number, external id)."""
    layout = reader.layout("customers")
    c = layout.table.c
    wanted = [int(h) for h in handles]
    found: dict[int, tuple[uuid.UUID, str, str, str | None]] = {}
    base = sa.select(layout.rid, c.id, c.name, c.number, c.external_id).where(*reader.where("customers", None))
    if len(wanted) > 20_000:  # nearly everybody: one walk is cheaper than many look-ups
        rows: Iterable[Any] = reader.connection.execute(base)
        keep = set(wanted)
        return {r[0]: (r[1], r[2] or "", r[3] or "", r[4]) for r in rows if r[0] in keep}
    for r in reader.connection.execute(base.where(among(layout.rid, wanted))):
        found[r[0]] = (r[1], r[2] or "", r[3] or "", r[4])
    return found


def by_source(reader: Reader, entity: str, condition: Filter | None, field: str) -> list[tuple[str, int]]:
    """(value of `field`, how many) of the entity's visible live records that fit, most frequent first."""
    layout = reader.layout(entity)
    column: Any = sa.func.coalesce(layout.column(field), "")
    query = sa.select(column, sa.func.count()).where(*reader.where(entity, condition)).group_by(column)
    found = [(str(r[0]), int(r[1])) for r in reader.connection.execute(query)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def sources(reader: Reader, handles: Iterable[int]) -> dict[int, str]:
    """Row handle → source of all visible live customers with one."""
    layout = reader.layout("customers")
    c = layout.table.c
    query = sa.select(layout.rid, c.source).where(*reader.where("customers", None), c.source.is_not(None))
    wanted = set(handles)
    return {r[0]: r[1] for r in reader.connection.execute(query) if r[0] in wanted}
