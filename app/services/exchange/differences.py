"""What an imported row would change in an existing record."""

from __future__ import annotations

import uuid
from typing import Any

from app.core.fields import POINT_TYPES, Entity, FieldType, Point
from app.core.records import Record
from app.db.store.bulk import Change
from app.db.store.layout import POINT_KINDS, from_custom, from_store
from app.services.exchange.plan import ImportPlan
from app.services.exchange.prepare import Prepared


def difference(entity: Entity, plan: ImportPlan, record: Record, row: Prepared) -> Change | None:
    """The changed fields; None when the record already says all of it. Match keys and derived kinds are not changes."""
    values: dict[str, Any] = {}
    mapped = plan.targets() | {"province", "city", "district"} | set(plan.defaults)
    for key, primitive in row.columns.items():
        field = entity.find(key)
        if field is None or field.readonly or key not in mapped:
            continue
        if field.type in POINT_TYPES or field.type in (FieldType.TAGS, FieldType.LINKS):
            if primitive is None and record.get(key):
                values[key] = None
            continue
        value = _typed(field, primitive)
        if value != record.get(key):
            values[key] = value
    for field in entity.fields:
        if field.type in POINT_TYPES and field.key in mapped:
            merged = _points(plan, record.get(field.key) or (), row, POINT_KINDS[field.type])
            if merged is not None:
                values[field.key] = merged
    if row.tags:
        known = tuple(record.get("tags") or ())
        wanted = row.tags if plan.lists == "replace" else tuple(dict.fromkeys((*known, *row.tags)))
        if set(wanted) != set(known):
            values["tags"] = wanted
    for key, text, number in row.custom:
        field = entity.find(key)
        if field is not None:
            value = from_custom(field, text, number)
            if value != record.get(key):
                values[key] = value
    return Change(record, values, row.raw) if values else None


def _typed(field: Any, primitive: Any) -> Any:
    if field.type is FieldType.USER and isinstance(primitive, bytes):
        return uuid.UUID(bytes=primitive)
    return from_store(field, primitive)


def _points(plan: ImportPlan, known: tuple[Point, ...], row: Prepared, kind: str) -> tuple[Point, ...] | None:
    """The points after the import, or None when nothing changes; known ones keep their marks."""
    given = [Point(p[1], p[2], p[3], p[4], bool(p[5]), False, p[6]) for p in row.points if p[0] == kind]
    if not given:
        return None
    by_normal = {p.normal: p for p in known}
    fresh = tuple(p for p in given if p.normal not in by_normal)
    if plan.lists == "replace":
        wanted = tuple(by_normal.get(p.normal, p) for p in given)
        return wanted if wanted != known else None
    return (*known, *fresh) if fresh else None
