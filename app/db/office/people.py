"""Users and their roles. What opens the archive for them, the key slot of the same name, is in the file's header."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.clock import now
from app.core.ids import uuid7
from app.db.dialect import office_of
from app.models import User, UserRole


@dataclass(frozen=True)
class Account:
    """A user as he is stored. `roles` are codes, in order."""

    id: uuid.UUID
    username: str
    name: str
    active: bool
    roles: tuple[str, ...]


def all_accounts(connection: sa.Connection) -> list[Account]:
    """All users, the first one first."""
    u, r = User, UserRole
    office = office_of(connection)
    held: dict[uuid.UUID, list[str]] = {}
    for user, role in connection.execute(sa.select(r.user_id, r.role).where(r.org_id == office).order_by(r.role)):
        held.setdefault(user, []).append(role)
    query = sa.select(u.id, u.username, u.name, u.active).where(u.org_id == office).order_by(u.created_at, u.id)
    return [
        Account(row.id, row.username, row.name, row.active, tuple(held.get(row.id, ())))
        for row in connection.execute(query)
    ]


def account(connection: sa.Connection, username: str) -> Account | None:
    """The user of this name, or None."""
    return next((found for found in all_accounts(connection) if found.username == username), None)


def names(connection: sa.Connection) -> dict[uuid.UUID, str]:
    """Display names by id."""
    query = sa.select(User.id, User.name).where(User.org_id == office_of(connection))
    return {row.id: row.name for row in connection.execute(query)}


def username_of(connection: sa.Connection, user: uuid.UUID) -> str:
    """What the user signs in as."""
    query = sa.select(User.username).where(User.org_id == office_of(connection), User.id == user)
    return connection.execute(query).scalar_one()


def first_admin(connection: sa.Connection) -> str | None:
    """The username of the first active administrator, or None."""
    return next((a.username for a in all_accounts(connection) if a.active and "admin" in a.roles), None)


def add(connection: sa.Connection, username: str, name: str, roles: Iterable[str]) -> uuid.UUID:
    """A new active user; returns his id."""
    user = uuid7()
    row = {
        "org_id": office_of(connection), "id": user, "username": username, "name": name, "active": True,
        "created_at": now(),
    }  # fmt: skip
    connection.execute(sa.insert(User), [row])
    _give(connection, user, roles)
    return user


def set_roles(connection: sa.Connection, user: uuid.UUID, roles: Iterable[str]) -> None:
    """These roles and no others."""
    connection.execute(sa.delete(UserRole).where(UserRole.org_id == office_of(connection), UserRole.user_id == user))
    _give(connection, user, roles)


def deactivate(connection: sa.Connection, user: uuid.UUID) -> None:
    """He opens the archive no more; his records keep his name."""
    mine = sa.and_(User.org_id == office_of(connection), User.id == user)
    connection.execute(sa.update(User).where(mine).values(active=False))


def _give(connection: sa.Connection, user: uuid.UUID, roles: Iterable[str]) -> None:
    rows = [{"org_id": office_of(connection), "id": uuid7(), "user_id": user, "role": code} for code in roles]
    if rows:
        connection.execute(sa.insert(UserRole), rows)
