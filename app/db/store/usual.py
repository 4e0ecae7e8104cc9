"""What a new record has where it says nothing: the registry tells, for all kinds alike."""

from __future__ import annotations

from app.core.clock import now, today
from app.core.fields import Entity, Field, FieldType
from app.db.store.behaviour import Batch
from app.db.store.drafts import Draft

_LONGEST = 200


def fill(batch: Batch) -> None:
    """Set usual values, times of today and titles of the batch's new records. Records that tell of the past have only the
    times they say."""
    entity = batch.entity
    fields = [f for f in entity.fields if f.usual or (f.now and not batch.terms.history)]
    for draft in batch.drafts:
        if draft.is_new:
            for field in fields:
                _fill(draft, field)
            _title(draft, entity)


def _fill(draft: Draft, field: Field) -> None:
    if draft.get(field.key) is not None or (field.unless and draft.get(field.unless) is not None):
        return
    if field.usual:
        draft.set(field.key, field.usually)
    else:
        draft.set(field.key, today() if field.type is FieldType.DATE else now())


def _title(draft: Draft, entity: Entity) -> None:
    if entity.titled_by and not draft.get(entity.title) and draft.get(entity.titled_by):
        draft.set(entity.title, first_words(str(draft.get(entity.titled_by)), entity.field(entity.title).max_length))


def first_words(text: str, most: int = _LONGEST) -> str:
    """The first line of a text, as a title of at most so many characters."""
    line = next((x.strip() for x in text.splitlines() if x.strip()), "")
    return line if len(line) <= most else line[: most - 1] + "…"
