"""All values of some fields of all visible live records at once, as plain texts: what is compared when duplicates are sought.

Read in one pass per table with raw rows; a million records need no million objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.core.fields import POINT_TYPES, Entity, Field, FieldType, Registry
from app.core.filters import Filter
from app.core.jobs import Job
from app.core.kinds import kind_of
from app.core.values import to_json
from app.db.store.layout import POINT_KINDS, Layout, from_custom
from app.db.store.reading import Reader
from app.models import ContactPoint, CustomValue, Tie

_FETCH = 20_000


@dataclass
class Texts:
    """`ids`: of the records, in order of their row numbers. `single`: field key → one text per record ("" = nothing);
    `several`: field key → a tuple of texts per record."""

    ids: list[bytes]
    single: dict[str, list[str]] = field(default_factory=dict)
    several: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)


def read_texts(
    reader: Reader, entity: str, fields: Iterable[Field], condition: Filter | None = None, job: Job | None = None
) -> Texts:
    """The texts of those of `fields` that live in columns, contact points, links to one record or custom values."""
    job = job or Job()
    layout = reader.layout(entity)
    wanted = list(fields)
    columns = [(f, layout.column(f.key)) for f in wanted if not f.custom and layout.column(f.key) is not None]
    links = [(f, layout.reference(f.key)) for f in wanted if layout.reference(f.key) is not None]
    chosen: list[Any] = [layout.table.c.id, *(c for _, c in columns), *(c for _, c in links)]
    where = reader.where(entity, condition)
    found = Texts([])
    rows: list[list[Any]] = [[] for _ in chosen]
    result = reader.connection.execute(sa.select(*chosen).where(*where).order_by(layout.rid))
    while block := result.fetchmany(_FETCH):
        job.check()
        for place, part in enumerate(zip(*block, strict=True)):
            rows[place].extend(part)
    found.ids = [key.bytes for key in rows[0]]
    at = {key: i for i, key in enumerate(found.ids)}
    for (f, _), cells in zip(columns, rows[1:], strict=False):
        found.single[f.key] = [_text(f, cell) for cell in cells]
    for (f, _), cells in zip(links, rows[1 + len(columns) :], strict=True):
        found.single[f.key] = _titles(reader, f, cells)
    _points(reader, layout, [f for f in wanted if f.type in POINT_TYPES], at, found)
    _custom(reader, [f for f in wanted if f.custom and not kind_of(f).rows], entity, at, found)
    for f in wanted:
        if f.type is FieldType.LINKS and not f.one:
            found.several[f.key] = _tied(reader, entity, f, at)
    for other, f in named_by(reader.registry, entity):
        found.several[other.key] = _tied(reader, other.key, f, at, reverse=True)
        _points_of_others(reader, other, f, [f for f in wanted if f.type in POINT_TYPES], at, found)
    return found


def _text(f: Field, value: Any) -> str:
    if value is None:
        return ""
    said = to_json(f, value)
    return "；".join(map(str, said)) if isinstance(said, list) else str(said)


def _titles(reader: Reader, f: Field, ids: Sequence[Any]) -> list[str]:
    target = reader.layout(f.target)
    title: Any = target.column(target.entity.title)
    if not any(ids):
        return [""] * len(ids)
    names = sa.select(target.table.c.id, title).where(target.table.c.org_id == reader.office)
    known = {key: str(name or "") for key, name in reader.connection.execute(names)}
    return [known.get(key, "") if key is not None else "" for key in ids]


def _points(reader: Reader, layout: Layout, fields: Sequence[Field], at: dict[bytes, int], found: Texts) -> None:
    if not fields:
        return
    mine = ContactPoint.entity == layout.entity.key
    query = sa.select(ContactPoint.record_id, ContactPoint.kind, ContactPoint.normal).where(mine)
    _collect_points(reader, query, fields, at, found)


def _points_of_others(
    reader: Reader, other: Entity, by: Field, fields: Sequence[Field], at: dict[bytes, int], found: Texts
) -> None:
    """A customer is reached through its people as well."""
    joined = sa.and_(Tie.org_id == ContactPoint.org_id, Tie.record_id == ContactPoint.record_id)
    query = sa.select(Tie.target_id, ContactPoint.kind, ContactPoint.normal).join(Tie, joined)
    _collect_points(reader, query.where(Tie.entity == other.key, Tie.field == by.key), fields, at, found)


def named_by(registry: Registry, entity: str) -> list[tuple[Entity, Field]]:
    """(kind, field): records of these kinds reach a record of this one through a field that holds several of it, and have
    ways to reach them of their own."""
    return [
        (other, f)
        for other in registry
        for f in other.fields
        if f.target == entity and not f.one and any(p.type in POINT_TYPES for p in other.fields)
    ]


def _collect_points(reader: Reader, query: Any, fields: Sequence[Field], at: dict[bytes, int], found: Texts) -> None:
    by_kind = {POINT_KINDS[f.type]: f.key for f in fields}
    lists: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, kind, normal in reader.connection.execute(query.where(ContactPoint.org_id == reader.office)):
        place = at.get(key.bytes) if key is not None else None
        if place is not None and kind in by_kind and normal:
            lists[by_kind[kind]][place].append(normal)
    for f in fields:
        before = found.several.get(f.key) or [()] * len(found.ids)
        new = lists.get(f.key, {})
        found.several[f.key] = [
            tuple(dict.fromkeys((*before[i], *new[i]))) if i in new else before[i] for i in range(len(found.ids))
        ]


def _custom(reader: Reader, fields: Sequence[Field], entity: str, at: dict[bytes, int], found: Texts) -> None:
    by_key = {f.key: f for f in fields}
    if not by_key:
        return
    for key in by_key:
        found.single[key] = [""] * len(found.ids)
    v = CustomValue
    query = sa.select(v.record_id, v.field, v.text, v.number).where(
        v.org_id == reader.office, v.entity == entity, v.field.in_(list(by_key))
    )
    for record, key, text, number in reader.connection.execute(query):
        place = at.get(record.bytes)
        if place is not None:
            found.single[key][place] = _text(by_key[key], from_custom(by_key[key], text, number))


def _tied(
    reader: Reader, source: str, by: Field, at: dict[bytes, int], *, reverse: bool = False
) -> list[tuple[str, ...]]:
    """The names at the other end of the ties of `source`'s field `by`; `reverse`: seen from the records it names."""
    target = reader.layout(source if reverse else by.target)
    title: Any = target.column(target.entity.title)
    own, other = (Tie.target_id, Tie.record_id) if reverse else (Tie.record_id, Tie.target_id)
    c = target.table.c
    query = (
        sa.select(own, title)
        .select_from(sa.join(Tie, target.table, sa.and_(c.org_id == Tie.org_id, c.id == other)))
        .where(Tie.org_id == reader.office, Tie.entity == source, Tie.field == by.key, c.deleted_at.is_(None))
    )
    names: dict[int, list[str]] = defaultdict(list)
    for key, name in reader.connection.execute(query):
        place = at.get(key.bytes)
        if place is not None and name:
            names[place].append(name)
    return [tuple(names[i]) if i in names else () for i in range(len(at))]
