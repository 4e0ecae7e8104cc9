"""Lead 线索."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Base,
    Editable,
    Mergeable,
    Moment,
    Named,
    Uuid,
    external_index,
    live_index,
    merged_index,
    reference,
)


class Lead(Named, Mergeable, Editable, Base):
    """Somebody who may become a customer."""

    __tablename__ = "lead"

    number: Mapped[str] = mapped_column(sa.String(40))
    company: Mapped[str | None] = mapped_column(sa.String(200))
    title: Mapped[str | None] = mapped_column(sa.String(100))
    status: Mapped[str | None] = mapped_column(sa.String(20))
    source: Mapped[str | None] = mapped_column(sa.String(60))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    province: Mapped[str | None] = mapped_column(sa.String(40))
    city: Mapped[str | None] = mapped_column(sa.String(40))
    address: Mapped[str | None] = mapped_column(sa.String(200))
    industry: Mapped[str | None] = mapped_column(sa.String(60))
    budget: Mapped[int | None] = mapped_column("budget_minor", sa.BigInteger)
    received_at: Mapped[datetime | None] = mapped_column(Moment)
    converted_at: Mapped[datetime | None] = mapped_column(Moment)
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    deal_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("contact_id", "contact", ondelete="RESTRICT"),
        reference("deal_id", "deal", ondelete="RESTRICT"),
        external_index("lead"),
        merged_index("lead"),
        live_index("ix_lead_live"),
        live_index("ix_lead_live_name", "name_key"),
        live_index("ix_lead_live_status", "status"),
        live_index("ix_lead_live_received", "received_at"),
        live_index("ix_lead_live_owner", "owner_id"),
        sa.Index("ix_lead_match_key", "org_id", "match_key"),
        sa.Index("ix_lead_customer", "org_id", "customer_id"),
    )
