"""Field values that live in child tables: read, written and replaced for many records at once."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.fields import POINT_TYPES, Address, Field, FieldType, Link, Point
from app.core.ids import uuid7_bytes
from app.db.dialect import Row, dialect_of, office_of
from app.db.store.drafts import point_row
from app.db.store.layout import POINT_KINDS, Layout, from_custom, to_custom
from app.models import (
    Contact,
    ContactPoint,
    Customer,
    CustomerContact,
    CustomerTag,
    CustomValue,
    ExtraAddress,
    Tag,
)

Found = dict[str, dict[uuid.UUID, Any]]


def load(connection: sa.Connection, layout: Layout, ids: Sequence[uuid.UUID], fields: Iterable[Field]) -> Found:
    """{field key: {record id: value}} of the child fields among `fields`; records without rows are absent."""
    wanted = list(fields)
    found: Found = {f.key: {} for f in wanted}
    points = [f for f in wanted if f.type in POINT_TYPES]
    if points:
        _load_points(connection, layout, ids, points, found)
    for field in wanted:
        if field.type is FieldType.TAGS:
            found[field.key] = _load_tags(connection, ids)
        elif field.type is FieldType.ADDRESSES:
            found[field.key] = _load_addresses(connection, ids)
        elif field.type is FieldType.LINKS and not field.custom:
            found[field.key] = _load_ties(connection, ids)
    custom = [f for f in wanted if f.custom]
    if custom:
        _load_custom(connection, ids, custom, found)
    return found


def _load_points(
    connection: sa.Connection, layout: Layout, ids: Sequence[uuid.UUID], fields: list[Field], found: Found
) -> None:
    table = ContactPoint.__table__
    holder = table.c[layout.holder]
    by_kind = {POINT_KINDS[f.type]: f.key for f in fields}
    c = table.c
    query = (
        sa.select(holder, c.kind, c.value, c.normal, c.label, c.extension, c.valid, c.opt_out, c.note)
        .where(c.org_id == office_of(connection), holder.in_(ids))
        .order_by(c.position)
    )
    for row in connection.execute(query):
        key = by_kind.get(row[1])
        if key:
            point = Point(*row[2:])
            found[key][row[0]] = (*found[key].get(row[0], ()), point)


def _load_tags(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    query = (
        sa.select(CustomerTag.customer_id, Tag.name)
        .join(Tag, sa.and_(Tag.org_id == CustomerTag.org_id, Tag.id == CustomerTag.tag_id))
        .where(CustomerTag.org_id == office_of(connection), CustomerTag.customer_id.in_(ids))
        .order_by(CustomerTag.position)
    )
    return _grouped(connection.execute(query))


def _load_addresses(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    a = ExtraAddress
    query = (
        sa.select(a.customer_id, a.province, a.city, a.district, a.detail, a.label)
        .where(a.org_id == office_of(connection), a.customer_id.in_(ids))
        .order_by(a.position)
    )
    return _grouped((row[0], Address(*row[1:])) for row in connection.execute(query))


def _load_ties(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """The live customers of contacts."""
    joined = sa.and_(Customer.org_id == CustomerContact.org_id, Customer.id == CustomerContact.customer_id)
    query = (
        sa.select(CustomerContact.contact_id, Customer.id, Customer.name, CustomerContact.role)
        .join(Customer, joined)
        .where(
            CustomerContact.org_id == office_of(connection),
            CustomerContact.contact_id.in_(ids),
            Customer.deleted_at.is_(None),
        )
        .order_by(CustomerContact.position)
    )
    return _grouped((row[0], Link(row[1], row[2], row[3])) for row in connection.execute(query))


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


def links_of_customers(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Link, ...]]:
    """The live contacts of these customers, with role."""
    joined = sa.and_(Contact.org_id == CustomerContact.org_id, Contact.id == CustomerContact.contact_id)
    query = (
        sa.select(CustomerContact.customer_id, Contact.id, Contact.name, CustomerContact.role)
        .join(Contact, joined)
        .where(
            CustomerContact.org_id == office_of(connection),
            CustomerContact.customer_id.in_(ids),
            Contact.deleted_at.is_(None),
        )
        .order_by(CustomerContact.position, Contact.name)
    )
    return _grouped((row[0], Link(row[1], row[2], row[3])) for row in connection.execute(query))


# ---- writing: the parts of new records --------------------------------------------------------------------------

_POINT = ("kind", "value", "normal", "label", "extension", "valid", "note", "opt_out")
_ADDRESS = ("province", "city", "district", "detail", "label")
#: as stored, see `drafts.PointRow`
Stored = tuple[Any, ...]


def insert_points(
    connection: sa.Connection, layout: Layout, ids: Sequence[bytes], points: Sequence[Sequence[Stored]]
) -> None:
    """The contact points of records, in order."""
    rows = [(key, i, *point) for key, own in zip(ids, points, strict=True) for i, point in enumerate(own)]
    _insert(connection, ContactPoint, (layout.holder, "position", *_POINT), rows)


def insert_tags(
    connection: sa.Connection,
    ids: Sequence[bytes],
    tags: Sequence[Sequence[str]],
    known: Mapping[str, uuid.UUID],
) -> None:
    """The tags of customers, in order; `known`: name → tag."""
    rows = [(key, known[name].bytes, i) for key, own in zip(ids, tags, strict=True) for i, name in enumerate(own)]
    _insert(connection, CustomerTag, ("customer_id", "tag_id", "position"), rows)


def insert_addresses(connection: sa.Connection, ids: Sequence[bytes], found: Sequence[Sequence[Address]]) -> None:
    """Further addresses of customers, in order."""
    rows = [
        (key, i, *(getattr(address, part) for part in _ADDRESS))
        for key, own in zip(ids, found, strict=True)
        for i, address in enumerate(own)
    ]
    _insert(connection, ExtraAddress, ("customer_id", "position", *_ADDRESS), rows)


def insert_ties(
    connection: sa.Connection, ids: Sequence[bytes], ties: Sequence[Sequence[tuple[str, bytes, str]]]
) -> None:
    """The customers of contacts, with their roles: (field key, customer, role) each."""
    rows = [(key, tie[1], tie[2], i) for key, own in zip(ids, ties, strict=True) for i, tie in enumerate(own)]
    _insert(connection, CustomerContact, ("contact_id", "customer_id", "role", "position"), rows)


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
    layout: Layout,
    field: Field,
    values: Mapping[uuid.UUID, Any],
    tags: Mapping[str, uuid.UUID],
) -> None:
    """Store these values of one field (record → value, None = nothing) as the records' child rows. `tags`: the ids of all
    tags among them."""
    ids = [record.bytes for record in values]
    items = [value or () for value in values.values()]
    if field.custom:
        _delete(connection, CustomValue, ("record_id", "field"), [(key, field.key) for key in ids])
        given = [[(field.key, *to_custom(field, value))] if value is not None else [] for value in values.values()]
        insert_custom(connection, layout, ids, given)
    elif field.type in POINT_TYPES:
        kind = POINT_KINDS[field.type]
        _delete(connection, ContactPoint, (layout.holder, "kind"), [(key, kind) for key in ids])
        insert_points(connection, layout, ids, [[point_row(kind, p) for p in own] for own in items])
    elif field.type is FieldType.TAGS:
        _delete(connection, CustomerTag, ("customer_id",), [(key,) for key in ids])
        insert_tags(connection, ids, items, tags)
    elif field.type is FieldType.ADDRESSES:
        _delete(connection, ExtraAddress, ("customer_id",), [(key,) for key in ids])
        insert_addresses(connection, ids, items)
    else:
        _delete_shown_ties(connection, values)
        insert_ties(connection, ids, [[(field.key, x.id.bytes, x.role) for x in own] for own in items])


def _delete(connection: sa.Connection, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    dialect_of(connection).delete(connection, model.__table__, names, rows)


def _delete_shown_ties(connection: sa.Connection, values: Mapping[uuid.UUID, Sequence[Link] | None]) -> None:
    """Ties to customers in the recycle bin are not shown, so they are not among the links; they stay."""
    k = CustomerContact.__table__.c
    office = office_of(connection)
    live = sa.select(Customer.id).where(Customer.org_id == office, Customer.deleted_at.is_(None))
    for part in chunks(list(values)):
        shown = (k.org_id == office, k.contact_id.in_(part), k.customer_id.in_(live))
        connection.execute(sa.delete(CustomerContact).where(*shown))
    named = [(contact.bytes, link.id.bytes) for contact, links in values.items() for link in links or ()]
    _delete(connection, CustomerContact, ("contact_id", "customer_id"), named)


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
