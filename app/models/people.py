"""User, Role and Team."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Keyed, Moment, Uuid, reference


class User(Keyed, Base):
    """A person who opens the archive. The key slot of the same `username` lies in the file's key header."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(60))
    active: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (sa.UniqueConstraint("org_id", "username"),)


class UserRole(Keyed, Base):
    """A role of a user: the code of a fixed role, or the id of an own one."""

    __tablename__ = "user_role"

    user_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(sa.String(40))

    __table_args__ = (reference("user_id", "user"), sa.UniqueConstraint("org_id", "user_id", "role"))


class OwnRole(Keyed, Base):
    """A role made by the office: its rules as JSON {"entity": {"action": level}}."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(60))
    rules: Mapped[dict[str, Any]] = mapped_column(sa.JSON)

    __table_args__ = (sa.UniqueConstraint("org_id", "code"),)


class Team(Keyed, Base):
    """A group of users; teams form a tree, and a superior sees the sub-teams."""

    __tablename__ = "team"

    name: Mapped[str] = mapped_column(sa.String(60))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    __table_args__ = (reference("parent_id", "team", ondelete="RESTRICT"), sa.UniqueConstraint("org_id", "name"))


class TeamMember(Keyed, Base):
    """A user in a team."""

    __tablename__ = "team_member"

    team_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    user_id: Mapped[uuid.UUID] = mapped_column(Uuid)

    __table_args__ = (
        reference("team_id", "team"),
        reference("user_id", "user"),
        sa.UniqueConstraint("org_id", "team_id", "user_id"),
    )
