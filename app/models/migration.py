"""A migration from another system: its plan, its runs, and what every source row was when it was last brought over."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PART, Base, Keyed, Moment, Uuid, reference


class MigrationProject(Keyed, Base):
    """Several files in order with their mappings. `state`: draft, running, done, rolled_back, signed_off."""

    __tablename__ = "migration_project"

    name: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.String(20))
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (sa.UniqueConstraint("org_id", "name"),)


class MigrationRun(Keyed, Base):
    """One trial, full or incremental run of a project, with its reconciliation and the operations it made."""

    __tablename__ = "migration_run"

    project_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20))
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        reference("project_id", "migration_project"),
        sa.Index("ix_migration_run_project", "org_id", "project_id", "started_at"),
    )


class MigrationRow(Keyed, Base):
    """The digest of a source row as it was last brought over, found by its key in the source."""

    __tablename__ = "migration_row"

    project_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    step: Mapped[int] = mapped_column(sa.Integer)
    source_key: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(40))

    __table_args__ = (
        reference("project_id", "migration_project"),
        sa.UniqueConstraint("org_id", "project_id", "step", "source_key"),
        PART,
    )
