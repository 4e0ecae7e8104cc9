"""The archive's own bookkeeping: settings, counters, custom fields, views, presets, operations and changes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PART, Base, Keyed, Moment, Uuid, reference


class Setting(Keyed, Base):
    """One setting of the archive as JSON."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(sa.String(80))
    value: Mapped[Any] = mapped_column(sa.JSON)

    __table_args__ = (sa.UniqueConstraint("org_id", "key"),)


class Counter(Keyed, Base):
    """The last human number given, per entity."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    __table_args__ = (sa.UniqueConstraint("org_id", "name"),)


class CustomField(Keyed, Base):
    """A field the office added to an entity; a row of the field registry."""

    __tablename__ = "custom_field"

    entity: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(20))
    label: Mapped[str] = mapped_column(sa.String(60))
    label_en: Mapped[str] = mapped_column(sa.String(60), default="")
    type: Mapped[str] = mapped_column(sa.String(20))
    choices: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    target: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    sensitivity: Mapped[str] = mapped_column(sa.String(10), default="normal")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    archived: Mapped[bool] = mapped_column(sa.Boolean, default=False)

    __table_args__ = (sa.UniqueConstraint("org_id", "key"),)


class CustomValue(Keyed, Base):
    """The value of a custom field on a record, in the column of its type."""

    __tablename__ = "custom_value"

    entity: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    field: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str | None] = mapped_column(sa.Text)
    number: Mapped[int | None] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.UniqueConstraint("org_id", "record_id", "field"),
        sa.Index("ix_custom_value_text", "org_id", "field", "text", "record_id"),
        sa.Index("ix_custom_value_number", "org_id", "field", "number", "record_id"),
        PART,
    )


class SavedView(Keyed, Base):
    """A named list: filter, sort and columns."""

    __tablename__ = "saved_view"

    entity: Mapped[str] = mapped_column(sa.String(40))
    user_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(sa.String(60))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)

    __table_args__ = (reference("user_id", "user"),)


class ImportPreset(Keyed, Base):
    """A remembered column mapping, found again by the fingerprint of the headers."""

    __tablename__ = "import_preset"

    entity: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(80))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    used_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (sa.UniqueConstraint("org_id", "entity", "name"),)


class OperationRow(Keyed, Base):
    """One act of a person: the unit of undo and of the audit chain."""

    __tablename__ = "operation"

    kind: Mapped[str] = mapped_column(sa.String(30))
    state: Mapped[str] = mapped_column(sa.String(20))
    summary: Mapped[str] = mapped_column(sa.String(300))
    user_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    actor: Mapped[str] = mapped_column(sa.String(60))
    origin: Mapped[str] = mapped_column(sa.String(40))
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    undoes: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    chain: Mapped[str] = mapped_column(sa.String(64), default="")
    sequence: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = (
        sa.Index("ix_operation_chain", "org_id", "user_id", "sequence"),
        sa.Index("ix_operation_started", "org_id", "started_at"),
        sa.Index("ix_operation_running", "org_id", "state", sqlite_where=sa.text("state = 'running'")),
    )


class ChangeRow(Keyed, Base):
    """What an operation did to one record: `fields` is JSON {field: [before, after]}, for imports {"raw": {…}} too.

    A created record carries no copy of itself: what it held at first is the record minus its later changes.
    """

    __tablename__ = "change"

    operation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    entity: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    action: Mapped[str] = mapped_column(sa.String(10))
    version: Mapped[int] = mapped_column(sa.Integer)
    fields: Mapped[str] = mapped_column(sa.Text, default="")

    __table_args__ = (
        reference("operation_id", "operation"),
        sa.Index("ix_change_operation", "org_id", "operation_id", "record_id"),
        sa.Index("ix_change_record", "org_id", "record_id"),
        PART,
    )
