"""What keeps customer data clean: possible duplicates and what was decided of them, quality rules, findings, scores, recipes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PART, Base, Keyed, Moment, Uuid


class MatchPair(Keyed, Base):
    """Two records that may be one. `a_id` sorts before `b_id`; `group_id` is shared by all pairs of one group.

    `state`: open, merged, different ("not a duplicate", for good). `evidence`: JSON list, see services/duplicates.
    """

    __tablename__ = "match_pair"

    entity: Mapped[str] = mapped_column(sa.String(40))
    a_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    b_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    group_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    probability: Mapped[float] = mapped_column(sa.Float)
    points: Mapped[float] = mapped_column(sa.Float)
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    found_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        sa.UniqueConstraint("org_id", "entity", "a_id", "b_id"),
        sa.Index("ix_match_pair_b", "org_id", "entity", "b_id"),
        sa.Index("ix_match_pair_group", "org_id", "entity", "state", "group_id"),
        PART,
    )


class QualityRule(Keyed, Base):
    """One standard of a field that the office set itself, beside those the field registry implies."""

    __tablename__ = "quality_rule"

    entity: Mapped[str] = mapped_column(sa.String(40))
    field: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(20))
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    active: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (sa.Index("ix_quality_rule_entity", "org_id", "entity", "position"),)


class QualityFinding(Keyed, Base):
    """A record that breaks a rule. `rule` is the rule's stable key; a discarded finding stays discarded while the value
    it was about (`about`, a digest) is the same."""

    __tablename__ = "quality_finding"

    entity: Mapped[str] = mapped_column(sa.String(40))
    rule: Mapped[str] = mapped_column(sa.String(80))
    record_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    about: Mapped[str] = mapped_column(sa.String(40), default="")
    found_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        sa.UniqueConstraint("org_id", "entity", "rule", "record_id"),
        sa.Index("ix_quality_finding_state", "org_id", "entity", "state", "rule"),
        PART,
    )


class QualityScore(Keyed, Base):
    """The quality of an entity's data at one moment, for the trend: `body` holds the figures per dimension and field."""

    __tablename__ = "quality_score"

    entity: Mapped[str] = mapped_column(sa.String(40))
    taken_at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)

    __table_args__ = (sa.Index("ix_quality_score_entity", "org_id", "entity", "taken_at"),)


class Recipe(Keyed, Base):
    """Cleaning steps under a name, to be replayed on the next file."""

    __tablename__ = "recipe"

    name: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (sa.UniqueConstraint("org_id", "name"),)
