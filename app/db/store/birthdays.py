"""People and customers whose birthday is near."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.db.store.reading import Reader

#: (entity, id, name, birthday, kept by the lunar calendar)
Born = tuple[str, uuid.UUID, str, date, bool]


def near(reader: Reader, month_days: Sequence[str]) -> list[Born]:
    """Visible live customers and contacts with a birthday on one of these days (MM-DD), and all with a lunar one."""
    found: list[Born] = []
    for entity in ("customers", "contacts"):
        c: Any = reader.layout(entity).table.c
        solar = sa.func.substr(sa.cast(c.birthday, sa.Text), 6, 5).in_(list(month_days))
        query = sa.select(c.id, c.name, c.birthday, c.birthday_lunar).where(
            *reader.where(entity, None), c.birthday.is_not(None), sa.or_(solar, c.birthday_lunar.is_(True))
        )
        found += [(entity, row[0], row[1], row[2], bool(row[3])) for row in reader.connection.execute(query)]
    return found
