"""Field values that live in child tables: read for many records at once, replaced for one."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.fields import POINT_TYPES, Address, Field, FieldType, Link, Point
from app.core.ids import uuid7
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
        .where(c.org_id == 1, holder.in_(ids))
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
        .where(CustomerTag.org_id == 1, CustomerTag.customer_id.in_(ids))
        .order_by(CustomerTag.position)
    )
    return _grouped(connection.execute(query))


def _load_addresses(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    a = ExtraAddress
    query = (
        sa.select(a.customer_id, a.province, a.city, a.district, a.detail, a.label)
        .where(a.org_id == 1, a.customer_id.in_(ids))
        .order_by(a.position)
    )
    return _grouped((row[0], Address(*row[1:])) for row in connection.execute(query))


def _load_ties(connection: sa.Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """The live customers of contacts."""
    joined = sa.and_(Customer.org_id == CustomerContact.org_id, Customer.id == CustomerContact.customer_id)
    query = (
        sa.select(CustomerContact.contact_id, Customer.id, Customer.name, CustomerContact.role)
        .join(Customer, joined)
        .where(CustomerContact.org_id == 1, CustomerContact.contact_id.in_(ids), Customer.deleted_at.is_(None))
        .order_by(CustomerContact.position)
    )
    return _grouped((row[0], Link(row[1], row[2], row[3])) for row in connection.execute(query))


def titles(connection: sa.Connection, target: Layout, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The titles of those of these records that are live."""
    c = target.table.c
    title: Any = target.column(target.entity.title)
    query = sa.select(c.id, title).where(c.org_id == 1, c.id.in_(list(ids)), c.deleted_at.is_(None))
    return {row[0]: str(row[1] or "") for row in connection.execute(query)}


def _load_custom(connection: sa.Connection, ids: Sequence[uuid.UUID], fields: list[Field], found: Found) -> None:
    by_key = {f.key: f for f in fields}
    v = CustomValue
    query = sa.select(v.record_id, v.field, v.text, v.number).where(
        v.org_id == 1, v.record_id.in_(ids), v.field.in_(list(by_key))
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
        .where(CustomerContact.org_id == 1, CustomerContact.customer_id.in_(ids), Contact.deleted_at.is_(None))
        .order_by(CustomerContact.position, Contact.name)
    )
    return _grouped((row[0], Link(row[1], row[2], row[3])) for row in connection.execute(query))


# ---- replacing --------------------------------------------------------------------------------------------------


def replace(connection: sa.Connection, layout: Layout, record: uuid.UUID, field: Field, value: Any) -> None:
    """Store `value` (None = nothing) as the record's child rows of this field."""
    items = value or ()
    if field.custom:
        _replace_custom(connection, layout, record, field, value)
    elif field.type in POINT_TYPES:
        _replace_points(connection, layout, record, POINT_KINDS[field.type], items)
    elif field.type is FieldType.TAGS:
        _replace_rows(connection, CustomerTag, CustomerTag.customer_id, record, _tag_rows(connection, items))
    elif field.type is FieldType.ADDRESSES:
        rows = [
            {"province": a.province, "city": a.city, "district": a.district, "detail": a.detail, "label": a.label}
            for a in items
        ]
        _replace_rows(connection, ExtraAddress, ExtraAddress.customer_id, record, rows)
    else:
        _replace_ties(connection, record, items)


def _replace_points(
    connection: sa.Connection, layout: Layout, record: uuid.UUID, kind: str, points: Sequence[Point]
) -> None:
    table = ContactPoint.__table__
    connection.execute(
        sa.delete(ContactPoint).where(table.c.org_id == 1, table.c[layout.holder] == record, table.c.kind == kind)
    )
    rows = [
        {
            "org_id": 1, "id": uuid7(), layout.holder: record, "kind": kind, "position": i, "value": p.value,
            "normal": p.normal, "label": p.label, "extension": p.extension, "valid": p.valid, "opt_out": p.opt_out,
            "note": p.note,
        }
        for i, p in enumerate(points)
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(ContactPoint), rows)


def _replace_rows(
    connection: sa.Connection, model: Any, holder: Any, record: uuid.UUID, rows: list[dict[str, Any]]
) -> None:
    connection.execute(sa.delete(model).where(model.org_id == 1, holder == record))
    full = [{"org_id": 1, "id": uuid7(), holder.key: record, "position": i, **row} for i, row in enumerate(rows)]
    if full:
        connection.execute(sa.insert(model), full)


def _replace_ties(connection: sa.Connection, contact: uuid.UUID, links: Sequence[Link]) -> None:
    """Ties to customers in the recycle bin are not shown, so they are not among `links`; they stay."""
    k = CustomerContact
    live = sa.select(Customer.id).where(Customer.org_id == 1, Customer.deleted_at.is_(None))
    shown = sa.or_(k.customer_id.in_(live), k.customer_id.in_([link.id for link in links]))
    connection.execute(sa.delete(k).where(k.org_id == 1, k.contact_id == contact, shown))
    rows = [
        {"org_id": 1, "id": uuid7(), "contact_id": contact, "customer_id": x.id, "role": x.role, "position": i}
        for i, x in enumerate(links)
    ]
    if rows:
        connection.execute(sa.insert(k), rows)


def _replace_custom(connection: sa.Connection, layout: Layout, record: uuid.UUID, field: Field, value: Any) -> None:
    v = CustomValue
    connection.execute(sa.delete(v).where(v.org_id == 1, v.record_id == record, v.field == field.key))
    if value is not None:
        text, number = to_custom(field, value)
        row = {"entity": layout.entity.key, "record_id": record, "field": field.key, "text": text, "number": number}
        connection.execute(sa.insert(v), [{"org_id": 1, "id": uuid7(), **row}])


def _tag_rows(connection: sa.Connection, names: Iterable[str]) -> list[dict[str, Any]]:
    ids = tag_ids(connection, names)
    return [{"tag_id": ids[name]} for name in names]


TONES = ("primary", "violet", "cyan", "ok", "warn", "bad", "gray")


def tag_ids(connection: sa.Connection, names: Iterable[str]) -> dict[str, uuid.UUID]:
    """The ids of these tags; missing ones are made, each with a colour of its own turn."""
    wanted = list(dict.fromkeys(names))
    rows = connection.execute(sa.select(Tag.name, Tag.id).where(Tag.org_id == 1, Tag.name.in_(wanted)))
    known: dict[str, uuid.UUID] = {row.name: row.id for row in rows}
    missing = [n for n in wanted if n not in known]
    if missing:
        count = connection.execute(sa.select(sa.func.count()).select_from(Tag)).scalar_one()
        made: list[dict[str, Any]] = [
            {"org_id": 1, "id": uuid7(), "name": n, "tone": TONES[(count + i) % len(TONES)]}
            for i, n in enumerate(missing)
        ]
        connection.execute(sa.insert(Tag), made)
        known.update((name, row["id"]) for name, row in zip(missing, made, strict=True))
    return known
