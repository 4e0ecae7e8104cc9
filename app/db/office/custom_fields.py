"""Fields the office added to its kinds of records: rows that become fields of the registry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import CustomField, CustomValue, RecordFile, Tie

#: where values of custom fields stand
_HOLDERS: tuple[Any, ...] = (CustomValue, Tie, RecordFile)


@dataclass(frozen=True)
class StoredField:
    """One such field. `type` and `sensitivity` as the registry writes them; `archived`: put away, with its values."""

    id: uuid.UUID
    entity: str
    key: str
    label: str
    label_en: str
    type: str
    choices: tuple[str, ...]
    sensitivity: str
    target: str
    archived: bool


def in_use(connection: sa.Connection, entity: str | None = None) -> list[StoredField]:
    """The fields of one kind of records, or of all, in the order of forms."""
    f = CustomField
    query = _query(connection).where(f.archived.is_(False))
    if entity is not None:
        query = query.where(f.entity == entity)
    return [_stored(row) for row in connection.execute(query.order_by(f.position))]


def put_away(connection: sa.Connection, entity: str) -> list[StoredField]:
    """The archived fields, by label."""
    f = CustomField
    query = _query(connection).where(f.entity == entity, f.archived.is_(True)).order_by(f.label)
    return [_stored(row) for row in connection.execute(query)]


def find(connection: sa.Connection, key: str) -> StoredField | None:
    """The field of this key, in use or put away; None when there is none."""
    row = connection.execute(_query(connection).where(CustomField.key == key)).first()
    return None if row is None else _stored(row)


def uses(connection: sa.Connection) -> dict[str, int]:
    """Key → number of records that have a value in it."""
    found: dict[str, int] = {}
    for v in _HOLDERS:
        count = sa.func.count(sa.distinct(v.record_id))
        query = sa.select(v.field, count).where(v.org_id == office_of(connection), v.field.like("f\\_%", escape="\\"))
        found |= {key: int(n) for key, n in connection.execute(query.group_by(v.field))}
    return found


def add(
    connection: sa.Connection,
    entity: str,
    key: str,
    label: str,
    kind: str,
    choices: Sequence[str],
    sensitivity: str,
    target: str = "",
) -> None:
    """A new field behind those that are there."""
    f, office = CustomField, office_of(connection)
    last = connection.execute(sa.select(sa.func.max(f.position)).where(f.org_id == office, f.entity == entity)).scalar()
    row = {
        "org_id": office, "id": uuid7(), "entity": entity, "key": key, "label": label, "label_en": "", "type": kind,
        "choices": list(choices), "sensitivity": sensitivity, "target": target, "position": (last or 0) + 1, "archived": False,
    }  # fmt: skip
    connection.execute(sa.insert(f), [row])


def rename(connection: sa.Connection, key: str, label: str) -> None:
    """Another label; values stay."""
    _change(connection, key, {"label": label})


def set_archived(connection: sa.Connection, key: str, archived: bool) -> None:
    """Put a field away, or use it again; its values are kept."""
    _change(connection, key, {"archived": archived})


def reorder(connection: sa.Connection, entity: str, keys: Sequence[str]) -> None:
    """Form order as given; fields that are not named keep their order behind."""
    f = CustomField
    places = {key: place for place, key in enumerate(keys, 1)}
    query = sa.select(f.key, f.position).where(f.org_id == office_of(connection), f.entity == entity)
    for key, position in connection.execute(query).all():
        _change(connection, key, {"position": places.get(key, len(places) + position)})


def drop_unused(connection: sa.Connection, key: str) -> None:
    """Remove a field no record has a value in; any other stays."""
    f, office = CustomField, office_of(connection)
    unused = [~sa.exists().where(v.org_id == office, v.field == key) for v in _HOLDERS]
    connection.execute(sa.delete(f).where(f.org_id == office, f.key == key, *unused))


def _query(connection: sa.Connection) -> sa.Select[Any]:
    f = CustomField
    return sa.select(*f.__table__.c).where(f.org_id == office_of(connection))


def _stored(row: Any) -> StoredField:
    return StoredField(
        row.id, row.entity, row.key, row.label, row.label_en, row.type, tuple(row.choices or ()), row.sensitivity,
        row.target, row.archived,
    )  # fmt: skip


def _change(connection: sa.Connection, key: str, values: Mapping[str, Any]) -> None:
    f = CustomField
    connection.execute(sa.update(f).where(f.org_id == office_of(connection), f.key == key).values(**values))
