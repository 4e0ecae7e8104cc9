"""Attachment 附件 of a ticket's message; its content stands once, whatever it hangs on, in chunks."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PART, Base, Editable, Keyed, Uuid, external_index, reference


class Attachment(Editable, Base):
    """A named file on a message. `sha256` finds the content."""

    __tablename__ = "attachment"

    name: Mapped[str | None] = mapped_column(sa.String(200))
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    media_type: Mapped[str | None] = mapped_column(sa.String(100))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("ticket_id", "ticket"),
        reference("message_id", "ticket_message"),
        external_index("attachment"),
        sa.Index("ix_attachment_ticket", "org_id", "ticket_id"),
        sa.Index("ix_attachment_message", "org_id", "message_id"),
        sa.Index("ix_attachment_sha256", "org_id", "sha256"),
    )


class AttachmentContent(Keyed, Base):
    """The bytes of one or more attachments, by their SHA-256."""

    __tablename__ = "attachment_content"

    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.UniqueConstraint("org_id", "sha256"),)


class ContentView(Keyed, Base):
    """What can be seen of a content without opening it: its text for the search, a small PNG picture. Made once a content;
    a row without either says that there is nothing to be seen."""

    __tablename__ = "content_view"

    sha256: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str | None] = mapped_column(sa.Text)
    picture: Mapped[bytes | None] = mapped_column(sa.LargeBinary)

    __table_args__ = (sa.UniqueConstraint("org_id", "sha256"),)


class AttachmentChunk(Keyed, Base):
    """At most 256 KiB of a content."""

    __tablename__ = "attachment_chunk"

    content_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    position: Mapped[int] = mapped_column(sa.Integer)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (
        reference("content_id", "attachment_content"),
        sa.Index("ix_attachment_chunk_content", "org_id", "content_id", "position", unique=True),
        PART,
    )
