"""Possible duplicates as lists: a page of pairs, the members of a group, pairs among given records.

Only pairs whose records the actor sees, the likeliest first (see `match_pairs.seen`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from app.db.store import match_pairs
from app.db.store.reading import Reader

OPEN = ("open",)
DECIDED = ("merged", "different")


@dataclass(frozen=True, slots=True)
class StoredPair:
    """Two records that may be one. `evidence`: (compared field, level, points)."""

    a_id: uuid.UUID
    b_id: uuid.UUID
    group_id: uuid.UUID
    probability: float
    points: float
    state: Literal["open", "merged", "different"]
    decided_at: datetime | None
    evidence: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """A pair of a group, by its titles."""

    group_id: uuid.UUID
    a_id: uuid.UUID
    b_id: uuid.UUID
    probability: float
    a_title: str
    b_title: str


def page(
    reader: Reader, entity: str, state: str, least: float, *, limit: int | None, offset: int
) -> tuple[int, list[StoredPair]]:
    """(how many in all, the pairs from `offset` on; `limit` None: all of them)."""
    query = match_pairs.seen(reader, entity, (state,), least, gone=state != "open")
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    total = reader.connection.execute(counted).scalar_one()
    return int(total), _pairs(reader, query.limit(limit).offset(offset))


def of_group(reader: Reader, entity: str, group: uuid.UUID, least: float) -> list[StoredPair]:
    """The open pairs of a group."""
    return _pairs(reader, match_pairs.seen(reader, entity, OPEN, least, group=group))


def among(reader: Reader, entity: str, records: Sequence[uuid.UUID]) -> list[StoredPair]:
    """The open pairs between these records."""
    return _pairs(reader, match_pairs.seen(reader, entity, OPEN, 0.0, records=records))


def ties(reader: Reader, entity: str, states: Sequence[str], least: float, *, gone: bool = False) -> list[Tie]:
    """All pairs in these states, by group and title. `gone`: also of records in the recycle bin."""
    query = match_pairs.seen(reader, entity, states, least, gone=gone)
    names = ("group_id", "a_id", "b_id", "probability", "a_title", "b_title")
    rows = reader.connection.execute(query.with_only_columns(*(query.selected_columns[name] for name in names)))
    return [
        Tie(group, a, b, float(probability), str(a_title or ""), str(b_title or ""))
        for group, a, b, probability, a_title, b_title in rows
    ]


def _pairs(reader: Reader, query: sa.Select[Any]) -> list[StoredPair]:
    return [
        StoredPair(
            row.a_id, row.b_id, row.group_id, float(row.probability), float(row.points), row.state, row.decided_at,
            tuple((key, level, points) for key, level, points in json.loads(row.evidence or "[]")),
        )
        for row in reader.connection.execute(query)
    ]  # fmt: skip
