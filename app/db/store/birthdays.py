"""People and customers whose birthday is near."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.core.fields import MonthDay
from app.db.store.filter_dates import days_of_year
from app.db.store.filter_values import day_of_year
from app.db.store.reading import Reader

#: (entity, id, name, birthday, kept by the lunar calendar)
Born = tuple[str, uuid.UUID, str, MonthDay, bool]


def near(reader: Reader, first: date, last: date) -> list[Born]:
    """Visible live customers and contacts with a birthday from the first to the last of these days, whatever the year, and
    all with a lunar one."""
    found: list[Born] = []
    days = days_of_year(first, last)
    for entity in ("customers", "contacts"):
        c: Any = reader.layout(entity).table.c
        solar = sa.true() if days is None else day_of_year(c.birthday).in_(days)
        query = sa.select(c.id, c.name, c.birthday, c.birthday_lunar).where(
            *reader.where(entity, None), c.birthday.is_not(None), sa.or_(solar, c.birthday_lunar.is_(True))
        )
        found += [(entity, row[0], row[1], row[2], bool(row[3])) for row in reader.connection.execute(query)]
    return found
