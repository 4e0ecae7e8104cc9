"""Ticket 工单, its messages, categories, promises, special days and reply templates."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Editable, Moment, Named, Uuid, external_index, live_index, reference


class TicketCategory(Named, Editable, Base):
    """What tickets are about: a tree."""

    __tablename__ = "ticket_category"

    parent_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    position: Mapped[int | None] = mapped_column(sa.Integer)
    active: Mapped[bool | None] = mapped_column(sa.Boolean)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("parent_id", "ticket_category", ondelete="RESTRICT"),
        external_index("ticket_category"),
        sa.Index("ix_ticket_category_match_key", "org_id", "match_key"),
    )


class SlaPolicy(Named, Editable, Base):
    """What is promised per priority; `terms` is JSON."""

    __tablename__ = "sla_policy"

    terms: Mapped[str | None] = mapped_column(sa.Text)
    active: Mapped[bool | None] = mapped_column(sa.Boolean)
    position: Mapped[int | None] = mapped_column(sa.Integer)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (external_index("sla_policy"), sa.Index("ix_sla_policy_match_key", "org_id", "match_key"))


class CalendarDay(Named, Editable, Base):
    """A day on which the office works otherwise than usual; no hours: closed."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(sa.Date)
    hours: Mapped[str | None] = mapped_column(sa.String(100))
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        external_index("calendar_day"),
        sa.Index("ix_calendar_day_day", "org_id", "day"),
        sa.Index("ix_calendar_day_match_key", "org_id", "match_key"),
    )


class ReplyTemplate(Named, Editable, Base):
    """Words that are used often, with `{{placeholders}}`."""

    __tablename__ = "reply_template"

    body: Mapped[str | None] = mapped_column(sa.Text)
    position: Mapped[int | None] = mapped_column(sa.Integer)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (external_index("reply_template"), sa.Index("ix_reply_template_match_key", "org_id", "match_key"))


class Ticket(Editable, Base):
    """A customer's question or problem. `sla_terms`: the promises as they were when it was opened (JSON); the due times,
    `unanswered`, `snippet` and `last_message_at` follow from its messages."""

    __tablename__ = "ticket"

    number: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(300))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    requester: Mapped[str | None] = mapped_column(sa.String(100))
    requester_email: Mapped[str | None] = mapped_column(sa.String(254))
    status: Mapped[str | None] = mapped_column(sa.String(20))
    priority: Mapped[str | None] = mapped_column(sa.String(20))
    category_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    channel: Mapped[str | None] = mapped_column(sa.String(40))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    first_responded_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    reopened: Mapped[int | None] = mapped_column(sa.Integer)
    sla_policy_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    response_due_at: Mapped[datetime | None] = mapped_column(Moment)
    next_response_due_at: Mapped[datetime | None] = mapped_column(Moment)
    resolution_due_at: Mapped[datetime | None] = mapped_column(Moment)
    next_due_at: Mapped[datetime | None] = mapped_column(Moment)
    sla_paused: Mapped[bool | None] = mapped_column(sa.Boolean)
    unanswered: Mapped[bool | None] = mapped_column(sa.Boolean)
    last_message_at: Mapped[datetime | None] = mapped_column(Moment)
    snippet: Mapped[str | None] = mapped_column(sa.String(200))
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    sla_terms: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("contact_id", "contact", ondelete="RESTRICT"),
        reference("category_id", "ticket_category", ondelete="RESTRICT"),
        reference("sla_policy_id", "sla_policy", ondelete="RESTRICT"),
        reference("merged_into_id", "ticket", ondelete="RESTRICT"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        external_index("ticket"),
        live_index("ix_ticket_live"),
        # the inbox: in order of the last message or deadline, its tabs told apart without touching the table
        live_index("ix_ticket_live_last", "last_message_at", "status", "owner_id"),
        live_index("ix_ticket_live_opened", "opened_at"),
        live_index("ix_ticket_live_status", "status", "last_message_at"),
        live_index("ix_ticket_live_owner", "owner_id", "status", "last_message_at"),
        live_index("ix_ticket_live_due", "next_due_at", "status", "owner_id"),
        sa.Index("ix_ticket_customer", "org_id", "customer_id"),
        sa.Index("ix_ticket_contact", "org_id", "contact_id"),
        sa.Index("ix_ticket_merged", "org_id", "merged_into_id", sqlite_where=sa.text("merged_into_id IS NOT NULL")),
    )


class TicketMessage(Editable, Base):
    """What was said or done: the customer's message, our public reply, a note of our own, an event."""

    __tablename__ = "ticket_message"

    ticket_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    kind: Mapped[str | None] = mapped_column(sa.String(10))
    author: Mapped[str | None] = mapped_column(sa.String(100))
    author_user: Mapped[uuid.UUID | None] = mapped_column("author_user_id", Uuid)
    author_email: Mapped[str | None] = mapped_column(sa.String(254))
    recipients: Mapped[str | None] = mapped_column(sa.Text)
    cc: Mapped[str | None] = mapped_column(sa.Text)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    subject: Mapped[str | None] = mapped_column(sa.String(300))
    body: Mapped[str | None] = mapped_column(sa.Text)
    status: Mapped[str | None] = mapped_column(sa.String(20))
    priority: Mapped[str | None] = mapped_column(sa.String(20))
    automatic: Mapped[bool | None] = mapped_column(sa.Boolean)
    message_id: Mapped[str | None] = mapped_column(sa.String(250))
    thread_ids: Mapped[str | None] = mapped_column(sa.Text)
    delivery: Mapped[str | None] = mapped_column(sa.String(10))
    delivery_error: Mapped[str | None] = mapped_column(sa.String(500))
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("ticket_id", "ticket"),
        reference("author_user_id", "user", ondelete="RESTRICT"),
        external_index("ticket_message"),
        sa.Index("ix_ticket_message_ticket", "org_id", "ticket_id", "sent_at"),
        sa.Index("ix_ticket_message_mail", "org_id", "message_id", sqlite_where=sa.text("message_id IS NOT NULL")),
        sa.Index(
            "ix_ticket_message_delivery",
            "org_id",
            "delivery",
            sqlite_where=sa.text("delivery IN ('queued', 'failed')"),
        ),
    )
