"""What changed since the figures were last read: the journal tells."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.db.dialect import office_of
from app.db.dialect.expressions import IdBytes
from app.db.figures.columns import scanning
from app.db.store.reading import Reader
from app.models import ChangeRow

_c: Any = ChangeRow.__table__.c
_RID: Any = sa.literal_column("change.rid", sa.BigInteger)
#: more changed records than these and reading everything anew is cheaper
MANY = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the journal: the number and the id of its last change."""

    number: int
    change: bytes


def mark(reader: Reader) -> Mark:
    """Where the journal ends now."""
    query = sa.select(_RID, IdBytes(_c.id)).where(*_ours(reader)).order_by(_RID.desc()).limit(1)
    row = reader.connection.execute(query).first()
    return Mark(int(row[0]), bytes(row[1])) if row else Mark(0, b"")


def since(reader: Reader, before: Mark) -> dict[str, set[uuid.UUID]] | None:
    """Entity → records changed after the mark; None when too many, or when the journal was cut back behind it (an
    interrupted import was taken out), so that nothing can be told."""
    connection = reader.connection
    if before.number:
        there = connection.execute(sa.select(IdBytes(_c.id)).where(*_ours(reader), before.number == _RID)).scalar()
        if there is None or bytes(there) != before.change:
            return None
    query = sa.select(_c.entity, _c.record_id).where(*_ours(reader), before.number < _RID)
    rows = connection.execute(query.order_by(_RID).limit(MANY + 1)).all()
    if len(rows) > MANY:
        return None
    found: dict[str, set[uuid.UUID]] = {}
    for entity, record in rows:
        found.setdefault(entity, set()).add(record)
    return found


def _ours(reader: Reader) -> list[Any]:
    return scanning([_c.org_id == reader.office], reader.connection)


def team_members(connection: sa.Connection, name: str) -> frozenset[uuid.UUID] | None:
    """Everybody in this team and the teams below it; None when there is no such team."""
    from app.models import Team, TeamMember

    office = office_of(connection)
    teams = connection.execute(sa.select(Team.id, Team.name, Team.parent_id).where(Team.org_id == office)).all()
    root = next((t.id for t in teams if t.name == name), None)
    if root is None:
        return None
    inside = {root}
    while True:
        more = {t.id for t in teams if t.parent_id in inside} - inside
        if not more:
            break
        inside |= more
    members = sa.select(TeamMember.user_id).where(TeamMember.org_id == office, TeamMember.team_id.in_(sorted(inside)))
    return frozenset(connection.execute(members).scalars())
