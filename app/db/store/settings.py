"""Settings that belong to the archive, not to a machine."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.db.dialect import office_of
from app.models import Setting


def setting(connection: sa.Connection, key: str) -> Any:
    """A setting of the archive; None when it was never made."""
    s = Setting
    mine = sa.and_(s.org_id == office_of(connection), s.key == key)
    return connection.execute(sa.select(s.value).where(mine)).scalar_one_or_none()


def store_setting(connection: sa.Connection, key: str, value: Any) -> None:
    """Make or replace a setting of the archive; None removes it."""
    s, office = Setting, office_of(connection)
    mine = sa.and_(s.org_id == office, s.key == key)
    if value is None:
        connection.execute(sa.delete(s).where(mine))
    elif connection.execute(sa.update(s).where(mine).values(value=value)).rowcount == 0:
        connection.execute(sa.insert(s), [{"org_id": office, "key": key, "value": value}])
