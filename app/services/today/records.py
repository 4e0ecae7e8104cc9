"""What the day asks for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.core.filters import Filter

LATE, DUE, COMING, CONTACT, TICKETS, STUCK, BIRTHDAYS = (
    "late", "due", "coming", "contact", "tickets", "no_step", "birthdays",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One line: a record, what it is about, when. `when`: a moment or a day; `late` it is past. `kind`: what a follow-up
    means, or "birthday"."""

    entity: str
    id: uuid.UUID
    title: str
    about: str = ""
    when: datetime | date | None = None
    kind: str = ""
    late: bool = False
    customer: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing. `total` may be more than the items shown; `entity` and `condition` are the whole list."""

    key: str
    items: Sequence[Item]
    total: int
    entity: str = ""
    condition: Filter | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A planned activity whose time has come."""

    id: uuid.UUID
    title: str
    about: str
    due_at: datetime
