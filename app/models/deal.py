"""Deal 商机, its pipelines and stages, and what happened to it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Editable, Moment, Named, Uuid, external_index, live_index, reference


class Pipeline(Named, Editable, Base):
    """A way of selling: an ordered list of stages."""

    __tablename__ = "pipeline"

    position: Mapped[int | None] = mapped_column(sa.Integer)
    active: Mapped[bool | None] = mapped_column(sa.Boolean)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (external_index("pipeline"), sa.Index("ix_pipeline_match_key", "org_id", "match_key"))


class Stage(Named, Editable, Base):
    """A step of a pipeline; `kind` says whether a deal in it is open, won or lost."""

    __tablename__ = "stage"

    pipeline_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    kind: Mapped[str | None] = mapped_column(sa.String(10))
    probability: Mapped[int | None] = mapped_column(sa.Integer)
    rot_days: Mapped[int | None] = mapped_column(sa.Integer)
    required: Mapped[str | None] = mapped_column(sa.String(500))
    position: Mapped[int | None] = mapped_column(sa.Integer)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("pipeline_id", "pipeline"),
        external_index("stage"),
        sa.Index("ix_stage_pipeline", "org_id", "pipeline_id", "position"),
        sa.Index("ix_stage_match_key", "org_id", "match_key"),
    )


class LostReason(Named, Editable, Base):
    """Why deals are lost: the pick-list."""

    __tablename__ = "lost_reason"

    position: Mapped[int | None] = mapped_column(sa.Integer)
    active: Mapped[bool | None] = mapped_column(sa.Boolean)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (external_index("lost_reason"), sa.Index("ix_lost_reason_match_key", "org_id", "match_key"))


class Deal(Named, Editable, Base):
    """A chance to sell. `position` orders the cards of a stage by hand; `outcome` repeats the stage's kind."""

    __tablename__ = "deal"

    number: Mapped[str] = mapped_column(sa.String(40))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    pipeline_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    stage_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    amount: Mapped[int | None] = mapped_column("amount_minor", sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    expected_on: Mapped[date | None] = mapped_column(sa.Date)
    opened_on: Mapped[date | None] = mapped_column(sa.Date)
    closed_on: Mapped[date | None] = mapped_column(sa.Date)
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    lost_reason_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    source: Mapped[str | None] = mapped_column(sa.String(60))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    stage_since: Mapped[datetime | None] = mapped_column(Moment)
    position: Mapped[int | None] = mapped_column(sa.BigInteger)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("contact_id", "contact", ondelete="RESTRICT"),
        reference("pipeline_id", "pipeline", ondelete="RESTRICT"),
        reference("stage_id", "stage", ondelete="RESTRICT"),
        reference("lost_reason_id", "lost_reason", ondelete="RESTRICT"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        external_index("deal"),
        live_index("ix_deal_live"),
        live_index("ix_deal_live_name", "name_key"),
        live_index("ix_deal_live_owner", "owner_id"),
        live_index("ix_deal_live_stage", "stage_id", "position"),
        live_index("ix_deal_live_amount", "amount_minor"),
        live_index("ix_deal_live_closed", "outcome", "closed_on"),
        sa.Index("ix_deal_customer", "org_id", "customer_id"),
        sa.Index("ix_deal_contact", "org_id", "contact_id"),
        sa.Index("ix_deal_match_key", "org_id", "match_key"),
    )


class StageChange(Editable, Base):
    """A deal moved from one stage to another."""

    __tablename__ = "stage_change"

    name: Mapped[str | None] = mapped_column(sa.String(200))
    deal_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    from_stage_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    to_stage_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_by: Mapped[uuid.UUID | None] = mapped_column("changed_by_id", Uuid)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("deal_id", "deal"),
        reference("from_stage_id", "stage", ondelete="RESTRICT"),
        reference("to_stage_id", "stage", ondelete="RESTRICT"),
        reference("changed_by_id", "user", ondelete="RESTRICT"),
        external_index("stage_change"),
        live_index("ix_stage_change_live_at", "changed_at"),
        sa.Index("ix_stage_change_deal", "org_id", "deal_id", "changed_at"),
    )
