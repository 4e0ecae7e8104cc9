"""Import plans that are remembered: named ones, and silently the last one of every layout of headers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.ids import uuid7
from app.db.dialect import dialect_of, office_of
from app.models import ImportPreset

_TABLE: Any = ImportPreset.__table__

#: names of silently remembered plans begin so
UNNAMED = "#"


@dataclass(frozen=True)
class StoredPreset:
    """A plan as it is stored. `fingerprint` tells the headers it was made for; `body`: the plan as JSON."""

    id: uuid.UUID
    entity: str
    name: str
    fingerprint: str
    body: Mapping[str, Any]
    used_at: datetime


def named(connection: sa.Connection, entity: str) -> list[StoredPreset]:
    """The named plans for a kind of records, the latest used first."""
    p = ImportPreset
    query = _query(connection).where(p.entity == entity, ~p.name.startswith(UNNAMED))
    return [StoredPreset(*row) for row in connection.execute(query.order_by(p.used_at.desc(), p.id.desc()))]


def find(connection: sa.Connection, preset: uuid.UUID) -> StoredPreset | None:
    """One plan, or None."""
    row = connection.execute(_query(connection).where(ImportPreset.id == preset)).first()
    return None if row is None else StoredPreset(*row)


def last_for(connection: sa.Connection, entity: str, fingerprint: str) -> StoredPreset | None:
    """The plan, named or not, that was last used with exactly these headers; None when there was none."""
    p = ImportPreset
    query = _query(connection).where(p.entity == entity, p.fingerprint == fingerprint)
    row = connection.execute(query.order_by(p.used_at.desc(), p.id.desc()).limit(1)).first()
    return None if row is None else StoredPreset(*row)


def put(connection: sa.Connection, entity: str, name: str, fingerprint: str, body: Mapping[str, Any]) -> StoredPreset:
    """Keep a plan under a name, as used just now; one of that name is replaced."""
    p = ImportPreset
    row = {
        "org_id": office_of(connection), "id": uuid7(), "entity": entity, "name": name, "fingerprint": fingerprint,
        "body": body, "used_at": now(),
    }  # fmt: skip
    new = dialect_of(connection).insert_into(_TABLE).values(row)
    changed = {key: new.excluded[key] for key in ("fingerprint", "body", "used_at")}
    connection.execute(new.on_conflict_do_update(index_elements=["org_id", "entity", "name"], set_=changed))
    stored = connection.execute(_query(connection).where(p.entity == entity, p.name == name)).one()
    return StoredPreset(*stored)


def touch(connection: sa.Connection, preset: uuid.UUID) -> bool:
    """Note that a plan was used just now; returns whether there is one."""
    p = ImportPreset
    mine = sa.and_(p.org_id == office_of(connection), p.id == preset)
    return connection.execute(sa.update(p).where(mine).values(used_at=now())).rowcount > 0


def remove(connection: sa.Connection, preset: uuid.UUID) -> None:
    """Forget a plan."""
    p = ImportPreset
    connection.execute(sa.delete(p).where(p.org_id == office_of(connection), p.id == preset))


def forget_oldest(connection: sa.Connection, entity: str, kept: int) -> None:
    """Of the silently remembered plans of a kind of records keep so many."""
    p, office = ImportPreset, office_of(connection)
    silent = sa.select(p.id).where(p.org_id == office, p.entity == entity, p.name.startswith(UNNAMED))
    stale = connection.execute(silent.order_by(p.used_at.desc(), p.id.desc()).offset(kept)).scalars().all()
    if stale:
        connection.execute(sa.delete(p).where(p.org_id == office, p.id.in_(stale)))


def _query(connection: sa.Connection) -> sa.Select[Any]:
    p = ImportPreset.__table__.c
    return sa.select(p.id, p.entity, p.name, p.fingerprint, p.body, p.used_at).where(p.org_id == office_of(connection))
