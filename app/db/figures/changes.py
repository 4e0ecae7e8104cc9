"""What changed since the figures were last read: the journal tells."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from app.db.store.reading import Reader

#: more changed records than these and reading everything anew is cheaper
MANY = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the journal: the number and the id of its last change."""

    number: int
    change: bytes


def mark(reader: Reader) -> Mark:
    """Where the journal ends now."""
    row = reader.connection.exec_driver_sql("SELECT rid, id FROM change ORDER BY rid DESC LIMIT 1").first()
    return Mark(int(row[0]), bytes(row[1])) if row else Mark(0, b"")


def since(reader: Reader, before: Mark) -> dict[str, set[uuid.UUID]] | None:
    """Entity → records changed after the mark; None when too many, or when the journal was cut back behind it (an
    interrupted import was taken out), so that nothing can be told."""
    connection = reader.connection
    if before.number:
        there = connection.exec_driver_sql("SELECT id FROM change WHERE rid=?", (before.number,)).scalar()
        if there is None or bytes(there) != before.change:
            return None
    rows = connection.exec_driver_sql(
        "SELECT entity, record_id FROM change WHERE rid>? ORDER BY rid LIMIT ?", (before.number, MANY + 1)
    ).all()
    if len(rows) > MANY:
        return None
    found: dict[str, set[uuid.UUID]] = {}
    for entity, record in rows:
        found.setdefault(entity, set()).add(uuid.UUID(bytes=bytes(record)))
    return found


def team_members(connection: sa.Connection, name: str) -> frozenset[uuid.UUID] | None:
    """Everybody in this team and the teams below it; None when there is no such team."""
    from app.models import Team, TeamMember

    teams = connection.execute(sa.select(Team.id, Team.name, Team.parent_id).where(Team.org_id == 1)).all()
    root = next((t.id for t in teams if t.name == name), None)
    if root is None:
        return None
    inside = {root}
    while True:
        more = {t.id for t in teams if t.parent_id in inside} - inside
        if not more:
            break
        inside |= more
    members = sa.select(TeamMember.user_id).where(TeamMember.org_id == 1, TeamMember.team_id.in_(sorted(inside)))
    return frozenset(connection.execute(members).scalars())
