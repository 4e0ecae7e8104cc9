"""What no record may break, whatever its kind: checked for whole batches, told per field."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.db.store.behaviour import Batch
from app.db.store.children import chunks
from app.db.store.drafts import Draft, ids_of
from app.db.store.layout import Layout
from app.db.store.reading import Reader


def check(batch: Batch, reader: Reader) -> None:
    """Tell in the drafts' `problems` which values cannot be: missing, taken, of nobody, out of sight."""
    drafts, given = batch.drafts, batch.given()
    _required(batch.entity.fields, drafts)
    unique(reader, batch.layout, drafts)
    for field in batch.entity.fields:
        if field.key not in given:
            continue
        if field.type is FieldType.USER:
            _users(reader, field, drafts)
        elif field.type is FieldType.LINKS and not (batch.terms.found and reader.sees_all(field.target)):
            _links(reader, batch.layout, field, drafts)


def _required(fields: Iterable[Field], drafts: Sequence[Draft]) -> None:
    needed = [f for f in fields if f.required]
    for draft in drafts:
        for field in needed:
            if (draft.is_new or draft.gives(field.key)) and draft.get(field.key) in (None, "", ()):
                draft.problems.setdefault(field.key, t("必填。"))


def unique(reader: Reader, layout: Layout, drafts: Sequence[Draft]) -> None:
    for field in layout.entity.fields:
        if not field.unique or field.readonly or layout.column(field.key) is None:
            continue
        wanted: dict[Any, list[Draft]] = defaultdict(list)
        for draft in drafts:
            value = draft.get(field.key)
            if value and (draft.is_new or draft.changes(field.key)):
                wanted[value].append(draft)
        there = holders(reader, layout, field.key, list(wanted)) if wanted else {}
        for value, own in wanted.items():
            holder = there.get(value)
            for place, draft in enumerate(own):
                if holder is not None and holder[0] != draft.id:
                    draft.problems.setdefault(field.key, _taken(value, in_bin=holder[1]))
                elif place:
                    draft.problems.setdefault(field.key, _taken(value, in_bin=False))


def _taken(value: Any, *, in_bin: bool) -> str:
    where = t("（在回收站里）") if in_bin else ""
    return t("“{value}”已被另一条档案使用{where}。", value=value, where=where)


def holders(reader: Reader, layout: Layout, key: str, values: Sequence[Any]) -> dict[Any, tuple[uuid.UUID, bool]]:
    """Value of a unique field → (the record that has it, whether it is in the recycle bin)."""
    c = layout.table.c
    column = layout.column(key)
    found: dict[Any, tuple[uuid.UUID, bool]] = {}
    for part in chunks(values):
        query = sa.select(column, c.id, c.deleted_at.is_not(None)).where(c.org_id == reader.office, column.in_(part))
        found.update((row[0], (row[1], bool(row[2]))) for row in reader.connection.execute(query))
    return found


def _users(reader: Reader, field: Field, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        user = draft.get(field.key) if draft.gives(field.key) else None
        if user is not None and not reader.is_user(user):
            draft.problems.setdefault(field.key, t("没有这个用户。"))


def _links(reader: Reader, layout: Layout, field: Field, drafts: Sequence[Draft]) -> None:
    """Ties may be made to visible records only; ties that are there may stay."""
    target = reader.registry.entity(field.target)
    added: dict[uuid.UUID, list[Draft]] = defaultdict(list)
    for draft in drafts:
        links = draft.get(field.key) if draft.gives(field.key) else None
        if not links:
            continue
        if len(links) > 1 and layout.reference(field.key) is not None:
            draft.problems.setdefault(field.key, t("只能关联一条{target}。", target=target.label))
        there = {link.id for link in draft.before(field.key) or ()}
        for link in links:
            if link.id not in there:
                added[link.id].append(draft)
    seen = reader.seen(field.target, ids_of(added))
    for wanted, drafts_of_it in added.items():
        for draft in drafts_of_it:
            if wanted not in seen:
                text = t("关联的{target}不存在，或您没有查看权限。", target=target.label)
                draft.problems.setdefault(field.key, text)
                draft.unseen.add(field.key)
            elif seen[wanted]:
                text = t("关联的{target}在回收站里，请先恢复它，或换一个。", target=target.label)
                draft.problems.setdefault(field.key, text)
