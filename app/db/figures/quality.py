"""Records column by column, in chunks, for checking all of them: stored primitives, no Python object more than needed.

Dates come as ISO text, moments as milliseconds, amounts as minor units, numbers as millionths, links as the bytes of the
id, contact points as tuples of (value, normal, valid). Besides the fields there are columns of what a rule needs from
other tables; their names have a `~`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.fields import POINT_TYPES, Field, FieldType
from app.core.filters import Filter
from app.core.kinds import kind_of
from app.db.dialect.expressions import IdBytes, PackedOnce, Total, among, primitive
from app.db.figures.columns import scanning, split_keys
from app.db.store.computed import COMPUTED
from app.db.store.layout import POINT_KINDS, Layout, from_custom, to_store
from app.db.store.reading import Reader
from app.models import (
    ContactPoint,
    CustomValue,
    FurtherAddress,
    MatchPair,
    Order,
    OrderLine,
    Payment,
    RecordFile,
    RecordTag,
    Stage,
    Tie,
)

#: records a chunk
CHUNK = 4_000


@dataclass(frozen=True)
class Chunk:
    """Some records: ids and columns of the same length."""

    ids: list[bytes]
    handles: list[int]
    columns: Mapping[str, Sequence[Any]]


def readable(layout: Layout) -> list[Field]:
    """The fields that are stored: computed ones cannot be wrong."""
    return [f for f in layout.entity.fields if (layout.table.name, f.key) not in COMPUTED]


def chunks(reader: Reader, entity: str, fields: Iterable[str], extras: Iterable[str] = ()) -> Iterator[Chunk]:
    """All visible live records in the order of their rows, with these fields and these columns of other tables."""
    layout = reader.layout(entity)
    wanted = [f for f in readable(layout) if f.key in set(fields)]
    own = [f for f in wanted if not f.custom and layout.column(f.key) is not None]
    links = [f for f in wanted if layout.reference(f.key) is not None]
    below = [f for f in wanted if f not in own and f not in links]
    named = list(dict.fromkeys(extras))
    picked = [
        layout.rid,
        IdBytes(layout.table.c.id),
        *(primitive(layout.column(f.key)) for f in own),
        *(IdBytes(layout.reference(f.key)) for f in links),
        *(_extra(layout, name, reader.office) for name in named),
    ]
    names = [f.key for f in own] + [f.key for f in links] + named
    where = scanning(reader.where(entity, None), reader.connection)
    last = 0
    while True:
        query = sa.select(*picked).select_from(layout.table).where(*where, layout.rid > last)
        rows = reader.connection.execute(query.order_by(layout.rid).limit(CHUNK)).all()
        if not rows:
            return
        turned = list(zip(*rows, strict=True))
        columns: dict[str, Sequence[Any]] = dict(zip(names, turned[2:], strict=True))
        ids = [bytes(key) for key in turned[1]]
        if below:
            columns |= _below(reader, layout, ids, below)
        yield Chunk(ids, list(turned[0]), columns)
        last = rows[-1][0]


def _extra(layout: Layout, name: str, office: int) -> Any:
    """A column of another table: `<link>~live` (1 when the linked record is there), `lines~sum`, `stage~kind`,
    `order~customer`."""
    c = layout.table.c
    if name == "lines~sum":
        line = OrderLine.__table__.c
        query = sa.select(Total(sa.func.coalesce(line.amount_minor, 0)))
        return (
            query.where(line.org_id == office, line.order_id == c.id, line.deleted_at.is_(None))
            .correlate(layout.table)
            .scalar_subquery()
        )
    if name == "stage~kind":
        stage = Stage.__table__.c
        return sa.select(stage.kind).where(stage.org_id == office, stage.id == c.stage_id).scalar_subquery()
    if name == "order~customer":
        order = Order.__table__.c
        return (
            sa.select(IdBytes(order.customer_id))
            .where(order.org_id == office, order.id == Payment.__table__.c.order_id)
            .correlate(Payment.__table__)
            .scalar_subquery()
        )
    key = name.removesuffix("~live")
    from app.db.store.layout import layout_of

    target = _target_table(layout, key, layout_of)
    other = target.alias(f"{key}_there")
    return (
        sa.select(sa.literal(1))
        .where(other.c.org_id == office, other.c.id == layout.reference(key), other.c.deleted_at.is_(None))
        .scalar_subquery()
    )


def _target_table(layout: Layout, key: str, layout_of: Any) -> sa.Table:
    from app.core.dictionary import BUILT_IN

    table: sa.Table = layout_of(BUILT_IN.entity(layout.entity.field(key).target), BUILT_IN).table
    return table


def _below(reader: Reader, layout: Layout, ids: list[bytes], fields: list[Field]) -> dict[str, Sequence[Any]]:
    place = {key: i for i, key in enumerate(ids)}
    columns: dict[str, list[Any]] = {f.key: [None] * len(ids) for f in fields}
    points = {POINT_KINDS[f.type]: columns[f.key] for f in fields if f.type in POINT_TYPES}
    run = reader.connection.execute
    if points:
        p = ContactPoint.__table__.c
        query = sa.select(IdBytes(p.record_id), p.kind, p.value, p.normal, p.valid).where(
            p.org_id == reader.office, among(p.record_id, ids)
        )
        for row in run(query.order_by(p.record_id, p.position)).all():
            column = points.get(row[1])
            if column is not None:
                at = place[bytes(row[0])]
                column[at] = (*(column[at] or ()), (row[2], row[3], row[4]))
    custom = {f.key: f for f in fields if f.custom and not kind_of(f).rows}
    if custom:
        v = CustomValue.__table__.c
        values: Any = sa.select(IdBytes(v.record_id), v.field, v.text, v.number).where(
            v.org_id == reader.office, v.field.in_(list(custom)), among(v.record_id, ids)
        )
        for record, name, text, number in run(values):
            columns[name][place[bytes(record)]] = to_store(custom[name], from_custom(custom[name], text, number))
    for field in fields:
        query = _count_query(reader, field, ids)
        if query is not None:
            for key, count in run(query):
                columns[field.key][place[bytes(key)]] = int(count) or None
    return dict(columns)


def _count_query(reader: Reader, field: Field, ids: list[bytes]) -> Any:
    """How many there are, of the lists of which only that matters."""
    if field.type is FieldType.LINKS:
        tie, c = Tie.__table__.c, reader.layout(field.target).table.c
        joined = Tie.__table__.join(
            reader.layout(field.target).table, sa.and_(c.org_id == tie.org_id, c.id == tie.target_id)
        )
        query = _counting(tie, ids, reader.office).select_from(joined)
        return query.where(tie.field == field.key, c.deleted_at.is_(None))
    if field.type is FieldType.FILES:
        file = RecordFile.__table__.c
        return _counting(file, ids, reader.office).where(file.field == field.key)
    model = {FieldType.TAGS: RecordTag, FieldType.ADDRESSES: FurtherAddress}.get(field.type)
    return _counting(model.__table__.c, ids, reader.office) if model is not None else None


def _counting(c: Any, ids: list[bytes], office: int) -> sa.Select[Any]:
    query: Any = sa.select(IdBytes(c.record_id), sa.func.count()).group_by(c.record_id)
    counted: sa.Select[Any] = query.where(c.org_id == office, among(c.record_id, ids))
    return counted


# ---- values that several records have ---------------------------------------------------------------------------------


def shared(
    reader: Reader, entity: str, fields: Sequence[str], condition: Filter | None = None
) -> list[tuple[str, list[bytes]]]:
    """(the value, ids of the visible live records that have it) where more than one has it; every field must be filled."""
    layout = reader.layout(entity)
    table = layout.table
    source: Any = table
    where = list(reader.where(entity, condition))
    picked: list[Any] = []
    for place, key in enumerate(fields):
        field = layout.entity.field(key)
        if field.type in POINT_TYPES:
            point = ContactPoint.__table__.alias(f"point{place}")
            on = sa.and_(point.c.org_id == reader.office, point.c.record_id == table.c.id)
            source = source.join(point, sa.and_(on, point.c.kind == POINT_KINDS[field.type]))
            picked.append(point.c.normal)
        elif field.custom:
            value = CustomValue.__table__.alias(f"value{place}")
            on = sa.and_(value.c.org_id == reader.office, value.c.record_id == table.c.id, value.c.field == key)
            source = source.join(value, on)
            picked.append(sa.func.coalesce(value.c.text, sa.cast(value.c.number, sa.String)))
        else:
            own: Any = layout.column(key)
            column: Any = layout.reference(key) if own is None else own
            picked.append(column)
            where.append(column.is_not(None))
    text: Any = sa.cast(picked[0], sa.String)
    for more in picked[1:]:
        text = text + sa.literal(" · ") + sa.cast(more, sa.String)
    members = PackedOnce(table.c.id)
    query = (
        sa.select(text, members)
        .select_from(source)
        .where(*where)
        .group_by(*picked)
        .having(sa.func.count(sa.distinct(table.c.id)) > 1)
    )
    return [(str(r[0]), split_keys(r[1])) for r in reader.connection.execute(query)]


def pairs_mark(reader: Reader, entity: str) -> tuple[int, int]:
    """What changes when possible duplicates are found or decided: those are no part of the journal."""
    pair = MatchPair.__table__.c
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(primitive(pair.found_at)), 0))
    row = reader.connection.execute(
        query.where(pair.org_id == reader.office, pair.entity == entity, pair.state == "open")
    ).one()
    return int(row[0]), int(row[1])


def in_pairs(reader: Reader, entity: str) -> list[tuple[str, list[bytes]]]:
    """(group, ids) of the groups of possible duplicates that nobody has decided on; visible live records only."""
    layout = reader.layout(entity)
    pair, c = MatchPair.__table__.c, layout.table.c
    found: dict[str, list[bytes]] = {}
    for side in (pair.a_id, pair.b_id):
        query = (
            sa.select(IdBytes(pair.group_id), IdBytes(c.id))
            .select_from(MatchPair.__table__.join(layout.table, sa.and_(c.org_id == pair.org_id, c.id == side)))
            .where(
                *reader.where(entity, None), pair.org_id == reader.office, pair.entity == entity, pair.state == "open"
            )
        )
        for group, key in reader.connection.execute(query):
            members = found.setdefault(bytes(group).hex().upper(), [])
            if bytes(key) not in members:
                members.append(bytes(key))
    return [(group, members) for group, members in found.items() if len(members) > 1]
