"""What an imported row would change in an existing record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from app.core.fields import POINT_TYPES, Entity, Field, FieldType, Link, Point
from app.core.records import Record
from app.db.store.drafts import Change, TieRow, link_of, points_of
from app.db.store.layout import POINT_KINDS, from_custom, from_store
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.importing.prepare import Prepared
from app.services.exchange.mapping.plan import ImportPlan


def difference(entity: Entity, plan: ImportPlan, record: Record, row: Prepared) -> Change | None:
    """The changed fields; None when the record already says all of it. Match keys and derived kinds are not changes."""
    mapped = plan.targets() | {*row.also, "province", "city", "district"} | set(plan.defaults)
    if row.guessed:
        mapped -= {entity.title}
    elif plan.titles:
        mapped |= {entity.title}
    values = _columns(entity, plan, record, row, mapped)
    for field in entity.fields:
        if field.type in POINT_TYPES and field.key in mapped:
            merged = _points(plan, record.get(field.key) or (), row, POINT_KINDS[field.type])
            if merged is not None:
                values[field.key] = merged
    for key in {tie[0] for tie in row.ties}:
        links = _ties(plan, record.get(key) or (), [tie for tie in row.ties if tie[0] == key])
        if links is not None:
            values[key] = links
    if row.tags:
        known = tuple(record.get("tags") or ())
        wanted = row.tags if plan.lists == "replace" else tuple(dict.fromkeys((*known, *row.tags)))
        if set(wanted) != set(known):
            values["tags"] = wanted
    for key, text, number in row.custom:
        field_ = entity.find(key)
        if field_ is not None:
            value = from_custom(field_, text, number)
            if value == record.get(key) or key in record.masked or _says_the_same(plan, row, field_, record):
                continue
            values[key] = value
    said = frozenset(key for key, value in row.columns.items() if key in mapped and value is not None)
    return Change(record, values, row.raw, said) if values else None


def _columns(entity: Entity, plan: ImportPlan, record: Record, row: Prepared, mapped: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, primitive in row.columns.items():
        field = entity.find(key)
        if field is None or field.readonly or key not in mapped or key in record.masked:
            continue
        if field.type is FieldType.LINKS and isinstance(primitive, bytes):
            linked = uuid.UUID(bytes=primitive)
            if [link.id for link in record.get(key) or ()] != [linked]:
                values[key] = (Link(linked),)
        elif field.type in POINT_TYPES or field.type in (FieldType.TAGS, FieldType.LINKS):
            if primitive is None and record.get(key):
                values[key] = None
        else:
            value = _typed(field, primitive)
            if not _same(field, value, record.get(key)) and not _says_the_same(plan, row, field, record):
                values[key] = value
    return values


def _same(field: Field, value: Any, known: Any) -> bool:
    """Files carry moments to the second only."""
    if field.type is FieldType.DATETIME and value is not None and known is not None:
        return bool(value.replace(microsecond=0) == known.replace(microsecond=0))
    return bool(value == known)


def _says_the_same(plan: ImportPlan, row: Prepared, field: Field, record: Record) -> bool:
    """Whether the cell is just how the stored value is written: then an old unstandardised value is no change."""
    index = next((i for i, c in enumerate(plan.columns) if c.target == field.key), None)
    if index is None or field.type is FieldType.USER:
        return False
    return row.cells[index] == cell_text(field, record.get(field.key), str)


def _typed(field: Any, primitive: Any) -> Any:
    if field.type is FieldType.USER and isinstance(primitive, bytes):
        return uuid.UUID(bytes=primitive)
    return from_store(field, primitive)


def _ties(plan: ImportPlan, known: tuple[Link, ...], given: Sequence[TieRow]) -> tuple[Link, ...] | None:
    """The ties to several records after the import, or None when nothing changes; known ones keep their roles."""
    named = [link_of(tie) for tie in given]
    by_id = {link.id: link for link in known}
    if plan.lists == "replace":
        wanted = tuple(by_id.get(link.id, link) for link in named)
    else:
        wanted = (*known, *(link for link in named if link.id not in by_id))
    return None if {link.id for link in wanted} == set(by_id) else wanted


def _points(plan: ImportPlan, known: tuple[Point, ...], row: Prepared, kind: str) -> tuple[Point, ...] | None:
    """The points after the import, or None when nothing changes; known ones keep their marks."""
    given = points_of(row.points, kind)
    if not given:
        return None
    by_normal = {p.normal: p for p in known}
    fresh = tuple(p for p in given if p.normal not in by_normal)
    if plan.lists == "replace":
        wanted = tuple(by_normal.get(p.normal, p) for p in given)
        return wanted if wanted != known else None
    return (*known, *fresh) if fresh else None
