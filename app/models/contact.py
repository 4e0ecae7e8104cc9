"""Contact 联系人, its ties to customers, and the contact points of both."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.fields import MonthDay
from app.models.base import PART, Base, Editable, Keyed, Mergeable, Uuid, Yearly, live_index, merged_index, reference


class Contact(Mergeable, Editable, Base):
    """A person at one or several customers."""

    __tablename__ = "contact"

    number: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(100))
    name_key: Mapped[str] = mapped_column(sa.String(300), default="")
    match_key: Mapped[str] = mapped_column(sa.String(100), default="")
    title: Mapped[str | None] = mapped_column(sa.String(100))
    department: Mapped[str | None] = mapped_column(sa.String(100))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    gender: Mapped[str | None] = mapped_column(sa.String(10))
    birthday: Mapped[MonthDay | None] = mapped_column(Yearly)
    birthday_lunar: Mapped[bool | None] = mapped_column(sa.Boolean)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        sa.Index(
            "uq_contact_external_id",
            "org_id",
            "external_id",
            unique=True,
            sqlite_where=sa.text("external_id IS NOT NULL"),
        ),
        merged_index("contact"),
        live_index("ix_contact_live"),
        live_index("ix_contact_live_name", "name_key"),
        live_index("ix_contact_live_owner", "owner_id"),
        live_index("ix_contact_live_updated", "updated_at"),
        sa.Index("ix_contact_match_key", "org_id", "match_key"),
        sa.Index("ix_contact_deleted", "org_id", "deleted_at", sqlite_where=sa.text("deleted_at IS NOT NULL")),
    )


class CustomerContact(Keyed, Base):
    """A contact's tie to a customer, with the role on the tie."""

    __tablename__ = "customer_contact"

    customer_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    contact_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(sa.String(60), default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = (
        reference("customer_id", "customer"),
        reference("contact_id", "contact"),
        sa.UniqueConstraint("org_id", "customer_id", "contact_id"),
        sa.Index("ix_customer_contact_contact", "org_id", "contact_id"),
        PART,
    )


class ContactPoint(Keyed, Base):
    """One phone, e-mail or WeChat id of a customer, a contact or a lead (exactly one of them)."""

    __tablename__ = "contact_point"

    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    lead_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(sa.String(10))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    value: Mapped[str] = mapped_column(sa.String(254))
    normal: Mapped[str] = mapped_column(sa.String(254))
    label: Mapped[str] = mapped_column(sa.String(40), default="")
    extension: Mapped[str] = mapped_column(sa.String(20), default="")
    valid: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    opt_out: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        reference("customer_id", "customer"),
        reference("contact_id", "contact"),
        reference("lead_id", "lead"),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {c} IS NULL THEN 0 ELSE 1 END" for c in ("customer_id", "contact_id", "lead_id"))
            + " = 1",
            name="one_holder",
        ),
        sa.Index("ix_contact_point_normal", "org_id", "kind", "normal"),
        sa.Index("ix_contact_point_customer", "org_id", "customer_id", sqlite_where=sa.text("customer_id IS NOT NULL")),
        sa.Index("ix_contact_point_contact", "org_id", "contact_id", sqlite_where=sa.text("contact_id IS NOT NULL")),
        sa.Index("ix_contact_point_lead", "org_id", "lead_id", sqlite_where=sa.text("lead_id IS NOT NULL")),
        PART,
    )
