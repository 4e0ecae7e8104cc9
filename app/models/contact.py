"""Contact 联系人."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.fields import MonthDay
from app.models.base import Base, Editable, Mergeable, Uuid, Yearly, live_index, merged_index, reference


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
