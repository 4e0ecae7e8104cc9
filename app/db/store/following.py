"""What is tied to a record: every link of every entity, for moving it to another record."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import models
from app.core.fields import Entity, Field, FieldType, Registry
from app.db.store.reading import Reader


@dataclass(frozen=True)
class Tie:
    """Records of `entity` name the record in question by their field `field`; `several`: among others, with a role."""

    entity: Entity
    field: Field
    several: bool


def ties_to(target: str, reader: Reader) -> list[Tie]:
    """All links to an entity, those of the entity itself (aliases) last."""
    registry: Registry = reader.registry
    found: list[Tie] = []
    for entity in registry:
        layout = reader.layout(entity.key)
        found.extend(
            Tie(entity, field, layout.reference(field.key) is None)
            for field in entity.fields
            if field.type is FieldType.LINKS and field.target == target
        )
    return sorted(found, key=lambda tie: tie.entity.key == target)


def tied(reader: Reader, tie: Tie, records: Sequence[uuid.UUID]) -> Iterator[uuid.UUID]:
    """The records (in the recycle bin too) that the tie binds to these."""
    layout = reader.layout(tie.entity.key)
    for start in range(0, len(records), 900):
        part = list(records[start : start + 900])
        if tie.several:
            k = models.Tie
            mine = (k.org_id == reader.office, k.entity == tie.entity.key, k.field == tie.field.key)
            query: Any = sa.select(k.record_id).where(*mine, k.target_id.in_(part)).distinct()
        else:
            column = layout.reference(tie.field.key)
            assert column is not None
            query = sa.select(layout.table.c.id).where(layout.table.c.org_id == reader.office, column.in_(part))
        yield from reader.connection.execute(query).scalars()


def count_tied(reader: Reader, target: str, records: Iterable[uuid.UUID]) -> dict[str, int]:
    """Entity → how many of its live records hang on these records, in one way or another."""
    wanted = list(records)
    counts: dict[str, set[uuid.UUID]] = {}
    for tie in ties_to(target, reader):
        if tie.entity.key == target:
            continue
        layout = reader.layout(tie.entity.key)
        ids = set(tied(reader, tie, wanted))
        if ids:
            c = layout.table.c
            query = sa.select(c.id).where(c.org_id == reader.office, c.id.in_(ids), c.deleted_at.is_(None))
            counts.setdefault(tie.entity.key, set()).update(reader.connection.execute(query).scalars())
    return {key: len(ids) for key, ids in counts.items() if ids}
