"""What a record of any kind may have any number of: contact points, addresses, files, tags, ties to other records.

Each row names its record by kind and id. There is no foreign key to a table that differs from row to row: whoever erases a
record erases its rows (`app.db.store.children.erase`).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PART, Base, Keyed, Moment, Uuid, reference


class Child(Keyed):
    """A row of a record: the key of its kind (`customers`), its id, the place among its like."""

    entity: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)


class ContactPoint(Child, Base):
    """One phone, e-mail or WeChat id (`kind`)."""

    __tablename__ = "contact_point"

    kind: Mapped[str] = mapped_column(sa.String(10))
    value: Mapped[str] = mapped_column(sa.String(254))
    normal: Mapped[str] = mapped_column(sa.String(254))
    label: Mapped[str] = mapped_column(sa.String(40), default="")
    extension: Mapped[str] = mapped_column(sa.String(20), default="")
    valid: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    opt_out: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        sa.Index("ix_contact_point_record", "org_id", "record_id"),
        sa.Index("ix_contact_point_normal", "org_id", "kind", "normal"),
        PART,
    )


class FurtherAddress(Child, Base):
    """A further address (delivery, invoice …)."""

    __tablename__ = "address"

    label: Mapped[str] = mapped_column(sa.String(40), default="")
    province: Mapped[str] = mapped_column(sa.String(40), default="")
    city: Mapped[str] = mapped_column(sa.String(40), default="")
    district: Mapped[str] = mapped_column(sa.String(40), default="")
    detail: Mapped[str] = mapped_column(sa.String(300), default="")

    __table_args__ = (sa.Index("ix_address_record", "org_id", "record_id"), PART)


class RecordFile(Child, Base):
    """A file on a record, in one of its fields; `sha256` finds the content."""

    __tablename__ = "record_file"

    field: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(100), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    added_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        sa.Index("ix_record_file_record", "org_id", "record_id"),
        sa.Index("ix_record_file_content", "org_id", "sha256"),
        PART,
    )


class Tag(Keyed, Base):
    """A word records are marked with."""

    __tablename__ = "tag"

    name: Mapped[str] = mapped_column(sa.String(40))
    tone: Mapped[str] = mapped_column(sa.String(20), default="gray")

    __table_args__ = (sa.UniqueConstraint("org_id", "name"),)


class RecordTag(Child, Base):
    """A tag on a record."""

    __tablename__ = "record_tag"

    tag_id: Mapped[uuid.UUID] = mapped_column(Uuid)

    __table_args__ = (
        reference("tag_id", "tag"),
        sa.Index("ix_record_tag_record", "org_id", "record_id"),
        sa.Index("ix_record_tag_tag", "org_id", "tag_id", "entity", "record_id"),
        PART,
    )


class Tie(Child, Base):
    """A record's tie to another one by a field that holds several: what the other is to it (`role`), since and until when."""

    __tablename__ = "tie"

    field: Mapped[str] = mapped_column(sa.String(40))
    target_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(sa.String(60), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    since: Mapped[date | None] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)

    __table_args__ = (
        sa.UniqueConstraint("org_id", "record_id", "field", "target_id"),
        sa.Index("ix_tie_target", "org_id", "target_id", "entity", "field"),
        PART,
    )
