"""Which other records look different after a write, though nothing of theirs was written: figures worked out from what was
written, and links that show its title. A `ChangeSet` names them, so that screens read them again."""

from __future__ import annotations

from app.core.fields import FieldType
from app.db.journal import CREATE, UPDATE
from app.db.store.behaviour import Batch
from app.db.store.computed import WORKED_OUT_FROM
from app.db.store.drafts import ids_of


def concern(batch: Batch) -> None:
    """Note the records that the batch's figures and titles stand in."""
    for link in WORKED_OUT_FROM.get(batch.entity.key, ()):
        target = batch.entity.field(link).target
        for draft in batch:
            for record in ids_of((draft.was_linked(link), draft.linked(link))):
                batch.operation.touch(target, record)
    if _renamed(batch):
        for other in batch.writer.reader.registry:
            if any(f.type is FieldType.LINKS and f.target == batch.entity.key for f in other.fields):
                batch.operation.touched[other.key] = None


def _renamed(batch: Batch) -> bool:
    """Whether links to these records read differently now."""
    if batch.action == CREATE:
        return False
    return batch.action != UPDATE or any(draft.changes(batch.entity.title) for draft in batch)
