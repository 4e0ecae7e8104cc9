"""Teams: a tree of groups of users."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import Team, TeamMember


def ids(connection: sa.Connection) -> dict[str, uuid.UUID]:
    """Name → id of all teams, by name."""
    query = sa.select(Team.name, Team.id).where(Team.org_id == office_of(connection)).order_by(Team.name)
    return {row.name: row.id for row in connection.execute(query)}


def of_users(connection: sa.Connection) -> dict[uuid.UUID, tuple[str, ...]]:
    """User → names of his teams, by name; users without a team are missing."""
    query = (
        sa.select(TeamMember.user_id, Team.name)
        .join(Team, sa.and_(Team.org_id == TeamMember.org_id, Team.id == TeamMember.team_id))
        .where(TeamMember.org_id == office_of(connection))
        .order_by(Team.name)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for user, name in connection.execute(query):
        found[user] = (*found.get(user, ()), name)
    return found


def mates(connection: sa.Connection, user: uuid.UUID) -> frozenset[uuid.UUID]:
    """Everybody in the user's teams and all teams below them."""
    m, office = TeamMember, office_of(connection)
    tree = connection.execute(sa.select(Team.id, Team.parent_id).where(Team.org_id == office))
    parents: dict[uuid.UUID, uuid.UUID | None] = {row.id: row.parent_id for row in tree}
    mine = set(connection.execute(sa.select(m.team_id).where(m.org_id == office, m.user_id == user)).scalars())
    teams = [team for team in parents if _is_below(team, mine, parents)]
    query = sa.select(m.user_id).where(m.org_id == office, m.team_id.in_(teams))
    return frozenset(connection.execute(query).scalars())


def _is_below(team: uuid.UUID, tops: set[uuid.UUID], parents: dict[uuid.UUID, uuid.UUID | None]) -> bool:
    """Whether the team is one of `tops` or below one; a tree that bites its tail has an end here."""
    passed: set[uuid.UUID] = set()
    at: uuid.UUID | None = team
    while at is not None and at not in passed:
        if at in tops:
            return True
        passed.add(at)
        at = parents.get(at)
    return False


def add(connection: sa.Connection, name: str, parent: uuid.UUID | None) -> None:
    """A new team, below `parent` if given."""
    row = {"org_id": office_of(connection), "id": uuid7(), "name": name, "parent_id": parent}
    connection.execute(sa.insert(Team), [row])


def set_of(connection: sa.Connection, user: uuid.UUID, teams: Iterable[uuid.UUID]) -> None:
    """The user belongs to these teams and no others."""
    m, office = TeamMember, office_of(connection)
    connection.execute(sa.delete(m).where(m.org_id == office, m.user_id == user))
    rows = [{"org_id": office, "id": uuid7(), "team_id": team, "user_id": user} for team in teams]
    if rows:
        connection.execute(sa.insert(m), rows)
