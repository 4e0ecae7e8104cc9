"""Activity 跟进/活动."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Editable, Moment, Uuid, live_index, reference


class Activity(Editable, Base):
    """A call, visit, meeting, e-mail, note or task with a customer."""

    __tablename__ = "activity"

    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    deal_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    subject: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str | None] = mapped_column(sa.String(20))
    happened_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    done: Mapped[bool | None] = mapped_column(sa.Boolean)
    body: Mapped[str | None] = mapped_column(sa.Text)
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("customer_id", "customer"),
        reference("deal_id", "deal", ondelete="RESTRICT"),
        sa.Index("ix_activity_deal", "org_id", "deal_id", sqlite_where=sa.text("deal_id IS NOT NULL")),
        reference("owner_id", "user", ondelete="RESTRICT"),
        sa.Index("uq_activity_external_id", "org_id", "external_id", unique=True),
        sa.Index("ix_activity_customer", "org_id", "customer_id", "happened_at"),
        live_index("ix_activity_live_happened", "happened_at"),
        live_index("ix_activity_live_owner", "owner_id", "due_at"),
    )
