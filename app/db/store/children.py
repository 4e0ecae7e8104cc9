"""Field values that live in child tables: read, written and replaced for many records at once."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.fields import POINT_TYPES, Address, Field, FieldType, File, Link, Point
from app.core.ids import uuid7_bytes
from app.core.kinds import kind_of
from app.db.dialect import Row, dialect_of, office_of
from app.db.store.drafts import FileRow, TieRow, file_row, point_row, tie_row
from app.db.store.layout import POINT_KINDS, Layout, from_custom, to_custom
from app.models import Base, ContactPoint, CustomValue, FurtherAddress, RecordFile, RecordTag, Tag, Tie

Found = dict[str, dict[uuid.UUID, Any]]
#: the layout of a kind of record
Layouts = Callable[[str], Layout]


def load(connection: sa.Connection, layouts: Layouts, ids: Sequence[uuid.UUID], fields: Iterable[Field]) -> Found:
    """{field key: {record id: value}} of the child fields among `fields`; records without rows are absent."""
    wanted = list(fields)
    found: Found = {f.key: {} for f in wanted}
    points = [f for f in wanted if f.type in POINT_TYPES]
    if points:
        _load_points(connection, ids, points, found)
    for field in wanted:
        if field.type is FieldType.TAGS:
            found[field.key] = _load_tags(connection, ids)
        elif field.type is FieldType.ADDRESSES:
            found[field.key] = _load_addresses(connection, ids)
        elif field.type is FieldType.FILES:
            found[field.key] = _load_files(connection, ids, field)
        elif field.type is FieldType.LINKS:
            found[field.key] = _load_ties(connection, layouts(field.target), ids, field)
    custom = [f for f in wanted if f.custom and not kind_of(f).rows]
    if custom:
        _load_custom(connection, ids, custom, found)
    return found


def _of(model: Any, connection: sa.Connection, ids: Sequence[uuid.UUID]) -> tuple[sa.ColumnElement[bool], ...]:
    return model.org_id == office_of(connection), model.record_id.in_(ids)


def _load_points(connection: sa.Connection, ids: Sequence[uuid.UUID], fields: list[Field], found: Found) -> None:
    p = ContactPoint
    by_kind = {POINT_KINDS[f.type]: f.key for f in fields}
    query = (
        sa.select(p.record_id, p.kind, p.value, p.normal, p.label, p.extension, p.valid, p.opt_out, p.note)
        .where(*_of(p, connection, ids))
        .order_by(p.position)
    )
    for row in connection.execute(query):
        key = by_kind.get(row[1])
        if key:
            found[key][row[0]] = (*found[key].get(row[0], ()), Point(*row[2:]))


def _load_tags(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    query = (
        sa.select(RecordTag.record_id, Tag.name)
        .join(Tag, sa.and_(Tag.org_id == RecordTag.org_id, Tag.id == RecordTag.tag_id))
        .where(*_of(RecordTag, connection, ids))
        .order_by(RecordTag.position)
    )
    return _grouped(connection.execute(query))


def _load_addresses(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    a = FurtherAddress
    query = (
        sa.select(a.record_id, a.province, a.city, a.district, a.detail, a.label)
        .where(*_of(a, connection, ids))
        .order_by(a.position)
    )
    return _grouped((row[0], Address(*row[1:])) for row in connection.execute(query))


def _load_files(connection: sa.Connection, ids: Sequence[uuid.UUID], field: Field) -> dict[uuid.UUID, Any]:
    f = RecordFile
    query = (
        sa.select(f.record_id, f.name, f.sha256, f.size, f.media_type, f.note, f.added_at)
        .where(*_of(f, connection, ids), f.field == field.key)
        .order_by(f.position)
    )
    return _grouped((row[0], File(*row[1:])) for row in connection.execute(query))


def _tied_to(target: Layout, *columns: Any) -> sa.Select[Any]:
    """These columns of the ties to live records of one kind."""
    c = target.table.c
    joined = sa.and_(c.org_id == Tie.org_id, c.id == Tie.target_id)
    return sa.select(*columns).select_from(sa.join(Tie, target.table, joined)).where(c.deleted_at.is_(None))


def _load_ties(
    connection: sa.Connection, target: Layout, ids: Sequence[uuid.UUID], field: Field
) -> dict[uuid.UUID, Any]:
    """The live records at the other end."""
    title: Any = target.column(target.entity.title)
    rest = (Tie.target_id, title, Tie.role, Tie.note, Tie.since, Tie.until)
    query = _tied_to(target, Tie.record_id, *rest).where(*_of(Tie, connection, ids), Tie.field == field.key)
    rows = connection.execute(query.order_by(Tie.position))
    return _grouped((row[0], Link(row[1], str(row[2] or ""), *row[3:])) for row in rows)


def tied_from(
    connection: sa.Connection, source: Layout, field: Field, targets: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[Link, ...]]:
    """Of these records, the live records of `source` that name them in a field that holds several, with role."""
    c = source.table.c
    title: Any = source.column(source.entity.title)
    joined = sa.and_(c.org_id == Tie.org_id, c.id == Tie.record_id)
    query = (
        sa.select(Tie.target_id, c.id, title, Tie.role, Tie.note, Tie.since, Tie.until)
        .select_from(sa.join(Tie, source.table, joined))
        .where(
            Tie.org_id == office_of(connection),
            Tie.target_id.in_(targets),
            Tie.entity == source.entity.key,
            Tie.field == field.key,
            c.deleted_at.is_(None),
        )
        .order_by(Tie.position, title)
    )
    rows = connection.execute(query)
    return _grouped((row[0], Link(row[1], str(row[2] or ""), *row[3:])) for row in rows)


def titles(
    connection: sa.Connection, target: Layout, ids: Iterable[uuid.UUID], *, binned: bool = False
) -> dict[uuid.UUID, str]:
    """The titles of those of these records that are live; `binned`: of those in the recycle bin, too."""
    c = target.table.c
    title: Any = target.column(target.entity.title)
    query = sa.select(c.id, title).where(c.org_id == office_of(connection), c.id.in_(list(ids)))
    if not binned:
        query = query.where(c.deleted_at.is_(None))
    return {row[0]: str(row[1] or "") for row in connection.execute(query)}


def _load_custom(connection: sa.Connection, ids: Sequence[uuid.UUID], fields: list[Field], found: Found) -> None:
    by_key = {f.key: f for f in fields}
    v = CustomValue
    query = sa.select(v.record_id, v.field, v.text, v.number).where(
        v.org_id == office_of(connection), v.record_id.in_(ids), v.field.in_(list(by_key))
    )
    for record, key, text, number in connection.execute(query):
        found[key][record] = from_custom(by_key[key], text, number)


def _grouped(rows: Iterable[Any]) -> dict[uuid.UUID, Any]:
    grouped: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for key, item in rows:
        grouped[key].append(item)
    return {key: tuple(items) for key, items in grouped.items()}


# ---- writing: the parts of new records --------------------------------------------------------------------------

_POINT = ("kind", "value", "normal", "label", "extension", "valid", "note", "opt_out")
_ADDRESS = ("province", "city", "district", "detail", "label")
_TIE = ("field", "target_id", "role", "note", "since", "until")
_FILE = ("field", "name", "sha256", "size", "media_type", "note", "added_at")
#: as stored, see `drafts.PointRow`
Stored = tuple[Any, ...]


def insert_points(
    connection: sa.Connection, layout: Layout, ids: Sequence[bytes], points: Sequence[Sequence[Stored]]
) -> None:
    """The contact points of records, in order."""
    _insert_children(connection, layout, ContactPoint, _POINT, ids, points)


def insert_tags(
    connection: sa.Connection,
    layout: Layout,
    ids: Sequence[bytes],
    tags: Sequence[Sequence[str]],
    known: Mapping[str, uuid.UUID],
) -> None:
    """The tags of records, in order; `known`: name → tag."""
    rows = [[(known[name].bytes,) for name in own] for own in tags]
    _insert_children(connection, layout, RecordTag, ("tag_id",), ids, rows)


def insert_addresses(
    connection: sa.Connection, layout: Layout, ids: Sequence[bytes], found: Sequence[Sequence[Address]]
) -> None:
    """Further addresses of records, in order."""
    rows = [[tuple(getattr(address, part) for part in _ADDRESS) for address in own] for own in found]
    _insert_children(connection, layout, FurtherAddress, _ADDRESS, ids, rows)


def insert_ties(
    connection: sa.Connection, layout: Layout, ids: Sequence[bytes], ties: Sequence[Sequence[TieRow]]
) -> None:
    """The ties of records, in order."""
    _insert_children(connection, layout, Tie, _TIE, ids, ties)


def insert_files(
    connection: sa.Connection, layout: Layout, ids: Sequence[bytes], files: Sequence[Sequence[FileRow]]
) -> None:
    """The files of records, in order."""
    _insert_children(connection, layout, RecordFile, _FILE, ids, files)


def _insert_children(
    connection: sa.Connection,
    layout: Layout,
    model: Any,
    names: Sequence[str],
    ids: Sequence[bytes],
    each: Sequence[Sequence[Stored]],
) -> None:
    entity = layout.entity.key
    rows = [(entity, key, i, *row) for key, own in zip(ids, each, strict=True) for i, row in enumerate(own)]
    _insert(connection, model, ("entity", "record_id", "position", *names), rows)


def insert_custom(
    connection: sa.Connection,
    layout: Layout,
    ids: Sequence[bytes],
    values: Sequence[Sequence[tuple[str, str | None, int | None]]],
) -> None:
    """Values of custom fields: (field key, text, number) each."""
    entity = layout.entity.key
    rows = [(entity, key, *value) for key, own in zip(ids, values, strict=True) for value in own]
    _insert(connection, CustomValue, ("entity", "record_id", "field", "text", "number"), rows)


def _insert(connection: sa.Connection, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    if rows:
        keyed = [(key, *row) for key, row in zip(uuid7_bytes(len(rows)), rows, strict=True)]
        dialect_of(connection).insert(connection, model.__table__, ("id", *names), keyed)


# ---- replacing: the parts of records that are there -------------------------------------------------------------


def replace(
    connection: sa.Connection,
    layouts: Layouts,
    layout: Layout,
    field: Field,
    values: Mapping[uuid.UUID, Any],
    tags: Mapping[str, uuid.UUID],
) -> None:
    """Store these values of one field (record → value, None = nothing) as the records' child rows. `tags`: the ids of all
    tags among them."""
    ids = [record.bytes for record in values]
    items = [value or () for value in values.values()]
    if field.type is FieldType.LINKS:
        _delete_shown_ties(connection, layouts(field.target), field, values)
        insert_ties(connection, layout, ids, [[tie_row(field.key, link) for link in own] for own in items])
    elif field.type is FieldType.FILES:
        _delete(connection, RecordFile, ("record_id", "field"), [(key, field.key) for key in ids])
        insert_files(connection, layout, ids, [[file_row(field.key, file) for file in own] for own in items])
    elif field.custom:
        _delete(connection, CustomValue, ("record_id", "field"), [(key, field.key) for key in ids])
        given = [[(field.key, *to_custom(field, value))] if value is not None else [] for value in values.values()]
        insert_custom(connection, layout, ids, given)
    elif field.type in POINT_TYPES:
        kind = POINT_KINDS[field.type]
        _delete(connection, ContactPoint, ("record_id", "kind"), [(key, kind) for key in ids])
        insert_points(connection, layout, ids, [[point_row(kind, p) for p in own] for own in items])
    elif field.type is FieldType.TAGS:
        _delete(connection, RecordTag, ("record_id",), [(key,) for key in ids])
        insert_tags(connection, layout, ids, items, tags)
    else:
        _delete(connection, FurtherAddress, ("record_id",), [(key,) for key in ids])
        insert_addresses(connection, layout, ids, items)


def _delete(connection: sa.Connection, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    dialect_of(connection).delete(connection, model.__table__, names, rows)


def _delete_shown_ties(
    connection: sa.Connection, target: Layout, field: Field, values: Mapping[uuid.UUID, Sequence[Link] | None]
) -> None:
    """Ties to records in the recycle bin are not shown, so they are not among the links; they stay."""
    office, c = office_of(connection), target.table.c
    live = sa.select(c.id).where(c.org_id == office, c.deleted_at.is_(None))
    for part in chunks(list(values)):
        shown = (*_of(Tie, connection, part), Tie.field == field.key, Tie.target_id.in_(live))
        connection.execute(sa.delete(Tie).where(*shown))
    named = [(record.bytes, field.key, link.id.bytes) for record, links in values.items() for link in links or ()]
    _delete(connection, Tie, ("record_id", "field", "target_id"), named)


#: whose rows belong to a record of any kind
_CHILDREN: tuple[type[Base], ...] = (ContactPoint, FurtherAddress, RecordFile, RecordTag, Tie, CustomValue)


def erase(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> None:
    """Take away all child rows of records that are erased, and the ties to them."""
    for part in chunks(list(ids)):
        for model in _CHILDREN:
            connection.execute(sa.delete(model).where(*_of(model, connection, part)))
        mine = (Tie.org_id == office_of(connection), Tie.target_id.in_(part))
        connection.execute(sa.delete(Tie).where(*mine))


#: so many values in one condition
CHUNK = 900


def chunks(ids: Sequence[Any]) -> list[Sequence[Any]]:
    """The values in pieces that fit into one condition."""
    return [ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK)]


TONES = ("primary", "violet", "cyan", "ok", "warn", "bad", "gray")


def tag_ids(connection: sa.Connection, names: Iterable[str]) -> tuple[dict[str, uuid.UUID], list[str]]:
    """(the ids of these tags, those that had to be made, each with a colour of its own turn)."""
    wanted = list(dict.fromkeys(names))
    office = office_of(connection)
    known: dict[str, uuid.UUID] = {}
    for part in chunks(wanted):
        rows = connection.execute(sa.select(Tag.name, Tag.id).where(Tag.org_id == office, Tag.name.in_(part)))
        known.update((row.name, row.id) for row in rows)
    missing = [n for n in wanted if n not in known]
    if missing:
        count = connection.execute(sa.select(sa.func.count()).where(Tag.org_id == office)).scalar_one()
        ids = uuid7_bytes(len(missing))
        rows_of = [
            (key, n, TONES[(count + i) % len(TONES)]) for i, (key, n) in enumerate(zip(ids, missing, strict=True))
        ]
        dialect_of(connection).insert(connection, tag_table(), ("id", "name", "tone"), rows_of)
        known.update((n, uuid.UUID(bytes=key)) for key, n in zip(ids, missing, strict=True))
    return known, missing


def tag_table() -> sa.Table:
    table = Tag.__table__
    assert isinstance(table, sa.Table)
    return table
