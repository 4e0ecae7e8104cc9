"""Pairs in the archive: written after a search, read for lists and screens, decided by people."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.access import Action
from app.core.clock import now
from app.core.dictionary import BUILT_IN
from app.core.ids import uuid7_bytes
from app.core.primitives import to_millis
from app.db.dialect import dialect_of, office_of
from app.db.dialect.expressions import among
from app.db.store import access
from app.db.store.reading import Reader
from app.models import Base, MatchPair

#: (a, b, group, probability, points, evidence as JSON)
NewPair = tuple[bytes, bytes, bytes, float, float, str]
_TABLE: Any = MatchPair.__table__
_NEW = ("id", "entity", "a_id", "b_id", "group_id", "probability", "points", "evidence", "state", "found_at")
_MERGED = {e.key: Base.metadata.tables[e.table] for e in BUILT_IN if e.duplicates}


def replace_open(
    connection: sa.Connection, entity: str, pairs: Sequence[NewPair], only: Iterable[bytes] | None = None
) -> None:
    """Put `pairs` in the place of the open ones; pairs that were decided stay as they are. `only`: the records that were
    searched for; open pairs of other records stay as well."""
    m, office = MatchPair, office_of(connection)
    mine = sa.and_(m.org_id == office, m.entity == entity, m.state == "open")
    if only is None:
        connection.execute(sa.delete(m).where(mine))
    else:
        ids = list(only)
        connection.execute(sa.delete(m).where(mine, sa.or_(among(m.a_id, ids), among(m.b_id, ids))))
    if not pairs:
        return
    moment = to_millis(now())
    rows = [
        (key, entity, *pair, "open", moment) for key, pair in zip(uuid7_bytes(len(pairs)), pairs, strict=True)
    ]  # fmt: skip
    dialect_of(connection).insert(connection, _TABLE, _NEW, rows, new=True)


def told(connection: sa.Connection, entity: str) -> list[tuple[dict[str, str], bool]]:
    """What people decided: the level of each field, and whether it was one."""
    m, office = MatchPair, office_of(connection)
    rows = connection.execute(
        sa.select(m.evidence, m.state).where(
            m.org_id == office, m.entity == entity, m.state.in_(("merged", "different"))
        )
    )
    return [({key: level for key, level, _ in json.loads(text)}, state == "merged") for text, state in rows if text]


def decided(connection: sa.Connection, entity: str) -> list[tuple[float, bool]]:
    """(probability when it was found, whether it was one) of every decided pair."""
    m, office = MatchPair, office_of(connection)
    query = sa.select(m.probability, m.state).where(
        m.org_id == office, m.entity == entity, m.state.in_(("merged", "different"))
    )
    return [(float(p), state == "merged") for p, state in connection.execute(query)]


def apart(connection: sa.Connection, entity: str) -> set[tuple[bytes, bytes]]:
    """Pairs that a person said are different, for good."""
    m, office = MatchPair, office_of(connection)
    query = sa.select(m.a_id, m.b_id).where(m.org_id == office, m.entity == entity, m.state == "different")
    return {(a.bytes, b.bytes) for a, b in connection.execute(query)}


def set_state(connection: sa.Connection, keys: Iterable[tuple[uuid.UUID, uuid.UUID]], entity: str, state: str, user: Any) -> int:  # fmt: skip
    """Decide pairs; returns how many there were."""
    m, office = MatchPair, office_of(connection)
    done = 0
    at = None if state == "open" else now()
    for one, two in keys:
        a, b = sorted((one, two))
        result = connection.execute(
            sa.update(m)
            .where(m.org_id == office, m.entity == entity, m.a_id == a, m.b_id == b)
            .values(state=state, decided_at=at, decided_by=user if at else None)
        )
        done += result.rowcount
    return done


def settle_merged(connection: sa.Connection, entity: str, records: Iterable[uuid.UUID], user: Any) -> None:
    """After these records became one: pairs among them are decided, open pairs of the losers with others go on with
    nobody and are dropped (the next search finds them anew for the survivor)."""
    ids = list(records)
    m, office = MatchPair, office_of(connection)
    mine = sa.and_(m.org_id == office, m.entity == entity)
    connection.execute(
        sa.update(m)
        .where(mine, among(m.a_id, ids), among(m.b_id, ids), m.state == "open")
        .values(state="merged", decided_at=now(), decided_by=user)
    )


def reopen_parted(connection: sa.Connection) -> int:
    """After a merge was taken back: pairs of records that are both there again want a decision again. Returns how many."""
    m, office = MatchPair, office_of(connection)
    done = 0
    for entity, table in _MERGED.items():
        live = sa.select(table.c.id).where(table.c.org_id == office, table.c.deleted_at.is_(None))
        result = connection.execute(
            sa.update(m)
            .where(m.org_id == office, m.entity == entity, m.state == "merged", m.a_id.in_(live), m.b_id.in_(live))
            .values(state="open", decided_at=None, decided_by=None)
        )
        done += result.rowcount
    return done


def seen(
    reader: Reader,
    entity: str,
    states: Sequence[str],
    least: float,
    *,
    group: uuid.UUID | None = None,
    records: Sequence[uuid.UUID] | None = None,
    gone: bool = False,
) -> sa.Select[Any]:
    """The pairs whose records the actor sees, the likeliest first, as a query: all columns of the pair, `a_title`, `b_title`.

    `group`: of this group only. `records`: between these only. `gone`: also of records in the recycle bin.
    """
    m, layout, office = MatchPair, reader.layout(entity), reader.office
    title = layout.column(layout.entity.title).name
    a, b = layout.table.alias("a"), layout.table.alias("b")
    query = (
        sa.select(*m.__table__.c, a.c[title].label("a_title"), b.c[title].label("b_title"))
        .join(a, sa.and_(a.c.org_id == m.org_id, a.c.id == m.a_id))
        .join(b, sa.and_(b.c.org_id == m.org_id, b.c.id == m.b_id))
        .where(m.org_id == office, m.entity == entity, m.state.in_(states), m.probability >= least)
    )
    if group is not None:
        query = query.where(m.group_id == group)
    if records is not None:
        query = query.where(among(m.a_id, records), among(m.b_id, records))
    if not gone:
        query = query.where(a.c.deleted_at.is_(None), b.c.deleted_at.is_(None))
    if reader.actor.reach(entity, Action.VIEW) is not None:
        c = layout.table.c
        visible = sa.select(c.id).where(
            c.org_id == reader.office, access.condition(entity, reader.actor, Action.VIEW, reader.office)
        )
        query = query.where(m.a_id.in_(visible), m.b_id.in_(visible))
    return query.order_by(m.probability.desc(), m.a_id, m.b_id)


def counted(connection: sa.Connection, entity: str) -> list[tuple[str, float, Any]]:
    """(state, probability, found at) of every pair."""
    m, office = MatchPair, office_of(connection)
    query = sa.select(m.state, m.probability, m.found_at).where(m.org_id == office, m.entity == entity)
    return [(state, float(p), at) for state, p, at in connection.execute(query)]
