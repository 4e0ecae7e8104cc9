"""Customer 客户 and who else may read it."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.fields import MonthDay
from app.models.base import PART, Base, Editable, Keyed, Mergeable, Uuid, Yearly, live_index, merged_index, reference


class Customer(Mergeable, Editable, Base):
    """One customer file. The primary address stands here, further ones are children."""

    __tablename__ = "customer"

    number: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str | None] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(400), default="")
    match_key: Mapped[str] = mapped_column(sa.String(200), default="")
    short_name: Mapped[str | None] = mapped_column(sa.String(100))
    stage: Mapped[str | None] = mapped_column(sa.String(20))
    level: Mapped[str | None] = mapped_column(sa.String(40))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    website: Mapped[str | None] = mapped_column(sa.String(300))
    province: Mapped[str | None] = mapped_column(sa.String(40))
    city: Mapped[str | None] = mapped_column(sa.String(40))
    district: Mapped[str | None] = mapped_column(sa.String(40))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    industry: Mapped[str | None] = mapped_column(sa.String(60))
    source: Mapped[str | None] = mapped_column(sa.String(60))
    amount: Mapped[int | None] = mapped_column("amount_minor", sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    first_deal_on: Mapped[date | None] = mapped_column(sa.Date)
    last_contact_on: Mapped[date | None] = mapped_column(sa.Date)
    next_contact_on: Mapped[date | None] = mapped_column(sa.Date)
    credit_code: Mapped[str | None] = mapped_column(sa.String(18))
    id_number: Mapped[str | None] = mapped_column(sa.String(18))
    gender: Mapped[str | None] = mapped_column(sa.String(10))
    birthday: Mapped[MonthDay | None] = mapped_column(Yearly)
    birthday_lunar: Mapped[bool | None] = mapped_column(sa.Boolean)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        sa.Index(
            "uq_customer_external_id",
            "org_id",
            "external_id",
            unique=True,
            sqlite_where=sa.text("external_id IS NOT NULL"),
        ),
        merged_index("customer"),
        live_index("ix_customer_live"),
        live_index("ix_customer_live_name", "name_key"),
        live_index("ix_customer_live_owner", "owner_id"),
        live_index("ix_customer_live_stage", "stage"),
        live_index("ix_customer_live_level", "level"),
        live_index("ix_customer_live_city", "city"),
        live_index("ix_customer_live_amount", "amount_minor"),
        live_index("ix_customer_live_last_contact", "last_contact_on"),
        live_index("ix_customer_live_updated", "updated_at"),
        sa.Index("ix_customer_match_key", "org_id", "match_key"),
        sa.Index("ix_customer_credit_code", "org_id", "credit_code", sqlite_where=sa.text("credit_code IS NOT NULL")),
        sa.Index("ix_customer_id_number", "org_id", "id_number", sqlite_where=sa.text("id_number IS NOT NULL")),
        sa.Index("ix_customer_deleted", "org_id", "deleted_at", sqlite_where=sa.text("deleted_at IS NOT NULL")),
    )


class CustomerCollaborator(Keyed, Base):
    """A user who may read a customer besides its owner."""

    __tablename__ = "customer_collaborator"

    customer_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    user_id: Mapped[uuid.UUID] = mapped_column(Uuid)

    __table_args__ = (
        reference("customer_id", "customer"),
        reference("user_id", "user"),
        sa.UniqueConstraint("org_id", "customer_id", "user_id"),
        sa.Index("ix_customer_collaborator_user", "org_id", "user_id", "customer_id"),
        PART,
    )
